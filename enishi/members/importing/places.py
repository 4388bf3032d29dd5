"""Addresses, whether a list keeps them in one column or in many."""

import re
from collections.abc import Mapping, Sequence

import polars as pl

from enishi.core import japanese

from . import quick
from .cells import Cells, Reader
from .headers import ADDRESS

ADDRESS_PARTS = (ADDRESS, "prefecture", "city", "address_line", "building")
_NAMES = ("prefecture", "city", "address_line", "building")
_ORDER = ("prefecture", "city", "address_line", ADDRESS, "building")
NOT_NORMAL = re.compile(r"丁目|番|号|の\d|\d[‐–—−ー]\d|[０-９]|大字|\d \S")


def joined_address(places: Mapping[str, Sequence[int]], postal: Sequence[int]) -> tuple[int, ...]:
    """Columns to be laid together, in the order that ``address_cells`` takes them apart."""
    columns = [postal[0] if postal else -1]
    for part in _ORDER:
        columns += places.get(part, [])
    return tuple(columns)


def address_cells(places: Mapping[str, Sequence[int]]) -> Cells:
    """A reader over the postal code and all parts, separated by a unit separator."""
    widths = [len(places.get(part, [])) for part in _ORDER]
    only_whole = sum(widths) == 1 and bool(places.get(ADDRESS))
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
        if only_whole:
            return tuple(japanese.address(whole, _postal(pieces[0])))
        return tuple(
            japanese.address_of_columns(
                prefecture=prefecture,
                city=city,
                town=line + whole,
                building=building,
                postal_code=_postal(pieces[0]),
            )
        )

    return AddressCells(_NAMES, read) if only_whole else Cells(_NAMES, read)


class AddressCells(Cells):
    """Addresses in one column. Their beginnings recur, so each is looked up once."""

    def __init__(self, names: tuple[str, ...], read: Reader) -> None:
        super().__init__(names, read, quick=self._by_town)
        self._town = Cells(("prefecture", "city", "town"), _certain_town)

    def _by_town(self, column: pl.Series) -> list[pl.Series]:
        written = column.str.replace("^[^\x1f]*\x1f", "")
        parts = quick.plain_address(written)
        prefecture, city, town = self._town.slowly(parts["head"])[0]
        line = town + parts["block"]
        return [prefecture, city, line, parts["building"]]


def _certain_town(head: str) -> tuple[str | None, ...]:
    return japanese.certain_town(head) or (None, None, None)


def _is_normal(prefecture: str, city: str, line: str, building: str) -> bool:
    """Whether parts are as we keep them, so that nothing needs to be read into them."""
    if prefecture and prefecture not in japanese.prefectures:
        return False
    if any(japanese.fold(part) != part for part in (city, line, building)):
        return False
    return not NOT_NORMAL.search(line)


def _postal(text: str) -> str:
    try:
        return japanese.postal_code(text)
    except japanese.Unclear:
        return ""  # told on the cell of the postal code itself
