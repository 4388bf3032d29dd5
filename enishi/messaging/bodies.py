"""Text bodies of mails: what is the same for everybody is encoded once, the rest for each.

Base64 goes by threes. A fixed piece is therefore kept in three shapes, one for each place in a
group at which it may begin; only the values between the pieces, with the odd bytes beside them,
are encoded for each mail. Which shapes follow each other depends on no more than the lengths of
the values, by threes: a frame is made once for all mails that agree in them.
"""

import binascii
import struct
from collections.abc import Mapping, Sequence
from functools import lru_cache
from typing import Any, NamedTuple

from .merge import Template

_LINE = 76
_BYTES = 57  # in a line
_LONG_BODY = 12_000  # bytes
_CRLF = b"\r\n"
_SHORT = 53  # bytes of a value that stays within a line with up to four odd bytes beside it
_MOST_FRAMES = 500

# What a fixed piece is, when it begins at a place: bytes that end the group begun before it, the
# encoded lines (None: there is nothing in between), bytes that begin the next group.
Shape = tuple[bytes, bytes | None, bytes]
Shapes = tuple[Shape, Shape, Shape]


class Gap(NamedTuple):
    """What is encoded for one mail alone: fixed bytes, then values by number, each with the fixed
    bytes behind it."""

    before: bytes
    values: tuple[tuple[int, bytes], ...]


class Frame(NamedTuple):
    """The encoded pieces of a body in their order, and the gap that follows each.

    ``short``: a gap with one value, on one line, as bytes, value, bytes; one that stands for a gap
    of ``wide`` (by its place among the pieces) names the empty value at the end.
    """

    pieces: list[bytes]
    short: tuple[tuple[bytes, int, bytes], ...]
    wide: tuple[tuple[int, Gap], ...]


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
        self._frames: dict[tuple[int, ...], Frame] = {}
        if fixed is None and not self._qp:
            first, rest = template.woven
            self._first = shapes(with_crlf(first))[0]
            self._rest = [(which, shapes(with_crlf(text))) for which, text in rest]

    def of(self, values: Mapping[str, Any]) -> Sequence[bytes]:
        """The encoded body for one recipient, in pieces. Raises merge.TooLong."""
        if self._ready is not None:
            return (self._ready,)
        if self._qp:
            return (quoted_printable(with_crlf(self.template.render(values))),)
        texts = [
            text.encode("utf-8", "replace") if text.isprintable() else with_crlf(text)
            for text in self.template.varying(values)
        ]
        kind = tuple([one % 3 if 0 < one <= _SHORT else one % 3 + 3 for one in [*map(len, texts)]])
        frame = self._frames.get(kind)
        if frame is None:
            if len(self._frames) >= _MOST_FRAMES:
                self._frames.clear()
            frame = self._frames[kind] = self._frame(kind)
        texts.append(b"")
        encode = binascii.b2a_base64
        out = frame.pieces.copy()
        out[1::2] = [
            encode(before + texts[which] + after, newline=False)
            for before, which, after in frame.short
        ]
        for place, gap in frame.wide:
            content = gap.before
            for which, after in gap.values:
                content += texts[which] + after
            out[place] = base64_lines(content)
            if not content and place + 1 < len(out):  # the lines before have ended theirs
                out[place + 1] = out[place + 1][len(_CRLF) :]
        return out

    def _frame(self, kind: Sequence[int]) -> Frame:
        """For values whose lengths by threes are ``kind``, with three more for those that are
        empty or may not stay on one line."""
        head, lines, tail = self._first
        pieces = [b"" if lines is None else lines[len(_CRLF) :]]
        gaps = []
        before, values, length = head + tail, list[tuple[int, bytes]](), len(head + tail)
        for which, beginnings in self._rest:
            head, lines, tail = beginnings[(length + kind[which]) % 3]
            if lines is None:
                values.append((which, head + tail))
                length += kind[which] + len(head + tail)
                continue
            gaps.append(Gap(before, (*values, (which, head))))
            pieces += [b"", lines]
            before, values, length = tail, [], len(tail)
        gaps.append(Gap(before, tuple(values)))
        pieces.append(b"")
        short, wide = [], []
        for number, gap in enumerate(gaps):
            [(which, after), *more] = gap.values or [(-1, b"")]
            if not more and which >= 0 and kind[which] < 3:
                short.append((gap.before, which, after))
            else:
                short.append((b"", -1, b""))
                wide.append((2 * number + 1, gap))
        return Frame(pieces, tuple(short), tuple(wide))

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
