"""What the surroundings say: the environment variables of docs/reference, read and checked once."""

import base64
import os
import secrets
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any
from urllib.parse import SplitResult, parse_qsl, unquote, urlsplit


class WrongEnvironment(RuntimeError):
    """A variable holds a value that cannot work; the message says what to write."""


@dataclass(frozen=True)
class Environment:
    """The checked variables."""

    data: Path
    base_url: str
    port: int
    database: dict[str, Any]
    replicas: tuple[dict[str, Any], ...]
    mail: dict[str, Any]
    metrics_token: str
    role: str  # "web", "worker" or "" for a command

    @property
    def is_secure(self) -> bool:
        return self.base_url.startswith("https://")

    @property
    def host(self) -> str:
        return urlsplit(self.base_url).hostname or ""

    @property
    def embedded(self) -> bool:
        return "EMBEDDED" in self.database

    def secret_key(self) -> str:
        """ENISHI_SECRET_KEY, or a key made once and kept in the data folder."""
        given = os.environ.get("ENISHI_SECRET_KEY", "")
        if given:
            if len(given) < 32:
                raise WrongEnvironment(
                    "ENISHI_SECRET_KEY is too short; write at least 32 random characters, "
                    "or leave it out and a key is made and kept in the data folder."
                )
            return given
        return kept_secret(self.data, "secret.key")

    def address_key(self) -> str:
        """ENISHI_ADDRESS_KEY, or a key kept in the data folder: suppressed addresses are known by
        it. Unlike the secret key it never changes, or every suppression would be forgotten."""
        given = os.environ.get("ENISHI_ADDRESS_KEY", "")
        if given and len(given) < 32:
            raise WrongEnvironment(
                "ENISHI_ADDRESS_KEY is too short; write at least 32 random characters, "
                "or leave it out and a key is made and kept in the data folder."
            )
        return given or kept_secret(self.data, "addresses.key")

    def field_keys(self) -> tuple[str, ...]:
        """ENISHI_FIELD_KEYS, the newest first; none where they lie in the data folder."""
        given = tuple(os.environ.get("ENISHI_FIELD_KEYS", "").replace(",", " ").split())
        try:
            for text in given:
                if len(base64.urlsafe_b64decode(text)) != 32:
                    raise ValueError
        except ValueError as error:
            raise WrongEnvironment(
                "ENISHI_FIELD_KEYS holds something that is no key; write keys of 32 random bytes "
                "in base64 with commas between, the newest first (`enishi fields new-key --print` "
                "makes one), or leave it out and keys are kept in the data folder."
            ) from error
        return given


def read(variables: Mapping[str, str] | None = None) -> Environment:
    """Read the environment. Raises WrongEnvironment with one sentence that says what to write."""
    values = os.environ if variables is None else variables
    data = _data_folder(values.get("ENISHI_DATA_DIR", ""))
    port = _port(values.get("PORT", ""))
    role = values.get("ENISHI_ROLE", "")
    url = values.get("DATABASE_URL", "")
    base_url = _base_url(values.get("ENISHI_BASE_URL", ""), port)
    return Environment(
        data=data,
        base_url=base_url,
        port=port,
        database=_database("DATABASE_URL", url) if url else {"EMBEDDED": str(data)},
        replicas=tuple(
            _database("DATABASE_REPLICA_URLS", one)
            for one in values.get("DATABASE_REPLICA_URLS", "").replace(",", " ").split()
        ),
        mail={
            **_mail(values.get("EMAIL_URL", ""), urlsplit(base_url).hostname or ""),
            **_sms(values.get("ENISHI_SMS_URL", "")),
            **_returned_mail(values),
        },
        metrics_token=values.get("ENISHI_METRICS_TOKEN", ""),
        role=role,
    )


