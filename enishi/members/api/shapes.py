"""What goes over the wire: members and what hangs on them, read and written."""

import json
from collections.abc import Container
from datetime import date, datetime
from typing import Any

from django.http import Http404, HttpRequest
from django.utils.translation import gettext as _
from ninja import Field as Described
from ninja import Schema
from pydantic import SerializerFunctionWrapHandler, model_serializer

from enishi.core.sealing import is_sealed
from enishi.members import actions
from enishi.members.fields import GROUP_OF, OWN, visible_fields
from enishi.members.merged import merged_into
from enishi.members.models import Member, MemberQuerySet, MemberTag

LARGEST_ID = 2**63 - 1


class MemberAnswer(Schema):
    """A member as the office keeps it. Empty text is '', a missing date null.

    Fields that whoever asks may not see are left out.
    """

    id: int
    number: str
    kind: str = Described(description="person or organisation")
    member_type: str = Described(description="the name of the member type")
    status: str = Described(
        description="applicant, provisional, active, suspended, left or refused"
    )
    name: str
    kana: str = ""
    family_name: str
    given_name: str
    family_name_kana: str = ""
    given_name_kana: str = ""
    former_name: str = ""
    organisation_name: str
    organisation_name_kana: str = ""
    gender: str = ""
    birth_date: date | None = None
    email: str = ""
    phone: str = ""
    mobile: str = ""
    postal_code: str = ""
    prefecture: str = ""
    city: str = ""
    address_line: str = ""
    building: str = ""
    country: str = ""
    language: str
    owner: str = Described(description="e-mail of the staff member who looks after the member")
    source: str = ""
    joined_on: date | None
    left_on: date | None
    deceased_on: date | None
    note: str = ""
    data: dict[str, Any] = Described(description="the organisation's own fields")
    tags: list[str]
    version: int = Described(description="send it back when you change the member")
    created_at: datetime
    updated_at: datetime

    @model_serializer(mode="wrap")
    def _without_hidden(self, write: SerializerFunctionWrapHandler):  # type: ignore[no-untyped-def]
        return {name: v for name, v in write(self).items() if name in self.model_fields_set}


PLAIN = tuple(
    name for name in MemberAnswer.model_fields if name not in {"member_type", "owner", "tags"}
)


def answer(
    member: Member,
    request: HttpRequest,
    tags: list[str] | None = None,
    seen: Container[str] | None = None,
) -> dict[str, Any]:
    """A member as ``MemberAnswer``, without the fields that whoever asks may not see.

    ``type`` and ``owner`` should be at hand; ``tags`` and the fields ``seen`` where there are many.
    """
    seen = visible_fields(request.user) if seen is None else seen
    hidden = {name for name in GROUP_OF if name not in seen}
    if "family_name_kana" in hidden:
        hidden.add("kana")
    found = {name: getattr(member, name) for name in PLAIN if name not in hidden}
    found["data"] = {
        key: v for key, v in member.data.items() if f"{OWN}{key}" in seen and not is_sealed(v)
    }
    found["member_type"] = member.type.name
    found["owner"] = member.owner.email if member.owner else ""
    found["tags"] = tags_of([member]).get(member.pk, []) if tags is None else tags
    return found


def answers(members: list[Member], request: HttpRequest) -> list[dict[str, Any]]:
    """A page of members, with the tags of all in one query."""
    tags, seen = tags_of(members), visible_fields(request.user)
    return [answer(member, request, tags.get(member.pk, []), seen) for member in members]


def tags_of(members: list[Member]) -> dict[int, list[str]]:
    """Names of tags by member id."""
    found: dict[int, list[str]] = {}
    links = MemberTag.objects.filter(member__in=[m.pk for m in members]).order_by("tag__name")
    for member_id, name in links.values_list("member_id", "tag__name"):
        found.setdefault(member_id, []).append(name)
    return found


class MemberValues(Schema):
    """Fields of a member to set. Text is read as an office writes it: any width, any era.

    Own fields go into ``data`` or as ``data.<key>``.
    """

    number: Any = Described(None, description="without it a new member gets the next number")
    kind: Any = None
    member_type: Any = Described(None, description="the name of a member type")
    status: Any = Described(
        None, description="of a new member; later the status has actions of its own"
    )
    family_name: Any = None
    given_name: Any = None
    family_name_kana: Any = None
    given_name_kana: Any = None
    former_name: Any = None
    organisation_name: Any = None
    organisation_name_kana: Any = None
    gender: Any = None
    birth_date: Any = None
    email: Any = None
    phone: Any = None
    mobile: Any = None
    postal_code: Any = None
    prefecture: Any = None
    city: Any = None
    address_line: Any = None
    building: Any = None
    country: Any = None
    language: Any = None
    owner: Any = Described(None, description="e-mail of one of the staff")
    source: Any = None
    joined_on: Any = None
    left_on: Any = None
    note: Any = None
    data: Any = Described(None, description="own fields: key → value")
    tags: list[str] | None = Described(None, description="all tags of the member, by name")


def sent(request: HttpRequest) -> dict[str, Any]:
    """The fields as they were sent, without those that only answers have."""
    body = json.loads(request.body)
    if not isinstance(body, dict):
        raise actions.Invalid({"body": _("Send one object with the fields of the member.")})
    return {name: value for name, value in body.items() if name not in ONLY_ANSWERED}


ONLY_ANSWERED = {"id", "name", "kana", "created_at", "updated_at", "version", "tags"}


class MemberChanges(MemberValues):
    """Fields to change; what is not named stays. ``version`` is the one that you have read."""

    version: int | None = Described(
        None, description="409 if somebody has changed the same fields since; or send If-Match"
    )


def found(key: str, *, in_bin: bool = False) -> Member:
    """The member with this id, or this member number. Raises Http404.

    The number of somebody who was merged into another leads to that other one.
    """
    if "\x00" in key:
        raise Http404
    members: MemberQuerySet = Member.objects.select_related("type", "owner")
    if not in_bin:
        members = members.present()
    member = members.filter(number=key).first() if len(key) <= 40 else None
    if key.isascii() and key.isdigit() and int(key) <= LARGEST_ID:
        member = members.filter(pk=int(key)).first() or member
    if member is None and (into := merged_into(key)) is not None:
        member = members.filter(pk=into).first()
    if member is None:
        raise Http404
    return member


def again(member: Member, request: HttpRequest) -> dict[str, Any]:
    """The member as it is after a change."""
    return whole(Member.objects.select_related("type", "owner").get(pk=member.pk), request)


def whole(member: Member, request: HttpRequest) -> dict[str, Any]:
    """One member with the values of sensitive fields, which lists leave out; it is told."""
    found = answer(member, request)
    seen = actions.see_sensitive(member, by=request.user if request.user.pk else None)
    found["data"] |= {key: value for key, value in seen.items() if not is_sealed(value)}
    return found
