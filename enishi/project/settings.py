"""Django's settings, for production; what differs between machines is in environment.py."""

import os
from importlib.util import find_spec
from pathlib import Path
from typing import Any

from django.core.exceptions import ImproperlyConfigured
from django.utils.translation import gettext_lazy as _

from enishi.project import environment

try:
    ENVIRONMENT = environment.read()
    SECRET_KEY = ENVIRONMENT.secret_key()
    FIELD_KEYS = ENVIRONMENT.field_keys()  # sensitive fields are sealed with the first
    ADDRESS_KEY = ENVIRONMENT.address_key()  # suppressed addresses are kept as hashes with it
except environment.WrongEnvironment as wrong:
    raise ImproperlyConfigured(str(wrong)) from wrong

DEBUG = False
DATA_DIR = ENVIRONMENT.data
BASE_URL = ENVIRONMENT.base_url
DEMO = os.environ.get("ENISHI_DEMO") == "1"  # set by ``enishi demo``; the sign-in page says so
ROOT_URLCONF = "enishi.project.urls"
WSGI_APPLICATION = "enishi.project.wsgi.application"
DEFAULT_AUTO_FIELD = "django.db.models.BigAutoField"
APPEND_SLASH = True

# Apps, low to high

ENISHI_APPS = [
    f"enishi.{name}"
    for name in (
        "core",
        "ui",
        "accounts",
        "audit",
        "messaging",
        "members",
        "records",
        "activity",
        "segments",
        "campaigns",
        "insights",
        "project",
    )
    if find_spec(f"enishi.{name}") is not None
]
INSTALLED_APPS = [
    "django.contrib.contenttypes",
    "django.contrib.auth",
    "django.contrib.sessions",
    "django.contrib.messages",
    "whitenoise.runserver_nostatic",
    "django.contrib.staticfiles",
    "django.contrib.postgres",
    "django.forms",
    *ENISHI_APPS,  # before the others, so that our templates win
    "allauth",
    "allauth.account",
    "allauth.mfa",
    "allauth.usersessions",
    "ninja",
    "procrastinate.contrib.django",
]

MIDDLEWARE = [
    *(["enishi.activity.tracking.receiving.receive"] if find_spec("enishi.activity") else []),
    "enishi.project.health.before_all",
    *(["enishi.campaigns.tracking.receiving.receive"] if find_spec("enishi.campaigns") else []),
    "enishi.project.middleware.request_line",
    "enishi.project.api.problems.answer_with_problems",
    "django.middleware.security.SecurityMiddleware",
    "enishi.project.middleware.policies",
    "whitenoise.middleware.WhiteNoiseMiddleware",
    "django.contrib.sessions.middleware.SessionMiddleware",
    "django.middleware.locale.LocaleMiddleware",
    "enishi.project.middleware.organisation_zone",
    "enishi.project.middleware.fields_looked_up_once",
    "django.middleware.common.CommonMiddleware",
    "django.middleware.csrf.CsrfViewMiddleware",
    "django.contrib.auth.middleware.AuthenticationMiddleware",
    "enishi.accounts.middleware.language_of_user",
    "enishi.project.middleware.whole_addresses",
    "enishi.project.middleware.short_forms_of_strangers",
    "enishi.project.middleware.pages_for_buttons",
    "django.contrib.messages.middleware.MessageMiddleware",
    "django.middleware.clickjacking.XFrameOptionsMiddleware",
    "allauth.account.middleware.AccountMiddleware",
]

TEMPLATES: list[dict[str, Any]] = [
    {
        "BACKEND": "django.template.backends.django.DjangoTemplates",
        "DIRS": [],
        "APP_DIRS": True,
        "OPTIONS": {
            "context_processors": [
                "django.template.context_processors.request",
                "django.template.context_processors.i18n",
                "django.contrib.auth.context_processors.auth",
                "django.contrib.messages.context_processors.messages",
            ],
        },
    }
]
FORM_RENDERER = "django.forms.renderers.TemplatesSetting"

# Database and cache

_DATABASE: dict[str, Any] = {
    "ENGINE": "enishi.project.postgres",
    "NAME": "enishi",
    "OPTIONS": {},
    "CONN_HEALTH_CHECKS": True,
    **ENVIRONMENT.database,
}
_DATABASE["OPTIONS"]["application_name"] = f"enishi {ENVIRONMENT.role}".strip()
if ENVIRONMENT.role == "web":
    # Connections are shared by the threads of one web process; a page that takes a minute is a bug.
    _DATABASE["OPTIONS"]["pool"] = {"min_size": 1, "max_size": 12, "timeout": 10}
    _DATABASE["OPTIONS"].setdefault("options", "-c statement_timeout=60s")
