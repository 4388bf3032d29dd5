"""Text bodies of mails: what is the same for everybody is encoded once, the rest for each.

Base64 goes by threes. A fixed piece is therefore kept in three shapes, one for each place in a
group at which it may begin; only the values between the pieces, with the odd bytes beside them,
are encoded for each mail.
"""

import binascii
import struct
from collections.abc import Mapping
from functools import lru_cache
from typing import Any

from .merge import Template

_LINE = 76
_BYTES = 57  # in a line
_LONG_BODY = 12_000  # bytes
_CRLF = b"\r\n"

# What a fixed piece is, when it begins at a place: bytes that end the group begun before it, the
# encoded lines (None: there is nothing in between), bytes that begin the next group.
Shape = tuple[bytes, bytes | None, bytes]
Shapes = tuple[Shape, Shape, Shape]


def is_small_and_ascii(text: str) -> bool:
    """Whether to write quoted-printable, which is readable but slow to make for long texts."""
    size = len(text.encode("utf-8", "replace"))
    return size < _LONG_BODY and size < len(text) * 1.15


def base64_lines(content: bytes) -> bytes:
    whole = binascii.b2a_base64(content, newline=False)
    count, rest = divmod(len(whole), _LINE)
    lines = _cut(count).unpack_from(whole)
    return _CRLF.join((*lines, whole[-rest:]) if rest else lines)


@lru_cache(maxsize=256)
def _cut(count: int) -> struct.Struct:
    """Cuts bytes into whole lines: half the time of slicing them one by one."""
    return struct.Struct(f"{_LINE}s" * count)


def quoted_printable(content: bytes) -> bytes:
    """RFC 2045, 6.7, over text with CRLF line ends."""
    # One CRLF in front makes the standard library break lines with CRLF throughout.
    return binascii.b2a_qp(b"\r\n" + content, istext=True)[2:]


def with_crlf(text: str) -> bytes:
    if "\r" in text:
        text = text.replace("\r\n", "\n").replace("\r", "\n")
    return text.replace("\n", "\r\n").encode("utf-8", "replace")


class Body:
    """A text part of a mail to many; ``encoding`` is its Content-Transfer-Encoding."""

    def __init__(self, template: Template) -> None:
        self.template = template
        fixed = template.fixed
        self._qp = is_small_and_ascii(template.source if fixed is None else fixed)
        self.encoding = "quoted-printable" if self._qp else "base64"
        self._ready = None if fixed is None else self._whole(fixed)
        self._first: Shape = (b"", None, b"")
        self._rest: list[tuple[int, Shapes]] = []
        if fixed is None and not self._qp:
            first, rest = template.woven
            self._first = shapes(with_crlf(first))[0]
            self._rest = [(which, shapes(with_crlf(text))) for which, text in rest]

    def of(self, values: Mapping[str, Any]) -> bytes:
        """The encoded body for one recipient. Raises merge.TooLong."""
        if self._ready is not None:
            return self._ready
        if self._qp:
            return quoted_printable(with_crlf(self.template.render(values)))
        texts = [with_crlf(text) for text in self.template.varying(values)]
        encode = binascii.b2a_base64
        head, lines, tail = self._first
        group = head + tail
        out = [lines[2:]] if lines is not None else []
        for which, beginnings in self._rest:
            group += texts[which]
            head, lines, tail = beginnings[len(group) % 3]
            group += head
            if lines is None:
                group += tail
                continue
            if len(group) > _BYTES:
                out.append(base64_lines(group))
            else:
                out.append(encode(group, newline=False))
            out.append(lines if group else lines[2:])
            group = tail
        out.append(base64_lines(group))
        return b"".join(out)

    def _whole(self, text: str) -> bytes:
        content = with_crlf(text)
        return quoted_printable(content) if self._qp else base64_lines(content)


def shapes(piece: bytes) -> Shapes:
    """``piece`` as it is when it begins a group of three bytes, goes on or ends one."""
    return _shape(piece, 0), _shape(piece, 1), _shape(piece, 2)


def _shape(piece: bytes, place: int) -> Shape:
    start = -place % 3
    end = len(piece) - (len(piece) - start) % 3
    if end <= start:
        return piece, None, b""
    return piece[:start], _CRLF + base64_lines(piece[start:end]) + _CRLF, piece[end:]
