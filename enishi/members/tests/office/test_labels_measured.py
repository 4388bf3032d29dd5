"""Labels and envelopes, measured in the PDF: every sign lies where the sheet has its place."""

import pytest

from enishi.members.labels.drawing import Options, drawn
from enishi.members.labels.sheets import SHEETS, Box
from enishi.members.labels.writing import Addressee

from .printed import Page, Sign, pages

# As makers give them: columns, rows, label, first label from the left and the top, gap; in mm.
SPECIFIED = {
    "a4-12": (2, 6, 86.4, 42.3, 18.6, 21.6, 0),
    "a4-12n": (2, 6, 83.8, 42.3, 21.2, 21.6, 0),
    "a4-24": (3, 8, 66.0, 33.9, 6.0, 12.9, 0),
    "a4-10": (2, 5, 86.4, 50.8, 18.6, 21.5, 0),
    "a4-18": (3, 6, 63.5, 46.6, 7.25, 8.7, 2.5),
    "a4-21": (3, 7, 63.5, 38.1, 7.25, 15.15, 2.5),
}
ENVELOPES = {"chou3": (120, 235), "kaku2": (240, 332), "chou4": (90, 205), "hagaki": (100, 148)}
USUAL = Addressee("9800811", "宮城県仙台市青葉区一番町1-2-3", names=[("山田", "花子")])
LONG = Addressee(
    "9800811",
    "北海道虻田郡ニセコ町字曽我" + "東山通り十二条西三丁目" * 8 + "1234番地の56789",
    "グランドメゾンLlanfairpwllgwyngyllgogerychwyrndrobwllllantysiliogogogoch弐番館" * 2,
    "特定非営利活動法人 国際文化交流推進連絡協議会東北地方事務局設立準備委員会広報部会",
    [("勅使河原五百旗頭", "寿限無寿限無五劫擦切海砂利水魚"), ("勅使河原五百旗頭", "長助")],
    number="M202600001",
)


def place_of(sheet: str, at: int) -> Box:
    columns, _rows, w, h, left, top, gap = SPECIFIED[sheet]
    row, column = divmod(at, columns)
    return Box(left + column * (w + gap), top + row * h, w, h)


def inside(sign: Sign, box: Box, slack: float = 0.15) -> bool:
    return (
        sign.left >= box.x - slack
        and sign.top >= box.y - slack
        and sign.right <= box.x + box.w + slack
        and sign.bottom <= box.y + box.h + slack
    )


def outside(page: Page, boxes: list[Box]) -> list[Sign]:
    return [sign for sign in page.signs if not any(inside(sign, box) for box in boxes)]


def test_the_sheets_are_those_that_are_specified():
    assert set(SPECIFIED) | set(ENVELOPES) == set(SHEETS)
    for key, (columns, rows, *_more) in SPECIFIED.items():
        sheet = SHEETS[key]
        assert sheet.places == columns * rows
        for at in range(sheet.places):
            ours, theirs = sheet.place(at), place_of(key, at)
            pairs = zip(
                (ours.x, ours.y, ours.w, ours.h), (theirs.x, theirs.y, theirs.w, theirs.h),
                strict=True,
            )  # fmt: skip
            assert all(abs(one - other) < 0.05 for one, other in pairs), (key, at)
        last = sheet.place(sheet.places - 1)
        assert last.x + last.w <= 210 and last.y + last.h <= 297


@pytest.mark.parametrize("direction", ["horizontal", "vertical"])
@pytest.mark.parametrize("key", SPECIFIED)
def test_every_label_lies_in_its_place(key, direction):
    places = SHEETS[key].places
    options = Options(sheet=key, direction=direction)
    first, second = pages(drawn([USUAL] * (places + 1), options))
    assert (round(first.width, 1), round(first.height, 1)) == (210, 297)
    boxes = [place_of(key, at) for at in range(places)]
    assert not outside(first, boxes)
    counts = [sum(inside(sign, box) for sign in first.signs) for box in boxes]
    assert len(set(counts)) == 1 and counts[0] >= 25, counts
    assert not outside(second, boxes[:1]), "the next page begins with its first label"
    assert len(second.signs) == counts[0]


