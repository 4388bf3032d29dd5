from datetime import date, timedelta

import pytest
from django.utils.translation import override
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from enishi.audit.models import HistoryEntry
from enishi.core import clock
from enishi.members import actions
from enishi.members.actions.roll import spans_of
from enishi.members.models import LeaveReason, Member, MemberType
from enishi.members.timeline import at, problem

from .conftest import TODAY
from .test_entering import spans

pytestmark = pytest.mark.django_db


def test_from_application_to_leaving(sato):
    member = actions.apply({"family_name": "林", "given_name": "誠"}, by=sato)
    assert member.status == "applicant"
    member = actions.approve(member, by=sato)
    assert member.status == "provisional"
    member = actions.join(member, by=sato)
    assert (member.status, member.joined_on) == ("active", TODAY)
    with clock.at(date(2027, 2, 1)):
        member = actions.suspend(member, note="留学", by=sato)
    with clock.at(date(2027, 9, 1)):
        member = actions.resume(member, by=sato)
    with clock.at(date(2028, 3, 31)):
        reason = LeaveReason.objects.get(name="転居")
        member = actions.leave(member, reason=reason, note="大阪へ", by=sato)
    assert (member.status, member.left_on) == ("left", date(2028, 3, 31))
    with clock.at(date(2029, 4, 1)):
        member = actions.rejoin(member, by=sato)
    assert (member.status, member.joined_on, member.left_on) == ("active", date(2029, 4, 1), None)
    assert [(s, f) for s, f, _ in spans(member)] == [
        ("active", TODAY),
        ("suspended", date(2027, 2, 1)),
        ("active", date(2027, 9, 1)),
        ("left", date(2028, 3, 31)),
        ("active", date(2029, 4, 1)),
    ]
    facts = HistoryEntry.objects.about(member).order_by("pk").values_list("fact", flat=True)
    assert [fact.removeprefix("members.") for fact in facts] == [
        "MemberAdded",
        "MemberApplied",
        "ApplicationApproved",
        "MemberJoined",
        "MemberSuspended",
        "MemberResumed",
        "MemberLeft",
        "MemberRejoined",
    ]
    left = member.periods.get(status="left")
    assert (left.reason, left.note, left.by) == (reason, "大阪へ", sato)


def test_an_application_is_refused(sato):
    member = actions.refuse(actions.apply({"family_name": "林"}, by=sato), by=sato)
    assert member.status == "refused"
    with pytest.raises(actions.Refused):
        actions.approve(member, by=sato)


def test_a_leave_at_the_end_of_the_year_comes_true_on_its_day(hanako, jiro, sato):
    actions.leave(hanako, on=date(2026, 12, 31), by=sato)
    hanako.refresh_from_db()
    assert (hanako.status, hanako.left_on) == ("active", date(2026, 12, 31))
    assert actions.turn_the_day() == 0
    with clock.at(date(2026, 12, 31)):
        assert actions.turn_the_day() == 1
        assert actions.turn_the_day() == 0
    hanako.refresh_from_db()
    assert hanako.status == "left"
    entry = HistoryEntry.objects.get(fact="members.PlannedChangesCame")
    assert entry.values["members"] == [hanako.pk]


def test_a_planned_leave_is_taken_back(hanako, sato):
    actions.leave(hanako, on=date(2026, 12, 31), by=sato)
    with pytest.raises(actions.Refused):
        actions.suspend(hanako, by=sato)
    actions.leave(hanako, on=date(2027, 3, 31), by=sato)
    member = actions.withdraw_plan(hanako, by=sato)
    assert (member.left_on, spans(member)) == (None, [("active", date(2021, 4, 1), None)])
    with pytest.raises(actions.Refused):
        actions.withdraw_plan(hanako, by=sato)


def test_a_suspension_ends_by_itself(hanako, sato):
    actions.suspend(hanako, until=date(2027, 4, 1), by=sato)
    with clock.at(date(2027, 4, 1)):
        actions.turn_the_day()
    hanako.refresh_from_db()
    assert hanako.status == "active"
    with pytest.raises(actions.Refused):
        actions.suspend(hanako, until=TODAY, by=sato)


def test_resuming_early_replaces_the_planned_end(hanako, sato):
    actions.suspend(hanako, on=TODAY, until=date(2027, 4, 1), by=sato)
    with clock.at(date(2026, 12, 1)):
        member = actions.resume(hanako, by=sato)
    assert spans(member)[-1] == ("active", date(2026, 12, 1), None)


