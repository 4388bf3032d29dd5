"""What the builder offers: every field, activity and row that a rule can ask about, with words."""

from collections.abc import Iterable, Mapping
from typing import Any

from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, pgettext, pgettext_lazy

from enishi.accounts.models import User
from enishi.activity.conditions import subjects_of
from enishi.activity.models import Kind
from enishi.core import japanese
from enishi.members.conditions import (
    OPERATORS,
    Listed,
    Source,
    Subject,
    Type,
    fields_for,
    sources,
)

from .conditions import seen_by
from .models import Segment

MOST_CHOICES = 500
_MEMBERSHIP = (
    *("number", "status", "member_type", "joined_on", "left_on", "tenure", "deceased_on"),
    *("tags", "owner", "source"),
)
_PERSON = ("name", "kana", "age", "birth_date", "gender", "kind", "language")
_REACH = ("email", "phone", "mobile", "postal_code", "prefecture", "city")
GROUPS = (
    ("membership", gettext_lazy("Membership"), "id"),
    ("person", pgettext_lazy("rule", "About the member"), "user"),
    ("reach", gettext_lazy("Contact and address"), "map-pin"),
    ("own", gettext_lazy("Own fields"), "forms"),
    ("score", gettext_lazy("Scores"), "trending-up"),
    ("did", gettext_lazy("What members did"), "activity"),
    ("has", gettext_lazy("What belongs to members"), "link"),
    ("segment", gettext_lazy("Segments"), "chart-dots"),
    ("more", gettext_lazy("Further fields"), "dots"),
)

# What people also look for them by.
_ALSO = {
    "birth_date": pgettext_lazy("search words", "birthday date of birth"),
    "joined_on": pgettext_lazy("search words", "joined entry registration new member"),
    "left_on": pgettext_lazy("search words", "left withdrawn resigned"),
    "tenure": pgettext_lazy("search words", "years member since anniversary"),
    "age": pgettext_lazy("search words", "generation thirties years old"),
    "prefecture": pgettext_lazy("search words", "address region area lives in"),
    "city": pgettext_lazy("search words", "address town"),
    "status": pgettext_lazy("search words", "active suspended left"),
    "score.group": pgettext_lazy("search words", "champions at risk dormant loyal"),
    "site.viewed": pgettext_lazy("search words", "site visit came page seen homepage"),
    "site.signed_in": pgettext_lazy("search words", "site visit came my page log in"),
    "mail.opened": pgettext_lazy("search words", "read opened newsletter"),
    "mail.clicked": pgettext_lazy("search words", "clicked link newsletter"),
}

_STAMPS = ("created_at", "updated_at")  # of rows: their own fields come first
_BEGINS = {"birth_date": "anniversary"}  # who asks for birthdays seldom means the year of birth

# Operators as the builder offers them; equality of things to choose is "one of".
_OFFERED: dict[Type, tuple[str, ...]] = {
    Type.TEXT: (
        *("contains", "eq", "ne", "in", "not_in", "starts_with", "ends_with", "matches"),
        *("empty", "not_empty"),
    ),
    Type.DIGITS: ("eq", "ne", "starts_with", "contains", "empty", "not_empty"),
    Type.CHOICE: ("in", "not_in", "empty", "not_empty"),
    Type.LINK: ("in", "not_in", "empty", "not_empty"),
    Type.CHOICES: ("has_any", "has_all", "has_none", "empty", "not_empty"),
    Type.TAGS: ("has_any", "has_all", "has_none", "empty", "not_empty"),
    Type.NUMBER: ("gte", "lte", "between", "eq", "ne", "gt", "lt", "empty", "not_empty"),
    Type.AGE: ("between", "gte", "lte", "eq", "gt", "lt", "empty", "not_empty"),
    Type.DATE: (
        *("within", "on", "before", "after", "between", "anniversary", "days_since"),
        *("empty", "not_empty"),
    ),
    Type.INSTANT: ("within", "on", "before", "after", "days_since", "empty", "not_empty"),
    Type.TIME: ("before", "after", "between", "eq", "empty", "not_empty"),
    Type.BOOLEAN: ("eq", "empty", "not_empty"),
    Type.PRESENCE: ("not_empty", "empty"),
}


def catalogue(by: User | None, but: Segment | None = None) -> dict[str, Any]:
    """Everything that ``by`` may ask about, as JSON; ``but`` is the segment that is edited."""
    return {
        "groups": [{"key": key, "label": str(label), "icon": icon} for key, label, icon in GROUPS],
        "items": [*_fields(by), *_kinds(by), *_sources(by), *_segments(by, but)],
        "operators": {kind.value: list(_of(kind)) for kind in Type},
    }


