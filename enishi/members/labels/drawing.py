"""Addressees become pages, and pages a PDF."""

import json
from collections.abc import Sequence
from dataclasses import asdict, dataclass
from functools import cache
from pathlib import Path
from typing import Any

import pylopdf_fonts_jp
import typst

from . import laying
from .sheets import SHEETS, Box, Sheet
from .writing import Addressee

TEMPLATE = Path(__file__).with_name("labels.typ")
FONTS = {"serif": "Noto Serif JP", "sans": "Noto Sans JP"}


@dataclass(frozen=True)
class Options:
    """How the addresses are written.

    ``first``: the label of the first sheet to begin with, from 1. ``shift_x``, ``shift_y``:
    millimetres by which the printer is off.
    """

    sheet: str = "a4-12"
    direction: str = "horizontal"
    font: str = "serif"
    first: int = 1
    per_household: bool = False
    with_number: bool = False
    postal_boxes: bool = False
    order: str = "kana"
    shift_x: float = 0
    shift_y: float = 0

    def plain(self) -> dict[str, Any]:
        return asdict(self)


@cache
def _fonts() -> Any:
    folder = str(pylopdf_fonts_jp.serif_path().parent)
    return typst.Fonts(
        include_system_fonts=False, include_embedded_fonts=False, font_paths=[folder]
    )


def pages_of(addressees: Sequence[Addressee], options: Options) -> list[list[laying.Item]]:
    """The items of every page."""
    sheet: Sheet = SHEETS[options.sheet]
    lay = laying.vertical if options.direction == "vertical" else laying.horizontal
    pages: list[list[laying.Item]] = []
    start = 0 if sheet.is_envelope else max(options.first - 1, 0) % sheet.places
    for at, who in enumerate(addressees, start):
        number, place = divmod(at, sheet.places)
        if number >= len(pages):
            pages.append([])
        box = sheet.place(place) if not sheet.is_envelope else Box(0, 0, sheet.width, sheet.height)
        place_of = laying.horizontal if who.abroad else lay  # foreign ones cannot stand upright
        for item in place_of(who, sheet, box, boxes=options.postal_boxes and not who.abroad):
            item["x"] += options.shift_x
            item["y"] += options.shift_y
            pages[-1].append(item)
    return pages


def drawn(addressees: Sequence[Addressee], options: Options, *, png: bool = False) -> bytes:
    """The PDF; with ``png`` a picture of the first page."""
    sheet = SHEETS[options.sheet]
    pages = pages_of(addressees, options)
    data = {
        "width": sheet.width,
        "height": sheet.height,
        "font": FONTS.get(options.font, FONTS["serif"]),
        "pages": pages[:1] if png else pages,
    }
    compiler = typst.Compiler(
        TEMPLATE.read_bytes(),
        font_paths=_fonts(),
        sys_inputs={"data": json.dumps(data, ensure_ascii=False)},
    )
    if png:
        made = compiler.compile(format="png", ppi=96)
    else:
        made = compiler.compile(format="pdf", pdf_tags=False)
    found = made[0] if isinstance(made, list) else made
    assert found is not None
    return found
