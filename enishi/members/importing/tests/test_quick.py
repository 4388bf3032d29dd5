"""What is read quickly, in whole columns, is what the readers of single cells say."""

import csv
import io
import random
from collections.abc import Callable
from pathlib import Path
from typing import Any

import polars as pl
import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from enishi.core import japanese
from enishi.core.japanese import Unclear
from enishi.members.importing import invented, quick, reading
from enishi.members.importing.cells import KanaCells, kana
from enishi.members.importing.headers import ADDRESS
from enishi.members.importing.layout import Layout
from enishi.members.importing.places import address_cells
from enishi.members.importing.refusals import Unreadable

DIGITS = st.text("0123456789０１２３４５６７８９", min_size=1, max_size=11)
SIGNS = st.sampled_from(
    ["-", "－", "ー", "(", ")", " ", "　", "/", ".", "年", "月", "日", "〒", "+81", ""]
)
MIXED = st.lists(st.one_of(DIGITS, SIGNS), max_size=7).map("".join)
ERA = st.sampled_from(["昭和", "平成", "令和", "大正", "明治", "S", "H", "R", "h", "Ｓ", ""])
DAYS = st.builds(
    lambda era, parts, sign, end: era + sign.join(parts) + end,
    ERA,
    st.lists(DIGITS | st.just("元"), min_size=1, max_size=3),
    st.sampled_from(["/", "-", ".", "／", "年"]),
    st.sampled_from(["", "日", " "]),
) | st.builds(
    lambda era, y, m, d: f"{era}{y}年{m}月{d}日", ERA, DIGITS, DIGITS, DIGITS
)  # fmt: skip
NAMES = st.lists(st.text("山田髙花子ﾔﾏだヤーﾞ様殿社 　A1", max_size=4), min_size=1, max_size=3).map(
    "　".join
)
MAILS = st.text("abＡ＠@.-_１1 ｅ:", max_size=20)


def _agree(quick_: Callable[[pl.Series], Any], read: Callable[[str], Any], text: str) -> None:
    found = [series.to_list()[0] for series in quick_(pl.Series("x", [text], dtype=pl.String))]
    if found[0] is None:  # not certain, in no part
        assert found == [None] * len(found)
        return
    try:
        meant = read(text)
    except Unclear as unclear:
        pytest.fail(f"{text!r} read as {found}, but {unclear}")
    assert found == (list(meant) if isinstance(meant, tuple) else [meant])


@given(st.text() | NAMES)
def test_text(text: str) -> None:
    _agree(quick.text, japanese.fold, text)


@given(DAYS | MIXED)
@example("S64.1.7")
@example("昭和64年1月8日")
@example("平成元年1月8日")
@example("20000")
@example("明治5年12月3日")
@example("H00.1.1")
def test_dates(text: str) -> None:
    _agree(quick.date, japanese.date, text)


@given(MIXED)
@example("03(1234)5678")
@example("0120-000-000")
@example("08001234567")
@example("0501234567")
def test_phones(text: str) -> None:
    _agree(quick.phone, japanese.phone, text)


@given(MIXED)
@example("001-0001")
@example("60-0001")
def test_postal_codes(text: str) -> None:
    _agree(quick.postal_code, japanese.postal_code, text)


@given(MAILS)
@example("A..b@EXAMPLE.jp")
def test_mail(text: str) -> None:
    _agree(quick.email, japanese.email, text)


@given(NAMES)
@example("山田　花子")
@example("山田 様")
def test_names(text: str) -> None:
    _agree(quick.name, japanese.person_name, text)


@given(NAMES)
@example("ﾔﾏﾀﾞ はなこ")
@example("ﾏ　ﾞ")
def test_kana(text: str) -> None:
    cells = KanaCells()
    assert cells.quick
    _agree(cells.quick, kana, text)


def test_addresses_of_every_writing() -> None:
    cells = address_cells({ADDRESS: [1]})
    assert cells.quick
    rows = list(invented.rows(3000, random.Random(1), tidy=False))
    texts = [f"{row[5]}\x1f{row[6]}" for row in rows]
    found = [series.to_list() for series in cells.quick(pl.Series("x", texts))]
    certain = 0
    for at, text in enumerate(texts):
        if found[0][at] is not None:
            certain += 1
            assert tuple(part[at] for part in found) == cells.read(text)
    assert certain > 2900


CELLS = st.sampled_from(["", "a", "é漢", "x,y", 'q"z', "n\nl", "r\r\nl", '"', "  ", "\ufeff"])
NEVER_CLOSED = '"open,\n'
WILD = st.sampled_from(
    ["", 'a"b,c,d\n', "x,y,z,t\n,,,\n", "a\n", "\n\n", '""",",1,2\n', NEVER_CLOSED]
)


@given(
    st.lists(st.lists(CELLS, min_size=1, max_size=4), max_size=10),
    WILD,
    st.sampled_from(["\n", "\r\n"]),
    st.sampled_from([csv.QUOTE_MINIMAL, csv.QUOTE_ALL]),
    st.sampled_from([1, 7, 30, 3_000_000]),
)
def test_rows_are_those_of_the_csv_module(
    tmp_path_factory: pytest.TempPathFactory,
    rows: list[list[str]],
    wild: str,
    end: str,
    quoting: Any,
    block: int,
) -> None:
    buffer = io.StringIO(newline="")
    writer = csv.writer(buffer, lineterminator=end, quoting=quoting)
    writer.writerow(["h1", "h2", "h3"])
    writer.writerows(rows)
    text = buffer.getvalue() + wild
    path = _file(tmp_path_factory)
    path.write_bytes(text.encode())
    layout = Layout("csv", "utf-8", ",", 1, ["h1", "h2", "h3"], 0, 2)
    before, reading.BLOCK_BYTES = reading.BLOCK_BYTES, block
    try:
        found = [row for chunk in reading.chunks(path, layout) for row in chunk.frame.iter_rows()]
    except Unreadable:
        assert wild == NEVER_CLOSED
        return
    finally:
        reading.BLOCK_BYTES = before
    assert wild != NEVER_CLOSED

    expected = []
    reader = csv.reader(io.StringIO(text, newline=""))
    next(reader)
    line = reader.line_num
    for row in reader:
        full = row[:3] + [""] * (3 - len(row)) + ["".join(row[3:])]
        expected.append((*(_unix(cell) for cell in full), line + 1))
        line = reader.line_num
    assert [(*(_unix(cell) for cell in row[:-1]), row[-1]) for row in found] == expected


def _file(factory: pytest.TempPathFactory) -> Path:
    return factory.mktemp("lists", numbered=True) / "list.csv"


def _unix(cell: str) -> str:
    return cell.replace("\r\n", "\n")
