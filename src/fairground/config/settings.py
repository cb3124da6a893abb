"""Django's settings. What an operator sets is in `environment.py`; everything here follows from it."""

import os
from urllib.parse import unquote, urlsplit

import dj_database_url
from csp.constants import NONE, SELF

from fairground.config.environment import read_environment

ENVIRONMENT = read_environment(os.environ)
HOME = ENVIRONMENT.home
MODE = ENVIRONMENT.mode

SECRET_KEY = ENVIRONMENT.secret_key
DEBUG = False
ALLOWED_HOSTS = list(ENVIRONMENT.hosts)

INSTALLED_APPS = [
    "django.contrib.auth",
    "django.contrib.contenttypes",
    "django.contrib.sessions",
    "django.contrib.messages",
    "django.contrib.staticfiles",
    "csp",
    "django_htmx",
    "django_tasks",
    "django_tasks_db",
    "fairground.web",
    "fairground.audit",
    "fairground.mail",
    "fairground.jobs",
    "fairground.files",
    "fairground.places",
    "fairground.accounts",
    "fairground.editions",
    "fairground.collect",
    "fairground.publish",
    "fairground.match",
    "fairground.meet",
    # After ours: where both have a template, ours is shown.
    "allauth",
    "allauth.account",
    "allauth.mfa",
]

MIDDLEWARE = [
    "django.middleware.security.SecurityMiddleware",
    "whitenoise.middleware.WhiteNoiseMiddleware",
    "django.middleware.gzip.GZipMiddleware",
    "csp.middleware.CSPMiddleware",
    "django.contrib.sessions.middleware.SessionMiddleware",
    "fairground.web.languages.LanguageMiddleware",
    "django.middleware.common.CommonMiddleware",
    "django.middleware.csrf.CsrfViewMiddleware",
    "django.contrib.auth.middleware.AuthenticationMiddleware",
    "django.contrib.messages.middleware.MessageMiddleware",
    "django.middleware.clickjacking.XFrameOptionsMiddleware",
    "django_htmx.middleware.HtmxMiddleware",
    "allauth.account.middleware.AccountMiddleware",
    "fairground.accounts.middleware.ActorMiddleware",
    "fairground.accounts.middleware.ConsentMiddleware",
    "fairground.web.rate_limits.WriteLimitMiddleware",
    "fairground.publish.middleware.SearchIndexMiddleware",
]

ROOT_URLCONF = "fairground.config.urls"
WSGI_APPLICATION = "fairground.config.wsgi.application"

TEMPLATES = [
    {
        "BACKEND": "django.template.backends.django.DjangoTemplates",
        "APP_DIRS": True,
        "OPTIONS": {
            "context_processors": [
                "django.template.context_processors.request",
                "django.contrib.messages.context_processors.messages",
                "fairground.web.context.page",
            ],
        },
    }
]


def _database() -> dict[str, object]:
    if ENVIRONMENT.database_url:
        return dict(
            dj_database_url.parse(ENVIRONMENT.database_url, conn_max_age=300, conn_health_checks=True)
        )
    return {
        "ENGINE": "django.db.backends.sqlite3",
        "NAME": HOME / "fairground.sqlite3",
        "CONN_MAX_AGE": None,
        "OPTIONS": {
            # A transaction that will write asks for the lock at once, so that it waits instead of failing halfway.
            "transaction_mode": "IMMEDIATE",
            "timeout": 20,
            "init_command": (
                "PRAGMA journal_mode=WAL; PRAGMA synchronous=NORMAL; PRAGMA cache_size=-65536; "
                "PRAGMA mmap_size=268435456; PRAGMA temp_store=MEMORY;"
            ),
        },
        "TEST": {"NAME": None},
    }


DATABASES = {"default": _database()}
DEFAULT_AUTO_FIELD = "django.db.models.BigAutoField"

CACHES = {
    "default": {"BACKEND": "django.core.cache.backends.locmem.LocMemCache"},
    # Counts of what readers ask, one for each process: a search must not wait for a file.
    "limits": {
        "BACKEND": "django.core.cache.backends.locmem.LocMemCache",
        "LOCATION": "limits",
        "OPTIONS": {"MAX_ENTRIES": 100_000},
    },
}
if MODE != "development":
    # Counts of attempts to sign in must be one for all worker processes.
    CACHES["default"] = {
        "BACKEND": "django.core.cache.backends.filebased.FileBasedCache",
        "LOCATION": str(HOME / "cache"),
        "OPTIONS": {"MAX_ENTRIES": 10_000},
    }

