"""Why two members may be one, or not, in words. Kept as codes, said in the reader's language."""

from collections.abc import Container, Iterable, Sequence
from datetime import date
from typing import Any, NamedTuple

from django.utils.translation import gettext_lazy, pgettext

from enishi.ui.written import jdate


class Reason(NamedTuple):
    """``weight``: natural log of how much likelier it makes one person; below 0 it speaks against.

    ``of``: the written values that it is about, where they differ.
    """

    code: str
    weight: float
    of: tuple[str, ...] = ()

    @property
    def speaks_for(self) -> bool:
        return self.weight > 0


WORDS = {
    "same_name": gettext_lazy("same name"),
    "same_family": gettext_lazy("same family name"),
    "same_given": gettext_lazy("same given name"),
    "variant": gettext_lazy("%(one)s and %(other)s are variants of the same characters"),
    "same_sound": gettext_lazy("same reading, written %(one)s and %(other)s"),
    "other_reading": gettext_lazy("the readings differ"),
    "former_name": gettext_lazy("former name %(one)s"),
    "family_changed": gettext_lazy("the family names differ (%(one)s, %(other)s)"),
    "family_missing": gettext_lazy("one has no family name"),
    "swapped": gettext_lazy("family and given name are swapped"),
    "given_missing": gettext_lazy("one has no given name"),
    "other_given": gettext_lazy("the given names differ"),
    "same_organisation": gettext_lazy("same organisation name"),
    "other_organisation": gettext_lazy("the organisation names differ"),
    "same_birth": gettext_lazy("same birth date"),
    "near_birth": gettext_lazy("birth dates that differ by a slip (%(one)s, %(other)s)"),
    "other_birth": gettext_lazy("the birth dates differ"),
    "generation": gettext_lazy("the birth dates are a generation apart, as of parent and child"),
    "same_phone": gettext_lazy("same phone number"),
    "near_phone": gettext_lazy("phone numbers that differ in one digit"),
    "other_phone": gettext_lazy("the phone numbers differ"),
    "same_email": gettext_lazy("same e-mail address"),
    "near_email": gettext_lazy("e-mail addresses that differ in one letter"),
    "similar_email": gettext_lazy("e-mail addresses that begin alike"),
    "other_email": gettext_lazy("the e-mail addresses differ"),
    "same_address": gettext_lazy("same address"),
    "near_address": gettext_lazy("address with and without the last number"),
    "same_city": gettext_lazy("same city"),
    "other_address": gettext_lazy("the addresses differ"),
    "other_gender": gettext_lazy("the genders differ"),
    "came_back": gettext_lazy("one joined after the other had left"),
    "often_shared": gettext_lazy("a phone number or e-mail address that many share"),
}


# The group of built-in fields (``fields.groups``) that a reason tells of; the others are names.
_TELLS = {
    **dict.fromkeys(("same_birth", "near_birth", "other_birth", "generation"), "birth"),
    **dict.fromkeys(("same_phone", "near_phone", "other_phone"), "phone"),
    **dict.fromkeys(("same_email", "near_email", "similar_email", "other_email"), "email"),
    **dict.fromkeys(("same_address", "near_address", "same_city", "other_address"), "address"),
    **dict.fromkeys(("same_sound", "other_reading"), "kana"),
    "former_name": "former_name",
    "other_gender": "gender",
    "often_shared": "phone",
}


def seen(reasons: Iterable[Reason], hidden: Container[str]) -> list[Reason]:
    """Those that tell nothing of the ``hidden`` groups of fields."""
    return [one for one in reasons if _TELLS.get(one.code, "") not in hidden]


def kept(reasons: Iterable[Reason]) -> list[list[Any]]:
    """As JSON: code, weight and values."""
    return [[one.code, round(one.weight, 1), list(one.of)] for one in reasons]


def read(rows: Iterable[Sequence[Any]]) -> list[Reason]:
    """What ``kept`` wrote."""
    return [Reason(code, weight, tuple(of)) for code, weight, of in rows]


def sentence(reason: Reason) -> str:
    one, other = (_said(value) for value in (*reason.of, "", "")[:2])
    text = str(WORDS.get(reason.code, reason.code))
    return text % {"one": one, "other": other} if reason.of else text


def _said(value: str) -> str:
    try:
        return str(jdate(date.fromisoformat(value))) if len(value) == 10 else value
    except ValueError:
        return value


def sentences(reasons: Iterable[Reason]) -> list[str]:
    """What speaks for one person first, the strongest in front; then what speaks against."""
    ordered = sorted(reasons, key=lambda one: (not one.speaks_for, -abs(one.weight)))
    return [sentence(one) for one in ordered]


def summary(reasons: Iterable[Reason]) -> str:
    """One line: 「同じ生年月日、髙橋/高橋は異体字、電話一致」."""
    return pgettext("between reasons", ", ").join(sentences(reasons))
