"""Whatever lists are imported into whatever memberships: periods follow each other."""

from collections.abc import Iterator
from datetime import date, timedelta

import pytest
from hypothesis import HealthCheck, Phase, given, settings
from hypothesis import strategies as st

from enishi.core import clock
from enishi.members import actions as members
from enishi.members.actions.roll import spans_of
from enishi.members.importing import actions, undoing
from enishi.members.models import Import, Member, MemberType
from enishi.members.timeline import at, problem

from .lists import imported, the_roll

pytestmark = [pytest.mark.django_db, pytest.mark.slow]
TODAY = date(2026, 11, 21)


@pytest.fixture(autouse=True)
def the_day() -> Iterator[None]:
    with clock.at(TODAY):
        yield


HEADINGS = {"type": "会員種別", "status": "状態", "joined": "入会日", "left": "退会日"}
DAYS = st.integers(-900, 300).map(lambda days: (TODAY + timedelta(days)).isoformat())
CELLS = st.fixed_dictionaries(
    {},
    optional={
        "type": st.sampled_from(["正会員", "学生会員"]),
        "status": st.sampled_from(
            ["active", "suspended", "left", "applicant", "provisional", "refused", ""]
        ),
        "joined": st.just("") | DAYS,
        "left": st.just("") | DAYS,
    },
)
ACTIONS = st.tuples(
    st.sampled_from("approve refuse join suspend until resume leave rejoin type day".split()),
    st.integers(-200, 200),
)


def as_list(cells: dict[str, str]) -> str:
    head = ",".join(["会員番号", "氏名", *(HEADINGS[name] for name in cells)])
    return f"{head}\n" + ",".join(["1", "林 愛", *cells.values()]) + "\n"


def act(step: str, shift: int) -> None:
    member = Member.objects.filter(number="1").first()
    if member is None:
        return
    on = clock.today() + timedelta(shift)
    student = MemberType.objects.get(name="学生会員")
    try:
        match step:
            case "until":
                members.suspend(member, until=on, by=None)
            case "type":
                members.change_type(member, to=student, on=on, by=None)
            case "day":
                pass
            case _:
                getattr(members, step)(member, on=on, by=None)
    except members.Refused:
        pass


def sound() -> None:
    for member in Member.objects.all():
        found = spans_of(member)
        assert problem(found) == "", found
        now = at(found, clock.today())
        assert (member.status, member.type_id) == (now.status, now.type_id), found
        if member.left_on is not None:
            assert found[-1].status == "left", found
            assert any(s.from_on == member.left_on for s in found if s.status == "left"), found


@settings(
    max_examples=120,
    phases=[Phase.explicit, Phase.generate],
    deadline=None,
    suppress_health_check=[HealthCheck.function_scoped_fixture, HealthCheck.too_slow],
)
@given(steps=st.lists(st.tuples(ACTIONS | CELLS, st.booleans()), min_size=1, max_size=7))
def test_whatever_is_imported_periods_follow_each_other(
    steps: list[tuple[tuple[str, int] | dict[str, str], bool]],
) -> None:
    """Each step: an action or a list, and whether the list is undone again."""
    Import.objects.all().delete()
    Member.objects.all().delete()
    day = TODAY
    for step, undone in steps:
        with clock.at(day):
            if isinstance(step, tuple):
                day += timedelta(abs(step[1])) if step[0] == "day" else timedelta(0)
        with clock.at(day):
            members.turn_the_day()
            if isinstance(step, tuple):
                act(*step)
                sound()
                continue
            before = the_roll()
            of = imported(as_list(step))
            assert of.state == Import.State.DONE
            sound()
            again = imported(as_list(step))
            assert (again.counts["new"], again.counts["changed"]) == (0, 0), step
            if undone:
                undoing.run_undo(again, actions.Quiet())
                undoing.run_undo(of, actions.Quiet())
                assert the_roll() == before
                sound()
