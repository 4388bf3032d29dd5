"""A scheduled campaign is moved to another time: what is asked again, and the way back."""

import re
from collections.abc import Callable
from datetime import datetime, timedelta
from typing import Any

import pytest
from django.contrib.messages import get_messages
from django.test import Client
from django.urls import reverse
from django.utils import timezone

from enishi.accounts.models import Role, User
from enishi.audit.models import HistoryEntry
from enishi.campaigns import actions
from enishi.campaigns.models import Campaign, State
from enishi.core import clock

from .conftest import begin

pytestmark = pytest.mark.django_db


@pytest.fixture
def morning() -> datetime:
    """Ten o'clock of our zone, in three days."""
    day = clock.today() + timedelta(days=3)
    return timezone.make_aware(datetime.combine(day, datetime.min.time()).replace(hour=10))


@pytest.fixture
def scheduled(campaign: Campaign, morning: datetime) -> Campaign:
    return actions.start(campaign, by=None, at=morning, key="first")[0]


def move(client: Client, row: Campaign, **values: Any) -> tuple[Any, str, str]:
    """The answer, what it says, and where its undo leads."""
    answer = client.post(reverse("campaigns:schedule", args=[row.pk]), values)
    said = list(get_messages(answer.wsgi_request))[-1]
    return answer, str(said), (said.extra_tags or "").removeprefix("undo:")


def test_dropped_on_another_day_it_keeps_its_hour_and_can_be_taken_back(
    office: Client, scheduled: Campaign, morning: datetime
) -> None:
    day = timezone.localtime(morning).date() + timedelta(days=2)
    month = f"{day:%Y-%m}"
    shown = office.get(reverse("campaigns:list"), {"view": "calendar", "month": month})
    assert f'data-day="{day}"' in shown.content.decode()
    answer, said, undo = move(office, scheduled, day=day, was=morning.isoformat(), month=month)
    assert answer["Location"].endswith(f"month={month}#campaign-{scheduled.pk}")
    scheduled.refresh_from_db()
    assert scheduled.send_at == morning + timedelta(days=2)
    assert "10:00" in said
    assert HistoryEntry.objects.filter(fact="campaigns.CampaignRescheduled").count() == 1
    office.post(undo)
    scheduled.refresh_from_db()
    assert scheduled.send_at == morning
    assert scheduled.state == State.SCHEDULED


def test_days_that_are_over_take_nothing(
    office: Client, scheduled: Campaign, morning: datetime
) -> None:
    page = office.get(
        reverse("campaigns:list"), {"view": "calendar", "month": f"{clock.today():%Y-%m}"}
    ).content.decode()
    assert f'data-day="{clock.today()}"' in page
    assert f'data-day="{clock.today() - timedelta(days=1)}"' not in page
    for day in (clock.today() - timedelta(days=1), "2026-13-40", "9999-12-31x"):
        _answer, said, undo = move(office, scheduled, day=day)
        assert not undo
        assert "過ぎて" in said or "日時" in said
    just_now = clock.now() - timedelta(seconds=1)  # scheduling would send it at once
    with pytest.raises(actions.InThePast):
        actions.reschedule(scheduled, at=just_now, by=None)
    scheduled.refresh_from_db()
    assert scheduled.send_at == morning


def test_what_changed_since_the_page_was_drawn_is_told(
    office: Client, scheduled: Campaign, morning: datetime
) -> None:
    later = morning + timedelta(days=1)
    actions.reschedule(scheduled, at=later, by=None)
    _answer, said, _undo = move(
        office, scheduled, at=morning + timedelta(days=4), was=morning.isoformat()
    )
    assert "別の人" in said
    scheduled.refresh_from_db()
    assert scheduled.send_at == later
    actions.cancel(scheduled, by=None)
    _answer, said, _undo = move(office, scheduled, day=clock.today() + timedelta(days=9))
    assert "予約されていません" in said
    begin(scheduled)
    with pytest.raises(actions.NoLongerScheduled):
        actions.reschedule(scheduled, at=later, by=None)


