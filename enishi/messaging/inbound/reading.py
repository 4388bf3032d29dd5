"""What a mail to the bounce address means: delivery reports (RFC 3464), complaints (RFC 5965),
the prose of mail servers and carriers, and automatic answers, which are no bounces."""

import re
from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass
from email import message_from_bytes
from email.message import Message as Mail
from email.utils import parseaddr
from typing import Any

from enishi.messaging.headers import decoded, in_charset
from enishi.messaging.models import Report
from enishi.messaging.tokens import read_return_path

from .classifying import kind_of, status_in

Kind = Report.Kind
MOST_RECIPIENTS = 50  # of one report
_LONGEST = 200_000  # characters that are looked through

# Return paths (bounce+m1z-…@) and Message-IDs (m1z-…@) of ours.
_SIGNED = re.compile(r"\b[a-z][0-9a-z]{1,13}-[a-z2-7]{12}@[\w.-]{1,255}", re.IGNORECASE)
_ADDRESS = re.compile(r"[A-Za-z0-9!#$%&'*+/=?^_`{|}~.-]{1,64}@[A-Za-z0-9-]+(?:\.[A-Za-z0-9-]+)+")
_DAEMON = re.compile(
    r"mailer-?daemon|postmaster|mail delivery (?:sub)?system|mail ?administrator|mdaemon",
    re.IGNORECASE,
)
_FAILURE_SUBJECT = re.compile(
    r"undeliver|delivery (?:status notification|failure|failed|has failed)|failure notice|"
    r"returned (?:mail|to sender)|mail (?:delivery failed|system error)|could not be delivered|"
    r"配信(?:不能|できません|エラー|失敗)|送信(?:できません|エラー|失敗)|配達(?:不能|できません)|"
    r"届け(?:られ)?ません|届きません|メールエラー",
    re.IGNORECASE,
)
_DELAY = re.compile(
    r"delayed|will (?:be retried|retry|continue to (?:be )?tr)|still trying|"
    r"warning:.{0,40}not.{0,10}delivered|遅延|再送(?:信)?を(?:試み|続け)",
    re.IGNORECASE,
)
_AUTOMATIC_SUBJECT = re.compile(
    r"^(?:auto(?:matic)?[ -]?(?:re(?:ply|sponse)|answer)|out of (?:the )?office|vacation|"
    r"自動(?:返信|応答)|不在|休暇|【自動)|自動返信|out of office|不在のお知らせ",
    re.IGNORECASE,
)
_OURS = re.compile(
    r"^(?:original message|-{3,} ?(?:original|this is a copy|the header)|元のメッセージ)",
    re.IGNORECASE | re.MULTILINE,
)


@dataclass(frozen=True)
class Finding:
    """One thing that a mail tells. ``token``: kind and number of the message, by our return path;
    ``address``: whom the mail names (believed only where there is no token)."""

    kind: str
    address: str = ""
    token: tuple[str, int] | None = None
    status: str = ""
    text: str = ""


def findings(content: bytes, envelope_to: Sequence[str] = ()) -> list[Finding]:
    """What the mail tells; nothing for a letter that a person has written."""
    mail = message_from_bytes(content)
    token = _token(mail, content, envelope_to)
    parts = list(mail.walk())
    kinds = {part.get_content_type() for part in parts}
    if "message/feedback-report" in kinds:
        return list(_complaints(parts, token))[:MOST_RECIPIENTS]
    if "message/delivery-status" in kinds:
        return list(_delivery_report(parts, token))[:MOST_RECIPIENTS]
    subject, sender = _header(mail, "Subject"), _header(mail, "From")
    if _is_automatic(mail, subject) and not _DAEMON.search(sender):
        return [Finding(Kind.AUTO_REPLY, parseaddr(sender)[1], token, "", subject)]
    if _DAEMON.search(sender) or _FAILURE_SUBJECT.search(subject):
        return [_prose(parts, token, subject)]
    return []


# Whose it is

Token = tuple[str, int]
_name: list[Callable[[str], Token | None]] = []


def names_message(find: Callable[[str], Token | None]) -> Callable[[str], Token | None]:
    """Register a function (text of a mail) → kind and number of the message of ours that it speaks
    of, by a signed word that is not one of these addresses. Many servers give mails an id of their
    own and keep the other headers."""
    _name.append(find)
    return find


def _token(mail: Mail, content: bytes, envelope_to: Sequence[str]) -> tuple[str, int] | None:
    """The signed word: of the envelope, of the headers, or of the returned mail inside."""
    headers = ("X-Original-To", "Delivered-To", "Envelope-To", "To", "Cc", "In-Reply-To")
    named = [value for name in headers for value in mail.get_all(name, [])]
    for place in (*envelope_to, *map(str, named)):
        for found in [place, *_SIGNED.findall(place)]:
            if (token := read_return_path(found)) is not None:
                return token
    text = content[:_LONGEST].decode("ascii", "replace").replace("=\r\n", "").replace("=\n", "")
    for found in _SIGNED.findall(text)[:50]:
        if (token := read_return_path(found)) is not None:
            return token
    return next((token for find in _name if (token := find(text)) is not None), None)