def kept_secret(folder: Path, name: str) -> str:
    """A random secret in ``folder``, readable by its owner only, made when it is not there yet."""
    path = folder / name
    folder.mkdir(parents=True, exist_ok=True, mode=0o711 if os.geteuid() == 0 else 0o700)
    fresh = folder / f"{name}.{os.getpid()}"
    try:
        kept = path.read_text().strip()
        if kept:
            return kept
    except FileNotFoundError:
        pass
    number = os.open(fresh, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600)
    with os.fdopen(number, "w") as file:
        file.write(secrets.token_urlsafe(48))
    try:
        os.link(fresh, path)  # whoever comes first wins; nobody reads half a key
    except FileExistsError:
        pass
    except OSError:  # a file system without hard links
        fresh.replace(path)
    fresh.unlink(missing_ok=True)
    return path.read_text().strip()


def _data_folder(text: str) -> Path:
    folder = Path(text or "var").expanduser().absolute()
    for place in (folder, *folder.parents):
        if place.exists():
            if not place.is_dir():
                raise WrongEnvironment(
                    f"ENISHI_DATA_DIR is {folder}, but {place} is a file; "
                    "write the path of a folder."
                )
            if not os.access(place, os.W_OK | os.X_OK):
                raise WrongEnvironment(
                    f"ENISHI_DATA_DIR is {folder}, but {place} cannot be written; "
                    "write the path of a folder that this user may write."
                )
            break
    return folder


def _port(text: str) -> int:
    if not text:
        return 8000
    if not text.isascii() or not text.isdigit() or not 0 < int(text) < 65536:
        raise WrongEnvironment(f"PORT is {text!r}; write a number from 1 to 65535, such as 8000.")
    return int(text)


def _base_url(text: str, port: int) -> str:
    if not text:
        return f"http://127.0.0.1:{port}"
    parts = urlsplit(text)
    if parts.scheme not in ("http", "https") or not parts.hostname or parts.path not in ("", "/"):
        raise WrongEnvironment(
            f"ENISHI_BASE_URL is {text!r}; write the address that people type, "
            "such as https://members.example.jp, without a path."
        )
    return text.rstrip("/")


def _database(variable: str, url: str) -> dict[str, Any]:
    shape = "write postgresql://user:password@host:5432/name"
    try:
        parts = urlsplit(url)
        port = parts.port
    except ValueError as error:
        raise WrongEnvironment(f"{variable} cannot be read; {shape}.") from error
    if parts.scheme not in ("postgres", "postgresql"):
        raise WrongEnvironment(f"{variable} must name a PostgreSQL database; {shape}.")
    name = unquote(parts.path.lstrip("/"))
    if not name:
        raise WrongEnvironment(f"{variable} names no database; {shape}.")
    options = dict(parse_qsl(parts.query))
    host = options.pop("host", "") or unquote(parts.hostname or "")
    return {
        "NAME": name,
        "USER": unquote(parts.username or ""),
        "PASSWORD": unquote(parts.password or ""),
        "HOST": host,
        "PORT": str(port or ""),
        "OPTIONS": options,
    }


def _mail(url: str, host: str) -> dict[str, Any]:
    """Where mail goes. Without a URL it stays in the built-in mailbox, to be read in the office."""
    # An address needs a domain with a dot; a bare machine has none of its own.
    domain = host if "." in host and not host.replace(".", "").isdigit() else "enishi.invalid"
    common: dict[str, Any] = {
        "EMAIL_BACKEND": "enishi.messaging.backend.Backend",
        "EMAIL_TIMEOUT": 20,
        "MAIL_HOST": domain,
        "DEFAULT_FROM_ADDRESS": f"no-reply@{domain}",
    }
    if not url:
        return {**common, "MAIL_TRANSPORT": "mailbox"}
    shape = "write smtp://user:password@host:587 (smtps:// for TLS from the start)"
    try:
        parts = urlsplit(url)
        port = parts.port
    except ValueError as error:
        raise WrongEnvironment(f"EMAIL_URL cannot be read; {shape}.") from error
    if parts.scheme == "mailbox":
        return {**common, "MAIL_TRANSPORT": "mailbox"}
    if parts.scheme in _ESPS:
        return {**common, **_esp(parts.scheme, unquote(parts.username or ""), parts)}
    if parts.scheme not in ("smtp", "smtp+tls", "smtps") or not parts.hostname:
        raise WrongEnvironment(f"EMAIL_URL must name a mail server; {shape}.")
    return {
        **common,
        "MAIL_TRANSPORT": "smtp",
        "EMAIL_HOST": parts.hostname,
        "EMAIL_PORT": port or {"smtps": 465, "smtp+tls": 587}.get(parts.scheme, 25),
        "EMAIL_HOST_USER": unquote(parts.username or ""),
        "EMAIL_HOST_PASSWORD": unquote(parts.password or ""),
        "EMAIL_USE_SSL": parts.scheme == "smtps",
        "EMAIL_USE_TLS": parts.scheme == "smtp+tls",
    }


