"""Staged rows become records, and records become what they were: a few statements a step."""

import json
from collections.abc import Iterator
from typing import Any

from django.db import connection

from enishi.core import clock
from enishi.core.bulk import copy_rows, rows, run
from enishi.members.fields import names_for
from enishi.members.fields.computing import computed
from enishi.members.fields.values import with_defaults
from enishi.members.importing import sealing
from enishi.members.importing.actions import Reporting
from enishi.members.importing.refusals import Disturbed
from enishi.members.models import Field, Member
from enishi.records.actions.records import words_of
from enishi.records.models import RecordImport, title_of

STEP = 5_000


def write(of: RecordImport, progress: Reporting) -> None:
    """Write what was staged and compared. The caller holds the transaction."""
    total = of.counts["new"] + of.counts["changed"]
    progress.start(total)
    done = 0
    has_member = bool(
        rows(
            "SELECT 1 FROM pg_attribute WHERE attrelid = %s::regclass AND attname = 'member_id'",
            [of.staged],
        )
    )
    for step in _steps(of, has_member=has_member):
        progress.stop_if_cancelled()
        _write_step(of, step)
        done += len(step)
        progress.at(done)
    sealing.bind_new(
        of,
        [field.key for field in of.database.fields if field.sealed],
        home="records_record",
        made="m.id IN (SELECT c.record_id FROM records_recordimportchange c"
        " WHERE c.of_id = %s AND c.before IS NULL)",
        params=[of.pk],
    )


def _steps(of: RecordImport, *, has_member: bool) -> Iterator[list[tuple[Any, ...]]]:
    """line, record, its version, what it held, what is said, whom it belonged and belongs to."""
    after, said = 0, "s.member_id" if has_member else "NULL::bigint"
    while True:
        found = rows(
            "SELECT s.line, x.record_id, x.version, m.data::text, s.data::text,"
            f" m.member_id, {said}"
            f" FROM {of.staged} s LEFT JOIN {of.staged}_match x ON x.line = s.line"
            " LEFT JOIN records_record m ON m.id = x.record_id"
            " WHERE s.line > %s AND (x.line IS NULL OR x.changed)"
            f" ORDER BY s.line LIMIT {STEP}",
            [after],
        )
        if not found:
            return
        after = found[-1][0]
        yield found


def _write_step(of: RecordImport, step: list[tuple[Any, ...]]) -> None:
    fields = of.database.fields
    lines = []
    for line, record, version, before, said, belonged, belongs in step:
        given = {key: value for key, value in json.loads(said).items() if value is not None}
        data = {**json.loads(before or "{}"), **given}
        if record is None:
            data = with_defaults(fields, data)
        data = computed(fields, None, data)
        lines.append((line, record, version, data, belongs or belonged))
    _copy(fields, lines)
    values = {"of": of.pk, "database": of.database_id, "by": of.by_id, "now": clock.now()}
    run(
        "WITH made AS (INSERT INTO records_record (database_id, member_id, data, title, search,"
        " version, created_at, created_by_id, updated_at) SELECT %(database)s, member_id, data,"
        " title, search, 1, %(now)s, %(by)s, %(now)s FROM coming WHERE record_id IS NULL"
        " ORDER BY line RETURNING id) INSERT INTO records_recordimportchange"
        " (of_id, record_id, before, after_version) SELECT %(of)s, id, NULL, 1 FROM made",
        values,
    )
    run(
        "INSERT INTO records_recordimportchange (of_id, record_id, before, after_version)"
        " SELECT %(of)s, m.id, jsonb_build_object('data', m.data, 'member_id', m.member_id,"
        " 'title', m.title, 'search', m.search), m.version + 1"
        " FROM coming c JOIN records_record m ON m.id = c.record_id",
        values,
    )
    changed = run(
        "UPDATE records_record m SET data = c.data, member_id = c.member_id, title = c.title,"
        " search = c.search, version = m.version + 1, updated_at = %(now)s FROM coming c"
        " WHERE m.id = c.record_id AND m.version = c.version AND m.deleted_at IS NULL",
        values,
    )
    run("DROP TABLE coming")
    if changed != sum(record is not None for _line, record, *_rest in lines):
        raise Disturbed


def _copy(fields: list[Field], lines: list[tuple[Any, ...]]) -> None:
    names = names_for(fields, [data for _line, _record, _version, data, _member in lines])
    owners = Member.objects.only("search").in_bulk({owner for *_rest, owner in lines if owner})
    run(
        "CREATE TEMPORARY TABLE coming (line bigint, record_id bigint, version int,"
        " member_id bigint, data jsonb, title text, search text) ON COMMIT DROP"
    )
    copy_rows(
        "coming",
        ["line", "record_id", "version", "member_id", "data", "title", "search"],
        [  # made before the COPY begins: nothing may be asked while it runs
            (
                *(line, record, version, owner),
                json.dumps(data, ensure_ascii=False),
                title_of(fields, data),
                words_of(fields, data, owners.get(owner), names),
            )
            for line, record, version, data, owner in lines
        ],
    )


def undo(of: RecordImport) -> dict[str, int]:
    """Take back all but records that were touched since; returns removed, restored and left."""
    values: dict[str, Any] = {"of": of.pk, "now": clock.now()}
    untouched = (
        "records_recordimportchange c WHERE c.of_id = %(of)s AND m.id = c.record_id"
        " AND m.version = c.after_version AND m.deleted_at IS NULL"
    )
    restored = run(
        "UPDATE records_record m SET data = c.before -> 'data',"
        " member_id = (c.before ->> 'member_id')::bigint, title = c.before ->> 'title',"
        " search = c.before ->> 'search', version = m.version + 1, updated_at = %(now)s"
        f" FROM {untouched} AND c.before IS NOT NULL",
        values,
    )
    with connection.cursor() as cursor:
        cursor.execute(
            "CREATE TEMPORARY TABLE going ON COMMIT DROP AS SELECT m.id FROM records_record m,"
            f" {untouched} AND c.before IS NULL",
            values,
        )
        cursor.execute(
            "DELETE FROM records_recordimportchange c USING going g WHERE c.record_id = g.id"
        )
        cursor.execute("DELETE FROM records_record m USING going g WHERE m.id = g.id")
        removed = int(cursor.rowcount)
        cursor.execute("DROP TABLE going")
    [[left]] = rows(
        "SELECT count(*) FROM records_recordimportchange c JOIN records_record m"
        " ON m.id = c.record_id WHERE c.of_id = %s"
        " AND (c.before IS NULL OR m.version > c.after_version + 1 OR m.deleted_at IS NOT NULL)",
        [of.pk],
    )
    return {"removed": removed, "restored": restored, "left": int(left)}
