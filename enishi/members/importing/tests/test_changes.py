"""Imports into a roll with members in it, and taking them back."""

from collections.abc import Iterator
from datetime import date

import pytest
from django.db import IntegrityError
from django.utils import translation

from enishi.core import clock
from enishi.members import actions as members
from enishi.members.importing import actions, preview, undoing
from enishi.members.models import (
    Field,
    Import,
    Member,
    MemberType,
    Note,
    Status,
    StatusPeriod,
    as_choices,
)

from .lists import imported, started, the_roll

pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def the_day() -> Iterator[None]:
    with clock.at(date(2026, 11, 21)):
        yield


BASE = """\
会員番号,姓,名,会員種別,住所,建物名,メール,入会日,退会日,年会費
1,山田,花子,正会員,宮城県仙台市青葉区一番町3-7-1,青葉ビル,a@example.jp,2020-01-01,,3000
2,田中,一郎,正会員,,,b@example.jp,2019-04-01,,3000
3,林,愛,正会員,,,c@example.jp,,2021-01-01,
"""
CHANGED = """\
会員番号,姓,名,会員種別,住所,メール,入会日,退会日,年会費
1,鈴木,花子,賛助会員,宮城県仙台市青葉区一番町1-1-1,,2020-02-01,,5000
2,田中,一郎,正会員,,,2019-04-01,2023-03-31,3000
3,林,愛,正会員,,c@example.jp,,2021-02-01,
4,佐藤,次郎,新種別,,,2024-01-01,,
"""


def test_what_a_list_changes_and_what_it_leaves() -> None:
    imported(BASE)
    of = imported(CHANGED, create_types=True)

    assert of.counts["changed"] == 3
    hanako = Member.objects.get(number="1")
    assert (hanako.family_name, hanako.type.name) == ("鈴木", "賛助会員")
    assert hanako.email == "a@example.jp"  # an empty cell leaves what is there
    assert (hanako.address_line, hanako.building) == ("一番町1-1-1", "")  # no old building
    assert hanako.data == {"年会費": 5000}
    assert hanako.search == "1 鈴木花子 a@example.jp"
    assert _periods("1") == [
        ("active", "正会員", date(2020, 2, 1), clock.today()),
        ("active", "賛助会員", clock.today(), None),
    ]
    assert Member.objects.get(number="2").status == Status.LEFT
    assert _periods("2") == [
        ("active", "正会員", date(2019, 4, 1), date(2023, 3, 31)),
        ("left", "正会員", date(2023, 3, 31), None),
    ]
    assert [p[0] for p in _periods("3")] == ["active", "left"]
    assert _periods("3")[1][2] == date(2021, 2, 1)


def _periods(number: str) -> list[tuple[str, str, date, date | None]]:
    rows = StatusPeriod.objects.filter(member__number=number).select_related("type")
    return [(p.status, p.type.name, p.from_on, p.to_on) for p in rows.order_by("from_on")]


def test_undone_the_roll_is_as_before(run_jobs: object) -> None:
    imported(BASE)
    run_jobs()  # type: ignore[operator]
    before = the_roll()
    of = imported(CHANGED, create_types=True)
    assert the_roll() != before

    counts = undoing.run_undo(of, actions.Quiet())

    assert counts == {"removed": 1, "restored": 3, "left": 0}
    assert the_roll() == before
    assert not MemberType.objects.filter(name="新種別").exists()
    of.refresh_from_db()
    assert of.state == Import.State.UNDONE
    assert undoing.run_undo(of, actions.Quiet())["removed"] == 0  # a second click is harmless


def test_choices_that_came_with_a_list_go_with_it_unless_somebody_has_them() -> None:
    choices = as_choices([{"value": "gold", "label": "金"}])
    Field.objects.create(key="course", label_ja="コース", type="choice", choices=choices)
    of = imported("会員番号,姓,コース\n1,山田,金\n2,田中,銀\n3,林,銅\n", create_types=True)
    assert [str(one) for one in Field.objects.get(key="course").known_choices] == ["金", "銀", "銅"]
    members.change(Member.objects.get(number="2"), {"given_name": "一郎"}, by=None)
    undoing.run_undo(of, actions.Quiet(), leave_edited=True)
    assert Member.objects.get().data["course"] == "銀"  # edited since, so it stays
    assert [str(one) for one in Field.objects.get(key="course").known_choices] == ["金", "銀"]


def renamed(field: Field, **labels: str) -> None:
    field.refresh_from_db()
    choices = [
        {"value": c.value, "label": labels.get(c.value, c.label)} for c in field.known_choices
    ]
    members.edit_field(field, choices=choices, by=None)


