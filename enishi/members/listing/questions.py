"""Every question that the list can be narrowed by, and the members who answer it."""

from collections.abc import Callable, Mapping
from datetime import date
from functools import partial
from typing import Any

from django.db.models import F, Func, Q, TextField
from django.db.models.lookups import Contains, Exact
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, pgettext

from enishi.accounts.models import User
from enishi.core import clock, japanese
from enishi.members.conditions.normal import normal
from enishi.members.fields import BUILT_IN, Compare, Definition, Sort, Wrong
from enishi.members.models import Gender, Kind, MemberTag, MemberType, Status, Tag

from .conditions import NOBODY, Condition, Kinds, Label, Options

# What is found


def _in(column: str, values: list[str]) -> Q:
    return Q(**{f"{column}__in": values})


def _tagged(values: list[str]) -> Q:
    """At least one of the tags."""
    links = MemberTag.objects.filter(tag_id__in=[int(value) for value in values])
    return Q(pk__in=links.values("member_id"))


def _owned(values: list[str]) -> Q:
    found = Q(owner_id__in=[int(value) for value in values if value != NOBODY])
    return found | Q(owner_id=None) if NOBODY in values else found


def _between(column: str, bounds: tuple[Any, Any]) -> Q:
    low, high = bounds
    found = Q()
    if low is not None:
        found &= Q(**{f"{column}__gte": low})
    if high is not None:
        found &= Q(**{f"{column}__lte": high})
    return found


def _born_in(values: list[str]) -> Q:
    return Q(birth_date__month__in=[int(value) for value in values])


def _aged(bounds: tuple[int | None, int | None]) -> Q:
    """Who is so old today. Whoever was born on 29 February grows older on 1 March."""
    low, high = bounds
    today = clock.today()
    found = Q(birth_date__isnull=False)
    if low is not None:
        found &= Q(birth_date__lte=_years_before(today, min(max(low, 0), 1000)))
    if high is not None:
        found &= Q(birth_date__gt=_years_before(today, min(max(high, 0), 1000) + 1))
    return found


def _years_before(today: date, years: int) -> date:
    year = max(today.year - years, 1)
    try:
        return today.replace(year=year)
    except ValueError:
        return date(year, 2, 28)


def _has_email(yes: bool) -> Q:
    return ~Q(email="") if yes else Q(email="")


def _text_in(column: str, read: Callable[[str], Any], asked: tuple[str, Any]) -> Q:
    relation, value = asked
    if relation == "empty":
        return Q(**{column: ""}) if value else ~Q(**{column: ""})
    clean = _read_or_folded(read, value)
    return Q(**{column: clean}) if relation == "is" else Q(**{f"{column}__contains": clean})


def _street_in(column: str, asked: tuple[str, Any]) -> Q:
    """Towns keep the width of their official names (西６条), whoever asks writes as they like."""
    relation, value = asked
    if relation == "empty":
        return Q(**{column: ""}) if value else ~Q(**{column: ""})
    street = Func(F(column), function="members_normal", output_field=TextField())
    compare = Exact if relation == "is" else Contains
    return Q(compare(street, normal(japanese.fold(value))))


def _read_or_folded(read: Callable[[str], Any], text: str) -> str:
    """A part of a phone number or kana is not always readable as a whole one."""
    try:
        return str(read(text) or "")
    except (Wrong, japanese.Unclear):
        return japanese.fold(text)


def _part_of_number(text: str) -> str:
    return "".join(letter for letter in japanese.fold(text) if letter.isdigit())


def _by_rule(_asked: Any) -> Q:
    """Own fields are asked for by the rule engine; see ``ruling.as_node``."""
    return Q()


# What may be asked


def every_condition(definitions: Mapping[str, Definition]) -> dict[str, Condition]:
    """All filters by key, in the order in which a menu shows them."""
    whole = {**BUILT_IN, **definitions}
    conditions = [
        *_membership(whole),
        *_person(whole),
        *_reach(whole),
        *(
            _own_condition(one)
            for one in definitions.values()
            if one.own is not None and not one.sealed
        ),
    ]
    return {one.key: one for one in conditions if _NEEDS.get(one.key, one.key) in definitions}


_NEEDS = {"tag": "number", "as_of": "status", "birth_month": "birth_date", "age": "birth_date"}
_NEEDS |= {"has_email": "email"}


MEMBERSHIP, PERSON, REACH, OWN_FIELDS = "membership", "person", "reach", "own"
GROUPS: dict[str, Label] = {
    MEMBERSHIP: gettext_lazy("Membership"),
    PERSON: gettext_lazy("About the member"),
    REACH: gettext_lazy("Contact and address"),
    OWN_FIELDS: gettext_lazy("Own fields"),
}


