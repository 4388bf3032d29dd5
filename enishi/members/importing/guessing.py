"""What the cells of a column look like, where its heading says nothing known."""

import datetime as dt
import re
from collections.abc import Callable, Sequence
from functools import partial

from enishi.core import clock, japanese
from enishi.members.fields import TYPES
from enishi.members.models import Field, MemberType

from .headers import ADDRESS, KANA, NAME

ENOUGH = 0.85  # share of the filled cells that must fit
LONG = 60  # letters from which on a cell is a long text
MANY, FEW = 12, 12  # cells from which on, and different ones up to which, there is a choice
LEAST = 3  # filled cells below which nothing is guessed

_KANA = re.compile(r"[ァ-ヺー・ぁ-ゖ]{1,12}[ \u3000][ァ-ヺー・ぁ-ゖ]{1,12}")
_NAME = re.compile(r"[\u4e00-\u9fff々ヶ﨑髙]{1,5} [\u4e00-\u9fffぁ-んァ-ヺー々]{1,5}")
_PRICE = re.compile(r"費|料|金額|代金|価格|円|fee|price|amount|dues", re.IGNORECASE)
_UNSURE = set("0 1 x y n t f o".split())  # alone they may be anything
_DECIMAL = re.compile(r"-?\d{1,9}(\.\d{1,6})?", re.ASCII)
_WEB = re.compile(r"https?://[^\s]+\.[^\s]+", re.IGNORECASE)
_PHONE = re.compile(r"電話|携帯|連絡先|tel|phone|mobile|fax", re.IGNORECASE)
_CLOCK = re.compile(r"\d{1,2}:\d{2}(:\d{2})?|(午前|午後)?\d{1,2}時(\d{1,2}分)?", re.ASCII)
_TIMED = re.compile(r"\d[T 日]+\d{1,2}:\d{2}", re.ASCII)
_MIDNIGHT = re.compile(r"[T ]0?0:00(:00)?$", re.ASCII)
_KIND = re.compile(r"個人|法人|団体|組織|企業|person|individual|organi[sz]ation|company")
_GENDER = {"男", "女", "男性", "女性", "m", "f", "male", "female", "その他"}


def guess(cells: Sequence[str]) -> str:
    """The target whose values ``cells`` (filled ones of a sample) most likely are, or ''."""
    if len(cells) < LEAST:
        return ""
    folded = [japanese.fold(cell) for cell in cells]
    tests: list[tuple[str, Callable[[str], bool]]] = [
        ("email", lambda cell: "@" in cell and _reads(japanese.email, cell)),
        ("postal_code", lambda cell: bool(re.fullmatch(r"〒? ?\d{3}-\d{4}", cell))),
        ("mobile", lambda cell: _is_phone(cell) and japanese.phone(cell)[:3] in _MOBILE),
        ("phone", _is_phone),
        ("gender", lambda cell: cell.lower() in _GENDER),
        ("prefecture", lambda cell: cell in japanese.prefectures),
        (ADDRESS, lambda cell: cell.startswith(tuple(japanese.prefectures))),
        (KANA, lambda cell: bool(_KANA.fullmatch(cell))),
        (NAME, lambda cell: bool(_NAME.fullmatch(cell))),
    ]
    for target, fits in tests:
        if _share(folded, fits) >= ENOUGH:
            return target
    types = set(MemberType.objects.values_list("name", flat=True))
    if _share(folded, lambda cell: cell in types) >= ENOUGH:
        return "member_type"
    return _guess_birth(folded)


_MOBILE = ("070", "080", "090")


