"""Lists that a text may go through: the records of a custom database that belong to the member.

    {% for row in records.requests %}{{ row.subject }}{% endfor %}

Read for a whole batch of members in one query a database; MOST rows a member, the newest first.
"""

from collections.abc import Callable, Collection, Iterable
from functools import partial
from typing import Any

from django.db.models import F, Window
from django.db.models.functions import RowNumber
from django.utils.translation import gettext_lazy as _

from enishi.accounts.models import User
from enishi.members.fields import Names, type_of, visible_fields
from enishi.members.models import Field
from enishi.messaging.actions import merge
from enishi.records.models import Database, Record

MOST = 50
LISTS = "records."
ROW = "row"  # what a block calls the record
_LEFT_OUT = (Field.Type.FILE, Field.Type.IMAGE)
_NOBODY = Names()


def databases(by: User | None) -> list[Database]:
    """Those whose records a text may name: of members, and seen by ``by`` (None: all)."""
    if by is not None and not by.has_right("records.view"):
        return []
    rows = Database.objects.exclude(of_member=Database.OfMember.NOT)
    return list(rows if by is None else rows.present())


def fields_of(database: Database, by: User | None) -> list[Field]:
    """The fields of a database that a text may name."""
    if by is None:
        found = database.fields
    else:
        known = visible_fields(by, database.key).values()
        found = [one.own for one in known if one.own is not None]
    return [field for field in found if field.type not in _LEFT_OUT]


def lists(by: User | None = None) -> merge.Fields:
    """The lists of the catalogue. ``<key>.is`` is a choice as it is kept, to compare with."""
    found = {f"{LISTS}{one.key}": (one, _row_fields(one, by)) for one in databases(by)}
    return merge.Fields(
        {},
        {name: fields for name, (_one, fields) in found.items()},
        {name: str(one) for name, (one, _fields) in found.items()},
    )


def _row_fields(database: Database, by: User | None) -> merge.Fields:
    labels: dict[str, Any] = {"title": _("Title of the record")}
    for field in fields_of(database, by):
        labels[field.key] = str(field)
        if field.type == Field.Type.CHOICE:
            labels[f"{field.key}.is"] = str(field)
    return merge.Fields(labels)


def as_fields(database: str, known: merge.Fields) -> merge.Fields:
    """What may stand inside a block that repeats, as fields of their own: row.subject …"""
    inner = known.lists.get(f"{LISTS}{database}")
    labels = inner.labels if inner is not None else {}
    return known | merge.Fields({f"{ROW}.{key}": label for key, label in labels.items()})


def reader(key: str) -> Callable[[Any], Any]:
    """Reads a list of one member: what ``attach`` has brought, else by a query of its own."""
    return partial(_rows_of, key)


def _rows_of(key: str, member: Any) -> list[dict[str, Any]]:
    kept = member.__dict__.get("repeated")
    if kept is None or key not in kept:
        kept = {key: _read(key, [member.pk]).get(member.pk, [])}
    rows: list[dict[str, Any]] = kept[key]
    return rows


def attach(found: dict[int, Any], keys: Iterable[str]) -> None:
    """Bring the lists ``keys`` of all these members, one query a list."""
    for key in keys:
        rows = _read(key, list(found))
        for pk, member in found.items():
            member.__dict__.setdefault("repeated", {})[key] = rows.get(pk, [])


def _read(key: str, members: Collection[int]) -> dict[int, list[dict[str, Any]]]:
    database = Database.objects.filter(key=key.removeprefix(LISTS)).first()
    if database is None:
        return {}
    fields = fields_of(database, None)
    place = Window(RowNumber(), partition_by=F("member_id"), order_by=F("id").desc())
    rows = (
        Record.objects.present()
        .filter(database=database, member_id__in=members)
        .annotate(place=place)
        .filter(place__lte=MOST)
        .order_by("member_id", "-id")
        .values_list("member_id", "title", "data")
    )
    found: dict[int, list[dict[str, Any]]] = {}
    for member, title, data in rows:
        found.setdefault(member, []).append({"title": title, **_written(fields, data)})
    return found


def _written(fields: list[Field], data: dict[str, Any]) -> dict[str, Any]:
    row: dict[str, Any] = {}
    for field in fields:
        value = data.get(field.key)
        row[field.key] = "" if value is None else type_of(field).written(field, value, _NOBODY)
        if field.type == Field.Type.CHOICE:
            row[f"{field.key}.is"] = "" if value is None else str(value)
    return row
