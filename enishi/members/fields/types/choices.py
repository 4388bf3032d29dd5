"""Types whose value is one of a list, or several of it. Values are stored, labels are shown."""

import difflib
from typing import Any

from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from enishi.core import japanese
from enishi.members.fields.wrong import Wrong
from enishi.members.models.fields import Choice, Field
from enishi.ui.written import listed

from .base import NOBODY, Compare, FieldType, Json, Names, literal

SEPARATOR = "、"
MANY = 20  # choices that an error names at most


def _folded(text: str) -> str:
    return japanese.fold(text).lower()


def meanings(field: Field) -> dict[str, str]:
    """Folded value or label of every choice → its value. A value goes before a label.

    A label of before counts where nothing is called so now, and only one choice was.
    """
    known = field.known_choices
    seen: tuple[Any, dict[str, str]] | None = field.__dict__.get("_meanings")
    if seen is not None and seen[0] is known:
        return seen[1]
    found: dict[str, str] = {}
    for choice in known:
        found.setdefault(_folded(choice.value), choice.value)
    for choice in sorted(known, key=lambda choice: choice.retired):
        for label in (choice.label, choice.label_en):
            if label:
                found.setdefault(_folded(label), choice.value)
    for label, choices in _formerly(field).items():
        if len(choices) == 1:
            found.setdefault(label, choices[0].value)
    field.__dict__["_meanings"] = (known, found)
    return found


def _formerly(field: Field) -> dict[str, list[Choice]]:
    """Folded labels of before → the choices that were called so."""
    found: dict[str, list[Choice]] = {}
    for choice in field.known_choices:
        for label in dict.fromkeys(map(_folded, choice.former)):
            found.setdefault(label, []).append(choice)
    return found


def refuse_unclear(field: Field, text: str) -> None:
    """Raises Wrong for what was the label of several choices and is that of none."""
    if not any(choice.former for choice in field.known_choices):
        return
    called = _formerly(field).get(_folded(text), ())
    if len(called) > 1 and _folded(text) not in meanings(field):
        raise Wrong(
            _("“%(value)s” was the name of several choices: %(choices)s. Write which one.")
            % {"value": text[:50], "choices": listed(map(str, called))}
        )


def labels(field: Field) -> dict[str, str]:
    """Value → label in the language of the page."""
    return {choice.value: str(choice) for choice in field.known_choices}


def _every_label(field: Field, values: list[str]) -> str:
    known = {choice.value: choice for choice in field.known_choices}
    said = []
    for value in values:
        one = known.get(value)
        said += [value] if one is None else [one.label, one.label_en]
    return SEPARATOR.join(dict.fromkeys(filter(None, said)))


def unknown(field: Field, text: str) -> Wrong:
    """What is said of a choice that there is not: the nearest ones, or all of a few.

    Raises Wrong for one that could be several.
    """
    refuse_unclear(field, text)
    offered = [str(choice) for choice in field.offered_choices]
    near = difflib.get_close_matches(text, offered, n=3, cutoff=0.6) if len(offered) > 5 else []
    return Wrong(
        _("“%(value)s” is none of: %(choices)s.")
        % {"value": text[:50], "choices": listed(near or offered[:MANY])}
    )


class OneChoice(FieldType):
    key = "choice"
    icon = "circle-dot"
    explained = gettext_lazy("One of a list that you write.")
    compare = Compare.CHOICE
    has_choices = may_be_searched = True
    inputs = ("select", "radio", "suggest")

    def read(self, field: Field, text: str) -> Any:
        word = japanese.fold(text)
        if not word:
            return None
        if not field.choices:
            return word
        found = meanings(field).get(word.lower())
        if found is None:
            raise unknown(field, word)
        return found

    def take(self, field: Field, value: Any) -> Any:
        if isinstance(value, int) and not isinstance(value, bool):
            return self.read(field, str(value))
        if value == []:
            return None
        if isinstance(value, list) and len(value) == 1 and isinstance(value[0], str):
            return self.read(field, value[0])
        return super().take(field, value)

    def written(self, field: Field, value: Any, _names: Names = NOBODY) -> str:
        return labels(field).get(value, str(value)) if value else ""

    def searched(self, field: Field, value: Any) -> str:
        """In every language: whoever looks may use another than whoever wrote."""
        return _every_label(field, [value] if value else [])

    def sql_sort(self, field: Field, data: str) -> str:
        """In the order of the choices."""
        if not field.choices:
            return super().sql_sort(field, data)
        values = ", ".join(literal(choice.value) for choice in field.known_choices)
        return f"coalesce(array_position(ARRAY[{values}], {data} ->> {literal(field.key)}), 0)"

    def sql_written(self, field: Field, data: str) -> str:
        value = f"{data} ->> {literal(field.key)}"
        cases = " ".join(
            f"WHEN {literal(key)} THEN {literal(label)}" for key, label in labels(field).items()
        )
        if not cases:
            return f"coalesce({value}, '')"
        return f"CASE {value} {cases} ELSE coalesce({value}, '') END"

    def schema(self, field: Field) -> Json:
        values = [choice.value for choice in field.known_choices]
        return {"type": "string", **({"enum": values} if values else {})}


