"""The rows of an import between file and roll: an unlogged table of their own, and the errors.

The table lives until the import has ended. It does not survive a crash of the database server;
then the file is read again.
"""

import io
import json
from collections.abc import Generator, Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import closing
from dataclasses import dataclass, replace
from pathlib import Path
from typing import TYPE_CHECKING

import polars as pl
from django.db import connection, transaction
from psycopg import sql

from enishi.core.bulk import raw_cursor
from enishi.members.models import ListImport

from .layout import Layout
from .plan import Plan
from .reading import chunks
from .rows import Problem, Readings, RowReader

if TYPE_CHECKING:
    from .actions import Reporting

KEYS = ("number", "email", "birth_date", "family_name", "given_name")
MOST_PROBLEMS = 100_000  # kept one by one; beyond, rows are only counted


def layout_of(of: ListImport) -> Layout:
    return Layout.from_json(of.found)


def table(of: ListImport) -> str:
    return of.staged


def exists(of: ListImport) -> bool:
    """Whether the rows are there. A crash of the server empties the table, but leaves it."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT to_regclass(%s) IS NOT NULL", [table(of)])
        if not cursor.fetchone()[0]:
            return False
        cursor.execute(f"SELECT EXISTS (SELECT 1 FROM {table(of)} WHERE line = 0)")
        return bool(cursor.fetchone()[0])


def drop(of: ListImport) -> None:
    """Forget the rows; the errors stay."""
    with connection.cursor() as cursor:
        cursor.execute(f"DROP TABLE IF EXISTS {table(of)}, {table(of)}_match")


@transaction.atomic
def stage(of: ListImport, path: Path, plan: Plan, progress: "Reporting") -> dict[str, int]:
    """Read the whole file into the table; returns the counts rows, wrong and ignored.

    Besides the rows the table holds one with line 0, the mark that it is complete.
    """
    drop(of)
    of.problems.all().delete()
    columns = "".join(f", {name} {kind}" for name, kind in plan.sql_columns)
    with connection.cursor() as cursor:
        cursor.execute(f"CREATE UNLOGGED TABLE {table(of)} (line bigint{columns})")
    counts = {"rows": 0, "wrong": 0, "ignored": layout_of(of).above}
    problems: list[Problem] = []
    progress.start(path.stat().st_size, unit_note="bytes")
    with (
        raw_cursor() as raw,
        raw.copy(_copy_statement(of, plan)) as copy,
        closing(_ahead(_blocks(of, path, plan))) as blocks,
    ):
        for block in blocks:
            progress.stop_if_cancelled()
            copy.write(block.rows)
            for name in ("rows", "wrong", "ignored"):
                counts[name] += getattr(block.readings, name)
            problems += block.readings.problems[: MOST_PROBLEMS - len(problems)]
            progress.at(block.read)
        copy.write(b"0" + b"," * len(plan.columns) + b"\n")
    _keep(of, problems)
    keys = [name for name in ("line", *KEYS) if name in ("line", *plan.columns)]
    with connection.cursor() as cursor:
        cursor.execute(f"ANALYZE {table(of)} ({', '.join(keys)})")
    return counts


def _copy_statement(of: ListImport, plan: Plan) -> sql.Composed:
    return sql.SQL("COPY {} ({}) FROM STDIN WITH (FORMAT csv)").format(
        sql.Identifier(table(of)), sql.SQL(", ").join(map(sql.Identifier, ["line", *plan.columns]))
    )


@dataclass(frozen=True)
class _Block:
    """CSV for COPY, what reading it told, and how many bytes of the file are read."""

    rows: bytes
    readings: Readings
    read: int


def _blocks(of: ListImport, path: Path, plan: Plan) -> Iterator[_Block]:
    layout = layout_of(of)
    reader = RowReader(layout.header, plan)
    for chunk in chunks(path, layout):
        readings = reader.read(chunk.frame)
        buffer = io.BytesIO()
        readings.frame.write_csv(buffer, include_header=False)
        yield _Block(buffer.getvalue(), replace(readings, frame=pl.DataFrame()), chunk.read)


def _ahead(blocks: Iterator[_Block]) -> Generator[_Block, None, None]:
    """The same, made in a thread of its own while PostgreSQL takes in the one before."""
    with ThreadPoolExecutor(1) as thread:
        following = thread.submit(next, blocks, None)
        while (block := following.result()) is not None:
            following = thread.submit(next, blocks, None)
            yield block


def _keep(of: ListImport, problems: list[Problem]) -> None:
    kept_in = of.problems.model._meta.db_table
    statement = f'COPY {kept_in} (of_id, line, "column", value, msgid, params) FROM STDIN'
    with raw_cursor() as cursor, cursor.copy(statement) as copy:
        for p in problems:
            params = json.dumps(p.params, ensure_ascii=False).replace("\\u0000", "")
            copy.write_row((of.pk, p.line, p.column, _storable(p.value), p.msgid, params))


def _storable(text: str) -> str:
    return text.replace("\x00", "\ufffd")[:1000]
