"""Tasks: by hand, out of contacts, by rules; never twice."""

from datetime import UTC, date, datetime, timedelta

import pytest

from enishi.accounts.models import User
from enishi.audit.models import HistoryEntry
from enishi.core import clock
from enishi.members import actions
from enishi.members.models import Task

from .conftest import TODAY

pytestmark = pytest.mark.django_db


def test_a_task_is_done_and_opened_again(hanako, sato):
    task = actions.add_task(title="電話する", due_on=TODAY, owner=sato, member=hanako, by=sato)
    assert Task.objects.due(TODAY).get() == task
    actions.finish_task(task, by=sato)
    actions.finish_task(task, by=sato)
    task.refresh_from_db()
    assert task.done_by == sato
    assert HistoryEntry.objects.filter(fact="members.TaskDone").count() == 1
    with pytest.raises(actions.Refused):
        actions.change_task(task, title="別", by=sato)
    actions.reopen_task(task, by=sato)
    actions.change_task(task, title="手紙を書く", by=sato)
    assert Task.objects.open().get().title == "手紙を書く"
    actions.delete_task(task, by=sato)


def test_what_cannot_be(hanako, sato):
    for wrong in (
        {"title": " "},
        {"title": "あ" * 201},
        {"title": "x", "due_on": date(1900, 1, 1)},
    ):
        with pytest.raises(actions.Invalid):
            actions.add_task(**wrong, by=sato)


def test_a_next_action_becomes_a_task_and_follows_the_contact(hanako, sato):
    contact = actions.add_contact(
        hanako,
        channel="phone",
        direction="in",
        subject="相談",
        next_action="書類を送る",
        next_on=TODAY,
        by=sato,
    )
    task = Task.objects.get()
    assert (task.title, task.due_on, task.owner, task.member) == ("書類を送る", TODAY, sato, hanako)
    later = TODAY + timedelta(days=3)
    actions.change_contact(contact, next_on=later, by=sato)
    task.refresh_from_db()
    assert task.due_on == later
    actions.change_contact(contact, next_action="", next_on=None, by=sato)
    assert not Task.objects.exists()
    actions.change_contact(contact, next_action="電話", by=sato)
    actions.finish_task(Task.objects.get(), by=sato)
    actions.delete_contact(contact, by=sato)
    assert Task.objects.get().contact is None


