"""Saved views of the list, for programs."""

from collections.abc import Container
from datetime import datetime
from typing import Any

from django.http import HttpRequest
from django.shortcuts import get_object_or_404
from django.utils.translation import gettext as _
from ninja import Field as Described
from ninja import Router, Schema, Status

from enishi.members import actions
from enishi.members.actions.views import COMPOSED
from enishi.members.conditions import RuleFaults, parse
from enishi.members.fields import OWN, visible_fields
from enishi.members.models import SavedView

from .members import READ, WRITE, by_of

router = Router(tags=["views"])


class ViewValues(Schema):
    """A view of the list. What is left out stays; ``rule`` null or ``{}`` is everybody."""

    name: str | None = None
    rule: dict[str, Any] | None = Described(None, description="see the reference of rules")
    columns: list[str] | None = Described(None, description="field keys; none: the usual ones")
    search: str | None = None
    sort: str | None = Described(None, description="as of GET /members")
    density: str | None = Described(None, description="dense, roomy, or '' as each person likes")
    shared: bool | None = Described(None, description="everybody in the office can use it")
    default_for: list[str] | None = Described(
        None, description="keys of roles that see it first; this shares it"
    )


class ViewAnswer(Schema):
    """A saved view. ``owner``: e-mail of whoever keeps it, '' where a program does."""

    id: int
    name: str
    rule: dict[str, Any] | None
    sentence: str = Described(description="the rule in words; '' for everybody")
    columns: list[str]
    search: str
    sort: str
    density: str
    shared: bool
    default_for: list[str]
    owner: str
    created_at: datetime
    updated_at: datetime


def _view(request: HttpRequest, view: SavedView) -> dict[str, Any]:
    names = ("id", "name", "search", "density", "shared", "default_for")
    seen = COMPOSED | visible_fields(by_of(request), retired=True).keys()
    rule, sentence = _told(request, view, seen)
    hidden = view.sort.removeprefix("-").startswith(OWN) and view.sort.removeprefix("-") not in seen
    return {
        **{name: getattr(view, name) for name in names},
        "columns": [key for key in view.columns if key in seen],
        "sort": "" if hidden else view.sort,
        "owner": view.owner.email if view.owner is not None else "",
        "rule": rule,
        "sentence": sentence,
        "created_at": view.created_at,
        "updated_at": view.updated_at,
    }


def _told(request: HttpRequest, view: SavedView, seen: Container[str]) -> tuple[Any, str]:
    """The rule, and what it says; of one that names a field which is hidden only that it does."""
    if not view.rule:
        return None, ""
    try:
        return view.rule, parse(view.rule, by=by_of(request)).sentence()
    except RuleFaults as no:
        if any(fault.unknown and fault.unknown not in seen for fault in no.faults):
            return None, _("This view asks about a field that you may not see, or that is gone.")
        return view.rule, str(no)


def _found(request: HttpRequest, id: int) -> SavedView:
    return get_object_or_404(
        SavedView.objects.seen_by(by_of(request)).select_related("owner"), pk=id
    )


@router.get("/views", response=list[ViewAnswer], auth=WRITE, summary="Saved views")
def views(request: HttpRequest) -> list[dict[str, Any]]:
    """The shared ones and those of whoever made the token, by name."""
    rows = SavedView.objects.seen_by(by_of(request)).select_related("owner")
    return [_view(request, view) for view in rows]


@router.post("/views", response={201: ViewAnswer}, auth=WRITE, summary="Save a view")
def save(request: HttpRequest, values: ViewValues) -> Status[dict[str, Any]]:
    """Personal unless ``shared``. The list takes it as ``?view=<id>``."""
    said = {"name": "", **values.dict(exclude_unset=True)}
    made = actions.save_view(**said, by=by_of(request))
    return Status(201, _view(request, made))


@router.get("/views/{id}", response=ViewAnswer, auth=READ, summary="One view")
def one(request: HttpRequest, id: int) -> dict[str, Any]:
    """With its rule in words."""
    return _view(request, _found(request, id))


@router.patch("/views/{id}", response=ViewAnswer, auth=WRITE, summary="Change a view")
def change(request: HttpRequest, id: int, values: ViewValues) -> dict[str, Any]:
    """Only what is named."""
    said = values.dict(exclude_unset=True)
    return _view(request, actions.change_view(_found(request, id), **said, by=by_of(request)))


@router.delete("/views/{id}", response={204: None}, auth=WRITE, summary="Delete a view")
def delete(request: HttpRequest, id: int) -> Status[None]:
    """It can be taken back."""
    actions.delete_view(_found(request, id), by=by_of(request))
    return Status(204, None)


@router.post("/views/{id}/restoration", response=ViewAnswer, auth=WRITE, summary="Take a view back")
def restore(request: HttpRequest, id: int) -> dict[str, Any]:
    """As it was when it was deleted."""
    by = by_of(request)
    rows = SavedView.objects.exclude(deleted_at=None)
    view = get_object_or_404(rows, pk=id)
    if not actions.may_change_view(view, by):
        view = get_object_or_404(rows.none(), pk=id)
    return _view(request, actions.restore_view(view, by=by))
