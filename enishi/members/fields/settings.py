"""What may be set of a field, and what is wrong with it."""

import re
from collections.abc import Callable, Mapping, Sequence
from functools import partial
from typing import Any

from django.utils.translation import gettext as _

from enishi.core import japanese
from enishi.members.models import Field, as_choices

from .homes import home_of
from .patterns import check_pattern
from .types import RESULTS, TYPES
from .wrong import TOO_LONG, Wrong

MOST_CHOICES = 1_000
LONGEST_CHOICE = 100
MOST_FORMER = 20  # labels of a choice that are remembered
_FLAGS = (
    *("required", "unique", "searched"),
    *("on_my_page", "edited_on_my_page", "at_registration"),
)
_TEXTS = {"label_ja": 100, "label": 100, "help": 300, "section": 100, "links_to": 60}
NAMES = (
    *(*_TEXTS, *_FLAGS, "choices", "input", "personal", "seen_by", "edited_by"),
    *("longest", "least", "most", "pattern", "default", "expression", "result"),
)


class FaultySettings(ValueError):
    """A field cannot be kept like this; ``errors``: column of Field → sentence."""

    def __init__(self, errors: Mapping[str, str]) -> None:
        self.errors = dict(errors)
        super().__init__("; ".join(self.errors.values()))


def checked(field: Field, said: Mapping[str, Any]) -> dict[str, Any]:
    """``said`` (column → value) as it is kept for ``field``, whose type is set already.

    Raises FaultySettings for all at once. A setting that the type does not know is left out.
    """
    errors: dict[str, str] = {}
    found: dict[str, Any] = {}

    def keep(name: str, read: Callable[[Any], Any]) -> None:
        if name not in said:
            return
        try:
            found[name] = read(said[name])
        except Wrong as wrong:
            errors[name] = wrong.reason

    for name in said:
        if name not in NAMES:
            errors[name] = _("A field has no setting of this name.")
    for name, longest in _TEXTS.items():
        keep(name, partial(_line, longest=longest))
    if found.get("label_ja") == "":
        errors["label_ja"] = _("Write the name.")
    for name in _FLAGS:
        keep(name, _flag)
    kind = TYPES[field.type]
    if kind.has_choices:
        keep("choices", lambda value: _choices(field, value))
        if not field.pk and "choices" not in errors and not found.get("choices"):
            errors["choices"] = _("Write at least one choice.")
    keep("input", lambda value: _one_of(value, ("", *kind.inputs)))
    keep("personal", lambda value: _one_of(value, Field.Personal.values))
    for name in ("seen_by", "edited_by"):
        keep(name, _roles)
    keep("longest", lambda value: _length(value) if kind.has_length else None)
    keep(
        "pattern", lambda value: check_pattern(_line(value, longest=200)) if kind.has_length else ""
    )
    if field.type == Field.Type.COMPUTED:
        keep("result", lambda value: _one_of(value, ("", *RESULTS)))
    if (linked := found.get("links_to")) and home_of(linked) is None:
        errors["links_to"] = _("There is no such database. Name one by its key.")
    _unsettable(field, found, errors)
    _sensitive(field, found, errors)
    _by_type(field, said, found, errors)
    if errors:
        raise FaultySettings(errors)
    return found


def _unsettable(field: Field, found: dict[str, Any], errors: dict[str, str]) -> None:
    kind = TYPES[field.type]
    if found.get("unique") and not kind.may_be_unique:
        errors["unique"] = _("A field of this type cannot be kept unique.")
    if found.get("searched") and not kind.may_be_searched:
        errors["searched"] = _("A field of this type cannot be searched by words.")
    if field.type == Field.Type.COMPUTED:
        found.pop("required", None)
        found.pop("edited_on_my_page", None)
        found.pop("at_registration", None)


def _sensitive(field: Field, found: dict[str, Any], errors: dict[str, str]) -> None:
    """Sealed values can be neither compared nor found."""
    trial = _trial(field, found)
    if not trial.sealed:
        return
    if trial.unique:
        errors["unique"] = _("Values of a sensitive field are encrypted: no two can be compared.")
    if trial.searched:
        errors["searched"] = _("Values of a sensitive field are encrypted: none can be found.")
    if trial.default is not None:
        errors["default"] = _("A sensitive field cannot be filled in beforehand.")
    if not field.sealed and field.pk:
        from .computing import using

        if named := using(field):
            errors["personal"] = _("The formula of “%(label)s” uses this field.") % {
                "label": named[0]
            }


