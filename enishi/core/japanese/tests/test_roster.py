"""Every cell of a real-looking list of 3,087 people against what it means."""

import csv
import gzip
import io
import json
from collections.abc import Callable
from functools import cache
from pathlib import Path
from typing import Any

import pytest

from enishi.core import japanese
from enishi.core.japanese import Unclear

FOLDER = Path(__file__).parent / "data"
Row = dict[str, str]
Truth = dict[str, Any]


@cache
def people() -> list[tuple[Row, Truth]]:
    text = (FOLDER / "roster-a.csv").read_bytes().decode("cp932")
    lines = list(csv.reader(io.StringIO(text)))
    header = lines[1]
    rows = {line[0]: dict(zip(header, line, strict=False)) for line in lines[2:]}
    with gzip.open(FOLDER / "roster-a.truth.json.gz") as file:
        truths = json.load(file)["rows"]
    return [(rows[truth["number"]], truth) for truth in truths]


def _day(text: str) -> str | None:
    day = japanese.date(text)
    return day and day.isoformat()


# The field, what our functions make of the row, what is true.
CELLS: dict[str, tuple[Callable[[Row], Any], Callable[[Truth], Any]]] = {
    "name": (
        lambda row: japanese.person_name(row["氏名"]),
        lambda truth: (truth["family_name"], truth["given_name"]),
    ),
    "kana": (
        lambda row: japanese.person_name(japanese.katakana(row["フリガナ"])),
        lambda truth: (truth["family_name_kana"], truth["given_name_kana"]),
    ),
    "gender": (lambda row: japanese.gender(row["性別"]), lambda truth: truth["gender"]),
    "birth_date": (lambda row: _day(row["生年月日"]), lambda truth: truth["birth_date"]),
    "joined_on": (lambda row: _day(row["入会日"]), lambda truth: truth["joined_on"]),
    "left_on": (lambda row: _day(row["退会日"]), lambda truth: truth["left_on"]),
    "postal_code": (
        lambda row: japanese.postal_code(row["〒"]),
        lambda truth: truth["postal_code"],
    ),
    "address": (
        lambda row: tuple(japanese.address(row["住所"], japanese.postal_code(row["〒"]))),
        lambda truth: (
            truth["prefecture"],
            truth["city"],
            truth["address_line"],
            truth["building"],
        ),
    ),
    "phone": (lambda row: japanese.phone(row["電話"]), lambda truth: truth["phone"]),
    "mobile": (lambda row: japanese.phone(row["携帯電話"]), lambda truth: truth["mobile"]),
    "email": (lambda row: japanese.email(row["メールアドレス"]), lambda truth: truth["email"]),
    "member_type": (
        lambda row: japanese.fold(row["会員種別"]),
        lambda truth: truth["member_type"],
    ),
    "fee": (lambda row: japanese.money(row["年会費"]), lambda truth: truth["fee"]),
    # An empty cell is no consent; the truth writes it as False.
    "dm": (lambda row: bool(japanese.yes_no(row["DM可否"])), lambda truth: truth["dm"]),
    "hobbies": (lambda row: japanese.choices(row["趣味"]), lambda truth: truth["hobbies"]),
    "note": (lambda row: japanese.as_written(row["備考"]), lambda truth: truth["note"]),
}


@pytest.mark.parametrize("field", CELLS)
def test_every_cell_comes_out_as_it_is_meant(field: str) -> None:
    read, meant = CELLS[field]
    wrong = []
    for row, truth in people():
        if truth.get("reject") == field:
            with pytest.raises(Unclear):
                read(row)
        elif (found := read(row)) != meant(truth):
            wrong.append((row["会員番号"], found, meant(truth)))
    assert wrong == []


def test_the_list_is_whole() -> None:
    assert len(people()) == 3087
    assert sum("reject" in truth for _, truth in people()) == 33
