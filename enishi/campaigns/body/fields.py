"""What a campaign may name in its text, and the values for many members at once."""

import re
from collections.abc import Callable, Iterable, Mapping, Sequence
from typing import Any

from django.conf import settings
from django.db.models.expressions import RawSQL
from django.utils import translation
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy

from enishi.accounts.models import User
from enishi.core.models import Organisation
from enishi.members.fields import Definition, Names, Sort, every_field, type_of, visible_fields
from enishi.members.models import Kind, Member, MemberType
from enishi.messaging.actions import merge
from enishi.ui.written import country, jdate, phone, postal

from . import repeating

Values = dict[str, Any]
NOBODY = Names()
PRIVATE = ("note", "number_pattern")

_ALSO: dict[str, Any] = {
    "member.name": pgettext_lazy("merge field", "Name"),
    "member.kana": _("Kana"),
    "member.honorific": _("Honorific (様, 御中)"),
    "member.address": _("Address"),
    "owner.name": _("Owner's name"),
    "owner.email": _("Owner's e-mail"),
    "organisation.name": pgettext_lazy("merge field", "Our organisation"),
    "campaign.name": _("Name of the campaign"),
}
_MADE_OF = {"member.kana": "family_name_kana", "member.address": "address_line"}
LINKS: dict[str, Any] = {
    "links.web": _("Link: this mail as a page"),
    "links.unsubscribe": _("Link: unsubscribe"),
    "links.preferences": _("Link: choose what to receive"),
    "links.my_page": _("Link: my page"),
    "links.notices": _("Link: my notices"),
}
TOKEN = "enishi.token"  # noqa: S105  the recipient's signed word, in links and the pixel
SEGMENT = "segment.s"  # segment.s12: whether the member is in segment 12


def catalogue(by: User | None = None) -> merge.Fields:
    """Every merge field that ``by`` may use (None: the system, all of them)."""
    fields = every_field() if by is None else visible_fields(by)
    return merge.Fields(_labels(fields)) | repeating.lists(by)


def _labels(fields: Mapping[str, Definition]) -> dict[str, Any]:
    labels: dict[str, Any] = {
        key: label for key, label in _ALSO.items() if _MADE_OF.get(key, "number") in fields
    }
    for key, definition in fields.items():
        if key in PRIVATE or definition.sealed:
            continue
        labels.setdefault(f"member.{key}", definition.label)
        if definition.own is not None:  # member.data.job may be written member.job
            labels.setdefault(f"member.{definition.own.key}", definition.label)
    labels["member.type"] = labels.get("member.member_type", _("Member type"))
    return {**labels, **LINKS}


def offered(by: User | None = None) -> list[tuple[str, str]]:
    """The same for a list to choose from: what to write, and what it is; nothing twice."""
    seen: set[str] = set()
    found = []
    for key, label in catalogue(by).labels.items():
        if str(label) not in seen:
            seen.add(str(label))
            found.append((key, str(label)))
    return found


_FIELD = re.compile(r"\{\{\s*([\w.]+)[^}]*\}\}|\{[%#].*?[%#]\}", re.ASCII)


def readable(text: str) -> str:
    """A text for people who only want to know which one it is: ``{{ member.name }}`` is shown as
    the label of the field, conditions are left out."""
    if "{" not in text:
        return text
    known = _labels(every_field())

    def told(found: re.Match[str]) -> str:
        if not found[1]:
            return ""
        return _("[%(field)s]") % {"field": known.get(found[1], found[1])}

    return _FIELD.sub(told, text)


def compiled_catalogue(by: User | None, segments: Iterable[int]) -> merge.Fields:
    """The catalogue of a compiled text, which also names what only we put in."""
    own = {TOKEN: "", **{f"{SEGMENT}{number}": "" for number in segments}}
    return catalogue(by) | merge.Fields(own)


Read = Callable[[Any], Any]  # of a Member or an Addressee


class Reader:
    """Reads what a template uses, and nothing else, of one member after the other."""

    def __init__(self, used: Iterable[str], fixed: Mapping[str, Any] | None = None) -> None:
        self.fixed: Values = {
            "organisation.name": Organisation.current().name,
            "links.my_page": f"{settings.BASE_URL}/",
            **(fixed or {}),
        }
        fields = every_field()
        own = {one.own.key: one for one in fields.values() if one.own is not None}
        self.reads: dict[str, Read] = {}
        self.columns: set[str] = {"type"}
        used = set(used)
        used |= {f"{key.rpartition('.')[0]}.honorific" for key in used if key.startswith("member.")}
        for key in used:
            read = _reader(key, fields, own)
            if read is not None:
                self.reads[key] = read
                self.columns.update(_columns(key, fields))

    def values(self, member: "Member | Addressee") -> Values:
        """Key → value, for one member."""
        found = dict(self.fixed)
        for key, read in self.reads.items():
            found[key] = read(member)
        return found


_ALWAYS = ("kind", "language", "family_name", "given_name", "organisation_name")


