"""Databases and their fields."""

from typing import Any

from django.db import transaction
from django.http import Http404, HttpRequest
from django.shortcuts import get_object_or_404
from django.utils.translation import gettext as _
from ninja import Field as Described
from ninja import Router, Schema, Status
from pydantic import ConfigDict

from enishi.accounts.api import needs
from enishi.accounts.models import User
from enishi.members import actions as members
from enishi.members.api.fields import (
    FieldAnswer,
    FieldValues,
    called_as_sent,
    refuse_another_identity,
    settings_of,
)
from enishi.members.api.fields import answer as field_answer
from enishi.members.fields import visible_fields
from enishi.members.models import Field
from enishi.records import actions
from enishi.records.models import Database

router = Router(tags=["databases"])
READ, CONFIGURE = needs("records:read"), needs("records:configure")


class DatabaseValues(Schema):
    """Settings of a database. The key stays for good; without one the name becomes it."""

    model_config = ConfigDict(extra="forbid")

    key: str | None = None
    name: str | None = Described(None, description="in the language of the house")
    label: str | None = Described(None, description="another name of ``name``")
    name_en: str | None = None
    description: str | None = None
    icon: str | None = None
    of_member: str | None = Described(None, description="must | may | not belong to a member")
    in_menu: bool | None = None
    columns: list[str] | None = Described(None, description="keys of fields that the list shows")
    move: int | None = Described(None, description="-1 up, 1 down")


class NewDatabase(DatabaseValues):
    """The same, with the first fields."""

    fields: list[FieldValues] = Described(default_factory=list)


class DatabaseAnswer(Schema):
    """A database and its live fields, in order."""

    id: int
    key: str
    name: str
    name_en: str
    description: str
    icon: str
    of_member: str
    in_menu: bool
    columns: list[str]
    fields: list[FieldAnswer]


def by_of(request: HttpRequest) -> User | None:
    """Who made the token that asks."""
    maker: User | None = request.auth.by  # type: ignore[attr-defined]
    return maker


def of(key: str, *, in_bin: bool = False) -> Database:
    """The database with this key. Raises Http404."""
    if "\x00" in key:
        raise Http404
    rows = Database.objects.all() if in_bin else Database.objects.present()
    return get_object_or_404(rows, key=key)


def seen(request: HttpRequest, database: Database) -> list[Field]:
    """The fields that whoever asks may see."""
    known = visible_fields(by_of(request), database.key).values()
    return [one.own for one in known if one.own is not None]


def answer(request: HttpRequest, database: Database) -> dict[str, Any]:
    names = ("id", "key", "name", "name_en", "description", "icon", "of_member", "in_menu")
    found: dict[str, Any] = {name: getattr(database, name) for name in names}
    fields = seen(request, database)
    keys = {field.key for field in fields}
    found["columns"] = [key for key in database.columns if key in keys]
    return found | {"fields": [field_answer(field) for field in fields]}


def _settings(values: DatabaseValues) -> dict[str, Any]:
    said = values.dict(exclude_none=True, exclude={"key", "label", "move", "fields"})
    if values.label is not None:
        said.setdefault("name", values.label)
    return said


@router.get("/databases", response=list[DatabaseAnswer], auth=READ, summary="Databases")
def databases(request: HttpRequest) -> list[dict[str, Any]]:
    """In the office's order."""
    return [answer(request, one) for one in Database.objects.present()]


@router.post(
    "/databases", response={201: DatabaseAnswer}, auth=CONFIGURE, summary="Make a database"
)
@transaction.atomic
def add(request: HttpRequest, values: NewDatabase) -> Status[dict[str, Any]]:
    """With its first fields, all or nothing."""
    by, said = by_of(request), _settings(values)
    columns = said.pop("columns", None)
    name = said.pop("name", "") or values.key or ""
    made = actions.add_database(name=name, key=values.key or "", **said, by=by)
    for at, field in enumerate(values.fields):
        try:
            _add_field(made, field, by)
        except members.Refused as refused:
            errors = refused.errors or {"key": refused.reason}
            beside = {f"fields[{at}].{name}": reason for name, reason in errors.items()}
            raise actions.Invalid(beside) from refused
    if columns is not None:
        made = actions.change_database(made, columns=columns, by=by)
    return Status(201, answer(request, made))


