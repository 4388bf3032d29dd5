"""Where everything stands on a page: lines in a box, or columns from right to left."""

import re
from dataclasses import dataclass
from typing import Any

from .sheets import Box, Sheet, postal_boxes
from .writing import FAMILY, Addressee, Token, length, tokens, wrapped

PT = 25.4 / 72  # a point in millimetres
PITCH = 1.06  # from one sign to the next, in heights of a sign
LEGIBLE = 8.0  # points: a name that would be smaller goes on in another column
SMALLEST = 3.0  # points: rather hard to read than cut off
BETWEEN = 1.45  # from one column to the next

FORMS = (
    *("株式会社", "有限会社", "合同会社", "一般社団法人", "公益社団法人", "一般財団法人"),
    *("公益財団法人", "特定非営利活動法人", "学校法人", "医療法人", "社会福祉法人"),
)

Item = dict[str, Any]


@dataclass(frozen=True)
class Look:
    """How large things are written at most, and in which zone."""

    zone: Box
    address: tuple[float, float]  # points, largest and smallest
    name: float
    centre: float | None = None  # where the name stands; None: in what is left


def look_of(sheet: Sheet, place: Box) -> Look:
    """The zone of a label or envelope for writing from top to bottom."""
    if not sheet.is_envelope:
        pad = 3.2
        zone = Box(place.x + pad, place.y + pad, place.w - 2 * pad, place.h - 2 * pad)
        return Look(zone, (10.5, 5.5), 15)
    scale = min(sheet.width / 120, 1.7)
    top = 26 if sheet.key in ("hagaki", "chou4") else 30
    zone = Box(9, top, sheet.width - 18, sheet.height - top - max(18, sheet.height * 0.14))
    return Look(zone, (15 * scale, 8), 25 * scale, sheet.width / 2)


def vertical(who: Addressee, sheet: Sheet, place: Box, *, boxes: bool) -> list[Item]:
    """The items of one address, written from top to bottom."""
    look = look_of(sheet, place)
    zone, items = look.zone, []
    if sheet.is_envelope:
        items += digits(who, sheet, boxes=boxes)
    elif who.postal:
        items.append({"k": "post", "x": zone.x, "y": zone.y, "w": zone.w, "s": 9, "t": who.postal})
        zone = Box(zone.x, zone.y + 5.2, zone.w, zone.h - 5.2)
    names, size = best_columns(who, zone, look)
    organisation = tokens(who.organisation)
    taken = (len(names) + (1.3 if organisation and who.names else 0)) * size * PT * BETWEEN
    columns, small = address_columns(who, zone, look, taken)
    x = zone.x + zone.w - small * PT / 2
    for column, indent in columns:
        items.append(_column(column, x, zone.y + indent * small * PT, small))
        x -= small * PT * BETWEEN
    step = size * PT * BETWEEN
    width = step * len(names)
    middle = (zone.x + x) / 2 if look.centre is None else look.centre
    first = min(middle + width / 2 - step / 2, x - size * PT * 0.3)
    first = max(first, zone.x + width - step / 2)
    if organisation and who.names:
        parts, fits = halves(organisation, size * 0.72, zone.h * 0.94)
        for part in parts:
            items.append(_column(part, first + fits * PT * 0.1, zone.y + 1, fits))
            first -= fits * PT * 1.2
        first -= (size - fits) * PT * 0.5
    top = zone.y + max(zone.h * (0.06 if sheet.is_envelope else 0.02), 0)
    for column in names:
        items.append(_column(column, first, top, size))
        first -= step
    return items


def _column(some: list[Token], x: float, y: float, size: float) -> Item:
    return {"k": "col", "x": round(x, 2), "y": round(y, 2), "s": round(size, 2), "t": some}


def digits(who: Addressee, sheet: Sheet, *, boxes: bool) -> list[Item]:
    """The seven digits in their boxes; ``boxes``: draw these too."""
    code = who.postal.replace("-", "")
    if len(code) != 7:
        return []
    places = zip(postal_boxes(sheet), code, strict=True)
    return [
        {"k": "box", "x": box.x, "y": box.y, "w": box.w, "h": box.h, "t": digit, "drawn": boxes}
        for box, digit in places
    ]


