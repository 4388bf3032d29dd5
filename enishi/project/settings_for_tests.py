"""Settings of the tests: an own data folder, a server that forgets, cheap passwords."""

import os
from pathlib import Path
from typing import Any

_ROOT = Path(__file__).parents[2]
os.environ["ENISHI_DATA_DIR"] = os.environ.get("ENISHI_TEST_DATA_DIR") or str(_ROOT / "var/test")
for _name in (
    "DATABASE_URL",
    "DATABASE_REPLICA_URLS",
    "EMAIL_URL",
    "ENISHI_ADDRESS_KEY",
    "ENISHI_INBOUND_IMAP",
    "ENISHI_INBOUND_SMTP",
    "ENISHI_BASE_URL",
    "ENISHI_ROLE",
    "ENISHI_SECRET_KEY",
    "ENISHI_SMS_URL",
    "PORT",
):
    os.environ.pop(_name, None)

from enishi.project.settings import *  # noqa: E402, F403
from enishi.project.settings import DATABASES, LOGGING  # noqa: E402

DATABASES["default"]["THROWAWAY"] = True
PASSWORD_HASHERS = ["django.contrib.auth.hashers.MD5PasswordHasher"]
_LOGGERS: dict[str, Any] = LOGGING["loggers"]  # type: ignore[assignment]
_LOGGERS["enishi"] = {"level": "CRITICAL"}
_LOGGERS["django"] = {"level": "CRITICAL"}
ALLOWED_HOSTS = ["*"]
CACHES = {
    name: {"BACKEND": "django.core.cache.backends.locmem.LocMemCache", "LOCATION": name}
    for name in ("default", "local")
}
