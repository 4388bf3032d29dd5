"""The lists that the office owns: member types, leave reasons, tags."""

from typing import Any

from django.http import HttpRequest
from django.shortcuts import get_object_or_404
from ninja import Field as Described
from ninja import Router, Schema, Status

from enishi.accounts.api import needs
from enishi.members import actions
from enishi.members.models import LeaveReason, MemberType, Tag

from .members import READ, WRITE, by_of

router = Router(tags=["lists"])
CONFIGURE = needs("members:configure")


class TypeValues(Schema):
    """``retired``: no longer offered; ``move``: -1 up, 1 down in the list."""

    name: str | None = None
    number_pattern: str | None = Described(None, description="such as M{year}{seq:5}")
    for_organisations: bool | None = None
    retired: bool | None = None
    move: int | None = None


class TypeAnswer(Schema):
    """A member type (会員種別)."""

    id: int
    name: str
    number_pattern: str
    for_organisations: bool
    retired: bool


def _type(row: MemberType) -> dict[str, Any]:
    return {
        "id": row.pk,
        "name": row.name,
        "number_pattern": row.number_pattern,
        "for_organisations": row.for_organisations,
        "retired": row.retired_at is not None,
    }


@router.get("/member-types", response=list[TypeAnswer], auth=READ, summary="Member types")
def types(request: HttpRequest) -> list[dict[str, Any]]:
    """In the office's order, retired ones included."""
    return [_type(row) for row in MemberType.objects.all()]


@router.post(
    "/member-types", response={201: TypeAnswer}, auth=CONFIGURE, summary="Add a member type"
)
def add_type(request: HttpRequest, values: TypeValues) -> Status[dict[str, Any]]:
    """At the end of the list."""
    made = actions.add_type(
        name=values.name or "",
        number_pattern=values.number_pattern or "",
        for_organisations=bool(values.for_organisations),
        by=by_of(request),
    )
    return Status(201, _type(made))


@router.patch(
    "/member-types/{id}", response=TypeAnswer, auth=CONFIGURE, summary="Change a member type"
)
def change_type(request: HttpRequest, id: int, values: TypeValues) -> dict[str, Any]:
    """Rename, renumber, move, retire or bring back."""
    row, by = get_object_or_404(MemberType, pk=id), by_of(request)
    said = values.dict(exclude_none=True)
    retired, move = said.pop("retired", None), said.pop("move", 0)
    if said:
        row = actions.edit_type(row, **said, by=by)
    if retired is not None:
        row = actions.retire_type(row, retired=retired, by=by)
    if move:
        actions.move_type(row, move, by=by)
    return _type(MemberType.objects.get(pk=id))


class ReasonValues(Schema):
    """``retired``: no longer offered; ``move``: -1 up, 1 down in the list."""

    name: str | None = None
    retired: bool | None = None
    move: int | None = None


class ReasonAnswer(Schema):
    """A leave reason (退会理由)."""

    id: int
    name: str
    retired: bool


def _reason(row: LeaveReason) -> dict[str, Any]:
    return {"id": row.pk, "name": row.name, "retired": row.retired_at is not None}


@router.get("/leave-reasons", response=list[ReasonAnswer], auth=READ, summary="Leave reasons")
def reasons(request: HttpRequest) -> list[dict[str, Any]]:
    """In the office's order, retired ones included."""
    return [_reason(row) for row in LeaveReason.objects.all()]


@router.post(
    "/leave-reasons", response={201: ReasonAnswer}, auth=CONFIGURE, summary="Add a leave reason"
)
def add_reason(request: HttpRequest, values: ReasonValues) -> Status[dict[str, Any]]:
    """At the end of the list."""
    made = actions.add_leave_reason(name=values.name or "", by=by_of(request))
    return Status(201, _reason(made))


@router.patch(
    "/leave-reasons/{id}", response=ReasonAnswer, auth=CONFIGURE, summary="Change a leave reason"
)
def change_reason(request: HttpRequest, id: int, values: ReasonValues) -> dict[str, Any]:
    """Rename, move, retire or bring back."""
    row, by = get_object_or_404(LeaveReason, pk=id), by_of(request)
    if values.name is not None:
        row = actions.edit_leave_reason(row, name=values.name, by=by)
    if values.retired is not None:
        row = actions.retire_leave_reason(row, retired=values.retired, by=by)
    if values.move:
        actions.move_leave_reason(row, values.move, by=by)
    return _reason(LeaveReason.objects.get(pk=id))


class TagValues(Schema):
    """``colour``: blue, green, orange, red, purple, teal, pink, grey."""

    name: str | None = None
    colour: str | None = None


class TagAnswer(Schema):
    """A tag."""

    id: int
    name: str
    colour: str


@router.get("/tags", response=list[TagAnswer], auth=READ, summary="Tags")
def tags(request: HttpRequest) -> list[Tag]:
    """By name."""
    return list(Tag.objects.all())


@router.post("/tags", response={201: TagAnswer}, auth=WRITE, summary="Add a tag")
def add_tag(request: HttpRequest, values: TagValues) -> Status[Tag]:
    """On nobody yet."""
    made = actions.add_tag(
        name=values.name or "", colour=values.colour or "blue", by=by_of(request)
    )
    return Status(201, made)


@router.patch("/tags/{id}", response=TagAnswer, auth=CONFIGURE, summary="Change a tag")
def change_tag(request: HttpRequest, id: int, values: TagValues) -> Tag:
    """Rename or recolour."""
    return actions.edit_tag(get_object_or_404(Tag, pk=id), **values.dict(), by=by_of(request))


@router.delete("/tags/{id}", response={204: None}, auth=CONFIGURE, summary="Delete a tag")
def delete_tag(request: HttpRequest, id: int) -> Status[None]:
    """It comes off everybody."""
    actions.delete_tag(get_object_or_404(Tag, pk=id), by=by_of(request))
    return Status(204, None)
