"""What a list tells of deaths: they end memberships, as the office's own way of telling does."""

from datetime import date

import pytest

from enishi.members import actions
from enishi.members.importing import actions as importing
from enishi.members.importing import preview, sentences, undoing
from enishi.members.models import StatusPeriod

from .lists import imported, reasons, started

pytestmark = pytest.mark.django_db
HEAD = "会員番号,氏名,死亡日\n"


def test_a_death_ends_the_membership(hanako):
    of = imported(f"{HEAD}{hanako.number},山田 花子,2026-05-01\nX9,林 愛,令和8年6月1日\n")
    assert of.counts["changed"] == 1
    hanako.refresh_from_db()
    assert (hanako.status, hanako.left_on) == ("left", date(2026, 5, 1))
    last = StatusPeriod.objects.filter(member=hanako).latest("from_on")
    assert (last.status, last.from_on, last.to_on) == ("left", date(2026, 5, 1), None)
    newcomer = type(hanako).objects.get(number="X9")
    assert (newcomer.status, newcomer.left_on) == ("left", date(2026, 6, 1))


def test_the_dry_run_shows_it_and_undo_takes_it_back(hanako):
    of = started(f"{HEAD}{hanako.number},山田 花子,2026-05-01\n")
    importing.run_check(of, importing.Quiet())
    [row] = preview.differences(of, "changed")
    assert {str(change["label"]) for change in row.changes} == {"逝去日", "退会日", "状態"}
    importing.run_commit(of, importing.Quiet())
    undoing.run_undo(of, importing.Quiet())
    hanako.refresh_from_db()
    assert (hanako.status, hanako.left_on, hanako.deceased_on) == ("active", None, None)


def test_who_had_left_before_keeps_that_day(hanako):
    actions.leave(hanako, on=date(2026, 3, 31), by=None)
    imported(f"{HEAD}{hanako.number},山田 花子,2026-05-01\n")
    hanako.refresh_from_db()
    assert (hanako.left_on, hanako.deceased_on) == (date(2026, 3, 31), date(2026, 5, 1))


def test_a_day_of_leaving_in_the_list_stands(hanako):
    imported(f"会員番号,氏名,死亡日,退会日\n{hanako.number},山田 花子,2026-05-01,2026-05-31\n")
    hanako.refresh_from_db()
    assert (hanako.left_on, hanako.deceased_on) == (date(2026, 5, 31), date(2026, 5, 1))


def test_what_cannot_be_is_told_at_its_cell(hanako):
    of = imported(
        f"会員番号,氏名,状態,生年月日,死亡日\n{hanako.number},山田 花子,会員,,2026-05-01\n"
        "X8,林 愛,,1950-01-01,1949-01-01\nX9,林 信,,,2099-01-01\n"
    )
    assert reasons(of) == [
        (2, "状態", sentences.STATUS_YET_DEAD),
        (3, "死亡日", sentences.DIED_BEFORE_BIRTH),
        (4, "死亡日", sentences.BORN_LATER),
    ]


def test_a_death_that_is_known_changes_nothing(hanako):
    actions.mark_deceased(hanako, on=date(2026, 5, 1), by=None)
    of = imported(f"{HEAD}{hanako.number},山田 花子,2026-05-01\n")
    assert (of.counts["changed"], of.counts["same"], of.counts["wrong"]) == (0, 1, 0)
