"""The fields that every organisation has: typed columns of the member."""

from collections.abc import Callable, Mapping
from typing import Any

from django.utils.functional import Promise
from django.utils.translation import gettext as _
from django.utils.translation import pgettext_lazy

from enishi.accounts.models import User
from enishi.core import clock, japanese
from enishi.members.models import Kind, Member, MemberType, Status
from enishi.ui.written import listed

from .definitions import Definition, Sort
from .wrong import Wrong

LONGEST_NOTE = 20_000


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
            % {"value": text[:50], "choices": listed(str(label) for label in labels.values())}
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
            % {"value": name[:50], "choices": listed(names)}
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