@router.get("/databases/{key}", response=DatabaseAnswer, auth=READ, summary="Read a database")
def database(request: HttpRequest, key: str) -> dict[str, Any]:
    """Its settings and fields."""
    return answer(request, of(key))


@router.patch(
    "/databases/{key}", response=DatabaseAnswer, auth=CONFIGURE, summary="Change a database"
)
def change(request: HttpRequest, key: str, values: DatabaseValues) -> dict[str, Any]:
    """Rename, set otherwise, move."""
    row, by = of(key), by_of(request)
    if values.key not in (None, row.key):
        raise actions.Invalid({"key": _("This stays as it is.")})
    if said := _settings(values):
        row = actions.change_database(row, **said, by=by)
    if values.move:
        actions.move_database(row, values.move, by=by)
    return answer(request, of(key))


@router.delete(
    "/databases/{key}", response={204: None}, auth=CONFIGURE, summary="Delete a database"
)
def delete(request: HttpRequest, key: str) -> Status[None]:
    """It goes into the bin with its records and can be taken back."""
    actions.delete_database(of(key), by=by_of(request))
    return Status(204, None)


@router.post(
    "/databases/{key}/restoration",
    response=DatabaseAnswer,
    auth=CONFIGURE,
    summary="Take a database back",
)
def restore(request: HttpRequest, key: str) -> dict[str, Any]:
    """With all its records."""
    return answer(request, actions.restore_database(of(key, in_bin=True), by=by_of(request)))


# Fields


def _add_field(database: Database, values: FieldValues, by: User | None) -> Field:
    said = {"label_ja": values.key or "", **settings_of(values)}
    kind = values.type if values.type is not None else Field.Type.TEXT
    with called_as_sent(values):
        return members.add_field(table=database.key, key=values.key or "", type=kind, **said, by=by)


def _field(request: HttpRequest, database: Database, key: str) -> Field:
    for one in visible_fields(by_of(request), database.key, retired=True).values():
        if one.own is not None and one.own.key == key:
            return one.own
    raise Http404


@router.get(
    "/databases/{key}/fields", response=list[FieldAnswer], auth=READ, summary="Fields of a database"
)
def fields(request: HttpRequest, key: str) -> list[dict[str, Any]]:
    """In order, retired ones included."""
    known = visible_fields(by_of(request), of(key).key, retired=True).values()
    return [field_answer(one.own) for one in known if one.own is not None]


@router.post(
    "/databases/{key}/fields",
    response={201: FieldAnswer},
    auth=CONFIGURE,
    summary="Add a field to a database",
)
def add_field(request: HttpRequest, key: str, values: FieldValues) -> Status[dict[str, Any]]:
    """As with fields of members."""
    return Status(201, field_answer(_add_field(of(key), values, by_of(request))))


@router.patch(
    "/databases/{key}/fields/{field}",
    response=FieldAnswer,
    auth=CONFIGURE,
    summary="Change a field of a database",
)
def change_field(request: HttpRequest, key: str, field: str, values: FieldValues) -> dict[str, Any]:
    """Change settings, move, retire or bring back."""
    row, by = _field(request, of(key), field), by_of(request)
    refuse_another_identity(row, values)
    if said := settings_of(values):
        with called_as_sent(values):
            row = members.edit_field(row, **said, by=by)
    if values.retired is not None:
        row = members.retire_field(row, retired=values.retired, by=by)
    if values.move:
        members.move_field(row, values.move, by=by)
    return field_answer(Field.objects.get(pk=row.pk))


@router.delete(
    "/databases/{key}/fields/{field}",
    response={204: None},
    auth=CONFIGURE,
    summary="Delete a field of a database",
)
def delete_field(request: HttpRequest, key: str, field: str) -> Status[None]:
    """It can be restored, values and all, for 30 days."""
    members.delete_field(_field(request, of(key), field), by=by_of(request))
    return Status(204, None)


@router.post(
    "/databases/{key}/fields/{field}/restoration",
    response=FieldAnswer,
    auth=CONFIGURE,
    summary="Restore a deleted field of a database",
)
def restore_field(request: HttpRequest, key: str, field: str) -> dict[str, Any]:
    """With all its values, within 30 days."""
    rows = Field.objects.of(of(key).key).exclude(deleted_at=None)
    row = get_object_or_404(rows, key=field.replace("\x00", "")[:60])
    return field_answer(members.restore_field(row, by=by_of(request)))
