"""What comes back of a campaign's mails, also when the return path was lost on the way."""

from collections.abc import Callable

import pytest
from django.test import Client
from django.urls import reverse

from enishi.accounts.models import User
from enishi.campaigns import reporting
from enishi.campaigns.models import Campaign, Recipient
from enishi.members.models import Member
from enishi.messaging import actions
from enishi.messaging.models import MailSettings, Suppression
from enishi.messaging.tests import bounces
from enishi.messaging.tests.sink import Sink

from .conftest import begin, deliver

pytestmark = pytest.mark.django_db(transaction=True)
Make = Callable[..., list[Member]]
BOUNCE = "bounce@example.jp"


@pytest.fixture
def heads(sink: Sink, members: Make, campaign: Campaign) -> list[tuple[Recipient, str, str]]:
    """Recipients, the return paths of their mails, and the heads of these."""
    MailSettings.objects.create(bounce_address=BOUNCE)
    members(2)
    begin(campaign)
    deliver()
    found = []
    for one in Recipient.objects.order_by("pk"):
        mail = sink.to(one.email)[0]
        found.append((one, mail.sender, mail.content.decode().partition("\r\n\r\n")[0]))
    return found


def come_back(content: bytes, to: str) -> None:
    actions.understand(actions.receive(content, source="smtp", to=[to]).pk)


def without_ids(head: str) -> str:
    """As servers hand it back that give every mail an id of their own."""
    lines = head.split("\r\n")
    return "\r\n".join(one for one in lines if not one.lower().startswith("message-id"))


def test_a_bounce_without_our_return_path_is_known_by_its_unsubscribe_link(
    heads: list[tuple[Recipient, str, str]],
) -> None:
    (first, path, head), (second, _path, other) = heads
    assert path.startswith("bounce+")
    report = bounces.dsn(
        to=BOUNCE, status="5.1.1", diagnostic="550 5.1.1 User unknown", original=without_ids(head)
    )
    come_back(report, BOUNCE)
    first.refresh_from_db()
    assert first.bounced_at is not None
    assert Suppression.objects.of(first.email).in_force().get().reason == "hard"
    come_back(bounces.arf(BOUNCE, original=without_ids(other)), BOUNCE)
    second.refresh_from_db()
    assert (second.bounced_at, second.complained_at is None) == (None, False)
    assert Suppression.objects.of(second.email).in_force().get().reason == "complaint"


def test_a_forged_unsubscribe_link_stops_nobody(heads: list[tuple[Recipient, str, str]]) -> None:
    (first, _path, head), _other = heads
    forged = without_ids(head).replace(f"c{first.pk}-", f"c{first.pk + 1}-")
    report = bounces.dsn(to=BOUNCE, status="5.1.1", diagnostic="550 User unknown", original=forged)
    come_back(report, BOUNCE)
    assert not Suppression.objects.exists()
    assert not Recipient.objects.exclude(bounced_at=None).exists()


def test_the_office_sees_who_bounced_and_why(
    heads: list[tuple[Recipient, str, str]], sato: User
) -> None:
    (first, path, _head), (second, _path, _other) = heads
    said = f"552 5.2.2 <{first.email}> over quota"
    come_back(bounces.dsn(to=path, status="5.2.2", diagnostic=said), path)
    Recipient.objects.filter(pk=second.pk).update(clicked_at=second.sent_at)
    campaign = first.campaign
    ((reason, count),) = reporting.failures(campaign)
    assert (count, "5.2.2" in reason, first.email in reason) == (1, True, False)
    assert reason.startswith("メールボックス")
    client = Client()
    client.force_login(sato)
    page = reverse("campaigns:recipients", args=[campaign.pk])
    for did, one, other in (("bounced", first, second), ("clicked", second, first)):
        found = client.get(f"{page}?state={did}").content.decode()
        assert one.email in found
        assert other.email not in found
    assert f"{page}?state=bounced" in client.get(campaign.get_absolute_url()).content.decode()
