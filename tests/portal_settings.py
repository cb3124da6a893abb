"""The portal's settings for tests: a home folder of their own that is gone afterwards."""

import atexit
import os
import shutil
import tempfile

_home = tempfile.mkdtemp(prefix="fairground-tests-")
atexit.register(shutil.rmtree, _home, ignore_errors=True)
os.environ["FAIRGROUND_HOME"] = _home
os.environ["FAIRGROUND_MODE"] = "development"

from fairground.config.settings import *  # noqa: E402, F403  # the home must be named before they are read

# Hashing slowly is the point of the real one, and nothing here needs it.
PASSWORD_HASHERS = ["django.contrib.auth.hashers.MD5PasswordHasher"]
EMAIL_BACKEND = "django.core.mail.backends.locmem.EmailBackend"

# A connection that a server's thread kept would stand in the way of removing the tests' database.
DATABASES["default"]["CONN_MAX_AGE"] = 0  # noqa: F405
