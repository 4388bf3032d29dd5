"""Own fields in rules, of members and of custom databases: from the field's type to a Subject."""

from collections.abc import Mapping

from enishi.members.fields import OWN, Compare, Definition, Sort
from enishi.members.fields.types import linked
from enishi.members.fields.types.base import literal
from enishi.members.models import Field

from .subjects import Names, Subject, Type
from .where import Where

_TYPES: dict[Compare, Type] = {
    Compare.TEXT: Type.TEXT,
    Compare.NUMBER: Type.NUMBER,
    Compare.DATE: Type.DATE,
    Compare.DATETIME: Type.INSTANT,
    Compare.TIME: Type.TIME,
    Compare.YES_NO: Type.BOOLEAN,
    Compare.CHOICE: Type.CHOICE,
    Compare.CHOICES: Type.CHOICES,
    Compare.LINK: Type.LINK,
    Compare.FILE: Type.PRESENCE,
}

_WHOLE = (Field.Type.INTEGER, Field.Type.MONEY)


def own_subjects(key: str, definitions: Mapping[str, Definition]) -> Subject | None:
    """The subject of ``data.<key>``; None where there is no such field."""
    definition = definitions.get(key) if key.startswith(OWN) else None
    if definition is None or definition.sealed:
        return None
    return subject_of(definition)


def subject_of(definition: Definition, alias: str = "m", key: str = "") -> Subject:
    """The subject of an own field, of members or (with the row's alias) of a database."""
    own = definition.own
    assert own is not None
    kind = _TYPES[definition.compare]
    if definition.sort == Sort.PHONE:
        kind = Type.DIGITS
    sql = definition.sql(alias)
    whole = kind == Type.NUMBER and own.stored_type in _WHOLE
    return Subject(
        key or definition.key,
        definition.label,
        kind,
        sql,
        folded=definition.sort in (Sort.EMAIL, Sort.PHONE),
        lower=definition.sort == Sort.EMAIL,
        written=True,
        choices=definition.choices,
        open=True,
        names=_Linked(definition.sort, own.links_to) if kind == Type.LINK else None,
        filled=Where(f"{sql} IS NOT NULL", (), total=True),
        stored=f"({alias}.data -> {literal(own.key)})" if whole else "",
    )


class _Linked(Names):
    """Members or records that a field links to: found by their number or text, or by their id."""

    has_me = False

    def __init__(self, kind: str, to: str) -> None:
        self.things = linked.get(kind)
        self.to = to

    def ids(self, raw: str | int) -> frozenset[int]:
        if self.things is None:
            return frozenset()
        if isinstance(raw, int):
            return frozenset({raw})
        found = self.things.by_text(self.to, [raw]).get(raw)
        if found is None and raw.isascii() and raw.isdigit() and len(raw) < 19:
            found = int(raw)
        return frozenset() if found is None else frozenset({found})

    def label(self, pk: int) -> str:
        named = self.things.names(self.to, [pk]).get(pk) if self.things is not None else None
        return named.label if named is not None else ""
