"""The bytes of a mail: compiled once for all recipients, then assembled for each.

    letter = Letter(sender=Mailbox("info@example.jp", "縁の会"), subject=…, text=…, html=…)
    letter.build(Mailbox("hanako@example.jp", "山田 花子"), values, message_id="r12@example.jp",
                 unsubscribe="https://…/mail/unsubscribe/…")

``subject``, ``text`` and ``html`` are ``merge.Template``s; ``values`` fill them. The result is a
whole RFC 5322 message with CRLF line ends, pure ASCII, no line longer than 998 bytes; it has not
yet been dot-stuffed (the connection does that). Made for bulk: about 0.15 ms for 20 KB of HTML,
where the standard library takes 3 to 4 ms. The tests compare it with the standard parser.
"""

import binascii
import re
import secrets
import time
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from email.utils import formatdate
from typing import Any

from .addresses import Mailbox, wire
from .bodies import Body, base64_lines
from .merge import Template

_LINE = 76
_WORD = 45  # bytes of UTF-8 in one encoded word: 12 + 60 characters, RFC 2047 allows 75
_WIDEST_HEADER = 900
_CONTROLS = re.compile("[\x00-\x1f\x7f-\x9f\u2028\u2029]")
_SPECIALS = frozenset('()<>[]:;@\\,."')


@dataclass(frozen=True, slots=True)
class Attachment:
    """A file that goes with every mail."""

    name: str
    type: str
    content: bytes


# Headers


def one_line(text: str) -> str:
    """``text`` without anything that could begin a new header."""
    if text.isprintable():  # nothing of what follows is
        return text.strip()
    if not text.isascii():
        text = text.encode("utf-8", "replace").decode()
    return _CONTROLS.sub(" ", text).strip()


def encoded(text: str) -> str:
    """``text`` for a header (RFC 2047): as it is when plain ASCII, else words of base64, folded."""
    text = one_line(text)
    if text.isascii() and "=?" not in text and len(text) <= _WIDEST_HEADER:
        return folded(text)
    content = text.encode()
    if len(content) <= _WORD:
        return f"=?utf-8?b?{binascii.b2a_base64(content, newline=False).decode()}?="
    words: list[str] = []
    at = 0
    while at < len(content) or not words:
        end = at + _WORD
        while end < len(content) and content[end] & 0xC0 == 0x80:  # inside of a letter
            end -= 1
        words.append(binascii.b2a_base64(content[at:end], newline=False).decode())
        at = end
    return "\r\n ".join([f"=?utf-8?b?{word}?=" for word in words])


def folded(text: str) -> str:
    """Long ASCII text with line breaks at blanks (RFC 5322, 2.2.3)."""
    if len(text) <= _LINE - 10:
        return text
    lines, line = [], ""
    for part in text.split(" "):
        if line and len(line) + len(part) > _LINE - 10:
            lines.append(line)
            line = part
        else:
            line = f"{line} {part}" if line else part
    lines.append(line)
    return "\r\n ".join(one for one in lines if one.strip())


def mailbox(box: Mailbox) -> str:
    """``name <address>`` for From, To and Reply-To. Raises BadAddress."""
    address = wire(box.address)
    name = one_line(box.name)
    if not name:
        return address
    if not name.isascii() or "=?" in name or len(name) > _LINE:
        name = encoded(name)
    elif _SPECIALS & set(name):
        name = '"' + name.replace("\\", "\\\\").replace('"', '\\"') + '"'
    between = "\r\n " if len(name) + len(address) > _LINE - 14 else " "
    return f"{name}{between}<{address}>"


def _header(name: str, value: str) -> str:
    return f"{name}: {value}\r\n"


class _Part:
    """A text part: its head is fixed, its body is made for each recipient."""

    def __init__(self, template: Template, subtype: str) -> None:
        body = Body(template)
        self.body = body.of
        self.head = (
            f"Content-Type: text/{subtype}; charset=utf-8\r\n"
            f"Content-Transfer-Encoding: {body.encoding}\r\n\r\n"
        ).encode()


