"""An export, imported again, changes nothing; imported elsewhere, it is the same roll."""

import csv
import io
from collections.abc import Iterator
from datetime import date
from pathlib import Path
from typing import Any

import pytest
from django.utils import translation
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from enishi.core import japanese
from enishi.members import actions as members
from enishi.members.exporting import actions
from enishi.members.exporting.columns import UnknownColumn
from enishi.members.importing.actions import Quiet
from enishi.members.importing.places import NOT_NORMAL  # 1丁目2番 is read as 1-2
from enishi.members.importing.tests.lists import ROSTER, imported, the_roll
from enishi.members.models import Export, Field, Member, StatusPeriod

pytestmark = pytest.mark.django_db


def exported(path: Path, **options: Any) -> Export:
    wish = {
        "columns": [], "filters": {}, "as_of": None, "format": "csv", "encoding": "utf-8",
        "reason": "", "name": "", "by": None,
    }  # fmt: skip
    made = actions.prepare(**{**wish, **options})
    actions.write_to(made, path, Quiet())
    return made


EVERY = [
    "number", "member_type", "status", "kind", "family_name", "given_name", "family_name_kana",
    "given_name_kana", "former_name", "organisation_name", "organisation_name_kana", "gender",
    "birth_date", "email", "phone", "mobile", "postal_code", "prefecture", "city", "address_line",
    "building", "country", "language", "source", "joined_on", "left_on", "deceased_on", "note",
    "data.年会費", "data.DM可否", "data.趣味",
]  # fmt: skip


@pytest.fixture(scope="class")
def roster(shared: Any) -> Iterator[None]:
    with shared(lambda: imported(ROSTER)):
        yield


@pytest.mark.slow
@pytest.mark.usefixtures("roster")
class TestTheRoster:
    @pytest.mark.parametrize("language", ["ja", "en"])
    @pytest.mark.parametrize(
        ("format_", "encoding"), [("csv", "utf-8"), ("csv", "cp932"), ("xlsx", "utf-8")]
    )
    def test_it_goes_out_and_comes_back(
        self, tmp_path: Path, language: str, format_: str, encoding: str
    ) -> None:
        before = the_roll()
        path = tmp_path / f"out.{format_}"
        with translation.override(language):
            made = exported(path, columns=EVERY, format=format_, encoding=encoding)
        assert (made.rows, made.lost_characters) == (3054, {})

        of = imported(path)

        assert (of.counts["new"], of.counts["changed"], of.counts["same"]) == (0, 0, 3054)
        assert of.counts["wrong"] == 0
        assert the_roll() == before


HOSTILE = st.text(
    st.characters(exclude_categories=["Cs", "Cn", "Co"], exclude_characters="\x00\ufffd"),
    max_size=12,
) | st.sampled_from(
    ["=1+1", "'=1+1", "''@x", "-1", "+81", "@SUM(A1)", '"', "a,b", "合計", "\ufeffx", "'", "1e5",
     "0012", "=HYPERLINK(\"http://x\")", "＝１", "株式会社 (株)", "Ｏ'Reilly", "丁目", "1丁目2番3号"]
)  # fmt: skip
LINES = HOSTILE.map(japanese.fold)
PROSE = st.lists(HOSTILE, max_size=3).map("\n".join).map(japanese.as_written)


@st.composite
def people(draw: st.DrawFn) -> dict[str, Any]:
    joined = draw(st.none() | st.dates(date(1950, 1, 1), date(2020, 1, 1)))
    left = draw(st.none() | st.dates(joined or date(1950, 1, 1), date(2024, 1, 1)))
    return {
        "family_name": draw(LINES.filter(bool)),
        "given_name": draw(LINES),
        "former_name": draw(LINES),
        "organisation_name": draw(LINES),
        "address_line": draw(LINES.filter(lambda line: not NOT_NORMAL.search(line))),
        "building": draw(LINES),
        "city": draw(LINES),
        "prefecture": draw(st.sampled_from(["", "東京都", "宮城県"])),
        "source": draw(LINES),
        "note": draw(PROSE),
        "gender": draw(st.sampled_from(["", "male", "female", "other"])),
        "birth_date": draw(st.none() | st.dates(date(1900, 1, 1), date(1949, 1, 1))),
        "phone": draw(st.sampled_from(["", "0312345678", "+12125551234"])),
        "email": draw(st.sampled_from(["", "a@example.jp", "a..b@example.jp"])),
        "joined_on": joined,
        "left_on": left,
        "data.text": draw(PROSE),
        "data.money": draw(st.none() | st.integers(-(10**12), 10**12)),
        "data.yes": draw(st.none() | st.booleans()),
        "data.day": draw(st.none() | st.dates(date(1900, 1, 1), date(2100, 1, 1))),
    }


