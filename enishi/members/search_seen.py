"""Searching for somebody who may not see every field: what is found has to stand in the others."""

from typing import Any

from django.db.models import BooleanField, F, Func

from enishi.core import japanese

from .fields import type_of
from .search import escaped, searched_fields

# The groups of fields that can be hidden and are searched, with the SQL of what is searched of
# them (``m``: the member). What is always seen comes first.
_ALWAYS = (
    "m.number",
    "m.family_name || m.given_name",
    "m.organisation_name",
    "(SELECT string_agg(x.number, ' ') FROM members_member x WHERE x.merged_into_id = m.id)",
)
SEARCHED = {
    "kana": ("m.family_name_kana || m.given_name_kana", "m.organisation_name_kana"),
    "former_name": ("m.former_name",),
    "email": (
        "m.email",
        "(SELECT string_agg(x.email, ' ') FROM members_furtheremail x WHERE x.member_id = m.id)",
    ),
    "phone": ("m.phone", "m.mobile"),
}


class Seen(Func):
    """Whether all words stand in what is searched of a member, the ``hidden`` groups left out.

    The text is put together as ``japanese.search_text`` does it. Where the two should ever differ
    somebody is not found, never the other way round.
    """

    output_field = BooleanField()

    def __init__(self, wanted: list[str], hidden: frozenset[str]) -> None:
        super().__init__(F("pk"))
        self.wanted = wanted
        self.hidden = hidden

    def as_sql(  # type: ignore[override]
        self, compiler: Any, *_more: Any, **_context: Any
    ) -> tuple[str, list[Any]]:
        column, params = compiler.compile(self.get_source_expressions()[0])
        parts = [*_ALWAYS, *_own_parts()]
        for group, more in SEARCHED.items():
            if group not in self.hidden:
                parts += more
        text = f"translate(lower(normalize(concat_ws(' ', {', '.join(parts)}), NFKC)), %s, %s)"
        likes = " AND ".join("said.text LIKE %s" for _ in self.wanted)
        statement = (
            f"EXISTS (SELECT 1 FROM members_member m, LATERAL (SELECT {text} AS text) said"  # noqa: S608
            f" WHERE m.id = {column} AND {likes})"
        )
        values = [*japanese.SEARCHED_AS, *(f"%{escaped(term)}%" for term in self.wanted)]
        return statement, [*values[:2], *params, *values[2:]]


def _own_parts() -> list[str]:
    """The SQL of what is searched of own fields; everybody may see those that are searched."""
    parts = []
    for field in searched_fields():
        key = field.key.replace("'", "''").replace("%", "%%")
        plain = field.stored_type in ("text", "long_text", "email", "phone", "url")
        written = type_of(field).sql_written(field, "m.data").replace("%", "%%")
        parts.append(f"m.data ->> '{key}'" if plain else written)
    return parts
