"""The messy list of an office, cell by cell against the truth."""

import gzip
import json
from typing import Any

import pytest
from django.utils import translation

from enishi.members.importing import actions, undoing
from enishi.members.importing.refusals import HasErrors
from enishi.members.models import Field, Import, Member, SearchPending, StatusPeriod

from .lists import ROSTER, TRUTH, imported, started, the_roll

pytestmark = pytest.mark.django_db


@pytest.fixture(scope="module")
def truth() -> list[dict[str, Any]]:
    with gzip.open(TRUTH) as file:
        return json.load(file)["rows"]


def test_every_cell_is_as_it_was_meant(truth: list[dict[str, Any]]) -> None:
    of = imported(ROSTER)

    right = [row for row in truth if "reject" not in row]
    assert of.counts == {
        "rows": 3087,
        "new": len(right),
        "changed": 0,
        "same": 0,
        "wrong": 33,
        "ignored": 5,
    }
    members = {m.number: m for m in Member.objects.select_related("type")}
    assert members.keys() == {row["number"] for row in right}
    wrong = [
        (row["number"], name, value, row[name])
        for row in right
        for name, value in _said(members[row["number"]]).items()
        if value != row[name]
    ]
    assert not wrong
    assert all((members[row["number"]].status == "left") == bool(row["left_on"]) for row in right)


def _said(member: Member) -> dict[str, Any]:
    texts = (
        "family_name given_name family_name_kana given_name_kana gender postal_code prefecture"
        " city address_line building phone mobile email note"
    ).split()
    dates = ("birth_date", "joined_on", "left_on")
    return {
        **{name: getattr(member, name) for name in texts},
        **{name: (day := getattr(member, name)) and day.isoformat() for name in dates},
        "member_type": member.type.name,
        "fee": member.data["年会費"],
        "dm": member.data.get("DM可否", False),
        "hobbies": member.data.get("趣味", []),
    }


def test_exactly_the_impossible_cells_are_told(truth: list[dict[str, Any]]) -> None:
    of = started(ROSTER)
    actions.run_check(of, actions.Quiet())

    headings = {"birth_date": "生年月日", "email": "メールアドレス"}
    expected = {(row["number"], headings[row["reject"]]) for row in truth if "reject" in row}
    lines = ROSTER.read_bytes().decode("cp932").split("\n")
    told = {(lines[p.line - 1].split(",")[0], p.heading) for p in of.problems.select_related("of")}
    assert told == expected
    assert Member.objects.count() == 0
    with translation.override("ja"):
        assert all(p.reason and p.value for p in of.problems.select_related("of"))


def test_without_leave_to_skip_nothing_is_stored() -> None:
    of = started(ROSTER)

    with pytest.raises(HasErrors):
        actions.run_commit(of, actions.Quiet())

    of.refresh_from_db()
    assert Member.objects.count() == 0
    assert Field.objects.count() == 0
    assert of.state == Import.State.CHECKED
    assert of.problems.count() == 33


def test_a_second_import_changes_nothing() -> None:
    imported(ROSTER)
    before = the_roll()

    again = imported(ROSTER)

    assert (again.counts["new"], again.counts["changed"], again.counts["same"]) == (0, 0, 3054)
    assert the_roll() == before


def test_undone_it_leaves_no_trace() -> None:
    of = imported(ROSTER)
    assert set(Field.objects.values_list("label_ja", flat=True)) == {"年会費", "DM可否", "趣味"}

    undoing.run_undo(of, actions.Quiet())

    assert not Member.objects.exists()
    assert not StatusPeriod.objects.exists()
    assert not SearchPending.objects.exists()
    assert not Field.objects.exists()
