"""Every type of field: how its values are read, stored, shown, sent and asked for.

Shared by the fields of members and of custom databases. ``type_of(field)`` gives the type; each
of its verbs takes the field first. Where many rows are shown, look up what is linked once:
``names = names_for(fields, rows_of_data)``, then ``type_of(field).show(field, value, names)``.
"""

from collections import defaultdict
from collections.abc import Iterable, Mapping
from typing import Any

from enishi.members.models.fields import Field, FieldFile

from .base import NOBODY, Compare, FieldType, Names
from .choices import SEPARATOR, OneChoice, SeveralChoices
from .computed import RESULTS, Computed
from .hidden import DOTS, Sealed
from .links import File, Image, Linked, MemberLink, Named, RecordLink, linked, served_at
from .moments import Date, DateTime, Time
from .numbers import LARGEST_NUMBER, Boolean, DecimalNumber, Integer, Money
from .places import PARTS as ADDRESS_PARTS
from .places import Address
from .texts import Email, LongText, Phone, Text, Url

TYPES: dict[str, FieldType] = {
    made.key: made
    for made in (
        *(Text(), LongText(), Integer(), DecimalNumber(), Money(), Date(), DateTime(), Time()),
        *(Boolean(), OneChoice(), SeveralChoices(), Email(), Phone(), Url(), Address()),
        *(File(), Image(), MemberLink(), RecordLink(), Computed()),
    )
}


_SEALED = {key: Sealed(made) for key, made in TYPES.items()}


def type_of(field: Field) -> FieldType:
    return _SEALED[field.type] if field.sealed else TYPES[field.type]


def stored_type_of(field: Field) -> FieldType:
    """The type that values are kept as: of a computed field that of its result."""
    return TYPES[field.stored_type]


def names_for(fields: Iterable[Field], rows: Iterable[Mapping[str, Any]]) -> Names:
    """What everything that the rows (``data`` of members or records) link to is called.

    One query for each kind of thing, however many fields and rows there are.
    """
    linking = [field for field in fields if field.type in ("member", "record", "file", "image")]
    if not linking:
        return Names()
    wanted: dict[tuple[str, str], set[int]] = defaultdict(set)
    for data in rows:
        for field in linking:
            if isinstance(value := data.get(field.key), int):
                kind = "file" if field.type == "image" else field.type
                wanted[kind, field.links_to if kind == "record" else ""].add(value)
    known: dict[tuple[str, str, int], Any] = {}
    for (kind, to), ids in wanted.items():
        if kind == "file":
            known |= {(kind, to, pk): row for pk, row in FieldFile.objects.in_bulk(ids).items()}
        elif kind in linked:
            found = linked[kind].names(to, ids)
            known |= {(kind, to, pk): named for pk, named in found.items()}
    return Names(known)


__all__ = [
    "ADDRESS_PARTS",
    "DOTS",
    "LARGEST_NUMBER",
    "NOBODY",
    "RESULTS",
    "SEPARATOR",
    "TYPES",
    "Compare",
    "FieldType",
    "Linked",
    "Named",
    "Names",
    "linked",
    "names_for",
    "served_at",
    "stored_type_of",
    "type_of",
]
