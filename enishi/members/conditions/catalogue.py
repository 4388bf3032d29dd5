"""The fields of members that a rule can ask about."""

from collections.abc import Callable, Iterator, Mapping
from dataclasses import replace
from datetime import date
from functools import partial
from typing import Any

from django.utils.translation import pgettext_lazy

from enishi.accounts.models import User
from enishi.members.fields import OWN, Definition, Sort, visible_fields
from enishi.members.fields.indexes import finished_indexes, index_name
from enishi.members.models import Field, Member, MemberType, Tag

from .own import own_subjects
from .subjects import Listed, Subject, Type
from .where import Where

NO_DAY = "'0001-01-01'::date"
_INDEXED = {"joined_on", "left_on", "birth_date"}


class Catalogue(Mapping[str, Subject]):
    """Subjects by key, made when they are asked for; names are looked up only then."""

    def __init__(self, definitions: Mapping[str, Definition], as_of: date | None = None) -> None:
        self._as_of = as_of
        self._definitions = definitions
        self._made: dict[str, Subject | None] = {}
        self._indexes: frozenset[str] | None = None

    def __getitem__(self, key: str) -> Subject:
        if key not in self._made:
            self._made[key] = self._make(key)
        made = self._made[key]
        if made is None:
            raise KeyError(key)
        return made

    def __iter__(self) -> Iterator[str]:
        yield from (key for key in (*_MORE, *self._definitions) if self.get(key) is not None)

    def __len__(self) -> int:
        return sum(1 for _key in self)

    def encrypted(self) -> dict[str, str]:
        """Key → label of the fields whose values are sealed, so that nothing can be asked."""
        return {key: str(one.label) for key, one in self._definitions.items() if one.sealed}

    def put_aside(self, key: str) -> str:
        """The label of an own field that is retired or deleted and hidden from nobody, else ''."""
        rows = Field.objects.of("").filter(key=key.removeprefix(OWN), seen_by=[])
        row = rows.filter(personal=Field.Personal.ORDINARY).first() if key.startswith(OWN) else None
        return "" if row is None or row.is_live else str(row)

    def _make(self, key: str) -> Subject | None:
        if key in _ALIASES:
            return self._make(_ALIASES[key])
        if key in _MORE:
            needed = _NEEDS.get(key, ())
            if any(name not in self._definitions for name in needed):
                return None
            made: Subject = _MORE[key]()
            return made
        definition = self._definitions.get(key)
        if definition is not None and definition.own is None:
            made_of = built_in(definition)
            if self._as_of is not None and key in _THEN:
                return _then(made_of, _THEN[key], self._as_of)
            return made_of
        made_of_own = own_subjects(key, self._definitions)
        if made_of_own is None or definition is None or definition.own is None:
            return None
        return replace(made_of_own, indexed=partial(self._has_index, index_name(definition.own)))

    def _has_index(self, name: str) -> bool:
        if self._indexes is None:
            self._indexes = finished_indexes()
        return name in self._indexes


def fields_for(by: User | None = None, as_of: date | None = None) -> Catalogue:
    """Every field that ``by`` may see (None: the system), by key; status and type as of a day."""
    return Catalogue(visible(by), as_of)


def more_field(key: str, make: Callable[[], Subject]) -> None:
    """Register a field of members that another app keeps."""
    _MORE[key] = make


def visible(by: User | None) -> Mapping[str, Definition]:
    """The definitions of the fields that ``by`` may see."""
    return visible_fields(by)


def built_in(definition: Definition) -> Subject:
    """The subject of a built-in field."""
    key, label, sql = definition.key, definition.label, f"m.{definition.column}"
    match definition.sort:
        case Sort.DATE:
            ranged = f"COALESCE({sql}, {NO_DAY})" if key in _INDEXED else ""
            return Subject(key, label, Type.DATE, sql, ranged=ranged)
        case Sort.CHOICE:
            return Subject(key, label, Type.CHOICE, sql, nullable=False, choices=definition.choices)
        case Sort.TYPE:
            names = Listed(dict(MemberType.objects.values_list("pk", "name")))
            return Subject(key, label, Type.LINK, "m.type_id", nullable=False, names=names)
        case Sort.OWNER:
            return Subject(key, label, Type.LINK, "m.owner_id", names=staff())
        case Sort.PHONE | Sort.POSTAL_CODE:
            return Subject(key, label, Type.DIGITS, sql, nullable=False, folded=True)
    return Subject(
        key,
        label,
        Type.TEXT,
        sql,
        nullable=False,
        folded=definition.sort != Sort.LONG_TEXT and key not in _AS_WRITTEN,
        lower=definition.sort == Sort.EMAIL,
    )


