"""Records: entered, changed, deleted and taken back."""

from collections.abc import Iterable, Mapping
from typing import Any

from django.db import transaction
from django.utils.translation import gettext as _

from enishi.accounts.models import User
from enishi.audit.models import HistoryEntry
from enishi.core import clock, japanese
from enishi.core.facts import announce
from enishi.members.actions.field_files import take_up
from enishi.members.fields import OWN, Names, WrongValues, cleaned, type_of
from enishi.members.fields.sealed import opened, sealed, sealed_fields
from enishi.members.fields.unique import taken
from enishi.members.models import Field, Member
from enishi.records.facts import RecordAdded, RecordChanged, RecordDeleted, RecordRestored
from enishi.records.models import Database, Record, title_of

from . import refusals as no

Values = Mapping[str, Any]
_KEPT = "m.deleted_at IS NULL"


@transaction.atomic
def add_record(
    database: Database, values: Values, *, member: Member | None = None, by: User | None
) -> Record:
    """Enter a record. ``values``: key → text as typed, or a value. Raises Invalid, DatabaseGone."""
    _refuse_gone(database)
    table = database.key
    errors = _against_member(database, member)
    data = _cleaned(database, values, None, errors)
    made = Record(database=database, member=member, created_by=by if by and by.pk else None)
    made.data = data
    _lay_down(made)
    made.data = {key: value for key, value in data.items() if key not in sealed_fields(table)}
    made.save(force_insert=True)
    if made.data != data:  # bound to the id, which is known only now
        made.data = sealed(made.pk, data, table)
        made.save(update_fields=["data"])
    _refuse_taken(made, None)
    take_up(database.fields, {}, data, record=made.pk)
    announce(RecordAdded(about=made, database=str(database), member=made.member_id, by=by))
    return made


@transaction.atomic
def change_record(
    record: Record,
    values: Values,
    *,
    member: Member | None = None,
    sets_member: bool = False,
    version: int | None = None,
    by: User | None,
) -> Record:
    """Edit a record; what is not named stays. ``member`` counts where ``sets_member``.

    ``version`` is the one that the editor saw: whatever somebody else has changed to something
    else since is a Clash. Raises Invalid besides.
    """
    record = locked(record)
    database = record.database
    errors = _against_member(database, member) if sets_member else {}
    stored = dict(record.data)
    before = opened(record.pk, stored, database.key)
    after = _cleaned(database, values, before, errors)
    touched: dict[str, tuple[Any, Any]] = {
        f"{OWN}{key}": (before.get(key), after.get(key))
        for key in dict.fromkeys([*before, *after])
        if before.get(key) != after.get(key)
    }
    if sets_member and record.member_id != (member.pk if member else None):
        touched["member"] = (record.member_id, member.pk if member else None)
    if version is not None and version < record.version:
        since = _changed_since(record, version)
        clashing = {key: pair for key, pair in touched.items() if since is None or key in since}
        if clashing:
            raise no.Clash(clashing, record.version)
    if not touched:
        return record
    record.data = after
    if "member" in touched:
        record.member = member
    _refuse_taken(record, {key.removeprefix(OWN) for key in touched})
    take_up(database.fields, before, after, record=record.pk)
    _lay_down(record)
    same = {key: value for key, value in stored.items() if before[key] == after.get(key)}
    record.data = sealed(record.pk, after | same, database.key)
    record.version += 1
    record.updated_at = clock.now()
    record.save(update_fields=["data", "member", "title", "search", "version", "updated_at"])
    announce(
        RecordChanged(
            about=record,
            database=str(database),
            changes=_told(touched, database.fields),
            member=record.member_id,
            version=record.version,
            by=by,
        )
    )
    return record


@transaction.atomic
def delete_record(record: Record, *, by: User | None) -> Record:
    """Into the bin; it can be taken back."""
    record = Record.objects.select_for_update(of=["self"]).get(pk=record.pk)
    if record.deleted_at is None:
        record.deleted_at = clock.now()
        record.save(update_fields=["deleted_at"])
        name = str(record.database)
        announce(RecordDeleted(about=record, database=name, member=record.member_id, by=by))
    return record


