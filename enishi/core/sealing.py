"""Values that the database keeps sealed: AES-256-GCM, by keys that lie outside of it.

A sealed text names the key that it was sealed with and is bound to what it is about, so that it
cannot be moved to another row. The newest key seals; all that are known open.
"""

import base64
import binascii
import contextlib
import hashlib
import os
import re
from functools import lru_cache
from pathlib import Path

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.ciphers.aead import AESGCM
from django.conf import settings

from enishi.core.refusals import Refusal

MARK = "sealed:"
_NONCE = 12
_SHAPE = re.compile(MARK + r"[0-9a-f]{8}:[A-Za-z0-9_-]{38,}={0,2}")


class CannotBeOpened(Refusal):
    """This value cannot be read: the key that it was sealed with is missing."""


def new_key() -> str:
    """A key as ENISHI_FIELD_KEYS and the file hold it: 32 random bytes in base64."""
    return base64.urlsafe_b64encode(os.urandom(32)).decode()


def read_key(text: str) -> bytes:
    """The 32 bytes of a written key. Raises ValueError."""
    try:
        key = base64.urlsafe_b64decode(text)
    except binascii.Error as error:
        raise ValueError from error
    if len(key) != 32:
        raise ValueError
    return key


def is_sealed(value: object) -> bool:
    return isinstance(value, str) and _SHAPE.fullmatch(value) is not None


def seal(text: str, about: str) -> str:
    """``text`` sealed with the newest key, to be opened for the same ``about`` only."""
    name, key = _keys()[0]
    nonce = os.urandom(_NONCE)
    hidden = nonce + AESGCM(key).encrypt(nonce, text.encode(), about.encode())
    return f"{MARK}{name}:{base64.urlsafe_b64encode(hidden).decode()}"


def unseal(sealed: str, about: str) -> str:
    """The text. Raises CannotBeOpened: the key is missing, or it was about something else."""
    try:
        _mark, name, written = sealed.split(":", 2)
        hidden = base64.urlsafe_b64decode(written)
        key = dict(_keys())[name]
        return AESGCM(key).decrypt(hidden[:_NONCE], hidden[_NONCE:], about.encode()).decode()
    except (KeyError, ValueError, InvalidTag) as error:
        raise CannotBeOpened from error


def is_newest(sealed: str) -> bool:
    """Whether a value was sealed with the newest key."""
    return sealed.startswith(f"{MARK}{_keys()[0][0]}:")


def file_of_keys() -> Path:
    """The file in the data folder that holds the keys, the newest first, one a line."""
    return Path(settings.DATA_DIR) / "fields.keys"


def add_key() -> None:
    """Put a new key before those of the file. Processes that run notice by themselves."""
    path = file_of_keys()
    known = path.read_text() if path.exists() else ""
    _write(path, f"{new_key()}\n{known}")


def _keys() -> list[tuple[str, bytes]]:
    """Name and key, the newest first: of the environment, or of the file, made when missing."""
    if given := tuple(settings.FIELD_KEYS):
        return _read(given)
    path = file_of_keys()
    if not path.exists():
        _write(path, f"{new_key()}\n", only_new=True)
    return _of_file(str(path), path.stat().st_mtime_ns)


@lru_cache(4)
def _of_file(path: str, _changed: int) -> list[tuple[str, bytes]]:
    return _read(tuple(Path(path).read_text().split()))


@lru_cache(4)
def _read(written: tuple[str, ...]) -> list[tuple[str, bytes]]:
    keys = [read_key(text) for text in written]
    return [(hashlib.sha256(key).hexdigest()[:8], key) for key in keys]


def _write(path: Path, text: str, *, only_new: bool = False) -> None:
    """All or nothing, for its owner only."""
    fresh = path.with_name(f"{path.name}.{os.getpid()}")
    number = os.open(fresh, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600)
    with os.fdopen(number, "w") as file:
        file.write(text)
    if only_new:
        with contextlib.suppress(FileExistsError):
            os.link(fresh, path)  # whoever comes first wins
        fresh.unlink()
    else:
        fresh.replace(path)