def _of(kind: Type) -> Iterable[str]:
    known = OPERATORS[kind]
    return (op for op in _OFFERED.get(kind, known) if op in known)


def _fields(by: User | None) -> list[dict[str, Any]]:
    found = []
    for key, subject in fields_for(by).items():
        found.append({"kind": "field", "group": _group(key), **_subject(key, subject)})
    order = {key: n for n, key in enumerate((*_MEMBERSHIP, *_PERSON, *_REACH))}
    return sorted(found, key=lambda item: order.get(item["key"], 1000))


def _group(key: str) -> str:
    if key.startswith("data."):
        return "own"
    if key.startswith("score."):
        return "score"
    if key in _MEMBERSHIP:
        return "membership"
    if key in _PERSON:
        return "person"
    return "reach" if key in _REACH else "more"


_Known = dict[Any, Mapping[int, str]]  # names of numbers that were looked up for this catalogue


def _subject(key: str, subject: Subject, known: _Known | None = None) -> dict[str, Any]:
    kind = subject.type
    choices = _choices(key, subject, {} if known is None else known)
    if choices and kind in (Type.TEXT, Type.NUMBER):
        kind = Type.CHOICE
    return {
        "key": key,
        "label": str(subject.label),
        "type": kind.value,
        "open": subject.open,
        "choices": choices,
        "also": str(_ALSO.get(key, "")),
        "begins": _BEGINS.get(key, ""),
    }


def _choices(key: str, subject: Subject, known: _Known) -> list[dict[str, Any]]:
    if key == "prefecture":
        return [{"value": name, "label": name} for name in japanese.prefectures]
    if subject.called is not None:
        if subject.called not in known:
            known[subject.called] = subject.called()
        return [{"value": value, "label": name} for value, name in known[subject.called].items()]
    if isinstance(subject.names, Listed):
        pairs: Iterable[tuple[Any, Any]] = list(subject.names.by_id.items())[:MOST_CHOICES]
        me = [("me", _("Myself"))] if subject.names.has_me else []
        return [{"value": value, "label": str(label)} for value, label in [*me, *pairs]]
    return [{"value": value, "label": str(label)} for value, label in subject.choices]


def _rows(subjects: Mapping[str, Subject], known: _Known | None = None) -> list[dict[str, Any]]:
    return [_subject(key, subject, known) for key, subject in subjects.items()]


def _kinds(by: User | None) -> list[dict[str, Any]]:
    if by is not None and not by.has_right("activity.view"):
        return []
    known: _Known = {}
    return [
        {
            "kind": "did",
            "group": "did",
            "key": kind.key,
            "label": str(kind.title),
            "also": str(_ALSO.get(kind.key, "")),
            "fields": _rows(subjects_of(kind, by), known),
            "timed": True,
        }
        for kind in Kind.objects.all()
    ]


def _sources(by: User | None) -> list[dict[str, Any]]:
    return [_source(source) for source in sources(by).values()]


def _source(source: Source) -> dict[str, Any]:
    return {
        "kind": "has",
        "group": "has",
        "key": source.key,
        "label": str(source.label),
        "fields": sorted(_rows(source.subjects()), key=lambda row: row["key"] in _STAMPS),
        "timed": bool(source.at),
    }


def _segments(by: User | None, but: Segment | None) -> list[dict[str, Any]]:
    every = Segment.objects.exclude(pk=but.pk) if but is not None else Segment.objects.all()
    return [
        {
            "kind": "in_segment",
            "group": "segment",
            "key": segment.pk,
            "label": segment.name,
            "note": segment.sentence,
        }
        for segment in seen_by(every, by)
    ]


