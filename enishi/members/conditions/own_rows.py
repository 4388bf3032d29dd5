"""Rows of members themselves that ``has`` can ask about: contacts, periods, files, notes."""

from collections.abc import Mapping
from typing import Any

from django.utils.translation import pgettext_lazy

from enishi.members.models import (
    Channel,
    Contact,
    Direction,
    FurtherAddress,
    FurtherEmail,
    LeaveReason,
    MemberFile,
    MemberType,
    Note,
    Purpose,
    Status,
    StatusPeriod,
)

from .catalogue import staff
from .rows import has_source
from .subjects import Listed, Subject, Type
from .where import Where


def _of(model: Any, key: str, kind: Type, **more: Any) -> Subject:
    """A column of the row's table under its own name."""
    column = model._meta.get_field(key)
    text = kind in (Type.TEXT, Type.CHOICE, Type.DIGITS)
    return Subject(key, column.verbose_name, kind, f"r.{column.column}", nullable=not text, **more)


def _texts(model: Any, *keys: str, folded: bool = False) -> dict[str, Subject]:
    return {key: _of(model, key, Type.TEXT, folded=folded) for key in keys}


def _by() -> Subject:
    return Subject("by", pgettext_lazy("rows", "Written by"), Type.LINK, "r.by_id", names=staff())


def _contact() -> Mapping[str, Subject]:
    return {
        "at": _of(Contact, "at", Type.INSTANT),
        "channel": _of(Contact, "channel", Type.CHOICE, choices=tuple(Channel.choices)),
        "direction": _of(Contact, "direction", Type.CHOICE, choices=tuple(Direction.choices)),
        **_texts(Contact, "subject", "text", "outcome", "next_action"),
        "next_on": _of(Contact, "next_on", Type.DATE),
        "by": _by(),
    }


def _period() -> Mapping[str, Subject]:
    types = Listed(dict(MemberType.objects.values_list("pk", "name")))
    reasons = Listed(dict(LeaveReason.objects.values_list("pk", "name")))
    return {
        "status": _of(StatusPeriod, "status", Type.CHOICE, choices=tuple(Status.choices)),
        "member_type": Subject(
            "member_type", pgettext_lazy("rows", "Type"), Type.LINK, "r.type_id", names=types
        ),
        "from": Subject(
            "from",
            pgettext_lazy("rows", "From"),
            Type.DATE,
            "NULLIF(r.from_on, '0001-01-01'::date)",
        ),
        "to": Subject("to", pgettext_lazy("rows", "To"), Type.DATE, "r.to_on"),
        "reason": Subject(
            "reason", pgettext_lazy("rows", "Leave reason"), Type.LINK, "r.reason_id", names=reasons
        ),
        **_texts(StatusPeriod, "note"),
    }


def _file() -> Mapping[str, Subject]:
    return {
        "at": _of(MemberFile, "at", Type.INSTANT),
        **_texts(MemberFile, "name"),
        "size": _of(MemberFile, "size", Type.NUMBER),
        "by": _by(),
    }


def _note() -> Mapping[str, Subject]:
    return {
        "at": _of(Note, "at", Type.INSTANT),
        **_texts(Note, "text"),
        "pinned": _of(Note, "pinned", Type.BOOLEAN),
        "by": _by(),
    }


def _purpose(model: Any) -> Subject:
    return _of(model, "purpose", Type.CHOICE, choices=tuple(Purpose.choices))


has_source(
    "contact",
    pgettext_lazy("rows", "Contacts"),
    table="members_contact r",
    fields=_contact,
    at="at",
)
has_source(
    "period",
    pgettext_lazy("rows", "Periods of status"),
    table="members_statusperiod r",
    fields=_period,
    at="from",
    grows=True,
)
has_source(
    "file", pgettext_lazy("rows", "Files"), table="members_memberfile r", fields=_file, at="at"
)
has_source(
    "note",
    pgettext_lazy("rows", "Notes"),
    table="members_note r",
    fields=_note,
    at="at",
    always=Where("NOT r.private", (), total=True),  # those of one person are nobody's question
)
has_source(
    "further_email",
    pgettext_lazy("rows", "Further e-mail addresses"),
    table="members_furtheremail r",
    fields=lambda: {
        "purpose": _purpose(FurtherEmail),
        **_texts(FurtherEmail, "email"),
    },
    tells="email",
)
has_source(
    "further_address",
    pgettext_lazy("rows", "Further addresses"),
    table="members_furtheraddress r",
    fields=lambda: {
        "purpose": _purpose(FurtherAddress),
        "postal_code": _of(FurtherAddress, "postal_code", Type.DIGITS, folded=True),
        **_texts(
            FurtherAddress,
            *("addressee", "prefecture", "city", "address_line", "building"),
            folded=True,
        ),
    },
    tells="address",
)