# Scheme of EMAIL_URL → anymail's name of the service, and of its key.
_ESPS = {
    "brevo": ("brevo", "BREVO_API_KEY"),
    "mailersend": ("mailersend", "MAILERSEND_API_TOKEN"),
    "mailgun": ("mailgun", "MAILGUN_API_KEY"),
    "mandrill": ("mandrill", "MANDRILL_API_KEY"),
    "postmark": ("postmark", "POSTMARK_SERVER_TOKEN"),
    "resend": ("resend", "RESEND_API_KEY"),
    "sendgrid": ("sendgrid", "SENDGRID_API_KEY"),
    "sparkpost": ("sparkpost", "SPARKPOST_API_KEY"),
}


def _esp(scheme: str, key: str, parts: SplitResult) -> dict[str, Any]:
    name, setting = _ESPS[scheme]
    if not key:
        raise WrongEnvironment(f"EMAIL_URL lacks the key of {scheme}; write {scheme}://KEY@.")
    esp: dict[str, Any] = {setting: key}
    if scheme == "mailgun" and parts.hostname:
        esp["MAILGUN_SENDER_DOMAIN"] = parts.hostname
    options = dict(parse_qsl(parts.query))
    if secret := options.pop("webhook_secret", ""):
        esp["WEBHOOK_SECRET"] = secret
    esp.update({option.upper(): value for option, value in options.items()})
    return {"MAIL_TRANSPORT": "anymail", "MAIL_ESP": name, "ANYMAIL": esp}


def _sms(url: str) -> dict[str, Any]:
    """How SMS leave. Without a URL they are written to the log."""
    if not url:
        return {"SMS_PROVIDER": "log"}
    shape = "write twilio://ACCOUNT_SID:AUTH_TOKEN@+815012345678"
    parts = urlsplit(url)
    if parts.scheme != "twilio" or not (parts.username and parts.password and parts.hostname):
        raise WrongEnvironment(f"ENISHI_SMS_URL cannot be read; {shape}.")
    return {
        "SMS_PROVIDER": "twilio",
        "TWILIO_SID": unquote(parts.username),
        "TWILIO_TOKEN": unquote(parts.password),
        "TWILIO_FROM": unquote(parts.hostname),
    }


def _returned_mail(values: Mapping[str, str]) -> dict[str, Any]:
    """Where mails that come back are received: an own SMTP receiver, an IMAP mailbox, or both."""
    receiver = values.get("ENISHI_INBOUND_SMTP", "")
    imap = values.get("ENISHI_INBOUND_IMAP", "")
    if receiver:
        name, _colon, port = receiver.rpartition(":")
        if not name or not port.isdigit() or not 0 < int(port) < 65536:
            raise WrongEnvironment(
                f"ENISHI_INBOUND_SMTP is {receiver!r}; write address:port, such as 0.0.0.0:2525."
            )
    if imap:
        parts = urlsplit(imap)
        if parts.scheme not in ("imap", "imaps") or not (parts.hostname and parts.username):
            raise WrongEnvironment(
                "ENISHI_INBOUND_IMAP cannot be read; write imaps://user:password@host/INBOX."
            )
    return {"INBOUND_SMTP": receiver, "INBOUND_IMAP": imap}