def test_the_checks_of_scheduling_are_asked_again(scheduled: Campaign, morning: datetime) -> None:
    writers = Role.objects.create(
        key="writers", name="配信担当", rights=["office.view", "campaigns.view", "campaigns.send"]
    )
    writer = User.objects.create_user("w@example.jp", "a long password", is_staff=True)
    writer.roles.set([writers])
    with pytest.raises(actions.NeedsApproval):
        actions.reschedule(scheduled, at=morning + timedelta(days=1), by=writer)
    Campaign.objects.filter(pk=scheduled.pk).update(subject="{{ member.nothing }}")
    with pytest.raises(actions.TextFaults):
        actions.reschedule(scheduled, at=morning + timedelta(days=1), by=None)
    reader = User.objects.create_user("r@example.jp", "a long password", is_staff=True)
    reader.roles.set(
        [Role.objects.create(key="r", name="閲覧", rights=["office.view", "campaigns.view"])]
    )
    client = Client()
    client.force_login(reader)
    address = reverse("campaigns:schedule", args=[scheduled.pk])
    assert client.post(address, {"day": clock.today() + timedelta(days=5)}).status_code == 403
    page = client.get(reverse("campaigns:list"), {"view": "calendar", "month": f"{morning:%Y-%m}"})
    assert "data-moves" not in page.content.decode()


def test_the_first_order_given_again_is_still_one(scheduled: Campaign, morning: datetime) -> None:
    actions.reschedule(scheduled, at=morning + timedelta(days=1), by=None)
    again, new = actions.start(scheduled, by=None, at=morning, key="first")
    assert not new
    assert again.send_at == morning + timedelta(days=1)


def test_a_month_without_campaigns_says_so(office: Client) -> None:
    page = office.get(reverse("campaigns:list"), {"view": "calendar", "month": "2031-02"})
    assert "この月に" in page.content.decode()


def test_a_time_that_is_not_understood_stands_beside_its_box(
    office: Client, campaign: Campaign
) -> None:
    """The choice stays "at a time": a second click must not send to everybody now."""
    order = reverse("campaigns:sending", args=[campaign.pk])
    for at, said in (("", "入力してください"), ("2020-01-01T10:00", "過ぎています")):
        answer = office.post(order, {"when": "later", "at": at, "key": "1"})
        assert answer.status_code == 422
        page = answer.content.decode()
        assert said in page
        [later] = re.findall(r'<input[^>]*value="later"[^>]*>', page)
        assert "checked" in later
    campaign.refresh_from_db()
    assert campaign.state == State.DRAFT


def test_a_refusal_stays_on_the_page_and_is_no_success(office: Client, scheduled: Campaign) -> None:
    page = office.post(
        reverse("campaigns:schedule", args=[scheduled.pk]), {"day": "2020-01-01"}, follow=True
    ).content.decode()
    assert "過ぎています" in page.partition("notice-wait")[2][:400]
    assert "toast-note" not in page


def test_the_dashboard_tells_what_waits_for_a_second_person(
    office: Client, campaign: Campaign, members: Callable[[int], object], sato: User
) -> None:
    members(1)
    assert "確認を待っている配信" not in office.get("/office/").content.decode()
    writer = User.objects.create_user("w@example.jp", "a long password", is_staff=True)
    actions.ask_approval(campaign, by=writer)
    page = office.get("/office/").content.decode()
    assert "確認を待っている配信" in page
    assert campaign.get_absolute_url() in page
    actions.decide(campaign, approved=True, by=sato)
    assert "確認を待っている配信" not in office.get("/office/").content.decode()


def test_taking_back_a_schedule_is_not_told_as_a_stop(office: Client, scheduled: Campaign) -> None:
    order = reverse("campaigns:cancelling", args=[scheduled.pk])
    assert "予約を取り消しました" in office.post(order, follow=True).content.decode()


def test_a_slip_in_the_year_is_no_time(office: Client, campaign: Campaign) -> None:
    order = reverse("campaigns:sending", args=[campaign.pk])
    far = {"when": "later", "at": "9999-12-31T23:59", "key": "1"}
    assert "年を確かめて" in office.post(order, far).content.decode()
    campaign.refresh_from_db()
    assert campaign.state == State.DRAFT
    soon = clock.now() + timedelta(days=1)
    actions.start(campaign, by=None, at=soon)
    for at in ("9999-12-31T23:59:59-10:00", "9999-12-31T23:59", "0001-01-01T00:00"):
        _answer, _said, undo = move(office, campaign, at=at)
        assert not undo
    campaign.refresh_from_db()
    assert campaign.send_at == soon


@pytest.mark.parametrize("month", ["9999-12", "0001-01", "0000-00", "x", ""])
def test_a_month_that_no_calendar_has_is_this_one(office: Client, month: str) -> None:
    page = office.get(reverse("campaigns:list"), {"view": "calendar", "month": month})
    assert page.status_code == 200
    assert f'data-day="{clock.today()}"' in page.content.decode()
