"""A file as chunks of rows: every cell text, each row with the line on which it begins."""

import codecs
import csv
from collections.abc import Iterator
from contextlib import suppress
from dataclasses import dataclass
from itertools import islice
from pathlib import Path
from typing import BinaryIO

import polars as pl
from django.utils.translation import gettext as _

from . import workbook
from .layout import (
    SAMPLE_BYTES,
    Layout,
    find_delimiter,
    find_encoding,
    find_header,
    headed,
    is_workbook,
)
from .refusals import Unreadable, unreadable_cell

BLOCK_BYTES = 1_000_000
MORE = "more"  # column that holds what stands beyond the header's last column
LINE = "line"


@dataclass(frozen=True)
class Chunk:
    """Rows as a frame of text columns c0…cN, ``more`` and ``line``; ``read`` is bytes so far.

    No cell is null; a missing one is ''. Cells are as in the file.
    """

    frame: pl.DataFrame
    read: int


def column_names(layout: Layout) -> list[str]:
    return [f"c{i}" for i in range(len(layout.header))]


def find_layout(path: Path) -> Layout:
    """Look at the beginning of ``path``; raises Unreadable when it is no list."""
    if is_workbook(path):
        return workbook.find_layout(path)
    encoding = find_encoding(path)
    with path.open("rb") as file:
        start = file.read(SAMPLE_BYTES)
    text = start.decode(encoding, errors="replace")
    if not text.strip("\ufeff\r\n\t ,;"):
        raise Unreadable(_("This file is empty."))
    if "\x00" in text:  # what no list has, but every picture
        raise Unreadable(_("This is not a text or Excel file. Save the list as CSV or XLSX."))
    every = _lines(text)
    lines = every[:200]
    delimiter = find_delimiter(lines)
    records, starts = [], []
    reader = csv.reader((line + "\n" for line in lines), delimiter=delimiter)
    before = 0
    for record in islice(reader, 100):
        records.append([cell.strip("\ufeff \u3000\t\r\n") for cell in record])
        starts.append(before + 1)
        before = reader.line_num
    index = find_header(records)
    body = starts[index + 1] if index + 1 < len(starts) else before + 1
    header, unnamed = headed(records[index], _records(every[body - 1 :], delimiter))
    return Layout(
        format="csv",
        encoding=encoding,
        delimiter=delimiter,
        header_line=starts[index],
        header=header,
        above=starts[index] - 1,
        body_line=body,
        unnamed=unnamed,
    )


def _records(lines: list[str], delimiter: str) -> Iterator[list[str]]:
    """The rows of the part that was looked at, as far as they can be read."""
    with suppress(csv.Error):
        yield from csv.reader((line + "\n" for line in lines), delimiter=delimiter)


def chunks(path: Path, layout: Layout) -> Iterator[Chunk]:
    """The rows below the header, in pieces of a few megabytes."""
    if layout.format == "xlsx":
        yield from _workbook_chunks(path, layout)
        return
    with path.open("rb") as file:
        source = _Source(file, layout)
        names = [*column_names(layout), MORE]
        while source.load():
            yield Chunk(_parsed(source, names, layout.delimiter), file.tell())


def _workbook_chunks(path: Path, layout: Layout) -> Iterator[Chunk]:
    names = [*column_names(layout), MORE]
    size = path.stat().st_size
    rows = workbook.rows(path, layout)
    while batch := list(islice(rows, 20_000)):
        yield Chunk(_frame([r for _n, r in batch], [n for n, _r in batch], names), size)


class _Source:
    """Whole lines of the file, block by block, and the physical number of the first one."""

    def __init__(self, file: BinaryIO, layout: Layout) -> None:
        self._file = file
        self._decoder = codecs.getincrementaldecoder(layout.encoding)(errors="replace")
        start = file.read(SAMPLE_BYTES)
        file.seek(0)
        self._old_mac = b"\r" in start and b"\n" not in start  # a lone \r ends its lines
        self._rest = ""
        self._skip = layout.body_line - 1
        self._count = 0
        self.is_last = False
        self.first = 1
        self.text = ""

    def load(self) -> bool:
        """Take the next block of lines, each ended by a line feed; false at the end of the file."""
        self.first += self._count
        self.text = self._next()
        while self._skip and self.text:
            self._skip_lines()
            self.text = self.text or self._next()
        self._count = self.text.count("\n")
        return bool(self.text)

    def extend(self) -> str:
        """Put the next block behind the present one, for a record that runs on into it."""
        more = self._next()
        self.text += more
        self._count += more.count("\n")
        return more

    def cut(self, length: int) -> None:
        """Keep the first ``length`` characters; the others come again with the next block."""
        self._rest = self.text[length:] + self._rest
        self.text = self.text[:length]
        self._count = self.text.count("\n")

    def _skip_lines(self) -> None:
        at = 0
        while self._skip and at < len(self.text):
            at = self.text.index("\n", at) + 1
            self._skip -= 1
            self.first += 1
        self.text = self.text[at:]

    def _next(self) -> str:
        while not self.is_last:
            block = self._file.read(BLOCK_BYTES)
            self.is_last = not block
            text = self._rest + self._decoder.decode(block, final=self.is_last)
            if self._old_mac:
                text = text.replace("\r", "\n")
            cut = len(text) if self.is_last else text.rfind("\n") + 1
            text, self._rest = text[:cut], text[cut:]
            if text:
                return text if text.endswith("\n") else text + "\n"
        return ""