def halves(some: list[Token], size: float, height: float) -> tuple[list[list[Token]], float]:
    """A long name in two columns, parted at a space where there is one, and its size."""
    whole = height / (length(some) * PITCH * PT)
    if whole >= size * 0.8:
        return [some], min(size, whole)
    middle = length(some) / 2
    gaps = [at for at, (kind, _text) in enumerate(some) if kind == "g"]
    near = [at for at in gaps if 0.3 < length(some[:at]) / length(some) < 0.75]
    text = "".join(text for _kind, text in some)
    form = next((form for form in FORMS if text.startswith(form)), "")
    if form and not near:
        return _halved(some[: len(form)], some[len(form) :], size, height)
    cut = min(near, key=lambda at: abs(length(some[:at]) - middle), default=(len(some) + 1) // 2)
    return _halved(some[:cut], some[cut + 1 :] if cut in near else some[cut:], size, height)


def _halved(
    head: list[Token], rest: list[Token], size: float, height: float
) -> tuple[list[list[Token]], float]:
    """The second half begins one sign lower, as one writes it."""
    longest = max(length(head), length(rest) + 1)
    return [head, [("g", "1.0"), *rest]], min(size, height / (longest * PITCH * PT))


def name_columns(who: Addressee) -> list[list[Token]]:
    """One column a name; those who share a family name stand below the first one's given name."""
    if not who.names:
        return [[*tokens(who.organisation), ("g", "0.6"), *tokens(who.honorific)]]
    columns = []
    family = who.names[0][0]
    space = length(tokens(family))
    longest = max(length(tokens(given)) for _family, given in who.names)
    for at, (own, given) in enumerate(who.names):
        head: list[Token] = tokens(own)
        if at and own == family:
            head = [("g", str(space))]
        elif at and length(head) < space:
            head = [*head, ("g", str(space - length(head)))]
        gap: list[Token] = [("g", "0.4")] if own and given else []
        rest = longest - length(tokens(given))
        fill: list[Token] = [("g", str(rest))] if rest > 0 and len(who.names) > 1 else []
        honorific = who.honorific if who.honorific != FAMILY else "様"
        columns.append([*head, *gap, *tokens(given), *fill, ("g", "0.5"), *tokens(honorific)])
    if who.honorific == FAMILY:
        columns.append([("g", str(space)), *tokens(FAMILY)])
    return columns


def best_columns(who: Addressee, zone: Box, look: Look) -> tuple[list[list[Token]], float]:
    """The columns of the name and their size: in more of them where it is then larger."""
    names = name_columns(who)
    size = name_size(names, zone, look)
    others: list[list[list[Token]]] = []
    if not who.names:
        end: list[Token] = [("g", "0.6"), *tokens(who.honorific)]
        whole = tokens(who.organisation)
        others = [office_columns(who), spread(whole, 3, end), spread(whole, 4, end)]
    elif len(who.names) == 1 and size < LEGIBLE:
        end = [("g", "0.5"), *tokens(who.honorific)]
        family, given = (tokens(name) for name in who.names[0])
        if family and given:
            others = [[family, [("g", "1.0"), *given, *end]]]
        others += [spread([*family, *given], count, end) for count in (2, 3)]
    for parted in others:
        if (larger := name_size(parted, zone, look)) > size * 1.15:
            names, size = parted, larger
    return names, size


def spread(some: list[Token], count: int, end: list[Token]) -> list[list[Token]]:
    """A name in ``count`` columns of one length, each but the first one sign lower."""
    most = -(-len(some) // count)
    parts = [some[at : at + most] for at in range(0, len(some), most)]
    columns = [parts[0], *([("g", "1.0"), *part] for part in parts[1:])]
    columns[-1] = [*columns[-1], *end]
    return columns


def office_columns(who: Addressee) -> list[list[Token]]:
    """The name of an organisation in two columns, 御中 at the end of the second."""
    end: list[Token] = [("g", "0.6"), *tokens(who.honorific)]
    parts, _size = halves(tokens(who.organisation), 10, 1)
    lower = max(length(parts[0]) - length(parts[1]) - length(end), 0)
    return [parts[0], [*parts[1], ("g", str(lower)), *end]]


def name_size(columns: list[list[Token]], zone: Box, look: Look) -> float:
    """The largest size in which the longest name fits the zone's height."""
    longest = max((length(column) for column in columns), default=1) or 1
    fits = zone.h * 0.9 / (longest * PITCH * PT)
    crowded = zone.w * 0.6 / (len(columns) * BETWEEN * PT)
    return min(look.name, fits, crowded)


def address_columns(
    who: Addressee, zone: Box, look: Look, taken: float
) -> tuple[list[tuple[list[Token], float]], float]:
    """The address in columns with their indents, and its size: the largest that fits."""
    largest, least = look.address
    room = zone.w - taken
    if look.centre is not None:
        room = min(room, zone.x + zone.w - look.centre - taken / 2)
    size = largest
    while True:
        capacity = zone.h / (size * PT * PITCH)
        columns = [(column, 0.0) for column in wrapped(tokens(who.address), capacity)]
        indent = 2.0 if capacity > 12 else 0.5
        building = tokens(who.building)
        columns += [(one, indent) for one in wrapped(building, max(capacity - indent, 3))]
        if len(columns) * size * PT * BETWEEN <= room or size <= SMALLEST:
            return columns, size
        size -= 0.5 if size > least else 0.25


def _breakable(line: str) -> str:
    """Words without an end may go on in the next line."""
    return re.sub(r"[!-~]{12}(?=[!-~]{4})", lambda match: f"{match[0]}\u200b", line)


def horizontal(who: Addressee, sheet: Sheet, place: Box, *, boxes: bool) -> list[Item]:
    """The items of one address, written in lines; on envelopes, as windows have it."""
    items: list[Item] = []
    if sheet.is_envelope:
        items += digits(who, sheet, boxes=boxes) if boxes else []
        scale = min(sheet.width / 120, 1.7)
        top = 45 if sheet.height > 160 else 34
        zone = Box(14, top, sheet.width - 26, min(70 * scale, sheet.height - top - 12))
        sizes, name = [13 * scale, 12 * scale, 11 * scale, 10, 9, 8], 1.5
    else:
        zone = Box(place.x + 5, place.y + 3.6, place.w - 9, place.h - 6.6)
        sizes, name = [11, 10.5, 10, 9.5, 9, 8.5, 8, 7.5, 7, 6.5, 6], 1.3
    lines = [who.address, who.building, *who.abroad]
    people = [f"{family} {given}".strip() for family, given in who.names]
    item = {
        "k": "lines",
        "x": zone.x,
        "y": zone.y,
        "w": zone.w,
        "h": zone.h,
        "sizes": sizes,
        "name": name,
        "postal": who.postal if not (sheet.is_envelope and boxes) else "",
        "address": [_breakable(line) for line in lines if line],
        "organisation": _breakable(who.organisation) if people else "",
        "people": [_breakable(name) for name in people or [who.organisation]],
        "honorific": "様" if who.honorific == FAMILY else who.honorific,
        "tail": FAMILY if who.honorific == FAMILY else "",
        "number": who.number,
    }
    return [*items, item]