DATABASES: dict[str, dict[str, Any]] = {"default": _DATABASE}
for _number, _replica in enumerate(ENVIRONMENT.replicas, start=1):  # nothing reads them yet
    DATABASES[f"replica{_number}"] = {
        **_DATABASE,
        **_replica,
        "TEST": {"MIRROR": "default"},
    }

CACHES = {
    # Shared by all processes: sign-in throttling must not be per process.
    "default": {
        "BACKEND": "django.core.cache.backends.db.DatabaseCache",
        "LOCATION": "core_cache",
    },
    "local": {"BACKEND": "django.core.cache.backends.locmem.LocMemCache"},
}

PROCRASTINATE_AUTODISCOVER_MODULE_NAME = ""  # project.apps imports every jobs.py

# Language and time

LANGUAGE_CODE = "ja"
LANGUAGES = [("ja", _("Japanese")), ("en", _("English"))]
LANGUAGE_COOKIE_NAME = "language"
USE_I18N = True
USE_TZ = True
TIME_ZONE = "Asia/Tokyo"  # the organisation's zone takes its place in every request

# Signing in

AUTH_USER_MODEL = "accounts.User"
AUTHENTICATION_BACKENDS = ["allauth.account.auth_backends.AuthenticationBackend"]
PASSWORD_HASHERS = [
    "django.contrib.auth.hashers.Argon2PasswordHasher",
    "django.contrib.auth.hashers.PBKDF2PasswordHasher",
]
AUTH_PASSWORD_VALIDATORS = [
    {"NAME": f"django.contrib.auth.password_validation.{name}", "OPTIONS": options}
    for name, options in (
        ("MinimumLengthValidator", {"min_length": 10}),
        ("UserAttributeSimilarityValidator", {"user_attributes": ("email", "name")}),
        ("CommonPasswordValidator", {}),
        ("NumericPasswordValidator", {}),
    )
]
LOGIN_URL = "account_login"
LOGIN_REDIRECT_URL = "/office/"
ACCOUNT_USER_MODEL_USERNAME_FIELD = None
ACCOUNT_LOGIN_METHODS = {"email"}
ACCOUNT_SIGNUP_FIELDS = ["email*", "password1*", "password2*"]
ACCOUNT_EMAIL_VERIFICATION = "none"
ACCOUNT_PREVENT_ENUMERATION = True
ACCOUNT_LOGOUT_REDIRECT_URL = "/accounts/login/"
ACCOUNT_LOGOUT_ON_PASSWORD_CHANGE = False
ACCOUNT_ADAPTER = "enishi.accounts.adapter.AccountAdapter"
ACCOUNT_EMAIL_UNKNOWN_ACCOUNTS = False  # nobody is told by mail that they have no account
ACCOUNT_EMAIL_NOTIFICATIONS = True  # a new password or second step is told by mail
ACCOUNT_SESSION_REMEMBER = None  # a tick box: this visit only, or SESSION_COOKIE_AGE
ACCOUNT_REAUTHENTICATION_TIMEOUT = 15 * 60
ACCOUNT_RATE_LIMITS = {
    "login": "60/m/ip",
    "login_failed": "20/m/ip,5/5m/key",
    "reset_password": "20/m/ip,5/m/key",
}
MFA_TOTP_ISSUER = "Enishi"
MFA_TOTP_TOLERANCE = 1  # clocks of phones differ by a few seconds
MFA_SUPPORTED_TYPES = ["recovery_codes", "totp", "webauthn"]
MFA_PASSKEY_LOGIN_ENABLED = True
MFA_ADAPTER = "enishi.accounts.adapter.SecondStepAdapter"
MFA_FORMS = {
    "add_webauthn": "enishi.accounts.passkeys.NewPasskey",
    "edit_webauthn": "enishi.accounts.passkeys.Passkey",
}
PASSWORD_RESET_TIMEOUT = 3 * 24 * 3600

# Safety

