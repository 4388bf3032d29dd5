"""The file itself, streamed from the database: CSV by COPY, XLSX row by row. Memory is constant."""

import codecs
import csv
import io
from collections import Counter
from collections.abc import Callable, Iterator, Sequence
from pathlib import Path
from typing import IO, Any

import xlsxwriter
from django.db import connection
from psycopg import ClientCursor, sql

from enishi.core.bulk import raw_cursor
from enishi.core.refusals import Refusal
from enishi.core.sheets import plain_cell
from enishi.members.fields import type_of
from enishi.members.fields.sealed import opened
from enishi.members.models import Field, MemberQuerySet

from .columns import Column

LACKING = "〓"  # what Japanese printers set for a character that they have not
MOST_ROWS_OF_XLSX = 1_048_575

Advance = Callable[[int], None]


class TooManyRows(Refusal):
    """An Excel sheet holds at most 1,048,575 members. Choose CSV, or fewer members."""


def query(
    columns: Sequence[Column], members: MemberQuerySet, *, with_id: bool = False
) -> sql.Composed:
    """SELECT of the columns' texts (and the id) for ``members``, by member number."""
    chosen, params = members.order_by().values("pk").query.sql_with_params()
    with connection.cursor():
        inner = ClientCursor(connection.connection).mogrify(chosen, params)
    values = [*(c.value for c in columns), *([sql.SQL("m.id")] if with_id else [])]
    return sql.SQL(
        "SELECT {} FROM members_member m JOIN members_membertype t ON t.id = m.type_id"
        " LEFT JOIN accounts_user u ON u.id = m.owner_id WHERE m.id IN ({}) ORDER BY m.number"
    ).format(sql.SQL(", ").join(values), sql.SQL(inner))


def write_csv(
    into: IO[bytes],
    columns: Sequence[Column],
    members: MemberQuerySet,
    *,
    encoding: str = "utf-8",
    advance: Advance = lambda _rows: None,
) -> tuple[int, dict[str, int]]:
    """Write CSV with a byte order mark (UTF-8) or as CP932.

    Returns the number of rows and, for CP932, each character that it lacks with how often it came.
    """
    lost: Counter[str] = Counter()
    encode = encoder(encoding, lost)
    header = io.StringIO()
    csv.writer(header, lineterminator="\n").writerow([c.label for c in columns])
    into.write(codecs.BOM_UTF8 if encoding == "utf-8" else b"")
    into.write(encode(header.getvalue()))
    if any(column.sealed for column in columns):
        return _opened_csv(into, columns, members, encode, advance), dict(lost)
    statement = sql.SQL("COPY ({}) TO STDOUT WITH (FORMAT csv)").format(query(columns, members))
    rows = 0
    with raw_cursor() as cursor, cursor.copy(statement) as copy:
        for part in _parts(copy):
            rows += part.count  # COPY hands out whole rows
            into.write(part.data if encoding == "utf-8" else encode(part.data.decode()))
            advance(rows)
    return rows, dict(lost)


def _opened_csv(
    into: IO[bytes],
    columns: Sequence[Column],
    members: MemberQuerySet,
    encode: Callable[[str], bytes],
    advance: Advance,
) -> int:
    """The rows of a list with sealed values, one by one."""
    rows = 0
    with connection.connection.cursor("export") as cursor:
        cursor.itersize = 2000
        cursor.execute(query(columns, members, with_id=True))
        for row in cursor:
            rows += 1
            line = io.StringIO()
            csv.writer(line, lineterminator="\n").writerow(_opened(columns, row))
            into.write(encode(line.getvalue()))
            if rows % 1000 == 0:
                advance(rows)
    return rows


def _opened(columns: Sequence[Column], row: Sequence[Any]) -> list[str]:
    """The texts of a row whose last value is the member's id, sealed ones opened."""
    member = row[-1]
    return [
        _plain(column.sealed, member, text) if column.sealed and text else text
        for column, text in zip(columns, row, strict=False)
    ]


def _plain(field: Field, member: int, text: str) -> str:
    value = opened(member, {field.key: text})[field.key]
    written = type_of(field).written(field, value)
    return plain_cell(written)


class _Part:
    def __init__(self, data: bytes, count: int) -> None:
        self.data = data
        self.count = count


def _parts(copy: object, size: int = 1 << 20) -> Iterator[_Part]:
    """Rows gathered to about a megabyte. psycopg yields one row at a time."""
    gathered: list[bytes] = []
    length = 0
    for block in copy:  # type: ignore[attr-defined]
        gathered.append(bytes(block))
        length += len(block)
        if length >= size:
            yield _Part(b"".join(gathered), len(gathered))
            gathered, length = [], 0
    if gathered:
        yield _Part(b"".join(gathered), len(gathered))


def encoder(encoding: str, lost: Counter[str]) -> Callable[[str], bytes]:
    """Text to bytes; what CP932 lacks becomes 〓 and is counted in ``lost``."""
    if encoding == "utf-8":
        return lambda text: text.encode()

    def encode(text: str) -> bytes:
        try:
            return text.encode(encoding)
        except UnicodeEncodeError:
            return "".join(_kept(ch, encoding, lost) for ch in text).encode(encoding)

    return encode


def _kept(letter: str, encoding: str, lost: Counter[str]) -> str:
    try:
        letter.encode(encoding)
    except UnicodeEncodeError:
        lost[letter] += 1
        return LACKING
    return letter


def write_xlsx(
    into: Path,
    columns: Sequence[Column],
    members: MemberQuerySet,
    *,
    advance: Advance = lambda _rows: None,
) -> int:
    """Write a workbook with one sheet; text as text, never as a formula. Returns the rows."""
    book = xlsxwriter.Workbook(str(into), {"constant_memory": True, "strings_to_urls": False})
    sheet = book.add_worksheet()
    bold = book.add_format({"bold": True})
    sheet.freeze_panes(1, 0)
    for at, column in enumerate(columns):
        sheet.write_string(0, at, column.label, bold)
        sheet.set_column(at, at, 16)
    rows = 0
    with connection.connection.cursor("export") as cursor:
        cursor.itersize = 2000
        cursor.execute(query(columns, members, with_id=True))
        for row in cursor:
            rows += 1
            if rows > MOST_ROWS_OF_XLSX:
                raise TooManyRows
            for at, (column, text) in enumerate(zip(columns, _opened(columns, row), strict=True)):
                if not text:
                    continue
                if column.is_number and len(text) <= 15:
                    sheet.write_number(rows, at, int(text))
                else:
                    sheet.write_string(rows, at, text)
            if rows % 1000 == 0:
                advance(rows)
    book.close()
    return rows
