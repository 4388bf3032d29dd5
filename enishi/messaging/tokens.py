"""Signed words: in return paths (VERP), so that a bounce names its message, and in links."""

import base64
import hmac
from collections.abc import Callable
from functools import lru_cache
from hashlib import sha256

from django.conf import settings

_DIGITS = "0123456789abcdefghijklmnopqrstuvwxyz"
_SEPARATOR = "+"


@lru_cache(maxsize=32)
def _key(purpose: str, secret: str) -> bytes:
    return hmac.digest(secret.encode(), f"enishi.messaging.{purpose}".encode(), sha256)


def signature(text: str, purpose: str, size: int = 10) -> str:
    """``size`` bytes of HMAC-SHA256 in lower-case base32: mail servers may fold case."""
    whole = hmac.digest(_key(purpose, settings.SECRET_KEY), text.encode(), sha256)
    return base64.b32encode(whole[:size]).decode().lower().rstrip("=")


def signed(text: str, purpose: str) -> str:
    """``text-signature`` for a link. ``text`` must be fit for a URL."""
    return f"{text}-{signature(text, purpose)}"


def unsigned(token: str, purpose: str) -> str | None:
    """The text of a signed word; None when nobody here has signed it for ``purpose``."""
    text, _dash, given = token.rpartition("-")
    if not text or not text.isascii() or not given.isascii():
        return None
    return text if hmac.compare_digest(given, signature(text, purpose)) else None


def base36(number: int) -> str:
    digits = ""
    while True:
        number, rest = divmod(number, 36)
        digits = _DIGITS[rest] + digits
        if not number:
            return digits


# Return paths (VERP): bounce+m1z-k3j5x7@example.jp


def return_paths(kind: str, bounce_address: str) -> Callable[[int], str]:
    """Return path by number, for messages of ``kind`` (one lower-case letter; "m": messages)."""
    local, _at, domain = bounce_address.rpartition("@")

    def path(number: int) -> str:
        word = f"{kind}{base36(number)}"
        return f"{local}{_SEPARATOR}{word}-{signature(word, 'verp', 7)}@{domain}"

    return path


def message_id(kind: str, number: int, domain: str) -> str:
    """A Message-ID that is signed like a return path: a report that has lost the one may still
    hold the other."""
    word = f"{kind}{base36(number)}"
    return f"{word}-{signature(word, 'verp', 7)}@{domain}"


def read_return_path(address: str) -> tuple[str, int] | None:
    """Kind and number of a return path or Message-ID of ours; None for every other address."""
    local = address.strip().strip("<>").rpartition("@")[0].lower()
    word, _dash, given = local.rpartition(_SEPARATOR)[2].rpartition("-")
    if len(word) < 2 or len(word) > 14 or not word.isascii() or not given.isascii():
        return None
    if not hmac.compare_digest(given, signature(word, "verp", 7)):
        return None
    try:
        return word[0], int(word[1:], 36)
    except ValueError:
        return None