@pytest.mark.slow
@settings(
    max_examples=25,
    deadline=None,
    suppress_health_check=[HealthCheck.function_scoped_fixture, HealthCheck.too_slow],
)
@given(st.lists(people(), min_size=1, max_size=6))
def test_any_roll_is_the_same_after_export_and_import(
    tmp_path: Path, found: list[dict[str, Any]]
) -> None:
    StatusPeriod.objects.all().delete()
    Member.objects.all().delete()
    types = {"text": "text", "money": "money", "yes": "boolean", "day": "date"}
    for order, (key, kind) in enumerate(types.items()):
        Field.objects.get_or_create(
            key=key, defaults={"label_ja": f"独自{key}", "type": kind, "order": order}
        )
    for number, values in enumerate(found):
        given_ = {name: value for name, value in values.items() if value not in (None, "")}
        members.add({**given_, "number": f"A{number}", "member_type": "正会員"}, by=None)
    before = _values()
    path = tmp_path / "out.csv"
    columns = [key for key in EVERY if not key.startswith("data.")]
    exported(path, columns=[*columns, *(f"data.{key}" for key in types)])

    same = imported(path)
    assert (same.counts["new"], same.counts["changed"], same.counts["wrong"]) == (0, 0, 0)

    StatusPeriod.objects.all().delete()
    Member.objects.all().delete()
    imported(path)
    assert _values() == before


def _values() -> dict[str, Any]:
    roll = the_roll()
    del roll["entries"]
    for member in roll.values():
        member["periods"] = [period[:4] for period in member["periods"]]
    return roll


def test_formulas_are_made_harmless(tmp_path: Path) -> None:
    members.add(
        {"number": "A1", "family_name": "=1+1", "note": "@x", "member_type": "正会員"}, by=None
    )
    exported(tmp_path / "out.csv", columns=["number", "family_name", "note"])
    rows = list(csv.reader(io.StringIO((tmp_path / "out.csv").read_text("utf-8-sig"))))
    assert rows[1] == ["A1", "'=1+1", "'@x"]


def test_what_cp932_lacks_is_told(tmp_path: Path) -> None:
    members.add(
        {"number": "A1", "family_name": "𠮷田", "given_name": "👪", "member_type": "正会員"},
        by=None,
    )
    made = exported(
        tmp_path / "out.csv", columns=["number", "family_name", "given_name"], encoding="cp932"
    )
    assert made.lost_characters == {"𠮷": 1, "👪": 1}
    assert "A1,〓田,〓" in (tmp_path / "out.csv").read_text("cp932")


def test_an_unknown_column_is_refused(tmp_path: Path) -> None:
    with pytest.raises(UnknownColumn) as refused:
        exported(tmp_path / "out.csv", columns=["nonsense"])
    assert "nonsense" in str(refused.value)


def test_the_roster_as_of_a_day(tmp_path: Path) -> None:
    imported(
        "会員番号,氏名,入会日,退会日\n1,山田 花子,2010-01-01,2015-01-01\n2,林 愛,2014-01-01,\n"
    )
    for day, rows in ((date(2009, 1, 1), 0), (date(2014, 6, 1), 2), (date(2015, 1, 1), 1)):
        assert exported(tmp_path / "out.csv", as_of=day).rows == rows


def test_fields_of_one_label_come_back_into_their_own(tmp_path: Path) -> None:
    for key, label in (
        ("one", "備考欄"),
        ("two", "備考欄"),
        ("mail", "メールアドレス"),
        ("email", "控え"),
    ):
        members.add_field(key=key, label_ja=label, by=None)
    data = {"one": "い", "two": "ろ", "mail": "は", "email": "に"}
    said = {"family_name": "林", "number": "M1", "email": "a@example.jp", "data": data}
    members.add(said, by=None)
    for columns in (
        ["number", "email", "data.one", "data.two", "data.mail", "data.email"],
        ["number", "data.two"],
        ["number", "data.mail"],
    ):
        exported(tmp_path / "list.csv", columns=columns)
        again = imported(tmp_path / "list.csv")
        told = (again.counts["same"], again.counts["changed"], again.counts["new"])
        assert told == (1, 0, 0), columns
    assert Member.objects.get().data == data