@pytest.mark.parametrize("create", [False, True])
def test_a_choice_is_known_by_the_labels_that_it_had(create: bool) -> None:
    choices = as_choices([{"value": "g", "label": "金"}, {"value": "s", "label": "銀、上"}])
    one = Field.objects.create(key="course", label_ja="コース", type="choice", choices=choices)
    several = Field.objects.create(key="likes", label_ja="好み", type="choices", choices=choices)
    then = '会員番号,姓,コース,好み\n1,山田,金,銀、上、金\n2,田中,"銀、上","銀、上"\n'
    imported(then)
    for field in (one, several):
        renamed(field, g="ゴールド", s="シルバー")
        renamed(field, g="ゴールド会員")
    for words in (then, then.replace("金", "ゴールド")):
        of = imported(words, create_types=create)
        assert (of.counts["same"], of.counts["changed"], of.counts["wrong"]) == (2, 0, 0)
    one.refresh_from_db()
    assert [str(choice) for choice in one.known_choices] == ["ゴールド会員", "シルバー"]
    assert one.known_choices[0].former == ("金", "ゴールド")


def test_the_page_of_a_check_shows_values_as_people_read_them() -> None:
    choices = as_choices([{"value": "g", "label": "金"}, {"value": "s", "label": "銀"}])
    Field.objects.create(key="course", label_ja="コース", type="choice", choices=choices)
    Field.objects.create(key="by", label_ja="紹介者", type="member")
    imported("会員番号,姓,コース\n1,山田,金\n2,田中,金\n")
    of = started("会員番号,姓,電話,生年月日,コース,紹介者\n1,山田,0467-22-1234,S60.4.1,銀,2\n")
    actions.run_check(of, actions.Quiet())
    with translation.override("ja"):
        [row] = preview.differences(of, "changed", as_read=True)
        said = {str(one["label"]): (one["old"], one["new"]) for one in row.changes}
        [raw] = preview.differences(of, "changed")
    assert said["電話番号"] == ("", "0467-22-1234")
    assert said["生年月日"] == ("", "1985年4月1日(月)")
    assert said["コース"] == ("金", "銀")
    assert "田中" in said["紹介者"][1]
    assert {one["new"] for one in raw.changes} >= {"0467221234", "1985-04-01", "s"}


@pytest.mark.parametrize("create", [False, True])
def test_what_two_choices_were_called_is_told_at_the_cell(create: bool) -> None:
    choices = as_choices([{"value": "g", "label": "上"}, {"value": "s", "label": "並"}])
    field = Field.objects.create(key="course", label_ja="コース", type="choice", choices=choices)
    renamed(field, g="特上")
    renamed(field, s="上")
    assert imported("会員番号,姓,コース\n1,山田,上\n").counts["new"] == 1
    assert Member.objects.get().data["course"] == "s", "what is called so now goes before"
    renamed(field, s="梅")
    of = imported("会員番号,姓,コース\n1,山田,上\n2,田中,梅\n", create_types=create)
    assert (of.counts["wrong"], of.counts["new"]) == (1, 1)
    assert "特上、梅" in of.problems.get().reason


def test_imports_upon_imports_are_undone_one_after_the_other() -> None:
    first = imported(BASE)
    second = imported(CHANGED, create_types=True)

    with pytest.raises(undoing.InTheWay):
        undoing.run_undo(first, actions.Quiet())
    undoing.run_undo(second, actions.Quiet())
    undoing.run_undo(first, actions.Quiet())

    assert not Member.objects.exists()


def test_members_edited_since_stand_in_the_way() -> None:
    imported(BASE)
    before = the_roll()
    of = imported(CHANGED, create_types=True)
    members.change(Member.objects.get(number="1"), {"source": "紹介"}, by=None)
    Note.objects.create(member=Member.objects.get(number="4"), text="大切")

    with pytest.raises(undoing.InTheWay) as stuck:
        undoing.run_undo(of, actions.Quiet())
    assert [(o.number, o.why) for o in stuck.value.first] == [("1", "edited"), ("4", "used")]
    assert "1、4" in str(stuck.value)

    counts = undoing.run_undo(of, actions.Quiet(), leave_edited=True)

    assert counts == {"removed": 0, "restored": 2, "left": 2}
    now = the_roll()
    assert (now["2"], now["3"]) == (before["2"], before["3"])
    assert now["1"]["family_name"] == "鈴木"


def test_a_member_in_the_bin_is_not_overwritten() -> None:
    imported(BASE)
    members.delete(Member.objects.get(number="1"), by=None)

    of = imported(BASE)

    assert [p.line for p in of.problems.all()] == [2]
    assert of.counts["same"] == 2