def _by_type(
    field: Field, said: Mapping[str, Any], found: dict[str, Any], errors: dict[str, str]
) -> None:
    """Limits and defaults are values of the field, read as such; a formula is read as one."""
    kind = TYPES[field.type]
    trial = _trial(field, found)
    bare = _trial(field, {**found, "least": None, "most": None, "pattern": "", "longest": None})
    for name in ("least", "most"):
        if name in said:
            try:
                found[name] = kind.clean(bare, said[name]) if kind.has_range else None
            except Wrong as wrong:
                errors[name] = wrong.reason
    low, high = (found.get(name, getattr(field, name)) for name in ("least", "most"))
    if low is not None and high is not None and kind.sortable(low) > kind.sortable(high):
        errors.setdefault("most", _("This is less than the least value."))
    if "default" in said:
        trial.least, trial.most = low, high
        try:
            found["default"] = kind.clean(trial, said["default"]) if kind.may_be_preset else None
        except Wrong as wrong:
            errors["default"] = wrong.reason
    if field.type == Field.Type.COMPUTED and ("expression" in said or not field.pk):
        from .computing import checked_formula

        try:
            formula = checked_formula(trial, str(said.get("expression") or ""))
        except Wrong as wrong:
            errors["expression"] = wrong.reason
            return
        found["expression"] = formula.text
        if not trial.result:
            found["result"] = formula.usual_result
        elif not formula.fits(trial.result):
            errors["result"] = _("The formula does not give a value of this type.")


def _trial(field: Field, found: Mapping[str, Any]) -> Field:
    names = (*NAMES, "table", "key", "type", "id")
    values = {name: getattr(field, name) for name in names}
    return Field(**{**values, **found})


def _line(value: Any, *, longest: int) -> str:
    if not isinstance(value, str):
        raise Wrong(_("Write text here."))
    line = japanese.fold(value).replace("\x00", "")
    if len(line) > longest:
        raise Wrong(str(TOO_LONG) % {"longest": longest, "length": len(line)})
    return line


def _pattern(value: Any) -> str:
    if not isinstance(value, str) or len(value) > 200:
        raise Wrong(_("This pattern cannot be read. Write a regular expression."))
    return check_pattern(value.strip())


def _flag(value: Any) -> bool:
    if not isinstance(value, bool):
        raise Wrong(_("Write yes or no."))
    return value


def _one_of(value: Any, known: Sequence[str]) -> str:
    if value not in known:
        raise Wrong(
            _("“%(value)s” is none of: %(choices)s.")
            % {"value": str(value)[:50], "choices": ", ".join(filter(None, known))}
        )
    return str(value)


def _roles(value: Any) -> list[str]:
    from enishi.accounts.models import Role

    if not isinstance(value, list | tuple) or not all(isinstance(one, str) for one in value):
        raise Wrong(_("Name the roles in a list."))
    known = set(Role.objects.filter(key__in=value).values_list("key", flat=True))
    if strange := [one for one in value if one not in known]:
        raise Wrong(_("There is no role “%(role)s”.") % {"role": strange[0][:50]})
    return sorted(known)


def _length(value: Any) -> int | None:
    if value in (None, "", 0):
        return None
    if isinstance(value, bool) or not isinstance(value, int) or not 0 < value <= 20_000:
        raise Wrong(_("Write a whole number from 1 to 20,000."))
    return value


def _choices(field: Field, wanted: Any) -> list[dict[str, Any]]:
    """The choices as they will be kept: no two alike, those that are left out retired."""
    if not isinstance(wanted, list | tuple):
        raise Wrong(_("Send the choices as a list."))
    if len(wanted) > MOST_CHOICES:
        raise Wrong(_("A field may have %(most)s choices at most.") % {"most": MOST_CHOICES})
    for one in wanted:
        known = isinstance(one, str) or (
            isinstance(one, Mapping) and isinstance(one.get("value") or one.get("label"), str)
        )
        if not known:
            raise Wrong(_("A choice has a value and a label, both text."))
    kept: list[dict[str, Any]] = []
    words: dict[str, str] = {}
    for one in as_choices(wanted):
        for name in ("value", "label", "label_en"):
            one[name] = re.sub(r"[\x00-\x1f]", " ", japanese.fold(one[name]))
            if len(one[name]) > LONGEST_CHOICE:
                raise Wrong(_("A choice may have 100 characters at most."))
        one["label"] = one["label"] or one["value"]
        if not one["value"]:
            continue
        if any(one["value"] == other["value"] for other in kept):
            if isinstance(wanted[0], str):
                continue  # a line written twice
            raise Wrong(_("“%(value)s” is there twice.") % {"value": one["value"]})
        for name in ("value", "label", "label_en"):
            word = one[name].lower()
            if word and words.setdefault(word, one["value"]) != one["value"]:
                raise Wrong(_("“%(value)s” is there twice.") % {"value": one[name]})
        kept.append(one)
    before = {one["value"]: one for one in field.choices}
    for one in kept:
        _remember(one, before.get(one["value"], {}))
    values = {one["value"] for one in kept}
    gone = [one for one in field.choices if one["value"] not in values]
    return [*kept, *({**one, "retired": True} for one in gone)]


def _remember(choice: dict[str, Any], before: Mapping[str, Any]) -> None:
    """The labels that a choice had and has no longer: files of before name it by them."""
    names = ("value", "label", "label_en")
    had = [*before.get("former", ()), before.get("label"), before.get("label_en")]
    now = {japanese.fold(choice[name]).lower() for name in names}
    former = [label for label in dict.fromkeys(had) if label and label.lower() not in now]
    choice.pop("former", None)  # nobody writes it
    if former:
        choice["former"] = former[-MOST_FORMER:]
