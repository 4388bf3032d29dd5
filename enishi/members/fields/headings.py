"""What stands above the column of an own field in a file, and which field is meant by a heading.

Both ask one table, so that what was exported is imported into the same field, also where two
fields have one label, or an own one is called like a built-in one.
"""

import unicodedata
from collections.abc import Container, Iterable
from functools import cache

from enishi.members.models import Field

from .built_in import BUILT_IN
from .computing import labels_of
from .definitions import OWN


def folded(word: str) -> str:
    return unicodedata.normalize("NFKC", word).strip().lower()


@cache
def headings_of_members() -> frozenset[str]:
    """The headings that mean built-in fields of members, in any language."""
    return frozenset(folded(word) for key in BUILT_IN for word in (key, *labels_of(key)))


def fields_by_heading(
    fields: Iterable[Field], reserved: Container[str] = frozenset()
) -> dict[str, Field]:
    """Folded heading → field: ``data.<key>``, the key, then labels; the first of a label has it.

    ``reserved`` headings mean something else.
    """
    fields = list(fields)
    found: dict[str, Field] = {folded(OWN + field.key): field for field in fields}
    for name in ("key", "label_ja", "label"):
        for field in fields:
            word = folded(getattr(field, name))
            if word and word not in reserved:
                found.setdefault(word, field)
    return found


def heading_of(field: Field, known: dict[str, Field]) -> str:
    """The label in the language of the page where it leads back to the field, else its key."""
    label = str(field)
    found = known.get(folded(label))
    return label if found is not None and found.pk == field.pk else OWN + field.key