def test_a_type_changes_from_a_day_on(hanako, student, sato):
    actions.leave(hanako, on=date(2027, 3, 31), by=sato)
    actions.change_type(hanako, to=student, on=date(2026, 12, 1), by=sato)
    hanako.refresh_from_db()
    assert hanako.type.name == "正会員"
    with clock.at(date(2026, 12, 1)):
        actions.turn_the_day()
    hanako.refresh_from_db()
    assert hanako.type == student
    assert [p.type.name for p in hanako.periods.all()] == ["正会員", "学生会員", "学生会員"]
    with pytest.raises(actions.Refused):
        actions.change_type(hanako, to=student, on=date(2026, 12, 5), by=sato)


def test_a_death_ends_the_membership(hanako, taro, sato):
    member = actions.mark_deceased(hanako, on=date(2026, 11, 1), by=sato)
    assert (member.status, member.left_on) == ("left", date(2026, 11, 1))
    assert member.deceased_on == date(2026, 11, 1)
    with pytest.raises(actions.Refused):
        actions.rejoin(member, by=sato)
    with pytest.raises(actions.Refused):
        actions.mark_deceased(member, by=sato)
    with pytest.raises(actions.Refused):
        actions.mark_deceased(taro, on=TODAY + timedelta(1), by=sato)
    member = actions.mark_deceased(taro, by=sato)
    assert member.left_on == date(2024, 4, 1)


def test_the_past_is_not_rewritten_by_an_action(jiro, sato):
    with pytest.raises(actions.Refused) as caught:
        actions.leave(jiro, on=date(2025, 7, 31), by=sato)
    with override("en"):
        assert "Aug. 1, 2025" in str(caught.value) or "August 1, 2025" in str(caught.value)


@pytest.mark.parametrize("name", ["approve", "refuse", "join", "resume", "rejoin"])
def test_what_does_not_fit_an_active_member_is_refused(hanako, sato, name):
    with pytest.raises(actions.Refused) as caught:
        getattr(actions, name)(hanako, by=sato)
    assert str(caught.value)


def test_who_joins_and_leaves_on_one_day_was_a_member(sato):
    member = actions.add({"family_name": "林"}, by=sato)
    member = actions.leave(member, by=sato)
    assert (member.joined_on, member.left_on, member.status) == (TODAY, TODAY, "left")
    assert spans(member) == [("left", TODAY, None)]


WORDS = """approve refuse join suspend suspend_until resume leave rejoin change_type die withdraw
joined_on left_on type day"""
STEPS = st.lists(
    st.tuples(st.sampled_from(WORDS.split()), st.integers(-400, 400)),
    max_size=12,
)


@settings(
    max_examples=60,
    deadline=None,
    suppress_health_check=[HealthCheck.function_scoped_fixture],
)
@given(start=st.sampled_from(["applicant", "active", "left", "unknown"]), steps=STEPS)
def test_whatever_happens_periods_follow_each_other(sato, start, steps):
    more = {
        "applicant": {"status": "applicant"},
        "active": {"joined_on": date(2024, 4, 1)},
        "left": {"joined_on": date(2020, 4, 1), "left_on": date(2025, 4, 1)},
        "unknown": {"joined_on": None},
    }[start]
    student = MemberType.objects.get(name="学生会員")
    regular = MemberType.objects.get(name="正会員")
    day = TODAY
    with clock.at(day):
        member = actions.add({"family_name": "林", **more}, by=sato)
    for step, shift in steps:
        if step == "day":
            day += timedelta(abs(shift) // 4)
        on = day + timedelta(shift)
        with clock.at(day):
            actions.turn_the_day()
            try:
                match step:
                    case "suspend_until":
                        actions.suspend(member, until=on, by=sato)
                    case "change_type":
                        to = student if shift % 2 else regular
                        actions.change_type(member, to=to, on=on, by=sato)
                    case "die":
                        actions.mark_deceased(member, on=on, by=sato)
                    case "withdraw":
                        actions.withdraw_plan(member, by=sato)
                    case "joined_on" | "left_on":
                        value = None if shift % 5 == 0 else on
                        actions.change(member, {step: value}, by=sato)
                    case "type":
                        to = student if shift % 2 else regular
                        actions.change(member, {"member_type": to}, by=sato)
                    case "day":
                        pass
                    case _:
                        getattr(actions, step)(member, on=on, by=sato)
            except actions.Refused:
                pass
            member = Member.objects.get(pk=member.pk)
            found = spans_of(member)
            assert problem(found) == "", (step, found)
            assert (member.status, member.type_id) == (
                at(found, day).status,
                at(found, day).type_id,
            ), (step, found)
            if found[-1].status == "left" and member.left_on is not None:
                assert found[-1].from_on <= member.left_on or any(
                    span.from_on == member.left_on for span in found
                )
            if member.joined_on and member.left_on:
                assert member.joined_on <= member.left_on
