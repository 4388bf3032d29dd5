"""The fields of a member: what they are called, how they are read, how long they may be.

The one place for this: the form, the API and the import ask here. Keys are those of the API and of
exports; an own field of the organisation has the key ``data.<key>``.
"""

import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from datetime import date
from enum import StrEnum
from typing import Any

from django.utils.functional import Promise
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, pgettext_lazy

from enishi.accounts.models import User
from enishi.core import clock, japanese
from enishi.core.japanese import Unclear

from .models import Field, Kind, Member, MemberType, Status

OWN = "data."
LONGEST_NOTE = 20_000
LONGEST_OWN = 5_000
LARGEST_NUMBER = 10**15

TOO_LONG = gettext_lazy("This is too long: at most %(longest)s characters, here are %(length)s.")


_BROKEN = re.compile("[\x00\ud800-\udfff\ufffd]")  # what no text may hold


class Wrong(ValueError):
    """A value that a field cannot take; ``reason`` is the sentence to show beside it."""

    def __init__(self, reason: str) -> None:
        self.reason = reason
        super().__init__(reason)


def sentence(unclear: Unclear) -> str:
    """What ``core.japanese`` found unclear, in the reader's language."""
    return _(unclear.msgid) % unclear.params


class Sort(StrEnum):
    """What a value is, which decides how it is shown, filtered and entered."""

    TEXT = "text"
    LONG_TEXT = "long_text"
    KANA = "kana"
    DATE = "date"
    EMAIL = "email"
    PHONE = "phone"
    POSTAL_CODE = "postal_code"
    CHOICE = "choice"
    TYPE = "type"
    OWNER = "owner"
    INTEGER = "integer"
    MONEY = "money"
    BOOLEAN = "boolean"
    CHOICES = "choices"


@dataclass(frozen=True)
class Definition:
    """One field. ``column`` is the attribute of Member; ``read`` makes a clean value of text."""

    key: str
    column: str
    label: str | Promise
    sort: Sort
    read: Callable[[str], Any]
    longest: int = 0  # 0 where length does not matter
    choices: tuple[tuple[str, str | Promise], ...] = ()
    editable: bool = True  # by form and API; the others have actions of their own
    own: Field | None = field(default=None, compare=False)

    @property
    def empty(self) -> Any:
        """What an empty value is stored as."""
        if self.own is not None or self.sort in (Sort.DATE, Sort.OWNER):
            return None
        return ""

    def clean(self, value: Any) -> Any:
        """``value`` as it is stored. Raises Wrong with a sentence."""
        if value is None or value in ("", []):
            return None if self.own is not None else self.read("")
        found = self._read(value) if isinstance(value, str) else self._take(value)
        if self.longest and isinstance(found, str) and len(found) > self.longest:
            raise Wrong(str(TOO_LONG) % {"longest": self.longest, "length": len(found)})
        return self.empty if found is None else found

    def _read(self, text: str) -> Any:
        if _BROKEN.search(text):
            raise Wrong(_("There is a broken character here. Type the text again."))
        try:
            return self.read(text)
        except Unclear as unclear:
            raise Wrong(sentence(unclear)) from unclear

    def _take(self, value: Any) -> Any:
        """A value that is no text: already clean, or of the wrong kind."""
        match self.sort:
            case Sort.DATE if isinstance(value, date):
                return value.isoformat() if self.own is not None else value
            case Sort.BOOLEAN if isinstance(value, bool):
                return value
            case Sort.INTEGER | Sort.MONEY if isinstance(value, int):
                if isinstance(value, bool) or abs(value) > LARGEST_NUMBER:
                    raise Wrong(_("Write a whole number."))
                return value
            case Sort.INTEGER | Sort.MONEY if isinstance(value, float) and value.is_integer():
                return self._take(int(value))
            case Sort.CHOICES if isinstance(value, list) and all(isinstance(v, str) for v in value):
                return self._read("、".join(value)) if not self.own else _known(value, self.own)
            case Sort.TYPE if isinstance(value, MemberType):
                return value
            case Sort.OWNER if isinstance(value, User):
                return value
            case Sort.PHONE | Sort.POSTAL_CODE | Sort.TEXT if isinstance(
                value, int
            ) and not isinstance(value, bool):
                return self._read(str(value))
        raise Wrong(_("This is not the kind of value that belongs here."))


