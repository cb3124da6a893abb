"""The portal's own settings, with one address more."""

from fairground.config.settings import *  # noqa: F403

ROOT_URLCONF = "portal_bench.urls"
