"""The sheets of labels and the envelopes that Japanese offices buy, in millimetres."""

from dataclasses import dataclass

from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _


@dataclass(frozen=True)
class Box:
    """A rectangle on the page: its upper left corner, width and height."""

    x: float
    y: float
    w: float
    h: float


@dataclass(frozen=True)
class Sheet:
    """A page with one or many places for an address.

    ``left`` and ``top`` are where the first label begins; ``gap`` lies between two columns.
    An envelope is a sheet with one place; ``boxes`` says that it has 〒 boxes printed on it.
    """

    key: str
    label: str | Promise
    width: float
    height: float
    columns: int = 1
    rows: int = 1
    label_w: float = 0
    label_h: float = 0
    left: float = 0
    top: float = 0
    gap: float = 0
    boxes: bool = False

    @property
    def places(self) -> int:
        return self.columns * self.rows

    @property
    def is_envelope(self) -> bool:
        return self.places == 1

    def place(self, at: int) -> Box:
        """The label number ``at`` of a page, counted from 0, row by row."""
        row, column = divmod(at, self.columns)
        x = self.left + column * (self.label_w + self.gap)
        return Box(x, self.top + row * self.label_h, self.label_w, self.label_h)


def _a4(
    key: str,
    label: str | Promise,
    grid: tuple[int, int],
    size: tuple[float, float],
    gap: float = 0,
) -> Sheet:
    """Labels in the middle of an A4 page, as makers of "四辺余白付" sheets place them."""
    columns, rows = grid
    w, h = size
    left = (210 - columns * w - (columns - 1) * gap) / 2
    top = (297 - rows * h) / 2
    return Sheet(key, label, 210, 297, columns, rows, w, h, left, top, gap)


SHEETS = {
    sheet.key: sheet
    for sheet in (
        _a4("a4-12", _("A4, 12 labels (86.4 × 42.3 mm)"), (2, 6), (86.4, 42.3)),
        _a4("a4-12n", _("A4, 12 labels (83.8 × 42.3 mm)"), (2, 6), (83.8, 42.3)),
        _a4("a4-24", _("A4, 24 labels (66 × 33.9 mm)"), (3, 8), (66.0, 33.9)),
        _a4("a4-10", _("A4, 10 labels (86.4 × 50.8 mm)"), (2, 5), (86.4, 50.8)),
        _a4("a4-18", _("A4, 18 labels (63.5 × 46.6 mm)"), (3, 6), (63.5, 46.6), 2.5),
        _a4("a4-21", _("A4, 21 labels (63.5 × 38.1 mm)"), (3, 7), (63.5, 38.1), 2.5),
        Sheet("chou3", _("Envelope Chou 3 (120 × 235 mm)"), 120, 235, boxes=True),
        Sheet("kaku2", _("Envelope Kaku 2 (240 × 332 mm)"), 240, 332, boxes=True),
        Sheet("chou4", _("Envelope Chou 4 (90 × 205 mm)"), 90, 205, boxes=True),
        Sheet("hagaki", _("Postcard (100 × 148 mm)"), 100, 148, boxes=True),
    )
}

# 郵便番号枠, from the right edge and the top: the frame of seven boxes is 47.7 mm wide.
BOX_W, BOX_H = 5.7, 8.0
BOXES_RIGHT, BOXES_TOP, BOXES_WIDTH = 8.0, 12.0, 47.7
_STEPS = (0.0, 7.0, 14.0, 21.6, 28.4, 35.2, 42.0)


def postal_boxes(sheet: Sheet) -> list[Box]:
    """Where the seven digits of the postal code stand on an envelope held upright."""
    left = sheet.width - BOXES_RIGHT - BOXES_WIDTH
    return [Box(left + step, BOXES_TOP, BOX_W, BOX_H) for step in _STEPS]