def test_a_check_that_is_old_by_now_is_made_again() -> None:
    from .lists import started

    of = started(BASE, skip_errors=True)
    actions.run_check(of, actions.Quiet())
    assert of.counts["new"] == 3
    imported("会員番号,姓,名\n1,別,人\n")

    of.refresh_from_db()
    counts = actions.run_commit(of, actions.Quiet())

    assert (counts["new"], counts["changed"]) == (2, 1)


def test_jobs_tell_what_happened(run_jobs: object) -> None:
    from .lists import started

    of = started(BASE)
    actions.check(of, by=None)
    with pytest.raises(actions.NotNow):
        actions.commit(of, by=None)
    run_jobs()  # type: ignore[operator]
    of.refresh_from_db()
    assert of.state == Import.State.CHECKED

    actions.commit(of, by=None)
    [done, *_rest] = run_jobs()  # type: ignore[operator]
    of.refresh_from_db()
    assert (of.state, done.result["new"]) == (Import.State.DONE, 3)
    assert Member.objects.count() == 3


def test_cancelled_before_it_begins() -> None:
    from .lists import started

    of = started(BASE)
    actions.commit(of, by=None)
    actions.cancel(of)
    of.refresh_from_db()
    assert of.state == Import.State.CANCELLED
    assert not Member.objects.exists()


def test_what_nobody_went_on_with_is_dropped() -> None:
    from datetime import timedelta

    from .lists import started

    old, done = started(BASE), imported(BASE)
    actions.run_check(old, actions.Quiet())
    later = clock.now() + timedelta(days=31)
    with clock.at(later):
        assert actions.forget_old() == 1
    old.refresh_from_db()
    done.refresh_from_db()
    assert (old.state, done.state) == (Import.State.CANCELLED, Import.State.DONE)
    assert not old.file
    assert not done.file


def test_work_that_was_given_up_can_be_dropped() -> None:
    from .lists import started

    of = started(BASE)
    of.state = Import.State.COMMITTING
    of.save()
    actions.cancel(of)
    of.refresh_from_db()
    assert of.state == Import.State.CANCELLED
    with pytest.raises(actions.NotNow):
        actions.run_commit(of, actions.Quiet())


@pytest.mark.parametrize("checked", [False, True])
def test_work_that_is_taken_back_leaves_the_import_where_it_was(
    checked: bool, run_jobs: object
) -> None:
    from enishi.core import jobs

    from .lists import started

    of = started(BASE)
    if checked:
        actions.run_check(of, actions.Quiet())
    before = Import.objects.get(pk=of.pk).state
    jobs.cancel(actions.commit(of, by=None))  # on the page of background work
    of.refresh_from_db()
    assert of.state == before

    actions.commit(of, by=None)
    run_jobs()  # type: ignore[operator]
    undo = jobs.cancel(undoing.undo(of, by=None))
    of.refresh_from_db()
    assert (of.state, undo.state) == (Import.State.DONE, "cancelled")
    assert Member.objects.count() == 3
    undoing.undo(of, by=None)
    run_jobs()  # type: ignore[operator]
    assert not Member.objects.exists()


def test_work_that_is_given_up_leaves_the_import_where_it_was() -> None:
    from enishi.core import jobs

    from .lists import started

    of = started(BASE)
    job = actions.commit(of, by=None)
    job.attempts = jobs.MOST_ATTEMPTS
    job.save(update_fields=["attempts"])
    jobs.run(job.pk, same_connection=True)
    of.refresh_from_db()
    job.refresh_from_db()
    assert (job.state, of.state) == ("failed", Import.State.UPLOADED)


def test_an_undoing_that_fails_can_be_tried_again() -> None:
    """A number that somebody else has got meanwhile cannot be given back."""
    from enishi.core import jobs

    imported("会員番号,氏名,メール\n1,林 愛,a@example.jp\n")
    of = imported("会員番号,氏名,メール\n2,林 愛,a@example.jp\n", key=Import.Key.EMAIL)
    assert Member.objects.get().number == "2"
    other = members.add({"number": "1", "family_name": "森"}, by=None)

    job = undoing.undo(of, by=None)
    with pytest.raises(IntegrityError):
        jobs.run(job.pk, same_connection=True)
    of.refresh_from_db()
    assert (of.state, bool(of.problem)) == (Import.State.DONE, True)

    members.change(other, {"number": "3"}, by=None)
    jobs.run(undoing.undo(of, by=None).pk, same_connection=True)
    assert set(Member.objects.values_list("number", flat=True)) == {"1", "3"}
