"""Where things stand in a PDF, in millimetres: enough of its language to measure what we print."""

import re
import zlib
from dataclasses import dataclass

MM = 25.4 / 72
_TOKEN = re.compile(
    rb"\((?:\\.|[^\\()]|\([^()]*\))*\)|\[|\]|/[^\s/\[\]()]+|[-+.\d]+|[A-Za-z*']+", re.DOTALL
)
_ESCAPED = re.compile(rb"\\([0-7]{1,3}|.)", re.DOTALL)
_LETTERS = {b"n": b"\n", b"r": b"\r", b"t": b"\t", b"b": b"\b", b"f": b"\f"}
Matrix = tuple[float, float, float, float, float, float]


@dataclass(frozen=True)
class Sign:
    """One glyph: the box that it takes, from the upper left corner of the page."""

    left: float
    top: float
    right: float
    bottom: float


@dataclass(frozen=True)
class Page:
    width: float
    height: float
    signs: list[Sign]


def pages(pdf: bytes) -> list[Page]:
    """The pages of a PDF as Typst writes them."""
    sizes = re.findall(rb"/MediaBox ?\[0 0 ([\d.]+) ([\d.]+)\]", pdf)
    found = []
    streams = re.finditer(rb"stream\r?\n(.*?)\r?\nendstream", pdf, re.DOTALL)
    contents = [_inflated(match[1]) for match in streams]
    drawn = [c for c in contents if b" cm" in c or b"BT" in c]
    for (width, height), content in zip(sizes, drawn, strict=True):
        signs = _signs(content, float(height), _widths(pdf))
        found.append(Page(float(width) * MM, float(height) * MM, signs))
    return found


def _inflated(stream: bytes) -> bytes:
    try:
        return zlib.decompress(stream)
    except zlib.error:
        return b""


def _widths(pdf: bytes) -> dict[int, float]:
    """Glyph → the widest that any font of the file has, in heights of a sign."""
    widths: dict[int, float] = {}
    for array in re.findall(rb"/W ?\[([\d. \n]+)\]", pdf):
        numbers = array.split()
        for at in range(0, len(numbers), 3):  # first, last, width
            for glyph in range(int(numbers[at]), int(numbers[at + 1]) + 1):
                widths[glyph] = max(widths.get(glyph, 0), float(numbers[at + 2]) / 1000)
    return widths


def _text(token: bytes) -> bytes:
    def plain(match: re.Match[bytes]) -> bytes:
        what = match[1]
        return bytes([int(what, 8)]) if what[:1].isdigit() else _LETTERS.get(what, what)

    return _ESCAPED.sub(plain, token[1:-1])


def _times(one: Matrix, two: Matrix) -> Matrix:
    a, b, c, d, e, f = one
    g, h, i, j, k, m = two
    return (
        a * g + b * i, a * h + b * j, c * g + d * i, c * h + d * j,
        e * g + f * i + k, e * h + f * j + m,
    )  # fmt: skip


def _signs(content: bytes, height: float, widths: dict[int, float]) -> list[Sign]:
    now: Matrix = (1, 0, 0, 1, 0, 0)
    line, size, kept = now, 0.0, list[Matrix]()
    stack: list[bytes] = []
    found: list[Sign] = []
    for token in _TOKEN.findall(content):
        word = token.decode("latin-1")
        if not re.fullmatch(r"[A-Za-z*']+", word):
            stack.append(token)
            continue
        numbers = [float(one) for one in stack if re.fullmatch(rb"[-+.\d]+", one)]
        match word:
            case "q":
                kept.append(now)
            case "Q":
                now = kept.pop()
            case "cm":
                now = _times(tuple(numbers[-6:]), now)  # type: ignore[arg-type]
            case "Tf":
                size = numbers[-1]
            case "Tm":
                line = tuple(numbers[-6:])  # type: ignore[assignment]
            case "Tj" | "TJ":
                found += _shown(stack, _times(line, now), size, height, widths)
        stack = []
    return found


def _shown(
    stack: list[bytes], at: Matrix, size: float, height: float, widths: dict[int, float]
) -> list[Sign]:
    found, x = [], 0.0
    for one in stack:
        if re.fullmatch(rb"[-+.\d]+", one):
            x -= float(one) / 1000 * size
        if not one.startswith(b"("):
            continue
        text = _text(one)
        for low in range(0, len(text), 2):
            glyph = int.from_bytes(text[low : low + 2], "big")
            wide = widths.get(glyph, 1.0) * size
            # Japanese signs fill their square: a ninth of it lies below the line.
            corners = [(x, -0.11 * size), (x + wide, 0.85 * size)]
            a, b, c, d, e, f = at
            xs = [a * u + c * v + e for u, v in corners]
            ys = [height - (b * u + d * v + f) for u, v in corners]
            found.append(Sign(min(xs) * MM, min(ys) * MM, max(xs) * MM, max(ys) * MM))
            x += wide
    return found
