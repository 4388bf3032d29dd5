"""How a file is written: its format, encoding and delimiter, and where its header stands."""

import codecs
import re
import unicodedata
from collections.abc import Iterable, Sequence
from dataclasses import asdict, dataclass, field
from pathlib import Path
from typing import Any, Self

from django.utils.translation import gettext as _

from .headers import known_headers
from .refusals import Unreadable

SAMPLE_BYTES = 2_000_000
HEADER_WITHIN = 30  # records in which the header row is looked for
LOOKED_AT = 5_000  # rows of a workbook, for columns without a heading
SHOWN_OF_UNNAMED = 3
DELIMITERS = (",", "\t", ";")


@dataclass(frozen=True)
class Layout:
    """What was found out about a file.

    ``header_line`` counts physical lines (rows, in a workbook) from 1. ``header`` is as in the
    file, trimmed. ``above`` is the number of lines above the header that are not member rows.
    ``unnamed``: index of a column without a heading → the first things that stand in it.
    """

    format: str
    encoding: str
    delimiter: str
    header_line: int
    header: list[str]
    above: int
    body_line: int
    sheet: str = ""
    unnamed: dict[str, list[str]] = field(default_factory=dict)

    def as_json(self) -> dict[str, Any]:
        return asdict(self)

    @classmethod
    def from_json(cls, found: dict[str, Any]) -> Self:
        return cls(**{name: found[name] for name in cls.__dataclass_fields__ if name in found})


def is_workbook(path: Path) -> bool:
    """Whether the file is an Excel workbook, new or old, going by its first bytes."""
    with path.open("rb") as file:
        return file.read(8).startswith((b"PK\x03\x04", b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1"))


def find_encoding(path: Path) -> str:
    """The Python codec of a text file; 'utf-8-sig' with and 'utf-8' without a byte order mark.

    The whole file is looked at, since one byte at its end can rule UTF-8 out.
    """
    with path.open("rb") as file:
        start = file.read(SAMPLE_BYTES)
    if start.startswith(codecs.BOM_UTF8):
        return "utf-8-sig"
    if start.startswith((codecs.BOM_UTF16_LE, codecs.BOM_UTF16_BE)):
        return "utf-16"
    if zeros := start[:4000].count(0):
        odd = start[1:4000:2].count(0)
        if zeros < len(start[:4000]) // 20:
            raise Unreadable(_("This is not a text or Excel file. Save the list as CSV or XLSX."))
        return "utf-16-le" if odd * 2 >= zeros else "utf-16-be"
    if _decodes(path, "utf-8"):
        return "utf-8"
    return "euc_jp" if _looks_like_euc(start) else "cp932"


def _decodes(path: Path, encoding: str) -> bool:
    decoder = codecs.getincrementaldecoder(encoding)()
    with path.open("rb") as file:
        try:
            while block := file.read(SAMPLE_BYTES):
                decoder.decode(block)
            decoder.decode(b"", final=True)
        except UnicodeDecodeError:
            return False
    return True


def _looks_like_euc(start: bytes) -> bool:
    """Whether bytes that CP932 can also spell make better Japanese as EUC-JP."""
    whole = start[: start.rfind(b"\n") + 1] or start
    return _japanese(whole, "euc_jp") > _japanese(whole, "cp932")


def _japanese(text: bytes, encoding: str) -> float:
    decoded = text.decode(encoding, errors="replace")
    wide = [c for c in decoded if ord(c) > 127]
    if not wide:
        return 0.0
    good = sum("\u3040" <= c <= "\u30ff" or "\u4e00" <= c <= "\u9fff" for c in wide)
    bad = sum(c == "\ufffd" or "\ue000" <= c <= "\uf8ff" for c in wide) * 3
    half = sum("\uff61" <= c <= "\uff9f" for c in wide) * 0.5
    return (good - bad - half) / len(wide)


def find_delimiter(lines: Sequence[str]) -> str:
    """The delimiter that cuts most of ``lines`` into the same number of cells."""
    best, best_score = ",", 0.0
    for delimiter in DELIMITERS:
        counts = [re.sub(r'"[^"]*"', "", line).count(delimiter) for line in lines if line.strip()]
        if not counts or not max(counts):
            continue
        usual = max(set(counts), key=lambda n: (counts.count(n) * (n > 0), n))
        score = counts.count(usual) * min(usual, 50) / len(counts)
        if score > best_score:
            best, best_score = delimiter, score
    return best


def find_header(records: Sequence[Sequence[str]]) -> int:
    """Index of the header among the first records: the row with the most words that name fields.

    When no row names any, the first row that is filled to the usual width and holds no figures.
    """
    hits = [known_headers(record) for record in records[:HEADER_WITHIN]]
    if hits and max(hits) >= 2:
        return hits.index(max(hits))
    width = max((_filled(record) for record in records), default=0)
    for index, record in enumerate(records[:HEADER_WITHIN]):
        if _filled(record) >= max(1, width * 0.6) and not any(_figure(cell) for cell in record):
            return index
    if hits and max(hits) == 1:
        return hits.index(1)
    raise Unreadable(
        _("No header row was found. The list needs one row with the names of its columns.")
    )


def headed(
    cells: Sequence[str], below: Iterable[Sequence[str]]
) -> tuple[list[str], dict[str, list[str]]]:
    """The header without the empty cells at its right end (Excel writes many) under which nothing
    stands, and what stands below those that are kept (as ``Layout.unnamed``)."""
    empty = [at for at, cell in enumerate(cells) if not cell]
    found: dict[str, list[str]] = {}
    for record in below if empty else ():
        for at in empty:
            if at < len(record) and (text := record[at].strip()):
                values = found.setdefault(str(at), [])
                if len(values) < SHOWN_OF_UNNAMED and text[:200] not in values:
                    values.append(text[:200])
    named = max((at for at, cell in enumerate(cells) if cell), default=-1)
    unnamed = dict(sorted(found.items(), key=lambda pair: int(pair[0])))
    return list(cells[: max([named, *map(int, found)]) + 1]), unnamed


def _filled(record: Sequence[str]) -> int:
    return sum(bool(cell.strip()) for cell in record)


def _figure(cell: str) -> bool:
    folded = unicodedata.normalize("NFKC", cell).strip()
    return bool(re.fullmatch(r"[\d\s/.,:+()-]+", folded)) or "@" in folded