BEHIND_PROXY = ENVIRONMENT.behind_proxy
# What one address (a visitor) or one account may do: how often in how many seconds, the methods that count, and the
# cache that counts. See web/rate_limits.py.
RATE_LIMITS: dict[str, tuple[int, int, tuple[str, ...], str]] = (
    {
        "search": (120, 60, ("GET", "HEAD"), "limits"),
        "suggest": (600, 60, ("GET", "HEAD"), "limits"),
        "tile": (3000, 60, ("GET", "HEAD"), "limits"),  # a map that is moved about asks for dozens at once
        "write": (60, 60, ("POST",), "default"),
        "clinic": (300, 60, ("POST",), "limits"),  # asked at each pause of the typing
        "landing": (30, 60, ("GET", "HEAD"), "limits"),  # a second of the processor each
        "match": (60, 3600, ("POST",), "default"),
        "invite": (30, 3600, ("POST",), "default"),
        "stop": (
            1200,
            60,
            ("POST",),
            "limits",
        ),  # mail providers post for all their readers from a few addresses
    }
    if ENVIRONMENT.rate_limits
    else {}
)

# Travelling times of landing advice: an operator's table, and what all others are estimated from.
TRAVEL_TIMES = ENVIRONMENT.travel_times
RAIL_KMH = ENVIRONMENT.rail_kmh
RAIL_EXTRA_MINUTES = ENVIRONMENT.rail_extra_minutes
ROAD_KMH = ENVIRONMENT.road_kmh
ROAD_EXTRA_MINUTES = ENVIRONMENT.road_extra_minutes

AUTH_USER_MODEL = "accounts.User"
AUTHENTICATION_BACKENDS = ["allauth.account.auth_backends.AuthenticationBackend"]
AUTH_PASSWORD_VALIDATORS = [
    {"NAME": "django.contrib.auth.password_validation.UserAttributeSimilarityValidator"},
    {"NAME": "django.contrib.auth.password_validation.MinimumLengthValidator", "OPTIONS": {"min_length": 10}},
    {"NAME": "django.contrib.auth.password_validation.CommonPasswordValidator"},
]
PASSWORD_HASHERS = ["django.contrib.auth.hashers.ScryptPasswordHasher"]

ACCOUNT_USER_MODEL_USERNAME_FIELD = None
ACCOUNT_LOGIN_METHODS = {"email"}
ACCOUNT_SIGNUP_FIELDS = ["email*", "password1*", "password2*"]
ACCOUNT_EMAIL_VERIFICATION = "mandatory"
ACCOUNT_CHANGE_EMAIL = True  # one address an account: the new one counts when it is confirmed
ACCOUNT_ADAPTER = "fairground.accounts.allauth_adapter.AccountAdapter"
ACCOUNT_SIGNUP_FORM_CLASS = "fairground.accounts.signup.SignupForm"
ACCOUNT_SESSION_REMEMBER = True
ACCOUNT_PREVENT_ENUMERATION = True
# Whoever confirms in the browser they signed up with goes on to what they came for.
ACCOUNT_LOGIN_ON_EMAIL_CONFIRMATION = True
ACCOUNT_EMAIL_NOTIFICATIONS = True  # a changed password or second factor is told by mail
ACCOUNT_EMAIL_SUBJECT_PREFIX = ""
ACCOUNT_LOGOUT_ON_PASSWORD_CHANGE = False
ACCOUNT_DEFAULT_HTTP_PROTOCOL = "https" if ENVIRONMENT.is_production else "http"
# Rates of the library, see its documentation: how often / in what time / for each address, account or key.
ACCOUNT_RATE_LIMITS = (
    {
        "login": "30/m/ip",
        "login_failed": "10/m/ip,5/5m/key",
        "signup": "20/m/ip",
        "reset_password": "20/m/ip,5/m/key",
        "reset_password_from_key": "20/m/ip",
        "change_password": "5/m/user",
        "manage_email": "10/m/user",
        "reauthenticate": "10/m/user",
        "confirm_email": "1/3m/key",
    }
    if ENVIRONMENT.rate_limits
    else False
)
MFA_SUPPORTED_TYPES = ["totp", "recovery_codes"]
MFA_TOTP_ISSUER = "Fairground"
MFA_ADAPTER = "fairground.accounts.allauth_adapter.SecondFactorAdapter"
LOGIN_URL = "account_login"
LOGIN_REDIRECT_URL = "collect:desk"

