"""What a checked import would do, row by row."""

import json
from dataclasses import dataclass, field
from typing import Any

from django.utils.translation import gettext as _

from enishi.core.bulk import rows
from enishi.members.fields import names_for, type_of
from enishi.members.importing import staging
from enishi.members.models import Field, Member
from enishi.records.models import RecordImport

ROWS = 50


@dataclass(frozen=True)
class Difference:
    """One row of the file. ``changes``: label, old and new of each value that differs."""

    line: int
    record: int | None
    title: str
    changes: list[dict[str, Any]] = field(default_factory=list)


def is_ready(of: RecordImport) -> bool:
    """Whether rows can be shown: the import has been checked and not yet made."""
    return of.state == RecordImport.State.CHECKED and staging.exists(of)


def differences(
    of: RecordImport, kind: str, fields: list[Field], *, after: int = 0, limit: int = ROWS
) -> list[Difference]:
    """Rows that are ``new`` or ``changed``, beyond line ``after``; only of ``fields``."""
    member = "s.member_id" if "member" in of.mapping.values() else "NULL::bigint"
    which = "x.line IS NULL" if kind == "new" else "x.changed"
    found = rows(
        f"SELECT s.line, m.id, coalesce(m.title, ''), coalesce(m.data, '{{}}')::text,"
        f" s.data::text, m.member_id, {member} FROM {of.staged} s"
        f" LEFT JOIN {of.staged}_match x ON x.line = s.line"
        " LEFT JOIN records_record m ON m.id = x.record_id"
        f" WHERE s.line > %s AND s.line > 0 AND {which} ORDER BY s.line LIMIT %s",
        [after, limit],
    )
    read = [(*row[:3], json.loads(row[3]), json.loads(row[4]), *row[5:]) for row in found]
    known = [*fields, *_new_fields(of)]
    names = names_for(known, [data for row in read for data in row[3:5]])
    owners = Member.objects.in_bulk({pk for row in read for pk in row[5:] if pk})
    made = []
    for line, record, title, before, said, belonged, belongs in read:
        changes = [
            {
                "label": str(one),
                "old": _said(one, before.get(one.key), names),
                "new": _said(one, said[one.key], names),
            }
            for one in known
            if said.get(one.key) is not None and said[one.key] != before.get(one.key)
        ]
        if belongs and belongs != belonged:
            old = str(owners[belonged]) if belonged in owners else ""
            changes.insert(0, {"label": _("Member"), "old": old, "new": str(owners[belongs])})
        made.append(Difference(line, record, title, changes))
    return made


def _said(one: Field, value: Any, names: Any) -> str:
    return "" if value is None else str(type_of(one).said(one, value, names))


def _new_fields(of: RecordImport) -> list[Field]:
    return [
        Field(key=new["key"], label_ja=new["label"], type=new["type"], table=of.database.key)
        for new in of.new_fields.values()
    ]