def _types() -> Options:
    return [(str(pk), name) for pk, name in MemberType.objects.values_list("pk", "name")]


def _tags() -> Options:
    return [(str(pk), name) for pk, name in Tag.objects.values_list("pk", "name")]


def _staff() -> Options:
    staff = User.objects.filter(is_staff=True).order_by("name", "pk")
    return [(NOBODY, pgettext("owner", "Nobody")), *((str(u.pk), str(u)) for u in staff)]


def _membership(known: Mapping[str, Definition]) -> list[Condition]:
    def label(key: str) -> Label:
        return known[key].label

    return [
        Condition(
            "status",
            label("status"),
            Kinds.CHOICES,
            MEMBERSHIP,
            partial(_in, "status"),
            lambda: Status.choices,
        ),
        Condition(
            "member_type",
            label("member_type"),
            Kinds.CHOICES,
            MEMBERSHIP,
            partial(_in, "type_id"),
            _types,
        ),
        Condition("tag", gettext_lazy("Tag"), Kinds.CHOICES, MEMBERSHIP, _tagged, _tags),
        Condition("owner", label("owner"), Kinds.CHOICES, MEMBERSHIP, _owned, _staff),
        *(
            Condition(key, label(key), Kinds.DATES, MEMBERSHIP, partial(_between, key))
            for key in ("joined_on", "left_on")
        ),
        Condition("as_of", gettext_lazy("Roster as of"), Kinds.DATE, MEMBERSHIP, lambda _day: Q()),
        _text(known["number"], MEMBERSHIP),
        _text(known["source"], MEMBERSHIP),
    ]


def _person(known: Mapping[str, Definition]) -> list[Condition]:
    names = ("family_name", "given_name", "family_name_kana", "given_name_kana", "former_name")
    return [
        Condition(
            "kind",
            known["kind"].label,
            Kinds.CHOICES,
            PERSON,
            partial(_in, "kind"),
            lambda: Kind.choices,
        ),
        Condition(
            "gender",
            known["gender"].label,
            Kinds.CHOICES,
            PERSON,
            partial(_in, "gender"),
            lambda: Gender.choices,
        ),
        Condition(
            "birth_date",
            known["birth_date"].label,
            Kinds.DATES,
            PERSON,
            partial(_between, "birth_date"),
        ),
        Condition(
            "birth_month",
            gettext_lazy("Month of birth"),
            Kinds.CHOICES,
            PERSON,
            _born_in,
            lambda: [(str(m), _("Month %(month)s") % {"month": m}) for m in range(1, 13)],
        ),
        Condition("age", gettext_lazy("Age"), Kinds.NUMBERS, PERSON, _aged),
        *(_text(known[key], PERSON) for key in names),
        _text(known["organisation_name"], PERSON),
    ]


def _reach(known: Mapping[str, Definition]) -> list[Condition]:
    return [
        Condition("has_email", gettext_lazy("Has an e-mail"), Kinds.YES_NO, REACH, _has_email),
        *(_text(known[key], REACH) for key in ("email", "phone", "mobile", "postal_code")),
        Condition(
            "prefecture",
            known["prefecture"].label,
            Kinds.CHOICES,
            REACH,
            partial(_in, "prefecture"),
            lambda: [(name, name) for name in japanese.prefectures],
        ),
        *(_text(known[key], REACH) for key in ("city", "address_line", "building", "note")),
    ]


def _text(definition: Definition, group: str) -> Condition:
    read = definition.read
    if definition.sort in (Sort.PHONE, Sort.POSTAL_CODE):
        read = _part_of_number
    elif definition.sort == Sort.EMAIL:
        read = _lower
    find = partial(_text_in, definition.column, read)
    if definition.key == "address_line":
        find = partial(_street_in, definition.column)
    return Condition(definition.key, definition.label, Kinds.TEXT, group, find)


def _lower(text: str) -> str:
    return japanese.fold(text).lower()


_OWN_KINDS = {
    Compare.NUMBER: Kinds.NUMBERS,
    Compare.DATE: Kinds.DATES,
    Compare.DATETIME: Kinds.DATES,
    Compare.YES_NO: Kinds.YES_NO,
    Compare.CHOICE: Kinds.CHOICES,
    Compare.CHOICES: Kinds.CHOICES,
    Compare.LINK: Kinds.YES_NO,
    Compare.FILE: Kinds.YES_NO,
}


def _own_condition(definition: Definition) -> Condition:
    kind = _OWN_KINDS.get(definition.compare, Kinds.TEXT)
    if kind == Kinds.CHOICES and not definition.choices:
        kind = Kinds.TEXT
    return Condition(
        definition.key,
        definition.label,
        kind,
        OWN_FIELDS,
        _by_rule,
        lambda: definition.choices,
        definition,
    )
