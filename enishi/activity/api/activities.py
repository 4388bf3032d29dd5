"""Activities in, and one member's activities out."""

from datetime import datetime
from typing import Any

from django.http import Http404, HttpRequest
from django.utils.translation import gettext as _
from ninja import Field as Described
from ninja import Query, Router, Schema

from enishi.accounts.api import WrongInput, needs
from enishi.activity import actions, reading
from enishi.activity.models import Activity
from enishi.core.pages import page
from enishi.members.models import Member

router = Router(tags=["activity"])
READ, WRITE = needs("activity:read"), needs("activity:write")
LARGEST_PAGE = 1000
LARGEST_ID = 2**63 - 1


class LeftOut(Schema):
    """An item that was not stored, and why."""

    id: str | None
    reason: str


class Stored(Schema):
    """What became of a batch. When you read it, what it says is stored for good.

    ``undeclared`` names properties (kind.name) that the kind does not declare: they are stored,
    but no rule can ask for them.
    """

    stored: int
    duplicate: int
    refused: list[LeftOut]
    undeclared: list[str]


_ITEM = {
    "type": "object",
    "required": ["id", "member", "kind"],
    "properties": {
        "id": {"type": "string", "format": "uuid", "description": "yours; sent twice counts once"},
        "member": {"type": "string", "description": "member number"},
        "kind": {"type": "string", "description": "key of a kind of activity"},
        "at": {
            "type": "string",
            "format": "date-time",
            "description": "without offset: in the organisation's zone; left out: now",
        },
        "object": {"type": "string", "maxLength": reading.LONGEST_OBJECT},
        "props": {"type": "object", "description": "properties that the kind declares"},
        "machine": {"type": "boolean", "default": False},
    },
    "additionalProperties": False,
}
_BODY = {
    "requestBody": {
        "required": True,
        "content": {
            "application/json": {
                "schema": {
                    "type": "object",
                    "required": ["items"],
                    "properties": {
                        "items": {"type": "array", "maxItems": reading.MOST, "items": _ITEM}
                    },
                }
            }
        },
    }
}


@router.post(
    "/activities",
    response=Stored,
    auth=WRITE,
    summary="Store activities",
    openapi_extra=_BODY,
)
def store(request: HttpRequest) -> dict[str, Any]:
    """Up to 10,000 at a time; some thousand is quickest. What is wrong is refused, the rest kept.

    Send a batch again when the answer did not come: an id that is stored already is a duplicate,
    whatever else the item says.
    """
    items = reading.items_of(request.body)
    kinds = actions.every_kind()
    sorted_ = reading.sort_out(items, kinds)
    stored = actions.store(sorted_.rows, kinds.values())
    return {
        "stored": stored,
        "duplicate": sorted_.duplicate + len(sorted_.rows) - stored,
        "refused": sorted_.refused,
        "undeclared": sorted(sorted_.undeclared)[:100],
    }


class ActivityAnswer(Schema):
    """One activity."""

    id: str
    kind: str
    at: datetime
    object: str
    props: dict[str, Any]
    machine: bool


class ActivityPage(Schema):
    """One page, latest first; ``next`` is the cursor of the one that follows, null on the last."""

    items: list[ActivityAnswer]
    next: str | None


class ActivityFilters(Schema):
    """What the list can be narrowed by."""

    kind: str = Described("", description="keys of kinds of activity, parted by commas")
    machine: bool = Described(default=True, description="false leaves out what machines did")
    limit: int = Described(50, ge=1, le=LARGEST_PAGE)
    cursor: str = Described("", description="``next`` of the page before")


@router.get(
    "/members/{key}/activities",
    response=ActivityPage,
    auth=READ,
    summary="What a member did",
)
def of_member(
    request: HttpRequest,
    key: str,
    filters: Query[ActivityFilters],
) -> dict[str, Any]:
    """Latest first. ``key`` is the id or the member number."""
    found = Activity.objects.filter(member=_member(key))
    kinds = actions.every_kind()
    if filters.kind:
        wanted = [part.strip() for part in filters.kind.split(",")]
        if unknown := [part for part in wanted if part not in kinds]:
            sentence = _("There is no kind of activity “%(kind)s”.") % {"kind": unknown[0][:60]}
            raise WrongInput([("kind", sentence)])
        found = found.filter(kind__in=[kinds[part].pk for part in wanted])
    if not filters.machine:
        found = found.by_people()
    got = page(found, sort=["-at"], cursor=filters.cursor, limit=filters.limit)
    names = {one.pk: one.key for one in kinds.values()}
    return {"items": [_answer(one, names) for one in got.items], "next": got.next or None}


def _member(key: str) -> Member:
    """By id, or by member number."""
    if "\x00" in key:
        raise Http404
    members = Member.objects.present()
    found = members.filter(number=key).first() if len(key) <= 40 else None
    if key.isascii() and key.isdigit() and int(key) <= LARGEST_ID:
        found = members.filter(pk=int(key)).first() or found
    if found is None:
        raise Http404
    return found


def _answer(one: Activity, names: dict[int, str]) -> dict[str, Any]:
    return {
        "id": str(one.pk),
        "kind": names.get(one.kind_id, ""),
        "at": one.at,
        "object": one.object,
        "props": one.props or {},
        "machine": one.machine,
    }