class SeveralChoices(FieldType):
    key = "choices"
    icon = "list-check"
    explained = gettext_lazy("Any number out of a list that you write.")
    compare = Compare.CHOICES
    has_choices = may_be_searched = True
    inputs = ("checkboxes", "select", "suggest")

    def read(self, field: Field, text: str) -> Any:
        if not field.choices:
            return self._each(japanese.choices(text))
        known = meanings(field)
        if (exact := _exactly(_folded(text), known)) is not None:
            return exact
        return self._known(field, japanese.choices(text, words_of(field)))

    def take(self, field: Field, value: Any) -> Any:
        if not isinstance(value, list) or not all(isinstance(one, str) for one in value):
            return super().take(field, value)
        if not field.choices:
            return self._each([piece for one in value for piece in japanese.choices(one)])
        return self._known(field, [one for one in value if one.strip()])

    def _each(self, values: list[str]) -> list[str]:
        return list(dict.fromkeys(filter(None, map(japanese.fold, values))))

    def _known(self, field: Field, words: list[str]) -> list[str]:
        """The values that the words name, each once, in their order."""
        known = meanings(field)
        found: dict[str, None] = {}
        for word in words:
            value = known.get(_folded(word))
            if value is None:
                raise unknown(field, japanese.fold(word))
            found[value] = None
        return list(found)

    def written(self, field: Field, value: Any, _names: Names = NOBODY) -> str:
        if not value:
            return ""
        known = labels(field)
        return SEPARATOR.join(known.get(one, str(one)) for one in value)

    def said(self, field: Field, value: Any, _names: Names = NOBODY) -> str:
        known = labels(field)
        return listed(known.get(one, str(one)) for one in value or ())

    def searched(self, field: Field, value: Any) -> str:
        return _every_label(field, value or [])

    def sql(self, field: Field, data: str) -> str:
        return f"({data} -> {literal(field.key)})"

    def sql_sort(self, field: Field, data: str) -> str:
        return f"coalesce({data} ->> {literal(field.key)}, '') COLLATE \"C\""

    def sql_written(self, field: Field, data: str) -> str:
        value = f"{data} -> {literal(field.key)}"
        one = "one.value"
        if cases := " ".join(
            f"WHEN {literal(key)} THEN {literal(label)}" for key, label in labels(field).items()
        ):
            one = f"CASE one.value {cases} ELSE one.value END"
        return (
            f"CASE WHEN jsonb_typeof({value}) = 'array' THEN array_to_string(ARRAY("
            f"SELECT {one} FROM jsonb_array_elements_text({value}) WITH ORDINALITY one(value, n)"
            f" ORDER BY one.n), {literal(SEPARATOR)}) ELSE '' END"
        )

    def schema(self, field: Field) -> Json:
        values = [choice.value for choice in field.known_choices]
        return {
            "type": "array",
            "items": {"type": "string", **({"enum": values} if values else {})},
            "uniqueItems": True,
        }


def words_of(field: Field) -> tuple[str, ...]:
    """Everything that names a choice, none of which may be broken up."""
    known: list[Choice] = field.known_choices
    words = (
        word for one in known for word in (one.value, one.label, one.label_en, *one.former) if word
    )
    return tuple(dict.fromkeys(words))


def _exactly(text: str, known: dict[str, str]) -> list[str] | None:
    """The values of a text that is nothing but names parted by 、; None for any other text."""
    names = sorted(known, key=len, reverse=True)
    found: dict[str, None] = {}
    at = 0
    while at < len(text):
        for name in names:
            end = at + len(name)
            if text.startswith(name, at) and text[end : end + 1] in ("", SEPARATOR):
                found[known[name]] = None
                at = end + 1
                break
        else:
            return None
    return list(found)