def own_field(own: Field) -> Definition:
    """The definition of a field of the organisation's own."""
    sorts = {Field.Type.TEXT: Sort.LONG_TEXT}
    return Definition(
        key=OWN + own.key,
        column="data",
        label=str(own),
        sort=sorts.get(own.type, Sort(own.type)),  # type: ignore[call-overload]
        read=_own_readers(own)[own.type],
        longest=LONGEST_OWN if own.type == Field.Type.TEXT else 0,
        choices=tuple((choice, choice) for choice in own.choices),
        own=own,
    )


def every_field(*, retired: bool = False) -> dict[str, Definition]:
    """All fields by key: the built-in ones, then the organisation's own in its order."""
    own = Field.objects.all() if retired else Field.objects.filter(retired_at=None)
    return BUILT_IN | {made.key: made for made in map(own_field, own)}


def clean(key: str, value: Any) -> Any:
    """``value`` (text, or already clean) as the built-in field ``key`` stores it; raises Wrong."""
    return BUILT_IN[key].clean(value)


def contradictions(member: Member) -> dict[str, str]:
    """What does not fit together in a member, by field key."""
    found: dict[str, str] = {}
    if member.kind == Kind.ORGANISATION and not member.organisation_name:
        found["organisation_name"] = _("Write the name of the organisation.")
    elif member.kind == Kind.PERSON and not (member.family_name or member.given_name):
        found["family_name"] = _("Write the name.")
    if member.birth_date and member.birth_date > clock.today():
        found["birth_date"] = _("This day is still to come. Check the year.")
    elif member.birth_date and member.joined_on and member.joined_on < member.birth_date:
        found["joined_on"] = _("The day of joining is before the birth date. Check both.")
    if member.joined_on and member.left_on and member.left_on < member.joined_on:
        found["left_on"] = _("The day of leaving is before the day of joining. Check both.")
    return found


# Readers


def _words(
    meanings: Mapping[str, str], labels: Mapping[str, str | Promise]
) -> Callable[[str], str]:
    """A reader of a choice by its key, its label or another usual word."""

    def read(text: str) -> str:
        word = japanese.fold(text).lower()
        known = {**meanings, **{str(label).lower(): key for key, label in labels.items()}}
        if word in labels:
            return str(word)
        if word in known:
            return known[word]
        raise Wrong(
            _("“%(value)s” is none of: %(choices)s.")
            % {"value": text[:50], "choices": "、".join(str(label) for label in labels.values())}
        )

    return read


def _or(default: str, read: Callable[[str], str]) -> Callable[[str], str]:
    return lambda text: read(text) if text.strip() else default


def _type(text: str) -> MemberType:
    name = japanese.fold(text)
    if not name:
        raise Wrong(_("Choose the member type."))
    found = MemberType.objects.filter(name=name).first() or next(
        (t for t in MemberType.objects.all() if japanese.fold(t.name).lower() == name.lower()), None
    )
    if found is None:
        names = MemberType.objects.filter(retired_at=None).values_list("name", flat=True)
        raise Wrong(
            _("There is no member type “%(value)s”. There are: %(choices)s.")
            % {"value": name[:50], "choices": "、".join(names)}
        )
    return found


def _owner(text: str) -> User | None:
    word = japanese.fold(text)
    if not word:
        return None
    staff = User.objects.filter(is_staff=True)
    found = staff.filter(email__iexact=word).first()
    if found is None:
        named = list(staff.filter(name=word)[:2])
        found = named[0] if len(named) == 1 else None
    if found is None:
        raise Wrong(_("Nobody of the staff is called “%(value)s”.") % {"value": word[:50]})
    return found


def _country(text: str) -> str:
    word = japanese.fold(text).upper()
    if word in ("", "日本", "JAPAN", "JPN"):
        return "JP"
    if len(word) != 2 or not word.isascii() or not word.isalpha():
        raise Wrong(_("Write two letters, like JP."))
    return word


def _number(text: str) -> str:
    number = japanese.fold(text)
    if " " in number:
        raise Wrong(_("A member number has no spaces."))
    return number


def _own_date(text: str) -> str | None:
    day = japanese.date(text)
    return day.isoformat() if day else None


def _whole(text: str) -> int | None:
    found = japanese.money(text)
    if found is not None and abs(found) > LARGEST_NUMBER:
        raise Wrong(_("Write a whole number."))
    return found


