"""A campaign into the built-in mailbox, which writes to the same database as the senders."""

from collections.abc import Callable
from typing import Any

import pytest

from enishi.campaigns.models import Campaign, State
from enishi.campaigns.sending.freezing import counts
from enishi.members.models import Member
from enishi.messaging.models import KeptMail

from .conftest import begin, deliver

pytestmark = pytest.mark.django_db(transaction=True)


def test_a_batch_larger_than_what_is_written_at_once_arrives_whole(
    settings: Any, members: Callable[[int], list[Member]], campaign: Campaign
) -> None:
    settings.MAIL_TRANSPORT = "mailbox"
    made = members(230)
    begin(campaign)
    assert deliver() == 230
    assert {state: count for state, count in counts(campaign).items() if count} == {"accepted": 230}
    assert sorted(KeptMail.objects.values_list("to", flat=True)) == sorted(
        one.email for one in made
    )
    campaign.refresh_from_db()
    assert campaign.state == State.DONE