class TestRules:
    def test_an_unanswered_inquiry(self, hanako, sato):
        rule = actions.add_rule(kind="unanswered", days=2, by=sato)
        with clock.at(TODAY - timedelta(days=2)):
            actions.add_contact(hanako, channel="phone", direction="in", subject="質問", by=sato)
        assert actions.due_now("unanswered", 2) == 1
        assert actions.make_tasks(rule) == 1
        assert actions.make_tasks(rule) == 0
        assert actions.make_every_task() == 0
        task = Task.objects.get()
        assert task.member == hanako
        assert task.rule == rule
        assert HistoryEntry.objects.filter(fact="members.TasksMade").count() == 1

    def test_an_answer_is_an_answer(self, hanako, sato):
        with clock.at(TODAY - timedelta(days=5)):
            actions.add_contact(hanako, channel="phone", direction="in", subject="質問", by=sato)
        actions.add_contact(hanako, channel="phone", direction="out", subject="回答", by=sato)
        assert actions.due_now("unanswered", 2) == 0

    def test_an_inquiry_is_counted_by_the_days_of_the_office(self, hanako, sato):
        """At eight in the morning it is still yesterday in Greenwich."""
        morning = datetime(2026, 11, 19, 23, 0, tzinfo=UTC)
        actions.add_rule(kind="unanswered", days=2, by=sato)
        actions.add_contact(
            hanako, channel="phone", direction="in", subject="質問", at=morning, by=sato
        )
        with clock.at(date(2026, 11, 21)):
            assert actions.due_now("unanswered", 2) == 0
        with clock.at(date(2026, 11, 22)):
            assert actions.due_now("unanswered", 2) == 1

    def test_what_came_to_nothing_is_done_by_itself(self, hanako, sato):
        with clock.at(TODAY - timedelta(days=14)):
            member = actions.apply({"family_name": "申"}, by=sato)
            contact = actions.add_contact(
                hanako, channel="phone", direction="in", subject="質問", by=sato
            )
        for kind in ("applicant", "unanswered", "anniversary"):
            days = 365 if kind == "anniversary" else 2
            actions.make_tasks(actions.add_rule(kind=kind, days=days, by=sato))
        assert Task.objects.open().count() == 3
        actions.make_every_task()
        assert Task.objects.open().count() == 3, "nothing has changed"
        actions.approve(member, by=sato)
        actions.change_contact(contact, outcome="回答した", by=sato)
        actions.mark_deceased(hanako, on=TODAY, by=sato)
        actions.make_every_task()
        assert not Task.objects.open().exists()
        assert Task.objects.exclude(done_at=None).count() == 3
        assert HistoryEntry.objects.filter(fact="members.TasksSettled").count() == 3

    def test_what_somebody_reopens_waits_for_somebody(self, hanako, sato):
        rule = actions.add_rule(kind="unanswered", days=2, by=sato)
        with clock.at(TODAY - timedelta(days=14)):
            contact = actions.add_contact(
                hanako, channel="phone", direction="in", subject="質問", by=sato
            )
        actions.make_tasks(rule)
        actions.change_contact(contact, outcome="回答した", by=sato)
        actions.make_every_task()
        task = Task.objects.get()
        assert task.done_at is not None
        actions.reopen_task(task, by=sato)
        for days in (0, 1, 30):
            with clock.at(TODAY + timedelta(days=days)):
                actions.make_every_task()
            assert Task.objects.open().get() == task
        actions.finish_task(task, by=sato)
        actions.make_every_task()
        assert Task.objects.get().done_by == sato

    def test_nobody_who_has_gone_is_given_a_task(self, hanako, sato, suzuki):
        task = actions.add_task(title="電話", owner=suzuki, by=sato)
        actions.change(hanako, {"owner": suzuki}, by=sato)
        rule = actions.add_rule(kind="anniversary", days=365, owner=suzuki, by=sato)
        assert list(Task.objects.open().unowned()) == []
        User.objects.filter(pk=suzuki.pk).update(is_active=False)
        assert list(Task.objects.open().unowned()) == [task]
        actions.make_tasks(rule)
        assert Task.objects.get(rule=rule).owner is None

    def test_the_birthday_comes_once_a_year(self, hanako, sato):
        rule = actions.add_rule(kind="birthday", days=7, owner=sato, by=sato)
        assert actions.make_tasks(rule) == 0
        with clock.at(date(2027, 3, 27)):
            assert actions.make_tasks(rule) == 1
        with clock.at(date(2027, 3, 28)):
            assert actions.make_tasks(rule) == 0
        with clock.at(date(2028, 3, 28)):
            assert actions.make_tasks(rule) == 1
        assert Task.objects.first().due_on == date(2027, 4, 1)
        assert Task.objects.first().owner == sato

    def test_the_leap_day(self, sato):
        member = actions.add(
            {"family_name": "閏", "birth_date": date(2000, 2, 29), "joined_on": date(2020, 1, 1)},
            by=sato,
        )
        for year, day in ((2027, date(2027, 3, 1)), (2028, date(2028, 2, 29))):
            rule = actions.add_rule(kind="birthday", days=10, by=sato)
            with clock.at(date(year, 2, 22)):
                actions.make_tasks(rule)
            assert [t.due_on for t in Task.objects.filter(rule=rule, member=member)] == [day]

    def test_provisional_for_long(self, sato):
        with clock.at(TODAY - timedelta(days=14)):
            member = actions.apply({"family_name": "仮"}, by=sato)
            actions.approve(member, by=sato)
        rule = actions.add_rule(kind="provisional", days=14, by=sato)
        assert actions.make_tasks(rule) == 1

    def test_coming_of_age(self, hanako, sato):
        child = actions.add(
            {"family_name": "山田", "birth_date": TODAY.replace(year=2008) + timedelta(days=9)},
            by=sato,
        )
        actions.name_guardian(child, hanako, by=sato)
        rule = actions.add_rule(kind="of_age", days=30, by=sato)
        assert actions.make_tasks(rule) == 1
        assert Task.objects.get().due_on == TODAY + timedelta(days=9)

    def test_a_stopped_rule_rests(self, hanako, sato):
        rule = actions.add_rule(kind="anniversary", days=365, by=sato)
        actions.retire_rule(rule, retired=True, by=sato)
        assert actions.make_every_task() == 0
        actions.retire_rule(rule, retired=False, by=sato)
        assert actions.make_every_task() == 1

    def test_a_rule_that_nobody_knows(self, sato):
        with pytest.raises(actions.Refused):
            actions.add_rule(kind="magic", days=1, by=sato)
