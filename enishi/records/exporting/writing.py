"""The file itself, CSV or Excel, a thousand records at a time. Memory is constant."""

import codecs
import csv
import io
from collections import Counter
from collections.abc import Callable, Iterator, Sequence
from pathlib import Path
from typing import IO

import xlsxwriter
from django.utils.translation import gettext as _

from enishi.core.refusals import Refusal
from enishi.core.sheets import FORMULA
from enishi.members.exporting.writing import MOST_ROWS_OF_XLSX, encoder
from enishi.members.fields import names_for, type_of
from enishi.members.fields.headings import fields_by_heading, heading_of
from enishi.members.fields.sealed import opened
from enishi.members.models import Field
from enishi.records.headings import reserved_headings
from enishi.records.models import Database, Record

Advance = Callable[[int], None]


class TooManyRows(Refusal):
    """An Excel sheet holds at most 1,048,575 records. Choose CSV, or fewer records."""


def write(
    path: Path,
    database: Database,
    fields: Sequence[Field],
    records: Iterator[Record],
    *,
    wanted: str,
    encoding: str = "utf-8",
    advance: Advance = lambda _rows: None,
) -> tuple[int, dict[str, int]]:
    """Write ``records``; returns how many, and each character that CP932 lacks with its times.

    Raises TooManyRows for more than a sheet of Excel holds.
    """
    head = [_("Record number"), *([_("Member number")] if database.takes_members else [])]
    known = fields_by_heading(database.fields, reserved_headings(database))
    head += [heading_of(field, known) for field in fields]
    lines = lines_of(records, fields, with_member=database.takes_members)
    if wanted == "xlsx":
        return _xlsx(path, head, lines, advance), {}
    lost: Counter[str] = Counter()
    with path.open("wb") as file:
        file.write(codecs.BOM_UTF8 if encoding == "utf-8" else b"")
        rows = _csv(file, head, lines, encode=encoder(encoding, lost), advance=advance)
    return rows, dict(lost)


def lines_of(
    records: Iterator[Record], fields: Sequence[Field], *, with_member: bool
) -> Iterator[list[str]]:
    hidden = any(field.sealed for field in fields)
    for some in _by_thousand(records):
        names = names_for(list(fields), [record.data for record in some])
        for record in some:
            line = [str(record.pk)]
            if with_member:
                line.append(record.member.number if record.member else "")
            data = opened(record.pk, record.data, fields[0].table) if hidden else record.data
            for field in fields:
                value = data.get(field.key)
                line.append("" if value is None else type_of(field).written(field, value, names))
            yield line


def _by_thousand(records: Iterator[Record]) -> Iterator[list[Record]]:
    some: list[Record] = []
    for record in records:
        some.append(record)
        if len(some) == 1000:
            yield some
            some = []
    if some:
        yield some


def guarded(text: str) -> str:
    """No spreadsheet runs a cell as a formula; an import takes the apostrophe away again."""
    plain = text.lstrip("'")
    is_number = plain.lstrip("-+").replace(".", "", 1).isdigit()
    return f"'{text}" if plain.startswith(FORMULA) and not is_number else text


def _csv(
    file: IO[bytes],
    head: list[str],
    lines: Iterator[list[str]],
    *,
    encode: Callable[[str], bytes],
    advance: Advance,
) -> int:
    into = io.StringIO()
    writer = csv.writer(into, lineterminator="\r\n")
    writer.writerow([guarded(text) for text in head])
    rows = 0
    for line in lines:
        rows += 1
        writer.writerow([guarded(text) for text in line])
        if rows % 1000 == 0:
            file.write(encode(into.getvalue()))
            into.seek(0)
            into.truncate()
            advance(rows)
    file.write(encode(into.getvalue()))
    return rows


def _xlsx(path: Path, head: list[str], lines: Iterator[list[str]], advance: Advance) -> int:
    book = xlsxwriter.Workbook(str(path), {"constant_memory": True, "strings_to_urls": False})
    sheet = book.add_worksheet()
    sheet.freeze_panes(1, 0)
    for column, text in enumerate(head):
        sheet.write_string(0, column, text)
    rows = 0
    for line in lines:
        rows += 1
        if rows > MOST_ROWS_OF_XLSX:
            raise TooManyRows
        for column, text in enumerate(line):
            if text:
                sheet.write_string(rows, column, text)
        if rows % 1000 == 0:
            advance(rows)
    book.close()
    return rows