@transaction.atomic
def restore_record(record: Record, *, by: User | None) -> Record:
    """Back from the bin. Raises Invalid where its unique values were given to others meanwhile."""
    record = Record.objects.select_for_update(of=["self"]).get(pk=record.pk)
    if record.deleted_at is not None:
        _refuse_gone(record.database)
        record.deleted_at = None
        _refuse_taken(record, None)
        record.save(update_fields=["deleted_at"])
        name = str(record.database)
        announce(RecordRestored(about=record, database=name, member=record.member_id, by=by))
    return record


def locked(record: Record) -> Record:
    found = (
        Record.objects.select_for_update(of=["self"])
        .select_related("database", "member")
        .present()
        .get(pk=record.pk)
    )
    _refuse_gone(found.database)
    return found


def words_of(
    fields: Iterable[Field], data: Values, member: Member | None, names: Names | None = None
) -> str:
    """What is searched of a record: all that reads like text, and its member.

    ``names`` of what is linked, where many records are written at once.
    """
    links = (Field.Type.MEMBER, Field.Type.RECORD) if names is not None else ()
    parts = [
        type_of(field).written(field, data[field.key], names)
        if names is not None and field.type in links
        else type_of(field).searched(field, data[field.key])
        for field in fields
        if field.key in data and field.personal == Field.Personal.ORDINARY and not field.seen_by
    ]
    if member is not None:
        parts += [member.search]
    return japanese.search_text(*parts)[:20_000]


def _lay_down(record: Record) -> None:
    """What follows from the values: title and search text."""
    record.title = title_of(record.database.fields, record.data)
    record.search = words_of(record.database.fields, record.data, record.member)


def _refuse_gone(database: Database) -> None:
    if Database.objects.filter(pk=database.pk, deleted_at=None).first() is None:
        raise no.DatabaseGone


def _against_member(database: Database, member: Member | None) -> dict[str, str]:
    match database.of_member:
        case Database.OfMember.MUST if member is None:
            return {"member": _("Choose the member that the record belongs to.")}
        case Database.OfMember.NOT if member is not None:
            return {"member": _("Records of this database do not belong to members.")}
    if member is not None and member.deleted_at is not None:
        return {"member": _("This member is in the bin.")}
    return {}


def _cleaned(
    database: Database, values: Values, before: dict[str, Any] | None, errors: dict[str, str]
) -> dict[str, Any]:
    try:
        data = cleaned(database.key, values, before=before)
    except WrongValues as wrong:
        raise no.Invalid({**errors, **wrong.errors}) from wrong
    if errors:
        raise no.Invalid(errors)
    return data


def _refuse_taken(record: Record, touched: set[str] | None) -> None:
    counts = f"{_KEPT} AND m.database_id = {record.database_id:d}"
    errors = taken(
        record.database.fields,
        record.data,
        touched,
        but=record.pk,
        table="records_record",
        counts=counts,
    )
    if errors:
        raise no.Invalid(errors)


def _told(touched: Values, fields: Iterable[Field]) -> dict[str, Any]:
    """The changes for history; what is sensitive without values."""
    silent = {OWN + one.key for one in fields if one.personal != Field.Personal.ORDINARY}
    return {key: None if key in silent else pair for key, pair in touched.items()}


def _changed_since(record: Record, version: int) -> set[str] | None:
    """The keys that were changed after ``version``; None where history does not tell of all."""
    entries = HistoryEntry.objects.about(record).filter(values__version__gt=version)
    seen: set[int] = set()
    keys: set[str] = set()
    for values in entries.values_list("values", flat=True):
        seen.add(values["version"])
        keys |= set(values.get("changes") or {})
    return keys if seen >= set(range(version + 1, record.version + 1)) else None
