"""A scheduled campaign is moved in the calendar: with the mouse, with keys, on a phone."""

from datetime import datetime, time, timedelta

import pytest
from django.utils import timezone
from playwright.sync_api import expect

from enishi.accounts.models import Role, User
from enishi.accounts.roles import put_ready_roles
from enishi.campaigns import actions
from enishi.core import clock
from enishi.members.models import Topic

pytestmark = [pytest.mark.browser, pytest.mark.slow, pytest.mark.django_db(transaction=True)]


@pytest.fixture
def sato(transactional_db):
    put_ready_roles()
    made = User.objects.create_user("sato@example.jp", name="佐藤 由美子", is_staff=True)
    made.roles.add(Role.objects.get(key="administrator"))
    return made


@pytest.fixture
def scheduled(sato):
    """For ten o'clock on the third day of the month after next: its whole week is to come."""
    first = (clock.today().replace(day=1) + timedelta(days=62)).replace(day=1)
    at = timezone.make_aware(datetime.combine(first.replace(day=3), time(10)))
    topic = Topic.objects.get_or_create(key="newsletter", defaults={"name": "会報"})[0]
    campaign = actions.create(
        {
            "name": "秋のお知らせ",
            "subject": "お知らせ",
            "topic": topic,
            "body": {"text": "こんにちは。"},
            "audience": {"include": [{"all": []}], "exclude": []},
        },
        by=sato,
    )
    return actions.start(campaign, by=sato, at=at)[0]


def day_of(campaign):
    campaign.refresh_from_db()
    return timezone.localtime(campaign.send_at)


def test_dragged_to_another_day_and_taken_back(sato, scheduled, desk_of):
    page = desk_of(sato)
    page.goto(f"/office/campaigns/?view=calendar&month={day_of(scheduled):%Y-%m}")
    mail = page.locator(f"#campaign-{scheduled.pk}")
    target = page.locator(f"[data-day='{day_of(scheduled):%Y-%m}-12']")
    mail.drag_to(target)
    expect(page.locator(".toast-note")).to_contain_text("10:00に送信します")
    expect(target.locator(".calendar-mail")).to_contain_text("秋のお知らせ")
    assert (day_of(scheduled).day, day_of(scheduled).hour) == (12, 10)
    page.get_by_role("button", name="元に戻す").click()
    expect(page.locator("[data-day$='-03'] .calendar-mail")).to_contain_text("秋のお知らせ")
    assert day_of(scheduled).day == 3


def test_what_is_refused_is_told_and_changes_nothing(sato, scheduled, desk_of):
    """Today, at an hour that is over; and a day that is over takes nothing at all."""
    early = timezone.make_aware(
        datetime.combine(clock.today() + timedelta(days=1), datetime.min.time())
    )
    actions.reschedule(scheduled, at=early, by=sato)
    page = desk_of(sato)
    page.goto(f"/office/campaigns/?view=calendar&month={clock.today():%Y-%m}")
    if not page.locator(f"#campaign-{scheduled.pk}").count():
        pytest.skip("today ends the month and the week: tomorrow is on another page")
    mail = page.locator(f"#campaign-{scheduled.pk}")
    mail.drag_to(page.locator(f"[data-day='{clock.today()}']"))
    expect(page.locator(".notice-wait")).to_contain_text("過ぎています")
    assert day_of(scheduled) == early
    for past in page.locator(".calendar-past").all()[:1]:
        mail.drag_to(past)
    page.wait_for_timeout(300)
    assert day_of(scheduled) == early


def test_with_keys_and_on_a_phone(sato, scheduled, desk_of):
    page = desk_of(sato)
    page.set_viewport_size({"width": 390, "height": 844})
    page.goto(f"/office/campaigns/?view=calendar&month={day_of(scheduled):%Y-%m}")
    button = page.get_by_role("button", name="「秋のお知らせ」の送信日時を変える")
    button.focus()
    page.keyboard.press("Enter")
    box = page.get_by_label("新しい日時")
    expect(box).to_be_visible()
    page.keyboard.press("Escape")
    expect(box).to_be_hidden()
    expect(button).to_be_focused()
    button.click()
    box.fill(f"{day_of(scheduled):%Y-%m}-20T15:30")
    page.get_by_role("button", name="この日時に変える").click()
    expect(page.locator(".toast-note")).to_contain_text("15:30に送信します")
    assert (day_of(scheduled).day, day_of(scheduled).hour) == (20, 15)