# The kinds of mail


def _complaints(parts: Iterable[Mail], token: tuple[str, int] | None) -> Iterator[Finding]:
    """RFC 5965: an abuse report."""
    for part in parts:
        if part.get_content_type() != "message/feedback-report":
            continue
        for fields in _blocks(part):
            if _field(fields, "Feedback-Type").lower() == "not-spam":
                continue
            named = _field(fields, "Original-Rcpt-To") or _field(fields, "Removal-Recipient")
            yield Finding(
                Kind.COMPLAINT,
                _bare(named),
                token,
                "",
                _field(fields, "User-Agent") or _field(fields, "Feedback-Type"),
            )


def _delivery_report(parts: Sequence[Mail], token: tuple[str, int] | None) -> Iterator[Finding]:
    """RFC 3464: one finding for each recipient that failed or waits."""
    human = _human_text(parts)
    for part in parts:
        if part.get_content_type() != "message/delivery-status":
            continue
        for fields in _blocks(part):
            action = _field(fields, "Action").lower()
            address = _bare(
                _field(fields, "Original-Recipient") or _field(fields, "Final-Recipient")
            )
            if not address or action in {"delivered", "relayed", "expanded"}:
                continue
            status = status_in(_field(fields, "Status"))
            diagnostic = _field(fields, "Diagnostic-Code")
            text = diagnostic or human[:300]
            if action == "delayed":
                yield Finding(Kind.DELAYED, address, token, status, text)
                continue
            inner = status_in(diagnostic)
            if inner and (not status or status.endswith((".0.0", ".4.7"))):
                status = inner  # the far server said it more exactly
            kind = kind_of(status, diagnostic)
            if kind in (Kind.UNKNOWN, Kind.SOFT) and not inner:
                said = kind_of(status, human)
                kind = kind if said == Kind.UNKNOWN else said
            yield Finding(kind, address, token, status, text)


def _prose(parts: Sequence[Mail], token: tuple[str, int] | None, subject: str) -> Finding:
    """A bounce in words only, as qmail, older servers and carriers write it."""
    human = _human_text(parts)
    ours = _OURS.search(human)
    told = human[: ours.start()] if ours else human
    status = status_in(told)
    text = " ".join(told.split())[:500]
    address = next(
        (one for one in _ADDRESS.findall(told) if not _DAEMON.search(one) and not _is_ours(one)), ""
    )
    if _DELAY.search(told) or _DELAY.search(subject):
        return Finding(Kind.DELAYED, address, token, status, text)
    return Finding(kind_of(status, told), address, token, status, text)


def _is_automatic(mail: Mail, subject: str) -> bool:
    submitted = _header(mail, "Auto-Submitted").lower()
    if submitted.startswith("auto-replied"):
        return True
    if any(mail.get(name) for name in ("X-Autoreply", "X-Autorespond", "X-Autoresponder")):
        return True
    precedence = _header(mail, "Precedence").lower()
    return precedence == "auto_reply" or bool(_AUTOMATIC_SUBJECT.search(subject.strip()))


def _is_ours(address: str) -> bool:
    return read_return_path(address) is not None


# Reading odd mails without stumbling


def _blocks(part: Mail) -> Iterator[Any]:
    """The groups of fields of a machine-readable part; the parser makes messages of them."""
    payload = part.get_payload()
    if isinstance(payload, list):
        yield from payload
        return
    text = _decoded(part)
    for block in re.split(r"\r?\n\r?\n", text):
        if block.strip():
            yield message_from_bytes(block.strip().encode("utf-8", "replace") + b"\n\n")


def _field(fields: Any, name: str) -> str:
    return " ".join(str(fields.get(name, "") or "").split())


def _bare(value: str) -> str:
    """``rfc822;hanako@example.jp`` → the address."""
    address = value.rpartition(";")[2].strip().strip("<>").strip()
    return address if "@" in address else ""


def _header(mail: Mail, name: str) -> str:
    return decoded(str(mail.get(name, "") or ""))


def _human_text(parts: Sequence[Mail]) -> str:
    """The text that people read, before the returned mail."""
    told = []
    for part in parts:
        if part.get_content_type() in {"message/rfc822", "text/rfc822-headers"}:
            break
        if part.get_content_maintype() == "text":
            text = _decoded(part)
            if part.get_content_subtype() == "html":
                text = re.sub(r"<[^>]{0,2000}>", " ", text)
            told.append(text)
    return "\n".join(told)[:_LONGEST]


def _decoded(part: Mail) -> str:
    payload = part.get_payload(decode=True)
    if not isinstance(payload, bytes):
        return ""
    charset = part.get_content_charset() or ""
    if not charset and b"\x1b$" in payload:
        charset = "iso-2022-jp"
    return in_charset(payload, charset or "utf-8")
