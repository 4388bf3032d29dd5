"""Who sees and who edits the built-in fields, for programs. Own fields say it themselves."""

from typing import Any

from django.http import HttpRequest
from ninja import Field as Described
from ninja import Router, Schema

from enishi.accounts.api import needs
from enishi.members import actions
from enishi.members.actions.field_rights import choosable
from enishi.members.fields.groups import GROUPS
from enishi.members.models import FieldRight

from .members import by_of

router = Router(tags=["fields"])
READ, CONFIGURE = needs("accounts:read"), needs("accounts:configure")


class RightValues(Schema):
    """Keys of roles; none: everybody."""

    seen_by: list[str] = Described(default_factory=list)
    edited_by: list[str] = Described(default_factory=list)


class RightAnswer(RightValues):
    """A group of built-in fields, and which roles see and edit it (none named: all)."""

    group: str
    label: str
    fields: list[str]


def _answer(group: str, row: FieldRight | None) -> dict[str, Any]:
    label, fields = GROUPS[group]
    return {
        "group": group,
        "label": str(label),
        "fields": list(fields),
        "seen_by": row.seen_by if row else [],
        "edited_by": row.edited_by if row else [],
    }


@router.get("/field-rights", response=list[RightAnswer], auth=READ, summary="Rights to fields")
def field_rights(request: HttpRequest) -> list[dict[str, Any]]:
    """The groups that whoever asks may edit themselves."""
    rows = {row.group: row for row in FieldRight.objects.all()}
    may = choosable(by_of(request))
    return [_answer(group, rows.get(group)) for group in GROUPS if group in may]


@router.put(
    "/field-rights/{group}",
    response=RightAnswer,
    auth=CONFIGURE,
    summary="Set the rights to a group of fields",
)
def set_rights(request: HttpRequest, group: str, values: RightValues) -> dict[str, Any]:
    """Which roles see and edit the group. Roles with every right always do."""
    row = actions.set_group_rights(group, **values.dict(), by=by_of(request))
    return _answer(group, row)