def _known(values: list[str], own: Field) -> list[str]:
    """Choices of an own field; where it has no list of them, any will do."""
    found = list(dict.fromkeys(japanese.fold(value) for value in values if value.strip()))
    strange = [value for value in found if own.choices and value not in own.choices]
    if strange:
        raise Wrong(
            _("“%(value)s” is none of: %(choices)s.")
            % {"value": strange[0][:50], "choices": "、".join(own.choices)}
        )
    return found


def _own_readers(own: Field) -> dict[str, Callable[[str], Any]]:
    return {
        Field.Type.TEXT: lambda text: japanese.as_written(text) or None,
        Field.Type.INTEGER: _whole,
        Field.Type.MONEY: _whole,
        Field.Type.BOOLEAN: japanese.yes_no,
        Field.Type.CHOICES: lambda text: (
            _known(japanese.choices(text, tuple(own.choices)), own) or None
        ),
        Field.Type.DATE: _own_date,
    }


def _built_in(
    key: str,
    sort: Sort,
    read: Callable[[str], Any],
    *,
    column: str = "",
    longest: int | None = None,
    choices: Any = (),
    editable: bool = True,
) -> Definition:
    column = column or key
    model_field: Any = Member._meta.get_field(column)
    if longest is None:
        longest = model_field.max_length or 0
    label = model_field.verbose_name
    return Definition(key, column, label, sort, read, longest, tuple(choices), editable)


LANGUAGES = (
    ("ja", pgettext_lazy("language", "Japanese")),
    ("en", pgettext_lazy("language", "English")),
)
_KINDS = {"個人": "person", "法人": "organisation", "団体": "organisation"}
_LANGUAGES = {"日本語": "ja", "英語": "en"}
_GENDERS = Member._meta.get_field("gender").choices or ()

BUILT_IN: dict[str, Definition] = {
    made.key: made
    for made in (
        _built_in("number", Sort.TEXT, _number),
        _built_in(
            "kind",
            Sort.CHOICE,
            _or("person", _words(_KINDS, dict(Kind.choices))),
            choices=Kind.choices,
        ),
        _built_in("member_type", Sort.TYPE, _type, column="type"),
        _built_in(
            "status",
            Sort.CHOICE,
            _or("active", _words({}, dict(Status.choices))),
            choices=Status.choices,
            editable=False,
        ),
        _built_in("family_name", Sort.TEXT, japanese.fold),
        _built_in("given_name", Sort.TEXT, japanese.fold),
        _built_in("family_name_kana", Sort.KANA, japanese.katakana),
        _built_in("given_name_kana", Sort.KANA, japanese.katakana),
        _built_in("former_name", Sort.TEXT, japanese.fold),
        _built_in("organisation_name", Sort.TEXT, japanese.fold),
        _built_in("organisation_name_kana", Sort.KANA, japanese.katakana),
        _built_in("gender", Sort.CHOICE, japanese.gender, choices=_GENDERS),
        _built_in("birth_date", Sort.DATE, japanese.date),
        _built_in("email", Sort.EMAIL, japanese.email),
        _built_in("phone", Sort.PHONE, japanese.phone),
        _built_in("mobile", Sort.PHONE, japanese.phone),
        _built_in("postal_code", Sort.POSTAL_CODE, japanese.postal_code),
        _built_in("prefecture", Sort.TEXT, japanese.fold),
        _built_in("city", Sort.TEXT, japanese.fold),
        _built_in("address_line", Sort.TEXT, japanese.fold),
        _built_in("building", Sort.TEXT, japanese.fold),
        _built_in("country", Sort.TEXT, _country),
        _built_in(
            "language",
            Sort.CHOICE,
            _or("ja", _words(_LANGUAGES, dict(LANGUAGES))),
            choices=LANGUAGES,
        ),
        _built_in("owner", Sort.OWNER, _owner),
        _built_in("source", Sort.TEXT, japanese.fold),
        _built_in("joined_on", Sort.DATE, japanese.date),
        _built_in("left_on", Sort.DATE, japanese.date),
        _built_in("deceased_on", Sort.DATE, japanese.date, editable=False),
        _built_in("note", Sort.LONG_TEXT, japanese.as_written, longest=LONGEST_NOTE),
    )
}
