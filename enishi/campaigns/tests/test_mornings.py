"""Mails that arrive by the clocks of the member's country."""

from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest

from enishi.campaigns.models import Campaign, Recipient
from enishi.campaigns.sending import freezing
from enishi.campaigns.sending.mornings import zones
from enishi.core import clock
from enishi.members.models import Member, Topic

from .conftest import begin, write

pytestmark = pytest.mark.django_db
Make = Callable[..., list[Member]]
COUNTRIES = ("JP", "US", "GB", "ZZ")
SOON = timedelta(minutes=5)  # at once, on a machine however busy: the other way is hours
HALF_PAST_NINE = datetime(2026, 11, 22, 0, 30, tzinfo=UTC)  # in Japan


@pytest.fixture
def abroad(members: Make) -> list[Member]:
    made = members(len(COUNTRIES))
    for one, country in zip(made, COUNTRIES, strict=True):
        Member.objects.filter(pk=one.pk).update(country=country)
    return made


def turns(topic: Topic, at: datetime, **values: Any) -> list[datetime]:
    with clock.at(at):
        campaign = begin(write(topic=topic, **values))
    rows = Recipient.objects.filter(campaign=campaign).order_by("member_id")
    return [one.next_try for one in rows]


def test_each_country_has_its_morning(abroad: list[Member], topic: Topic) -> None:
    japan, america, britain, nowhere = turns(topic, HALF_PAST_NINE, local_time="08:00")
    assert japan == datetime(2026, 11, 22, 23, tzinfo=UTC)  # tomorrow at eight
    assert america == datetime(2026, 11, 22, 13, tzinfo=UTC)
    assert britain == datetime(2026, 11, 22, 8, tzinfo=UTC)
    assert nowhere == japan, "of an unknown country: as at home"


def test_without_a_local_time_it_is_now(abroad: list[Member], topic: Topic) -> None:
    assert all(one - HALF_PAST_NINE < SOON for one in turns(topic, HALF_PAST_NINE))


def test_a_little_late_is_not_tomorrow(abroad: list[Member], topic: Topic) -> None:
    assert turns(topic, HALF_PAST_NINE, local_time="09:00")[0] - HALF_PAST_NINE < SOON


def test_our_quiet_hours_do_not_hold_for_their_morning(topic: Topic) -> None:
    night = datetime(2026, 11, 22, 14, 0, tzinfo=UTC)
    quiet = {"quiet_from": "21:00", "quiet_to": "08:00"}
    assert write(topic=topic, **quiet).is_quiet(night)
    assert not write(topic=topic, **quiet, local_time="08:00").is_quiet(night)


def test_the_rest_of_a_test_waits_for_its_morning_too(abroad: list[Member], topic: Topic) -> None:
    variants = [{"subject": "A"}, {"subject": "B"}]
    campaign = write(topic=topic, local_time="08:00", variants=variants)
    with clock.at(HALF_PAST_NINE):
        campaign = begin(campaign)
        Recipient.objects.filter(campaign=campaign).update(state="held", next_try=HALF_PAST_NINE)
        freezing.release_held(campaign, 1)
    japan = Recipient.objects.get(campaign=campaign, member=abroad[0])
    assert japan.next_try == datetime(2026, 11, 22, 23, tzinfo=UTC)


def test_the_zones_are_those_of_most_people(campaign: Campaign) -> None:
    assert campaign.local_time is None
    assert (zones()["JP"], zones()["US"]) == ("Asia/Tokyo", "America/New_York")
    assert len(zones()) > 200
