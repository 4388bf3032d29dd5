"""Kinds of activity."""

import json
from typing import Any

from django.http import HttpRequest
from django.utils.translation import gettext as _
from ninja import Field as Described
from ninja import Router, Schema, Status

from enishi.accounts.api import WrongInput, needs
from enishi.accounts.models import User
from enishi.activity import actions
from enishi.activity.models import Kind

router = Router(tags=["activity"])


class KindAnswer(Schema):
    """A kind of activity. ``props``: name → type. ``own``: declared by the organisation."""

    key: str
    label: str
    icon: str
    props: dict[str, str]
    own: bool


class Kinds(Schema):
    """All kinds of activity."""

    items: list[KindAnswer]


class NewKind(Schema):
    """A kind of the organisation's own programs."""

    key: Any = Described(description="such as seminar.attended; never changes")
    label: Any = Described(description="what people call it")
    props: Any = Described(
        None,
        description="name → type: text, integer, decimal, boolean, date, datetime, choices",
    )


def _answer(kind: Kind) -> dict[str, Any]:
    return {
        "key": kind.key,
        "label": str(kind.title),
        "icon": kind.icon,
        "props": kind.props,
        "own": kind.own,
    }


@router.get(
    "/activity-kinds", response=Kinds, auth=needs("activity:read"), summary="Kinds of activity"
)
def kinds(request: HttpRequest) -> dict[str, Any]:
    """Those that Enishi brings along and those that were declared, with their properties."""
    return {"items": [_answer(kind) for kind in Kind.objects.order_by("key")]}


@router.post(
    "/activity-kinds",
    response={200: KindAnswer, 201: KindAnswer},
    auth=needs("activity:configure"),
    summary="Declare a kind of activity",
)
def declare(request: HttpRequest, kind: NewKind) -> Status[dict[str, Any]]:
    """201 for a new kind. Declared again (200), its name changes and properties are added."""
    by = request.user if isinstance(request.user, User) else None
    body = json.loads(request.body)
    strange = set(body) - {"key", "label", "props"}
    if strange:
        raise WrongInput([(name, _("There is no such field.")) for name in sorted(strange)])
    made, new = actions.declare(kind.key, kind.label, kind.props, by=by)
    return Status(201 if new else 200, _answer(made))