@pytest.mark.parametrize("direction", ["horizontal", "vertical"])
@pytest.mark.parametrize("key", [*SPECIFIED, *ENVELOPES])
def test_long_addresses_shrink_and_wrap_but_nothing_is_cut_off(key, direction):
    (page,) = pages(drawn([LONG], Options(sheet=key, direction=direction, with_number=True)))
    sheet = SHEETS[key]
    box = place_of(key, 0) if key in SPECIFIED else Box(3, 3, sheet.width - 6, sheet.height - 6)
    assert not outside(page, [box])
    written = LONG.address + LONG.building + LONG.organisation
    written += "".join(family + given for family, given in LONG.names)
    assert len(page.signs) >= len(written.replace(" ", "")) * 0.9, "every word is there"
    assert not overlapping(page.signs), "no word stands on another"


def overlapping(signs: list[Sign]) -> list[tuple[Sign, Sign]]:
    """Pairs of signs of which one covers a good part of the other."""
    found = []
    ordered = sorted(signs, key=lambda sign: sign.left)
    for at, one in enumerate(ordered):
        for other in ordered[at + 1 :]:
            if other.left >= one.right:
                break
            wide = min(one.right, other.right) - other.left
            high = min(one.bottom, other.bottom) - max(one.top, other.top)
            least = min((s.right - s.left) * (s.bottom - s.top) for s in (one, other))
            if high > 0 and wide * high > least * 0.4:
                found.append((one, other))
    return found


@pytest.mark.parametrize("key", ENVELOPES)
def test_envelopes_have_their_size_and_the_digits_stand_in_the_printed_boxes(key):
    width, height = ENVELOPES[key]
    options = Options(sheet=key, direction="vertical", postal_boxes=True)
    (page,) = pages(drawn([USUAL], options))
    assert (round(page.width, 1), round(page.height, 1)) == (width, height)
    digits = sorted((s for s in page.signs if s.bottom < 21), key=lambda sign: sign.left)
    assert len(digits) == 7
    # 郵便番号枠: 12 mm from the top, 8 mm from the right edge, seven boxes of 5.7 × 8 mm.
    lefts = [width - 8 - 47.7 + step for step in (0, 7, 14, 21.6, 28.4, 35.2, 42)]
    for digit, left in zip(digits, lefts, strict=True):
        assert inside(digit, Box(left, 12, 5.7, 8))
        assert abs((digit.left + digit.right) / 2 - (left + 5.7 / 2)) < 0.3
    assert not outside(page, [Box(3, 3, width - 6, height - 6)])


def test_a_shift_of_the_printer_moves_everything_alike():
    (plain,) = pages(drawn([USUAL], Options()))
    (moved,) = pages(drawn([USUAL], Options(shift_x=2.5, shift_y=-1)))
    for one, other in zip(plain.signs, moved.signs, strict=True):
        assert abs(other.left - one.left - 2.5) < 0.02
        assert abs(other.top - one.top + 1) < 0.02


HERE = "宮城県仙台市青葉区一番町1-2-3"
OFFICE = "一般社団法人日本非常に長い名称の団体連合会全国中央本部事務局東京支部"
LONG_NAMES = [
    Addressee("9800811", HERE, names=[("勘解由小路左衛門佐", "長太郎左衛門之助")]),
    Addressee("9800811", HERE, organisation=OFFICE, honorific="御中"),
]


@pytest.mark.parametrize("who", LONG_NAMES)
@pytest.mark.parametrize("sheet", [*SPECIFIED, *ENVELOPES])
def test_a_long_name_goes_on_in_another_column_and_can_be_read(sheet, who):
    made = drawn([who], Options(sheet=sheet, direction="vertical"))
    [page] = pages(made)
    width, height = ENVELOPES.get(sheet, (210, 297))
    place = Box(0, 0, width, height) if sheet in ENVELOPES else place_of(sheet, 0)
    assert not outside(page, [place])
    smallest = min(sign.bottom - sign.top for sign in page.signs)
    assert smallest > 1.2, "millimetres: more than three points"
    assert not overlapping(page.signs)
