"""Computed fields: their formulas, and their values kept by the write path."""

from collections.abc import Sequence
from typing import Any

from enishi.members.models import Field, Member


def computed(_fields: Sequence[Field], _member: Member, data: dict[str, Any]) -> dict[str, Any]:
    return data