_AS_WRITTEN = {"address_line"}  # towns keep the width of their official names (西６条)
_THEN = {"status": "p.status", "member_type": "p.type_id"}


def _then(subject: Subject, column: str, day: date) -> Subject:
    """What the periods say of a day; nothing where there was no membership yet."""
    sql = (
        f"(SELECT {column} FROM members_statusperiod p WHERE p.member_id = m.id"
        " AND p.from_on <= %s AND (p.to_on IS NULL OR p.to_on > %s))"
    )
    return replace(subject, sql=sql, params=(day, day), nullable=True)


def staff() -> Listed:
    """The staff, by name or e-mail."""
    rows = list(User.objects.filter(is_staff=True).values_list("pk", "name", "email"))
    return Listed(
        {pk: name or email for pk, name, email in rows},
        {email.lower(): pk for pk, _name, email in rows},
        has_me=True,
    )


def _label(column: str) -> Any:
    field: Any = Member._meta.get_field(column)
    return field.verbose_name


def _age() -> Subject:
    return Subject(
        "age",
        pgettext_lazy("rule field", "Age"),
        Type.AGE,
        "m.birth_date",
        ranged=f"COALESCE(m.birth_date, {NO_DAY})",
        mentions=frozenset({"birth_date"}),
    )


def _tags() -> Subject:
    return Subject(
        "tags",
        pgettext_lazy("rule field", "Tags"),
        Type.TAGS,
        "SELECT t.tag_id FROM members_membertag t WHERE t.member_id = m.id",
        nullable=False,
        filled=Where(
            "EXISTS (SELECT 1 FROM members_membertag t WHERE t.member_id = m.id)", (), total=True
        ),
        names=Listed(dict(Tag.objects.values_list("pk", "name"))),
    )


def _stamp(column: str) -> Subject:
    return Subject(column, _label(column), Type.INSTANT, f"m.{column}", nullable=False)


def _name(key: str, label: Any, ending: str) -> Subject:
    person = f"m.family_name{ending} || ' ' || m.given_name{ending}"
    sql = (
        f"btrim(CASE WHEN m.kind = 'organisation' AND m.organisation_name <> ''"
        f" THEN m.organisation_name{ending} ELSE {person} END)"
    )
    parts = ("family_name", "given_name", "organisation_name")
    mentions = frozenset({"kind", "organisation_name", *(part + ending for part in parts)})
    return Subject(key, label, Type.TEXT, sql, nullable=False, folded=True, mentions=mentions)


def _tenure() -> Subject:
    """Full years from joining until today, or until leaving."""
    return Subject(
        "tenure",
        pgettext_lazy("rule field", "Years of membership"),
        Type.NUMBER,
        "",
        mentions=frozenset({"joined_on", "left_on"}),
        by_day=_years_until,
    )


def _years_until(day: date) -> Where:
    until = "LEAST(COALESCE(m.left_on, %s::date), %s::date)"
    years = f"div({_day_number(until)} - {_day_number('m.joined_on')}, 10000)"
    return Where(f"CASE WHEN m.joined_on <= {until} THEN {years} END", (day,) * 4)


def _day_number(day: str) -> str:
    """A date as a number like 20260401: a year lies between two of them that are 10000 apart."""
    return f"to_char({day}, 'YYYYMMDD')::numeric"


_MORE: dict[str, Any] = {
    "name": lambda: _name("name", pgettext_lazy("rule field", "Name"), ""),
    "kana": lambda: _name("kana", pgettext_lazy("rule field", "Kana"), "_kana"),
    "age": _age,
    "tenure": _tenure,
    "tags": _tags,
    "created_at": lambda: _stamp("created_at"),
    "updated_at": lambda: _stamp("updated_at"),
}
_NEEDS = {
    "age": ("birth_date",),
    "tenure": ("joined_on", "left_on"),
    "name": ("family_name", "given_name", "organisation_name"),
    "kana": ("family_name_kana", "given_name_kana", "organisation_name_kana"),
}
_ALIASES = {"type": "member_type", "tag": "tags"}
