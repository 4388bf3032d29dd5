"""What a new or changed definition brings with it."""

from collections.abc import Mapping
from typing import Any

from enishi.members.models import Field


def follow(field: Field, changes: Mapping[str, Any]) -> None:
    """Ask for the work that ``changes`` (column → …; none for a new field) bring, as jobs."""
    if field.table:
        return