LANGUAGE_CODE = "zh-hans"
LANGUAGES = [("zh-hans", "中文"), ("en", "English")]
USE_I18N = True
USE_TZ = True
TIME_ZONE = "Asia/Shanghai"

STATIC_URL = "/static/"
STATIC_ROOT = HOME / "static"
STORAGES = {
    "default": {
        "BACKEND": "django.core.files.storage.FileSystemStorage",
        "OPTIONS": {"location": str(HOME / "files")},
    },
    "staticfiles": {
        "BACKEND": "whitenoise.storage.CompressedManifestStaticFilesStorage"
        if MODE != "development"
        else "django.contrib.staticfiles.storage.StaticFilesStorage"
    },
}
WHITENOISE_USE_FINDERS = WHITENOISE_AUTOREFRESH = MODE == "development"

CONTENT_SECURITY_POLICY = {
    "DIRECTIVES": {
        "default-src": [NONE],
        "script-src": [SELF],
        "style-src": [SELF],
        "img-src": [SELF, "data:"],
        "font-src": [SELF],
        "connect-src": [SELF],
        "manifest-src": [SELF],
        "form-action": [SELF],
        "base-uri": [NONE],
        "frame-ancestors": [NONE],
    }
}
# Who may frame the embeds, and nothing else; see publish/profiles/embed.py.
EMBED_IN = ENVIRONMENT.embed_in
SECURE_CONTENT_TYPE_NOSNIFF = True
SECURE_REFERRER_POLICY = "same-origin"
X_FRAME_OPTIONS = "DENY"
SESSION_COOKIE_HTTPONLY = True
SESSION_COOKIE_SAMESITE = "Lax"
CSRF_COOKIE_SAMESITE = "Lax"
CSRF_FAILURE_VIEW = "django.views.csrf.csrf_failure"
if ENVIRONMENT.is_production:
    SECURE_SSL_REDIRECT = True
    SESSION_COOKIE_SECURE = CSRF_COOKIE_SECURE = True
    SECURE_HSTS_SECONDS = 31_536_000
if ENVIRONMENT.behind_proxy:
    SECURE_PROXY_SSL_HEADER = ("HTTP_X_FORWARDED_PROTO", "https")

DATA_UPLOAD_MAX_MEMORY_SIZE = 5 * 2**20
DATA_UPLOAD_MAX_NUMBER_FIELDS = 2000
FILE_UPLOAD_PERMISSIONS = 0o600

DEFAULT_FROM_EMAIL = ENVIRONMENT.sender
if ENVIRONMENT.smtp_url:
    _smtp = urlsplit(ENVIRONMENT.smtp_url)
    EMAIL_HOST = _smtp.hostname or "localhost"
    EMAIL_PORT = _smtp.port or (465 if _smtp.scheme == "smtps" else 587)
    EMAIL_HOST_USER = unquote(_smtp.username or "")
    EMAIL_HOST_PASSWORD = unquote(_smtp.password or "")
    EMAIL_USE_SSL = _smtp.scheme == "smtps"
    EMAIL_USE_TLS = _smtp.scheme == "smtp" and EMAIL_PORT == 587
else:
    EMAIL_BACKEND = "django.core.mail.backends.filebased.EmailBackend"
    EMAIL_FILE_PATH = HOME / "mail"

TASKS = {"default": {"BACKEND": "django_tasks_db.DatabaseBackend"}}

MAP_VIEW = ENVIRONMENT.map_view
MAP_BASE = ENVIRONMENT.map_base
MAP_BORDERS = ENVIRONMENT.map_borders
MAP_ATTRIBUTION = ENVIRONMENT.map_attribution
MAP_REVIEW_NUMBER = ENVIRONMENT.map_review_number

INDEX_FOLDER = HOME / "index"
WORK_FOLDER = HOME / "work"

LOGGING = {
    "version": 1,
    "disable_existing_loggers": False,
    "formatters": {"plain": {"format": "{asctime} {levelname} {name}: {message}", "style": "{"}},
    # A level of the handler's own: the job worker sets its loggers to INFO, and a job that went well is no news.
    "handlers": {"stderr": {"class": "logging.StreamHandler", "formatter": "plain", "level": "WARNING"}},
    "root": {"handlers": ["stderr"], "level": "WARNING"},
}