class Letter:
    """A mail to many: everything that is the same for all of them is made once."""

    def __init__(
        self,
        *,
        sender: Mailbox,
        subject: Template,
        text: Template,
        html: Template | None = None,
        reply_to: Mailbox | None = None,
        headers: Mapping[str, str] | None = None,
        attachments: Sequence[Attachment] = (),
    ) -> None:
        self.subject = subject
        fixed = subject.fixed
        self._subject = None if fixed is None else _header("Subject", encoded(fixed))
        self._sender = _header("From", mailbox(sender))
        self._reply_to = _header("Reply-To", mailbox(reply_to)) if reply_to else ""
        more = {one_line(name): encoded(value) for name, value in (headers or {}).items()}
        self._more = "".join(_header(name, value) for name, value in more.items() if name.isascii())
        self._text = _Part(text, "plain")
        self._html = None if html is None else _Part(html, "html")
        # "=_" can stand in neither base64 nor quoted-printable: no body can hold a boundary.
        mixed, alternative = f"=_m{secrets.token_hex(12)}", f"=_a{secrets.token_hex(12)}"
        attached = b"".join(_attachment(one, mixed) for one in attachments)
        opening = ""
        if attached:
            opening = f'Content-Type: multipart/mixed; boundary="{mixed}"\r\n\r\n--{mixed}\r\n'
        closing = attached + f"\r\n--{mixed}--\r\n".encode() if attached else b""
        if self._html is None:
            self._opening = opening.encode() + self._text.head
            self._between, self._closing = b"", b"\r\n" + closing
        else:
            opening += f'Content-Type: multipart/alternative; boundary="{alternative}"\r\n\r\n'
            border = f"\r\n--{alternative}\r\n".encode()
            self._opening = opening.encode() + border[2:] + self._text.head
            self._between = border + self._html.head
            self._closing = f"\r\n--{alternative}--\r\n".encode() + closing

    def build(
        self,
        to: Mailbox,
        values: Mapping[str, Any],
        *,
        message_id: str,
        unsubscribe: str = "",
        unsubscribe_mail: str = "",
        sender: Mailbox | None = None,
        reply_to: Mailbox | None = None,
        at: datetime | None = None,
    ) -> bytes:
        """The mail to ``to``. ``unsubscribe`` (URL) makes it one that RFC 8058 can take back.

        ``message_id`` without the angle brackets; ``sender`` and ``reply_to`` take the place of
        those of the letter. Raises BadAddress, merge.TooLong.
        """
        subject = self._subject or _header("Subject", encoded(self.subject.render(values)))
        ways = ""
        if unsubscribe:
            ways = f"List-Unsubscribe: <{one_line(unsubscribe)}>"
            if unsubscribe_mail:
                ways += f",\r\n <mailto:{one_line(unsubscribe_mail)}>"
            ways += "\r\nList-Unsubscribe-Post: List-Unsubscribe=One-Click\r\n"
        head = (
            f"{_header('From', mailbox(sender)) if sender else self._sender}"
            f"To: {mailbox(to)}\r\n"
            f"{_header('Reply-To', mailbox(reply_to)) if reply_to else self._reply_to}"
            f"{subject}Date: {date_header(at)}\r\nMessage-ID: <{one_line(message_id)}>\r\n"
            f"{ways}{self._more}MIME-Version: 1.0\r\n"
        ).encode("ascii", "replace")
        text = self._text.body(values)
        if self._html is None:
            return b"".join((head, self._opening, *text, self._closing))
        rich = self._html.body(values)
        return b"".join((head, self._opening, *text, self._between, *rich, self._closing))


def _attachment(one: Attachment, border: str) -> bytes:
    kind = one_line(one.type) if "/" in one.type and one.type.isascii() else ""
    name = _extended("filename", one_line(one.name) or "file")
    head = (
        f"\r\n--{border}\r\nContent-Type: {kind or 'application/octet-stream'}\r\n"
        f"Content-Transfer-Encoding: base64\r\n"
        f"Content-Disposition: attachment;\r\n {name}\r\n\r\n"
    )
    return head.encode() + base64_lines(one.content)


def _extended(name: str, value: str) -> str:
    """A parameter in any script (RFC 2231)."""
    from urllib.parse import quote

    return f"{name}*=utf-8''{quote(value[:100], safe='')}"


_dates: dict[int, str] = {}


def date_header(at: datetime | None = None) -> str:
    """The Date header's text; made once a second."""
    moment = int(at.timestamp() if at else time.time())
    found = _dates.get(moment)
    if found is None:
        if len(_dates) > 100:
            _dates.clear()
        found = _dates[moment] = formatdate(moment, localtime=False).replace("-0000", "+0000")
    return found
