"""E-mail addresses as they travel, and their keyed hashes, which tell nothing without the key."""

import hashlib
import hmac
import re
import unicodedata
from dataclasses import dataclass
from functools import lru_cache
from typing import Any

from django.conf import settings

_DOT_ATOM = re.compile(r"[A-Za-z0-9!#$%&'*+/=?^_`{|}~-]+(\.[A-Za-z0-9!#$%&'*+/=?^_`{|}~-]+)*")
_LOCAL = re.compile(r"[!#-\[\]-~]{1,64}")  # visible ASCII without quote and backslash
_DOMAIN = re.compile(r"[A-Za-z0-9-]{1,63}(\.[A-Za-z0-9-]{1,63})*")
_USUAL = re.compile(f"{_DOT_ATOM.pattern}@{_DOMAIN.pattern}")
_SHORT = 64  # the whole address, so that its local part is not too long either
_BLOCK = 64  # bytes that SHA-256 works on


class BadAddress(ValueError):
    """This cannot be an e-mail address."""


@dataclass(frozen=True, slots=True)
class Mailbox:
    """An address with the name that stands before it."""

    address: str
    name: str = ""


def wire(address: str) -> str:
    """The address as SMTP and headers want it: ASCII, odd local parts quoted. Raises BadAddress.

    Japanese carriers have given out addresses with dots where RFC 5321 allows none
    (``abc..def.@docomo.ne.jp``): they are real and need quotes.
    """
    if len(address) <= _SHORT and _USUAL.fullmatch(address):
        return address
    return _odd(address)


@lru_cache(maxsize=4096)
def _odd(address: str) -> str:
    local, at, domain = address.strip().rpartition("@")
    if not at or len(address) > 254:
        raise BadAddress(address)
    if local.startswith('"') and local.endswith('"') and len(local) > 2:
        local = local[1:-1]
    try:
        domain = domain.encode("idna").decode("ascii") if not domain.isascii() else domain
    except UnicodeError as error:
        raise BadAddress(address) from error
    if not _LOCAL.fullmatch(local) or not _DOMAIN.fullmatch(domain):
        raise BadAddress(address)
    return f"{local}@{domain}" if _DOT_ATOM.fullmatch(local) else f'"{local}"@{domain}'


def domain_of(address: str) -> str:
    return address.rpartition("@")[2].lower()


def normal(address: str, channel: str = "email") -> str:
    """One form for one address: what is hashed. Of a telephone the digits as one dials them here:
    +81 90-1234-5678 is 09012345678."""
    if channel != "sms":
        return address.strip().lower()
    digits = re.sub(r"\D", "", unicodedata.normalize("NFKC", address))
    abroad = "+" in address or "＋" in address
    return f"0{digits[2:].lstrip('0')}" if abroad and digits.startswith("81") else digits


def hash_of(address: str, channel: str = "email") -> bytes:
    """HMAC-SHA256 of the address. The key lies outside the database (ENISHI_ADDRESS_KEY)."""
    text = f"{channel}:{normal(address, channel)}".encode()
    return hmac.digest(settings.ADDRESS_KEY.encode(), text, "sha256")


def hash_sql(address: str, channel: str = "email") -> tuple[str, list[Any]]:
    """SQL for ``hash_of`` over the SQL expression ``address`` of an e-mail, with its parameters.

    HMAC (RFC 2104) from the database's own SHA-256: the key travels with the statement and is
    kept nowhere.
    """
    key = settings.ADDRESS_KEY.encode()
    if len(key) > _BLOCK:
        key = hashlib.sha256(key).digest()
    key = key.ljust(_BLOCK, b"\0")
    inner = bytes(byte ^ 0x36 for byte in key) + f"{channel}:".encode()
    outer = bytes(byte ^ 0x5C for byte in key)
    sql = f"sha256(%s::bytea || sha256(%s::bytea || convert_to(lower(btrim({address})), 'UTF8')))"
    return sql, [outer, inner]
