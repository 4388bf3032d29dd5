"""The mark that a browser carries: an id of ours with our signature.

Whoever makes up an id cannot sign it. Who has a mark can add visits under it, so a mark that leads
to a member is made at sign-in and never is one that the browser had before.
"""

import base64
import hashlib
import hmac
from functools import cache
from uuid import UUID, uuid4

from django.conf import settings

COOKIE = "enishi_v"
AGREED = "enishi_c"  # the visitor has agreed to be counted
KEPT = 395 * 24 * 3600  # seconds: thirteen months
_SIGNATURE = 12


@cache
def _key(secret: str) -> bytes:
    return hashlib.blake2b(secret.encode(), digest_size=32, person=b"enishi visitor").digest()


def _signed(raw: bytes) -> bytes:
    return hmac.digest(_key(settings.SECRET_KEY), raw, "sha256")[:_SIGNATURE]


def new_mark(visitor: UUID | None = None) -> str:
    """A mark for a new visitor, or for the one given."""
    raw = (visitor or uuid4()).bytes
    return base64.urlsafe_b64encode(raw + _signed(raw)).decode().rstrip("=")


def visitor_of(mark: str) -> UUID | None:
    """The visitor's id; None for what we have not signed."""
    try:
        packed = base64.urlsafe_b64decode(mark + "=" * (-len(mark) % 4))
    except (ValueError, TypeError):
        return None
    raw, signature = packed[:16], packed[16:]
    if len(raw) != 16 or not hmac.compare_digest(signature, _signed(raw)):
        return None
    return UUID(bytes=raw)


def hashed(address: str) -> str:
    """A code for an IP address that cannot be turned back without our key."""
    return hmac.digest(_key(settings.SECRET_KEY), address.encode(), "sha256")[:8].hex()
