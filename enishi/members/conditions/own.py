"""The organisation's own fields in rules. The one place that knows how their values lie."""

from collections.abc import Mapping

from enishi.members.fields import OWN, Definition, Sort

from .subjects import Subject, Type
from .where import Where

_TYPES: dict[Sort, Type] = {
    Sort.TEXT: Type.TEXT,
    Sort.LONG_TEXT: Type.TEXT,
    Sort.INTEGER: Type.NUMBER,
    Sort.MONEY: Type.NUMBER,
    Sort.BOOLEAN: Type.BOOLEAN,
    Sort.CHOICES: Type.CHOICES,
    Sort.DATE: Type.DATE,
}


def own_subjects(key: str, definitions: Mapping[str, Definition]) -> Subject | None:
    """The subject of ``data.<key>``; None where there is no such field."""
    definition = definitions.get(key) if key.startswith(OWN) else None
    if definition is None or definition.own is None:
        return None
    kind = _TYPES.get(definition.sort, Type.TEXT)
    name = definition.own.key
    text = "(m.data ->> %s)"
    sql = {
        Type.NUMBER: f"{text}::numeric",
        Type.BOOLEAN: f"{text}::boolean",
        Type.CHOICES: "(m.data -> %s)",
    }.get(kind, text)
    return Subject(
        key,
        definition.label,
        kind,
        sql,
        (name,),
        written=True,
        choices=definition.choices,
        open=True,
        filled=Where("m.data ? %s", (name,), total=True),
    )