class Addressee:
    """A member as mails read one: only the columns that are asked for, a tenth of the time that a
    model takes."""

    pk: int
    kind: str
    language: str
    family_name: str
    given_name: str
    organisation_name: str
    type: MemberType
    owner: User | None
    data: dict[str, Any]
    name: Any = Member.name
    kana: Any = Member.kana
    address: Any = Member.address

    def __init__(self, columns: dict[str, Any]) -> None:
        self.__dict__ = columns


def members_of(ids: Sequence[int], columns: Iterable[str] = ()) -> dict[int, Addressee]:
    """The members with what templates read of them (``Reader.columns``), in three queries."""
    lists = {one for one in columns if one.startswith(repeating.LISTS)}
    names = dict.fromkeys(("pk", "type_id", "owner_id", *_ALWAYS, *(set(columns) - lists)))
    names.pop("type", None)
    names.pop("owner", None)
    rows = [
        dict(zip(names, row, strict=True))
        for row in Member.objects.filter(pk__in=_listed(ids)).values_list(*names)
    ]
    types = MemberType.objects.in_bulk({row["type_id"] for row in rows})
    owners = User.objects.in_bulk({row["owner_id"] for row in rows} - {None})
    found = {
        row["pk"]: Addressee(
            {**row, "type": types[row["type_id"]], "owner": owners.get(row["owner_id"])}
        )
        for row in rows
    }
    repeating.attach(found, lists)
    return found


def _listed(ids: Sequence[int]) -> RawSQL:
    """As one value: the driver would look for the place of each of hundreds."""
    written = f"{{{','.join(map(str, ids))}}}"
    return RawSQL("SELECT unnest(%s::bigint[])", [written])


def _columns(key: str, fields: Mapping[str, Definition]) -> tuple[str, ...]:
    """The columns of the member that a field is read from."""
    if key in _SPECIAL:
        return _MORE.get(key, ())
    if key.startswith(repeating.LISTS):
        return (key,)
    definition = fields.get(key.removeprefix("member."))
    return (definition.column if definition is not None else "data",)


_MORE = {
    "member.kana": ("family_name_kana", "given_name_kana", "organisation_name_kana"),
    "member.address": ("prefecture", "city", "address_line", "building"),
}


def _reader(
    key: str, fields: Mapping[str, Definition], own: Mapping[str, Definition]
) -> Read | None:
    if key in _SPECIAL:
        return _SPECIAL[key]
    if key.startswith(repeating.LISTS):
        return repeating.reader(key)
    if not key.startswith("member."):
        return None
    name = key.removeprefix("member.")
    definition = fields.get(name) or own.get(name)
    if definition is None or name in PRIVATE:
        return None
    if definition.own is not None:
        field, kind = definition.own, type_of(definition.own)
        return lambda member: _shown(kind, field, member.data.get(field.key))
    column = definition.column
    if written := _WRITTEN.get(column):
        return lambda member: written(getattr(member, column))
    match definition.sort:
        case Sort.CHOICE:
            labels = dict(definition.choices)
            return lambda member: str(labels.get(getattr(member, column), ""))
        case Sort.DATE:
            return lambda member: _day(getattr(member, column))
        case Sort.TYPE | Sort.OWNER:
            return lambda member: str(getattr(member, column) or "")
    return lambda member: getattr(member, column)


_WRITTEN: dict[str, Read] = {
    "phone": phone,
    "mobile": phone,
    "postal_code": lambda code: postal(code).removeprefix("〒"),
    "country": country,
}


def _shown(kind: Any, field: Any, value: Any) -> Any:
    if value is None:
        return ""
    if isinstance(value, int) and not isinstance(value, bool) and kind.numeric:
        return value  # so that |number can part the thousands
    return kind.written(field, value, NOBODY)


def _day(day: Any) -> str:
    return jdate(day) if day else ""


def honorific(member: "Member | Addressee") -> str:
    """様, 御中, or nothing: what follows the member's name."""
    return merge.honorific_of(
        organisation=member.kind == Kind.ORGANISATION and bool(member.organisation_name),
        language=member.language or "ja",
    )


def _notices_link(member_id: int) -> str:
    from enishi.campaigns.actions.notices import notices_link  # which knows campaigns and so us

    return notices_link(member_id)


_SPECIAL: dict[str, Read] = {
    "member.name": lambda member: member.name,
    "member.kana": lambda member: member.kana,
    "member.address": lambda member: member.address,
    "member.type": lambda member: member.type.name,
    "member.member_type": lambda member: member.type.name,
    "member.honorific": honorific,
    "links.notices": lambda member: _notices_link(member.pk),
    "owner.name": lambda member: member.owner.name if member.owner else "",
    "owner.email": lambda member: member.owner.email if member.owner else "",
}


def in_language_of(member: Member) -> Any:
    """Dates and choices are written in the member's language."""
    return translation.override("en" if member.language == "en" else "ja")
