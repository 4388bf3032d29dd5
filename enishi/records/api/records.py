"""Records of one database."""

import json
from collections.abc import Iterable, Mapping
from datetime import datetime
from typing import Any

from django.http import Http404, HttpRequest
from django.http.response import HttpResponseBase
from django.shortcuts import get_object_or_404
from django.utils.translation import gettext as _
from ninja import Field as Described
from ninja import File, Query, Router, Schema, Status
from ninja.files import UploadedFile

from enishi.accounts.api import WrongInput, needs
from enishi.core.pages import BadCursor
from enishi.core.sealing import is_sealed
from enishi.members import actions as members
from enishi.members.api.fields import FileAnswer
from enishi.members.api.members import LARGEST_PAGE
from enishi.members.api.shapes import found as member_found
from enishi.members.fields import editable_fields
from enishi.members.models import Field, FieldFile, Member
from enishi.members.serving import served
from enishi.records import actions
from enishi.records.listing import Listing
from enishi.records.models import Database, Record

from .databases import READ, by_of, of, seen

router = Router(tags=["databases"])
WRITE, DELETE = needs("records:write"), needs("records:delete")
_BESIDES = {"id", "title", "created_at", "updated_at", "version", "member", "member_id", "data"}


class RecordAnswer(Schema):
    """A record. Empty values are not in ``data``."""

    id: int
    title: str
    member: str | None = Described(description="the member number")
    member_id: int | None
    data: dict[str, Any]
    version: int = Described(description="send it back when you change the record")
    created_at: datetime
    updated_at: datetime


class RecordPage(Schema):
    """One page. ``next`` is the cursor of the following one."""

    items: list[RecordAnswer]
    next: str | None
    count: dict[str, Any]


class RecordValues(Schema):
    """Values in ``data`` by the keys of the fields; a key may also stand beside it."""

    member: Any = Described(None, description="number or id of the member that it belongs to")
    data: dict[str, Any] | None = None


class RecordChanges(RecordValues):
    """What is not named stays. ``version`` is the one that you have read."""

    version: int | None = Described(None, description="409 if the same values were changed since")


def answer(record: Record, keys: set[str]) -> dict[str, Any]:
    """``keys``: of the fields that whoever asks may see."""
    return {
        "id": record.pk,
        "title": str(record),
        "member": record.member.number if record.member else None,
        "member_id": record.member_id,
        "data": {k: v for k, v in record.data.items() if k in keys and not is_sealed(v)},
        "version": record.version,
        "created_at": record.created_at,
        "updated_at": record.updated_at,
    }


def _keys(request: HttpRequest, database: Database) -> set[str]:
    return {field.key for field in seen(request, database)}


def _record(database: Database, pk: int, *, in_bin: bool = False) -> Record:
    rows = Record.objects.select_related("member", "database").filter(database=database)
    return get_object_or_404(rows if in_bin else rows.present(), pk=pk)


def _sent(request: HttpRequest, database: Database) -> tuple[dict[str, Any], Any, bool]:
    """The values, the member, and whether a member was named."""
    body = json.loads(request.body)
    if not isinstance(body, Mapping):
        raise WrongInput([("body", _("Send one object."))])
    values = dict(body.get("data") or {})
    for name, value in body.items():
        if name not in _BESIDES:
            values[name.removeprefix("data.")] = value
    may = {key.removeprefix("data.") for key in editable_fields(by_of(request), database.key)}
    fields = {field.key: field for field in seen(request, database)}
    # What is worked out may be sent back as it was read; another value is refused further on.
    may |= {key for key, field in fields.items() if field.type == Field.Type.COMPUTED}
    strange = [key for key in values if key in fields and key not in may]
    if strange:
        raise WrongInput([(f"data.{key}", _("You may not change this field.")) for key in strange])
    unknown = [key for key in values if key not in fields]
    if unknown:
        sentence = _("There is no field of this name.")
        raise WrongInput([(f"data.{key[:80]}", sentence) for key in unknown])
    names = "member" in body or "member_id" in body
    return values, body.get("member", body.get("member_id")), names


def _member(value: Any) -> Member | None:
    if value in (None, ""):
        return None
    try:
        return member_found(str(value))
    except Http404 as missing:
        sentence = _("There is no member with this number.")
        raise WrongInput([("member", sentence)]) from missing


def strange(asked: Iterable[str], fields: list[Field]) -> dict[str, str]:
    """Parameter → sentence, for those that do not exist: none is left out in silence."""
    known = {"search", "sort", "member", "cursor", "limit"}
    endings = ("", "_from", "_to", "_empty")
    known |= {f"f.{field.key}{ending}" for field in fields for ending in endings}
    return {name: _("There is no filter of this name.") for name in asked if name not in known}


