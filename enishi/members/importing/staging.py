"""The rows of an import between file and roll: an unlogged table of their own, and the errors.

The table lives until the import has ended. It does not survive a crash of the database server;
then the file is read again.
"""

import json
from collections.abc import Iterator
from pathlib import Path
from typing import TYPE_CHECKING

from django.db import connection, transaction
from psycopg import sql

from enishi.core.bulk import raw_cursor
from enishi.members.models import Import, ImportProblem

from .layout import Layout
from .plan import Plan
from .reading import chunks
from .rows import Problem, RowReader

if TYPE_CHECKING:
    from .actions import Reporting

MOST_PROBLEMS = 100_000  # kept one by one; beyond, rows are only counted


def layout_of(of: Import) -> Layout:
    return Layout.from_json(of.found)


def table(of: Import) -> str:
    return f"members_import_{of.pk:d}"


def exists(of: Import) -> bool:
    """Whether the rows are there. A crash of the server empties the table, but leaves it."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT to_regclass(%s) IS NOT NULL", [table(of)])
        if not cursor.fetchone()[0]:
            return False
        cursor.execute(f"SELECT EXISTS (SELECT 1 FROM {table(of)} WHERE line = 0)")
        return bool(cursor.fetchone()[0])


def drop(of: Import) -> None:
    """Forget the rows; the errors stay."""
    with connection.cursor() as cursor:
        cursor.execute(f"DROP TABLE IF EXISTS {table(of)}, {table(of)}_match")


@transaction.atomic
def stage(of: Import, path: Path, plan: Plan, progress: "Reporting") -> dict[str, int]:
    """Read the whole file into the table; returns the counts rows, wrong and ignored.

    Besides the rows the table holds one with line 0, the mark that it is complete.
    """
    drop(of)
    ImportProblem.objects.filter(of=of).delete()
    columns = "".join(f", {name} {kind}" for name, kind in plan.sql_columns)
    with connection.cursor() as cursor:
        cursor.execute(f"CREATE UNLOGGED TABLE {table(of)} (line bigint{columns})")
    counts = {"rows": 0, "wrong": 0, "ignored": layout_of(of).above}
    problems: list[Problem] = []
    progress.start(path.stat().st_size, unit_note="bytes")
    with raw_cursor() as cursor, cursor.copy(_copy_statement(of, plan)) as copy:
        for block in _blocks(of, path, plan, progress, counts, problems):
            copy.write(block)
        copy.write(b"0" + b"," * len(plan.columns) + b"\n")
    _keep(of, problems)
    with connection.cursor() as cursor:
        cursor.execute(f"ANALYZE {table(of)}")
    return counts


def _copy_statement(of: Import, plan: Plan) -> sql.Composed:
    return sql.SQL("COPY {} ({}) FROM STDIN WITH (FORMAT csv)").format(
        sql.Identifier(table(of)), sql.SQL(", ").join(map(sql.Identifier, ["line", *plan.columns]))
    )


def _blocks(
    of: Import,
    path: Path,
    plan: Plan,
    progress: "Reporting",
    counts: dict[str, int],
    problems: list[Problem],
) -> Iterator[bytes]:
    """CSV for COPY, chunk after chunk; counts and problems grow along the way."""
    reader = RowReader(layout_of(of).header, of.mapping, plan)
    for chunk in chunks(path, layout_of(of)):
        progress.stop_if_cancelled()
        readings = reader.read(chunk.frame)
        for name in ("rows", "wrong", "ignored"):
            counts[name] += getattr(readings, name)
        problems += readings.problems[: MOST_PROBLEMS - len(problems)]
        if readings.frame.height:
            yield readings.frame.write_csv(include_header=False).encode()
        progress.at(chunk.read)


def _keep(of: Import, problems: list[Problem]) -> None:
    statement = (
        'COPY members_importproblem (of_id, line, "column", value, msgid, params) FROM STDIN'
    )
    with raw_cursor() as cursor, cursor.copy(statement) as copy:
        for p in problems:
            params = json.dumps(p.params, ensure_ascii=False).replace("\\u0000", "")
            copy.write_row((of.pk, p.line, p.column, _storable(p.value), p.msgid, params))


def _storable(text: str) -> str:
    return text.replace("\x00", "\ufffd")[:1000]