def words() -> dict[str, Any]:
    """The builder's own words in the language of the page."""
    return {
        "operators": {
            "contains": pgettext("rule", "contains"),
            "eq": pgettext("rule", "is"),
            "ne": pgettext("rule", "is not"),
            "in": pgettext("rule", "is one of"),
            "not_in": pgettext("rule", "is none of"),
            "starts_with": pgettext("rule", "begins with"),
            "ends_with": pgettext("rule", "ends with"),
            "matches": pgettext("rule", "fits the pattern (regular expression)"),
            "empty": pgettext("rule", "is empty"),
            "not_empty": pgettext("rule", "is filled in"),
            "has_any": pgettext("rule", "has one of"),
            "has_all": pgettext("rule", "has all of"),
            "has_none": pgettext("rule", "has none of"),
            "gte": pgettext("rule", "at least"),
            "lte": pgettext("rule", "at most"),
            "gt": pgettext("rule", "more than"),
            "lt": pgettext("rule", "less than"),
            "between": pgettext("rule", "from … to"),
            "within": pgettext("rule", "lies within"),
            "on": pgettext("rule", "is the day"),
            "before": pgettext("rule", "before"),
            "after": pgettext("rule", "after"),
            "anniversary": pgettext("rule", "has its anniversary within"),
            "days_since": pgettext("rule", "days passed since"),
        },
        "windows": {
            "last": pgettext("window", "the last"),
            "next": pgettext("window", "the next"),
            "this": pgettext("window", "this"),
            "previous": pgettext("window", "the one before this"),
            "following": pgettext("window", "the one after this"),
            "between": pgettext("window", "from … to before …"),
            "ever": pgettext("window", "at any time"),
        },
        "units": {
            "hour": pgettext("unit", "hours"),
            "day": pgettext("unit", "days"),
            "week": pgettext("unit", "weeks"),
            "month": pgettext("unit", "months"),
            "year": pgettext("unit", "years"),
        },
        "periods": {
            unit: {"this": this, "previous": previous, "following": following}
            for unit, this, previous, following in (
                ("day", _("today"), _("yesterday"), _("tomorrow")),
                ("week", _("this week"), _("last week"), _("next week")),
                ("month", _("this month"), _("last month"), _("next month")),
                ("quarter", _("this quarter"), _("last quarter"), _("next quarter")),
                ("year", _("this year"), _("last year"), _("next year")),
                (
                    "fiscal_year",
                    _("this fiscal year"),
                    _("last fiscal year"),
                    _("next fiscal year"),
                ),
            )
        },
        "times": {
            "any": pgettext("times", "at least once"),
            "never": pgettext("times", "not once"),
            "gte": pgettext("times", "this often or more"),
            "lte": pgettext("times", "this often or less"),
            "eq": pgettext("times", "exactly this often"),
            "first": pgettext("times", "for the first time"),
            "last": pgettext("times", "for the last time"),
        },
        "sums": {
            "sum": pgettext("aggregate", "the sum"),
            "min": pgettext("aggregate", "the smallest"),
            "max": pgettext("aggregate", "the largest"),
        },
        "all": _("All of these hold"),
        "any": _("At least one of these holds"),
        "none": _("None of these holds"),
        "notAll": _("Not all of these hold"),
        "not": pgettext("rule", "not"),
        "negate": _("Turn into the opposite"),
        "addRule": _("Add a condition"),
        "addGroup": _("Add a group"),
        "choose": _("Choose what to ask about"),
        "gone": _("A condition that cannot be used"),
        "search": _("Search fields, activities, segments"),
        "nothing": _("Nothing has this name."),
        "move": _("Move: drag, or use the arrow keys"),
        "up": _("Move up"),
        "down": _("Move down"),
        "in": _("Move into the group above"),
        "out": _("Move out of the group"),
        "wrap": _("Put into a group of its own"),
        "copy": _("Duplicate"),
        "remove": _("Remove"),
        "removed": _("The condition was removed."),
        "undo": _("Undo"),
        "more": _("More"),
        "value": _("Value"),
        "values": _("Values, parted by commas"),
        "lowest": pgettext("rule", "From"),
        "highest": pgettext("rule", "To"),
        "operator": _("How it is compared"),
        "window": pgettext("rule", "When"),
        "unit": _("Unit"),
        "number": pgettext("count", "Number"),
        "yes": _("Yes"),
        "no": _("No"),
        "where": _("Which ones"),
        "addWhere": _("Narrow down which ones"),
        "addSum": _("Ask about a sum"),
        "field": _("Field"),
        "often": _("How often"),
        "inSegment": _("is in the segment"),
        "moved": _("Moved to place %(place)s of %(all)s"),
        "emptyGroup": _("No conditions yet: everybody."),
        "emptyNested": _("No conditions yet: this group is left out."),
        "unfinished": _("Not finished yet"),
        "leftOut": _("Conditions that are not finished are left out of the count."),
        "everybody": _("Everybody"),
        "counting": _("Counting …"),
        "tooSlow": _("This takes too long to count. Narrow it down, or save it all the same."),
        "failed": _("The count could not be fetched. Check the connection."),
        "people": pgettext("count", "members"),
        "ofAll": _("%(share)s of %(all)s"),
        "why": _("Why?"),
        "both": _("in both"),
        "onlyHere": _("only here"),
        "onlyThere": _("only in “%(name)s”"),
        "jsonWrong": _("This is no JSON: %(reason)s"),
        "saved": _("Saved."),
        "machine": _("Also what machines did (link scanners and the like)"),
        "days": pgettext("unit", "days"),
        "more_choices": _("Search the choices"),
    }