def guess_type(cells: Sequence[str], heading: str = "") -> str:
    """The type that a new own field for ``cells`` should have."""
    if not cells:
        return Field.Type.TEXT
    folded = [japanese.fold(cell) for cell in cells]
    distinct = set(folded)
    spoken = {cell.lower() for cell in distinct} - _UNSURE or (
        len(distinct) > 1 and len(cells) >= LEAST
    )
    if _share(folded, lambda cell: _reads(japanese.yes_no, cell)) == 1 and spoken:
        return Field.Type.BOOLEAN
    if (kind := _said_by_form(cells, folded, heading)) is not None:
        return kind
    priced = bool(_PRICE.search(heading)) or any(_has_yen(cell) for cell in folded)
    if priced and _share(folded, _is_money) == 1:
        return Field.Type.MONEY
    if _share(folded, lambda cell: bool(re.fullmatch(r"-?[1-9]\d{0,8}|0", cell))) == 1:
        return Field.Type.INTEGER
    if _share(folded, _is_date) == 1:
        return Field.Type.DATE
    numbers = [bool(_DECIMAL.fullmatch(cell)) for cell in folded]
    if all(numbers) and sum("." in cell for cell in folded) > len(folded) // 2:
        return Field.Type.DECIMAL
    if any("\n" in cell or len(cell) > LONG for cell in cells):
        return Field.Type.LONG_TEXT
    pieces = [piece for cell in cells for piece in japanese.choices(cell)]
    several = sum(len(japanese.choices(cell)) > 1 for cell in cells)
    short = all(len(piece) <= 20 for piece in pieces)
    if short and len(cells) >= 10 and several and len(set(pieces)) <= max(2, len(pieces) // 4):
        return Field.Type.CHOICES
    few = len(distinct) <= min(FEW, len(cells) // 4)
    return Field.Type.CHOICE if short and few and len(cells) >= MANY else Field.Type.TEXT


def _said_by_form(cells: Sequence[str], folded: Sequence[str], heading: str) -> str | None:
    """A type whose values cannot be mistaken: addresses of mail and web, phones, times of day."""
    if len(cells) < LEAST:
        return None
    if _share(folded, lambda cell: "@" in cell and _reads(japanese.email, cell)) == 1:
        return Field.Type.EMAIL
    if _share(folded, lambda cell: bool(_WEB.fullmatch(cell))) == 1:
        return Field.Type.URL
    phones = bool(_PHONE.search(heading)) or sum("-" in cell for cell in folded) > len(cells) // 2
    if phones and _share(folded, _is_phone) == 1:
        return Field.Type.PHONE
    if _share(folded, lambda cell: bool(_CLOCK.fullmatch(cell))) == 1:
        return Field.Type.TIME
    timed = _share(folded, lambda cell: bool(_TIMED.search(cell))) == 1
    if timed and not all(_MIDNIGHT.search(cell) for cell in folded):
        moment = TYPES[Field.Type.DATETIME]
        if _share(folded, lambda cell: _reads(partial(moment.read, Field()), cell)) == 1:
            return Field.Type.DATETIME
    return None


def says_kind(cells: Sequence[str]) -> bool:
    """Whether the cells say person or organisation."""
    return all(_KIND.fullmatch(japanese.fold(cell).lower()) for cell in cells)


def _share(cells: Sequence[str], fits: Callable[[str], bool]) -> float:
    return sum(fits(cell) for cell in cells) / len(cells)


def _reads(reader: Callable[[str], object], cell: str) -> bool:
    try:
        reader(cell)
    except ValueError:
        return False
    return True


def _is_phone(cell: str) -> bool:
    if not re.fullmatch(r"[\d()+ -]{9,18}", cell) or not re.search(r"^[0(+]|-", cell):
        return False
    return _reads(japanese.phone, cell)


def _is_money(cell: str) -> bool:
    return bool(re.search(r"\d", cell)) and _reads(japanese.money, cell)


def _has_yen(cell: str) -> bool:
    return bool(re.search(r"[¥\\円,]", cell))


def _is_date(cell: str) -> bool:
    return not cell.isdecimal() and _reads(japanese.date, cell)


def _guess_birth(cells: Sequence[str]) -> str:
    """Days most of which lie long ago are birth dates; other days are left to a new field."""
    if _share(cells, _is_date) < ENOUGH:
        return ""
    days = sorted(day for cell in cells if _is_date(cell) and (day := japanese.date(cell)))
    typical: dt.date = days[len(days) // 2]
    return "birth_date" if typical.year < clock.today().year - 22 else ""