ALLOWED_HOSTS = [ENVIRONMENT.host, "localhost", "127.0.0.1", "[::1]"]
CSRF_TRUSTED_ORIGINS = [BASE_URL]
SESSION_COOKIE_AGE = 14 * 24 * 3600
SESSION_COOKIE_SAMESITE = CSRF_COOKIE_SAMESITE = LANGUAGE_COOKIE_SAMESITE = "Lax"
SESSION_COOKIE_SECURE = CSRF_COOKIE_SECURE = LANGUAGE_COOKIE_SECURE = ENVIRONMENT.is_secure
CSRF_COOKIE_HTTPONLY = True
SECURE_REFERRER_POLICY = "same-origin"
X_FRAME_OPTIONS = "DENY"
CSRF_FAILURE_VIEW = "django.views.csrf.csrf_failure"
if ENVIRONMENT.is_secure:  # the proxy that ends TLS must set X-Forwarded-Proto itself
    SECURE_PROXY_SSL_HEADER = ("HTTP_X_FORWARDED_PROTO", "https")
    SECURE_SSL_REDIRECT = True
    SECURE_HSTS_SECONDS = 365 * 24 * 3600
    SECURE_HSTS_INCLUDE_SUBDOMAINS = True
    SECURE_HSTS_PRELOAD = True
METRICS_TOKEN = ENVIRONMENT.metrics_token

# Files

STATIC_URL = "/static/"
STORAGES = {
    "default": {
        "BACKEND": "django.core.files.storage.FileSystemStorage",
        "OPTIONS": {
            "location": DATA_DIR / "files",
            "base_url": None,  # files have no public address; views hand them out
            "file_permissions_mode": 0o600,
            "directory_permissions_mode": 0o700,
        },
    },
    "staticfiles": {"BACKEND": "django.contrib.staticfiles.storage.StaticFilesStorage"},
}
WHITENOISE_USE_FINDERS = True  # straight from the packages: nothing to collect, nothing stale
WHITENOISE_AUTOREFRESH = False
WHITENOISE_MAX_AGE = 3600
WHITENOISE_IMMUTABLE_FILE_TEST = r"^/static/enishi/.+-[\w-]{8}\.\w+$"  # Vite's hashed names
FILE_UPLOAD_TEMP_DIR = str(DATA_DIR / "uploads")
FILE_UPLOAD_PERMISSIONS = 0o600
# A form with 10 MB of text in a field, each letter written as %E3%81%82, still gets its sentence.
DATA_UPLOAD_MAX_MEMORY_SIZE = 48 * 1024 * 1024
Path(FILE_UPLOAD_TEMP_DIR).mkdir(parents=True, exist_ok=True, mode=0o700)

# Mail

DEFAULT_FROM_EMAIL = SERVER_EMAIL = f"Enishi <{ENVIRONMENT.mail['DEFAULT_FROM_ADDRESS']}>"
DEFAULT_FROM_ADDRESS: str = ENVIRONMENT.mail["DEFAULT_FROM_ADDRESS"]
MAIL_HOST: str = ENVIRONMENT.mail["MAIL_HOST"]
MAIL_TRANSPORT: str = ENVIRONMENT.mail["MAIL_TRANSPORT"]  # "mailbox", "smtp" or "anymail"
MAIL_ESP = ""
ANYMAIL: dict[str, str] = {}
SMS_PROVIDER: str = ENVIRONMENT.mail["SMS_PROVIDER"]  # "log" or "twilio"
TWILIO_SID = TWILIO_TOKEN = TWILIO_FROM = ""
INBOUND_SMTP: str = ENVIRONMENT.mail["INBOUND_SMTP"]
INBOUND_IMAP: str = ENVIRONMENT.mail["INBOUND_IMAP"]
for _name, _value in ENVIRONMENT.mail.items():
    globals()[_name] = _value

# Logs: one JSON object a line to the standard error stream

LOGGING = {
    "version": 1,
    "disable_existing_loggers": False,
    "formatters": {"json": {"()": "enishi.project.logs.JsonLine"}},
    "handlers": {"stderr": {"class": "logging.StreamHandler", "formatter": "json"}},
    "root": {"handlers": ["stderr"], "level": "WARNING"},
    "loggers": {
        "django": {"handlers": ["stderr"], "level": "WARNING", "propagate": False},
        "django.security.DisallowedHost": {"level": "ERROR", "propagate": True},
        "enishi": {"level": "INFO" if ENVIRONMENT.role else "WARNING"},
        "procrastinate": {"level": "WARNING"},
    },
}