@router.get(
    "/databases/{key}/records", response=RecordPage, auth=READ, summary="Records of a database"
)
def records(
    request: HttpRequest,
    key: str,
    cursor: str = "",
    limit: int = Query(50, ge=1, le=LARGEST_PAGE),  # type: ignore[type-arg]
) -> dict[str, Any]:
    """``search``, ``sort`` (a key, "-" turns round), ``member`` (number or id), and by field
    ``f.key``, ``f.key_from``, ``f.key_to``, ``f.key_empty``."""
    database = of(key)
    params = request.GET.copy()
    if params.get("member"):
        owner = _member(params["member"])
        params["member"] = str(owner.pk if owner else 0)
    fields = seen(request, database)
    listing = Listing(database, params, fields, by=request.user)
    if problems := {**strange(request.GET, fields), **listing.problems}:
        raise WrongInput(problems.items())
    try:
        shown = listing.page(cursor=cursor, limit=limit)
    except BadCursor as bad:
        raise WrongInput([("cursor", _("This is no cursor of this list."))]) from bad
    count, keys = listing.count(), _keys(request, database)
    return {
        "items": [answer(record, keys) for record in shown.items],
        "next": shown.next or None,
        "count": {"value": count.value, "exact": count.exact},
    }


@router.post(
    "/databases/{key}/records", response={201: RecordAnswer}, auth=WRITE, summary="Add a record"
)
def add(request: HttpRequest, key: str, values: RecordValues) -> Status[dict[str, Any]]:
    """Values are read by the type of their field; 422 names those that cannot be taken."""
    database = of(key)
    data, member, _named = _sent(request, database)
    made = actions.add_record(database, data, member=_member(member), by=by_of(request))
    return Status(201, answer(made, _keys(request, database)))


@router.get(
    "/databases/{key}/records/{id}", response=RecordAnswer, auth=READ, summary="Read a record"
)
def record(request: HttpRequest, key: str, id: int) -> dict[str, Any]:
    """As it is now."""
    database = of(key)
    found = _record(database, id)
    shown = actions.see_sensitive(found, by=by_of(request))
    told = answer(found, _keys(request, database))
    told["data"] |= {name: value for name, value in shown.items() if not is_sealed(value)}
    return told


@router.patch(
    "/databases/{key}/records/{id}", response=RecordAnswer, auth=WRITE, summary="Change a record"
)
def change(request: HttpRequest, key: str, id: int, values: RecordChanges) -> dict[str, Any]:
    """What is not named stays; null takes a value away."""
    database = of(key)
    data, member, named = _sent(request, database)
    found = actions.change_record(
        _record(database, id),
        data,
        member=_member(member) if named else None,
        sets_member=named,
        version=values.version,
        by=by_of(request),
    )
    return answer(found, _keys(request, database))


@router.delete(
    "/databases/{key}/records/{id}", response={204: None}, auth=DELETE, summary="Delete a record"
)
def delete(request: HttpRequest, key: str, id: int) -> Status[None]:
    """Into the bin; it can be taken back."""
    actions.delete_record(_record(of(key), id), by=by_of(request))
    return Status(204, None)


@router.post(
    "/databases/{key}/records/{id}/restoration",
    response=RecordAnswer,
    auth=DELETE,
    summary="Take a record back",
)
def restore(request: HttpRequest, key: str, id: int) -> dict[str, Any]:
    """As it was."""
    database = of(key)
    found = actions.restore_record(_record(database, id, in_bin=True), by=by_of(request))
    return answer(found, _keys(request, database))


def _file_field(request: HttpRequest, database: Database, key: str) -> Field:
    for field in seen(request, database):
        if field.key == key and field.type in (Field.Type.FILE, Field.Type.IMAGE):
            return field
    raise Http404


@router.post(
    "/databases/{key}/fields/{field}/files",
    response={201: FileAnswer},
    auth=WRITE,
    summary="Store a file for a field of a database",
)
def add_file(
    request: HttpRequest, key: str, field: str, file: File[UploadedFile]
) -> Status[FieldFile]:
    """The id becomes the value of the field of a record within a day, or the file is dropped."""
    row = _file_field(request, of(key), field)
    return Status(201, members.hold_file(row, file, by=by_of(request)))


@router.get(
    "/databases/{key}/records/{id}/files/{field}", auth=READ, summary="Read a file of a record"
)
def read_file(request: HttpRequest, key: str, id: int, field: str) -> HttpResponseBase:
    """The content, as a download."""
    database = of(key)
    row = _file_field(request, database, field)
    pk = _record(database, id).data.get(row.key)
    stored = FieldFile.objects.filter(pk=pk, table=database.key, key=row.key, record=id).first()
    if stored is None:
        raise Http404
    return served(stored)
