"""Addresses, whether a list keeps them in one column or in many."""

import re
from collections.abc import Mapping, Sequence

from enishi.core import japanese

from .cells import Cells
from .headers import ADDRESS

ADDRESS_PARTS = (ADDRESS, "prefecture", "city", "address_line", "building")
_NAMES = ("prefecture", "city", "address_line", "building")
_ORDER = ("prefecture", "city", "address_line", ADDRESS, "building")
_NOT_NORMAL = re.compile(r"丁目|番|号|の\d|\d[‐–—−ー]\d|[０-９]|大字|\d \S")


def joined_address(places: Mapping[str, Sequence[int]], postal: Sequence[int]) -> tuple[int, ...]:
    """Columns to be laid together, in the order that ``address_cells`` takes them apart."""
    columns = [postal[0] if postal else -1]
    for part in _ORDER:
        columns += places.get(part, [])
    return tuple(columns)


def address_cells(places: Mapping[str, Sequence[int]]) -> Cells:
    """A reader over the postal code and all parts, separated by a unit separator."""
    widths = [len(places.get(part, [])) for part in _ORDER]
    has_building = bool(places.get("building"))

    def read(text: str) -> tuple[str, ...]:
        pieces = [piece.strip() for piece in text.split("\x1f")]
        parts: list[str] = []
        at = 1
        for part, width in zip(_ORDER, widths, strict=True):
            between = " " if part == "building" else ""
            parts.append(between.join(p for p in pieces[at : at + width] if p))
            at += width
        prefecture, city, line, whole, building = parts
        if not whole and has_building and _is_normal(prefecture, city, line, building):
            return prefecture, city, line, building
        if not any(parts):
            return "", "", "", ""
        return tuple(
            japanese.address_of_columns(
                prefecture=prefecture,
                city=city,
                town=line + whole,
                building=building,
                postal_code=_postal(pieces[0]),
            )
        )

    return Cells(_NAMES, read)


def _is_normal(prefecture: str, city: str, line: str, building: str) -> bool:
    """Whether parts are as we keep them, so that nothing needs to be read into them."""
    if prefecture and prefecture not in japanese.prefectures:
        return False
    if any(japanese.fold(part) != part for part in (city, line, building)):
        return False
    return not _NOT_NORMAL.search(line)


def _postal(text: str) -> str:
    try:
        return japanese.postal_code(text)
    except japanese.Unclear:
        return ""  # told on the cell of the postal code itself
