"""Who pushes: keys made once and kept in the data folder, signed words for push services
(RFC 8292)."""

import contextlib
import json
import os
import time
from functools import lru_cache
from pathlib import Path
from urllib.parse import urlsplit

from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.hazmat.primitives.asymmetric.utils import decode_dss_signature
from cryptography.hazmat.primitives.serialization import (
    Encoding,
    NoEncryption,
    PrivateFormat,
    load_pem_private_key,
)
from django.conf import settings

from .encrypting import padless, point

_HOURS = 12 * 3600


@lru_cache(maxsize=2)
def key(folder: Path) -> ec.EllipticCurvePrivateKey:
    """The private key in ``push.key``; whoever comes first makes it."""
    path = folder / "push.key"
    if not path.exists():
        made = ec.generate_private_key(ec.SECP256R1())
        pem = made.private_bytes(Encoding.PEM, PrivateFormat.PKCS8, NoEncryption())
        fresh = folder / f"push.key.{os.getpid()}"
        number = os.open(fresh, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600)
        with os.fdopen(number, "wb") as file:
            file.write(pem)
        with contextlib.suppress(FileExistsError):
            os.link(fresh, path)
        fresh.unlink()
    found = load_pem_private_key(path.read_bytes(), None)
    assert isinstance(found, ec.EllipticCurvePrivateKey)
    return found


def public_key() -> str:
    """What the browser wants as ``applicationServerKey``."""
    return padless(point(key(settings.DATA_DIR).public_key()))


def authorization(endpoint: str, subject: str) -> str:
    """The Authorization header for one push service."""
    parts = urlsplit(endpoint)
    claims = {
        "aud": f"{parts.scheme}://{parts.netloc}",
        "exp": int(time.time()) + _HOURS,
        "sub": subject if subject.startswith("https://") else "mailto:push@enishi.invalid",
    }
    head = padless(json.dumps({"typ": "JWT", "alg": "ES256"}).encode())
    signed = f"{head}.{padless(json.dumps(claims).encode())}"
    der = key(settings.DATA_DIR).sign(signed.encode(), ec.ECDSA(hashes.SHA256()))
    r, s = decode_dss_signature(der)
    signature = padless(r.to_bytes(32, "big") + s.to_bytes(32, "big"))
    return f"vapid t={signed}.{signature}, k={public_key()}"
