"""What a new or changed definition brings with it."""

from collections.abc import Mapping
from typing import Any

from enishi.members.models import Field

from .indexes import index_needed
from .known import fields_of

_VALUES = {"expression", "result", "choices", "retired_at", "deleted_at"}
_WORDS = {"searched", "seen_by", "personal", "choices", "retired_at", "deleted_at"}


def follow(field: Field, changes: Mapping[str, Any]) -> None:
    """Ask for the work that ``changes`` (column → …; none for a new field) bring, as jobs.

    Search texts and indexes are those of members: whoever keeps records has others.
    """
    from .jobs import recompute_fields, seal_fields, search_fields

    new = not changes
    formulas = any(one.type == Field.Type.COMPUTED for one in fields_of(field.table))
    if formulas and ((new and field.type == Field.Type.COMPUTED) or changes.keys() & _VALUES):
        recompute_fields.enqueue(about=field, table=field.table)
    if "personal" in changes:
        seal_fields.enqueue(about=field)
    if field.table:
        return
    was_searched = bool(changes.get("searched"))
    if not new and changes.keys() & _WORDS and (field.searched or was_searched):
        search_fields.enqueue(about=field)
    links = new and field.type == Field.Type.MEMBER  # looked up by every merge
    if links or (field.unique and field.is_live):
        index_needed([f"data.{field.key}"])
