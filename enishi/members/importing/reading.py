"""A file as chunks of rows: every cell text, each row with the line on which it begins."""

import codecs
import csv
import io
from collections.abc import Iterator
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
    Unreadable,
    find_delimiter,
    find_encoding,
    find_header,
    is_workbook,
)

BLOCK_BYTES = 6_000_000
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
    lines = _lines(text)[:200]
    delimiter = find_delimiter(lines)
    records, starts = [], []
    reader = csv.reader((line + "\n" for line in lines), delimiter=delimiter)
    before = 0
    for record in islice(reader, 100):
        records.append([cell.strip("\ufeff \u3000\t\r\n") for cell in record])
        starts.append(before + 1)
        before = reader.line_num
    index = find_header(records)
    header = _trimmed(records[index])
    return Layout(
        format="csv",
        encoding=encoding,
        delimiter=delimiter,
        header_line=starts[index],
        header=header,
        above=starts[index] - 1,
        body_line=starts[index + 1] if index + 1 < len(starts) else before + 1,
    )


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
    """Decoded lines of the file, block by block, with the physical number of the first one."""

    def __init__(self, file: BinaryIO, layout: Layout) -> None:
        self._file = file
        self._decoder = codecs.getincrementaldecoder(layout.encoding)(errors="replace")
        self._rest = ""
        self._skip = layout.body_line - 1
        self._ended = False
        self.first = 1
        self.lines: list[str] = []

    def load(self) -> bool:
        """Take the next block; false at the end of the file."""
        self.first += len(self.lines)
        self.lines = self._next_lines()
        while self._skip and self.lines:
            cut = min(self._skip, len(self.lines))
            self.lines = self.lines[cut:]
            self.first += cut
            self._skip -= cut
            if not self.lines:
                self.lines = self._next_lines()
        return bool(self.lines)

    def extend(self) -> bool:
        """Put the next block behind the present one, for a record that runs on into it."""
        more = self._next_lines()
        self.lines += more
        return bool(more)

    def _next_lines(self) -> list[str]:
        while not self._ended:
            block = self._file.read(BLOCK_BYTES)
            self._ended = not block
            text = self._rest + self._decoder.decode(block, final=self._ended)
            if not self._ended and "\n" not in text and "\r" not in text:
                self._rest = text
                continue
            if "\r" in text and "\n" not in text and not self._ended:  # lines of an old Mac
                cut = text.rfind("\r")
                if cut == len(text) - 1:  # a line feed may follow
                    cut = text.rfind("\r", 0, cut)
                if cut < 0:
                    self._rest = text
                    continue
            else:
                cut = len(text) if self._ended else text.rfind("\n")
            text, self._rest = text[: cut + 1], text[cut + 1 :]
            if text:
                return _lines(text)
        return []


def _lines(text: str) -> list[str]:
    r"""Physical lines without their ends. A lone \r ends a line only when there is no \n."""
    if "\n" not in text and "\r" in text:
        text = text.replace("\r", "\n")
    lines = text.split("\n")
    if lines and not lines[-1]:
        lines.pop()
    return lines


def _parsed(source: _Source, names: list[str], delimiter: str) -> pl.DataFrame:
    """Lines without a quotation mark are split in bulk, the others by the csv module."""
    numbers = [i for i, line in enumerate(source.lines) if '"' in line]
    quoted: list[list[str]] = []
    starts: list[int] = []
    taken: list[tuple[int, int]] = []
    at = -1
    for index in numbers:
        if index < at:
            continue
        record, at = _record(source, index, delimiter)
        quoted.append(record)
        starts.append(source.first + index)
        taken.append((index, at))
    if not taken:
        lines, positions = source.lines, None
    else:
        lines, positions = [], []
        before = 0
        for start, end in [*taken, (len(source.lines), len(source.lines))]:
            lines += source.lines[before:start]
            positions += range(source.first + before, source.first + start)
            before = end
    plain = _plain(lines, positions, source.first, names, delimiter)
    if not taken:
        return plain
    return pl.concat([plain, _frame(quoted, starts, names)]).sort(LINE)


def _record(source: _Source, index: int, delimiter: str) -> tuple[list[str], int]:
    """The record that begins on line ``index`` of the block, and the line behind it."""

    def following() -> Iterator[str]:
        at = index
        while at < len(source.lines) or source.extend():
            yield source.lines[at] + "\n"
            at += 1

    reader = csv.reader(following(), delimiter=delimiter)
    try:
        record = next(reader)
    except csv.Error as error:
        raise Unreadable(
            _("A cell that begins near line %(line)s does not end. Is a quotation mark missing?")
            % {"line": source.first + index}
        ) from error
    return record, index + reader.line_num


def _plain(
    lines: list[str], positions: list[int] | None, first: int, names: list[str], delimiter: str
) -> pl.DataFrame:
    if not lines:
        return _frame([], [], names)
    frame = pl.read_csv(
        io.BytesIO(("\n".join(lines) + "\n").encode()),
        has_header=False,
        separator=delimiter,
        quote_char=None,
        schema=dict.fromkeys(names, pl.String),
        missing_columns="insert",
        extra_columns="ignore",
        empty_string_is_null=False,
        eol_char="\n",
    ).fill_null("")
    if frame.height < len(lines):  # a last empty line of one column is dropped by the parser
        missing = len(lines) - frame.height
        frame = pl.concat([frame, _frame([[]] * missing, [0] * missing, names).drop(LINE)])
    numbers = (
        pl.Series(LINE, positions, dtype=pl.Int64)
        if positions is not None
        else pl.int_range(first, first + len(lines), eager=True).alias(LINE)
    )
    return frame.with_columns(numbers)


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


def _trimmed(record: list[str]) -> list[str]:
    """The header without empty cells at its right end (Excel writes many)."""
    while record and not record[-1]:
        record = record[:-1]
    return record