def _lines(text: str) -> list[str]:
    r"""Physical lines without their ends. A lone \r ends a line only when there is no \n."""
    if "\n" not in text and "\r" in text:
        text = text.replace("\r", "\n")
    lines = text.split("\n")
    if lines and not lines[-1]:
        lines.pop()
    return lines


def _parsed(source: _Source, names: list[str], delimiter: str) -> pl.DataFrame:
    """Split in bulk where quotation marks are in order, else record by record by the csv module."""
    if source.text.startswith("\ufeff"):  # the splitter would take it for a byte order mark
        return _one_by_one(source, names, delimiter)
    try:
        if '"' not in source.text:
            frame = _split(source.text, names, delimiter, quote=None)
            return _numbered(frame, source.first, {})
        extra = _breaks_in_cells(source, delimiter)
        if extra is not None:
            frame = _split(source.text, names, delimiter, quote='"')
            return _numbered(frame, source.first, extra)
    except pl.exceptions.PolarsError:  # a row with more cells than the header
        pass
    return _one_by_one(source, names, delimiter)


def _split(text: str, names: list[str], delimiter: str, *, quote: str | None) -> pl.DataFrame:
    frame = pl.read_csv(
        text.encode(),
        has_header=False,
        separator=delimiter,
        quote_char=quote,
        schema=dict.fromkeys(names, pl.String),
        missing_columns="insert",
        extra_columns="raise",
        empty_string_is_null=False,
        eol_char="\n",
    )
    return frame.fill_null("")


def _numbered(frame: pl.DataFrame, first: int, extra: dict[int, int]) -> pl.DataFrame:
    """With the line on which each record begins; ``extra`` are line breaks inside records."""
    numbers = pl.int_range(first, first + frame.height, eager=True)
    if extra:
        later = pl.DataFrame({"at": list(extra), "n": list(extra.values())})
        shift = (
            pl.DataFrame({"at": pl.int_range(frame.height, eager=True)})
            .join(later, on="at", how="left", maintain_order="left")["n"]
            .fill_null(0)
        )
        numbers += shift.cum_sum() - shift
    return frame.with_columns(numbers.alias(LINE))


def _breaks_in_cells(source: _Source, delimiter: str) -> dict[int, int] | None:
    """How many line breaks stand in the cells of each record that has any.

    Cuts the block behind its last whole record. None when a quotation mark stands where it should
    not, so that the text must be read with more care.
    """
    pieces = source.text.split('"')
    if len(pieces) % 2 == 0:  # a cell goes on in the next block
        if source.is_last:
            return None
        end = pieces[-2].rfind("\n") + 1
        if not end:
            return None
        length = len(source.text) - len(pieces[-1]) - 1 - (len(pieces[-2]) - end)
        source.cut(length)
        pieces = source.text.split('"')
    record = 0
    extra: dict[int, int] = {}
    last = len(pieces) - 1
    before, behind = (delimiter, "\n"), (delimiter, "\n", "\r")
    for at, piece in enumerate(pieces):
        if at % 2:  # inside quotation marks
            if "\n" in piece:
                extra[record] = extra.get(record, 0) + piece.count("\n")
        elif piece:
            if (at and piece[0] not in behind) or (at < last and piece[-1] not in before):
                return None
            record += piece.count("\n")
    return extra


def _one_by_one(source: _Source, names: list[str], delimiter: str) -> pl.DataFrame:
    """By the csv module, which reads on where a quotation mark is never closed or stands alone."""
    lines = source.text.split("\n")[:-1]

    def following() -> Iterator[str]:
        at = 0
        while True:
            while at < len(lines):
                yield lines[at] + "\n"
                at += 1
            if not inside or not (more := source.extend()):
                return
            lines.extend(more.split("\n")[:-1])

    inside = False  # whether a record is being read, which may run on into the next block
    reader = csv.reader(following(), delimiter=delimiter)
    records: list[list[str]] = []
    starts: list[int] = []
    while True:
        start = source.first + reader.line_num
        inside = reader.line_num < len(lines)
        try:
            record = next(reader)
        except StopIteration:
            break
        except csv.Error as error:
            raise unreadable_cell(start) from error
        records.append(record)
        starts.append(start)
    if records and _runs_on(lines[starts[-1] - source.first :], delimiter):
        raise unreadable_cell(starts[-1])  # it has swallowed all that follows
    return _frame(records, starts, names)


def _runs_on(lines: list[str], delimiter: str) -> bool:
    """Whether a quotation mark is opened in these lines and never closed."""
    ended = (line + "\n" for line in lines)
    try:
        for _record in csv.reader(ended, delimiter=delimiter, strict=True):
            pass
    except csv.Error as error:
        return "unexpected end" in str(error)
    return False


def _frame(records: list[list[str]], lines: list[int], names: list[str]) -> pl.DataFrame:
    width = len(names) - 1
    full = [
        record[:width] + [""] * (width - len(record)) + ["".join(record[width:])]
        for record in records
    ]
    columns = list(zip(*full, strict=True)) if full else [()] * len(names)
    return pl.DataFrame(
        [pl.Series(n, list(c), dtype=pl.String) for n, c in zip(names, columns, strict=True)]
        + [pl.Series(LINE, lines, dtype=pl.Int64)]
    )
