"""From a frozen audience to the server: each once, with their own values."""

import re
import threading
import time
from collections import Counter
from collections.abc import Callable
from email import message_from_bytes, policy
from typing import Any

import pytest

from enishi.campaigns import actions
from enishi.campaigns.benches import ground
from enishi.campaigns.benches.proving import proven
from enishi.campaigns.models import Campaign, Recipient, SendingLimits, State
from enishi.campaigns.plugs import a_mail_was_complained_of
from enishi.campaigns.sending import claiming
from enishi.campaigns.sending.freezing import counts
from enishi.members.models import Member, Topic
from enishi.members.models.consents import ConsentState
from enishi.messaging.actions import suppress
from enishi.messaging.facts import ComplaintReceived
from enishi.messaging.tests.sink import Sink

from .conftest import begin, deliver, use, write

pytestmark = pytest.mark.django_db(transaction=True)
Make = Callable[..., list[Member]]


def arrived(sink: Sink) -> Counter[str]:
    return Counter(mail.to[0] for mail in sink.mails)


def test_each_gets_one_mail_with_their_own_values(
    sink: Sink, members: Make, campaign: Campaign
) -> None:
    made = members(50)
    begin(campaign)
    assert deliver() == 50
    assert arrived(sink) == {one.email: 1 for one in made}
    campaign.refresh_from_db()
    assert campaign.state == State.DONE
    assert counts(campaign)["accepted"] == 50
    mail = message_from_bytes(sink.to("m7@example0.jp")[0].content, policy=policy.default)
    assert mail["Subject"] == "山田様へのお知らせ"
    html = mail.get_body(("html",)).get_content()  # type: ignore[union-attr]
    text = mail.get_body(("plain",)).get_content()  # type: ignore[union-attr]
    assert "山田 花子7 様" in html
    assert "T000007" in html
    assert "T000007" in text
    assert 'style="color: #333333;"' in html
    assert mail["List-Unsubscribe-Post"] == "List-Unsubscribe=One-Click"
    assert re.fullmatch(r"<http\S+/mail/unsubscribe/\S+>", mail["List-Unsubscribe"])
    words = set(re.findall(r"/c/([^\"<\s]+)", html))
    assert len(words) == 3  # two links and the trap
    assert "/mail/unsubscribe/" in text


def test_every_mail_of_many_is_proven(sink: Sink, members: Make, topic: Topic) -> None:
    """The proof that ``enishi bench sending`` gives of 50,000 mails, of all of them."""
    Member.objects.filter(pk__in=[one.pk for one in members(400)]).update(
        prefecture="宮城県", city="仙台市青葉区"
    )
    campaign = begin(write(topic=topic, body={"html": ground.body()}))
    deliver()
    arrived = [(mail.to[0], mail.content, True) for mail in sink.mails]
    proof = proven(campaign, arrived)
    assert (proof.mails, proof.whole) == (400, 400)
    to, content, _whole = arrived[0]
    other = next(mail for mail in sink.mails if mail.to[0] != to)
    for wrong, why in (
        (arrived[1:], "lost"),
        ([*arrived, arrived[0]], "twice"),
        ([*arrived[1:], (to, other.content, True)], other.to[0]),
        ([*arrived[1:], (to, content.replace(b"base64", b"8bit"), True)], to),
    ):
        with pytest.raises(AssertionError, match=re.escape(why)):
            proven(campaign, wrong)


def test_an_audience_drops_out_for_reasons_that_are_told(
    sink: Sink, members: Make, campaign: Campaign, topic: Topic
) -> None:
    made = members(12)
    made[0].status = "left"
    made[1].deceased_on = "2025-01-01"
    made[2].email = ""
    for one in made[:3]:
        one.save()
    suppress(made[3].email, reason="manual")
    ConsentState.objects.filter(member=made[4]).update(state="withdrawn")
    exclude = {"field": "number", "op": "eq", "value": made[5].number}
    actions.change(
        campaign, {"audience": {"include": [{"all": []}], "exclude": [exclude]}}, by=None
    )
    campaign.refresh_from_db()
    told = actions.reach(campaign)
    assert told.recipients == 6
    expected = dict.fromkeys(("left", "deceased", "no_address", "suppressed", "no_consent"), 1)
    assert told.dropped == {**expected, "excluded": 1}
    begin(campaign)
    deliver()
    assert len(sink.mails) == 6
    assert campaign.dropped == expected


def test_a_family_may_get_one_mail_for_its_address(
    sink: Sink, members: Make, campaign: Campaign
) -> None:
    Member.objects.filter(pk__in=[one.pk for one in members(3)]).update(email="family@example.jp")
    actions.change(campaign, {"shared_address": "once"}, by=None)
    campaign.refresh_from_db()
    assert actions.reach(campaign).dropped == {"shared_address": 2}
    begin(campaign)
    deliver()
    assert arrived(sink) == {"family@example.jp": 1}


def test_who_withdraws_between_freezing_and_sending_gets_nothing(
    sink: Sink, members: Make, campaign: Campaign
) -> None:
    made = members(3)
    begin(campaign)
    ConsentState.objects.filter(member=made[0]).update(state="withdrawn")
    suppress(made[1].email, reason="manual")
    deliver()
    assert arrived(sink) == {made[2].email: 1}
    reasons = dict(Recipient.objects.values_list("member_id", "reason"))
    assert reasons[made[0].pk] == "no_consent"
    assert reasons[made[1].pk] == "suppressed"


def test_advertising_without_a_topic_is_refused_and_a_notice_is_not(
    sink: Sink, members: Make
) -> None:
    members(2, consent=False)
    advertising = write(topic=None)
    with pytest.raises(actions.NotReady):
        actions.start(advertising, by=None)
    begin(write(message_class="transactional"))
    deliver()
    assert len(sink.mails) == 2


def test_answers_of_the_server_become_states(settings: Any, members: Make, topic: Topic) -> None:
    made = members(30)
    refuse = {made[0].email: "550 5.1.1 User unknown", made[1].email: "451 4.2.1 Try later"}
    with Sink(refuse=refuse) as sink:
        use(settings, sink)
        campaign = begin(write(topic=topic))
        thread = threading.Thread(target=deliver)
        thread.start()
        until(lambda: settled(campaign, accepted=28, failed=1, pending=1))
        found = {one.member_id: one for one in Recipient.objects.all()}
        assert found[made[0].pk].state == "failed"
        assert "User unknown" in found[made[0].pk].reason
        assert found[made[0].pk].bounced_at
        assert found[made[1].pk].state == "pending"
        assert found[made[1].pk].attempts == 1
        sink.refuse.clear()
        Recipient.objects.filter(state="pending").update(next_try="2020-01-01T00:00Z")
        thread.join(60)
    assert arrived(sink)[made[1].email] == 1
    assert counts(campaign)["accepted"] == 29


def settled(campaign: Campaign, **wanted: int) -> bool:
    """Whether so many are in these states, and all others have none."""
    return {state: n for state, n in counts(campaign).items() if n} == wanted


def until(holds: Callable[[], bool], seconds: float = 60) -> None:
    """Wait for it; ``seconds`` end what hangs, they measure nothing unless a test gives them."""
    end = time.monotonic() + seconds
    while not holds():
        assert time.monotonic() < end, "it took too long"
        time.sleep(0.05)


def test_pause_resume_and_cancel_take_effect_soon(
    settings: Any, members: Make, topic: Topic
) -> None:
    members(600)
    with Sink(pause=0.05) as sink:  # fifteen seconds for all
        use(settings, sink)
        campaign = begin(write(topic=topic))
        thread = threading.Thread(target=deliver)
        thread.start()
        until(lambda: sink.count > 50)
        actions.pause(campaign, by=None)
        began = time.monotonic()
        thread.join(20)
        assert time.monotonic() - began < 5.5
        paused_at = sink.count
        assert paused_at < 500
        found = counts(campaign)
        assert found["claimed"] == found["handed_over"] == found["uncertain"] == 0
        assert found["accepted"] == paused_at
        actions.resume(campaign, by=None)
        thread = threading.Thread(target=deliver)
        thread.start()
        until(lambda: sink.count > paused_at + 50)
        actions.cancel(campaign, by=None)
        thread.join(20)
        from enishi.campaigns.sending.freezing import drop_waiting

        drop_waiting(campaign.pk)
    found = counts(campaign)
    assert found["accepted"] == sink.count < 600
    assert found["skipped"] == 600 - sink.count
    assert max(arrived(sink).values()) == 1


def test_a_pause_takes_effect_soon_at_a_slow_server(
    settings: Any, members: Make, topic: Topic
) -> None:
    members(200)
    with Sink(pause=0.8) as sink:
        use(settings, sink)
        campaign = begin(write(topic=topic))
        thread = threading.Thread(target=deliver, args=(4,))
        thread.start()
        until(lambda: sink.count >= 12)
        actions.pause(campaign, by=None)
        time.sleep(5)
        after_five = sink.count
        thread.join(30)
        assert sink.count == after_five < 60
    found = counts(campaign)
    assert found["accepted"] == sink.count
    assert found["pending"] == 200 - sink.count


def test_two_campaigns_share_fairly(settings: Any, members: Make, topic: Topic) -> None:
    members(1500)
    with Sink() as sink:
        use(settings, sink)
        first, second = begin(write(topic=topic, name="1")), begin(write(topic=topic, name="2"))
        thread = threading.Thread(target=deliver)
        thread.start()
        until(lambda: sink.count > 1800)
        shares = [counts(one)["accepted"] for one in (first, second)]
        thread.join(60)
    assert max(shares) - min(shares) <= 700, shares
    assert sink.count == 3000


def test_a_slow_server_does_not_keep_the_second_campaign_waiting(
    settings: Any, members: Make, topic: Topic
) -> None:
    members(400)
    with Sink(pause=0.1) as sink:  # a whole batch of the first takes half a minute
        use(settings, sink)
        first = begin(write(topic=topic, name="1"))
        thread = threading.Thread(target=deliver, args=(1,))
        thread.start()
        until(lambda: sink.count > 20)
        second = begin(write(topic=topic, name="2"))
        until(lambda: counts(second)["accepted"] > 0, 20)
        for one in (first, second):
            actions.cancel(one, by=None)
        thread.join(60)
    assert counts(first)["accepted"] + counts(second)["accepted"] == sink.count


def test_many_bounces_pause_a_campaign_by_themselves(
    settings: Any, members: Make, topic: Topic
) -> None:
    made = members(600)
    refuse = {one.email: "550 5.1.1 User unknown" for one in made[::10]}
    with Sink(refuse=refuse) as sink:
        use(settings, sink)
        campaign = begin(write(topic=topic))
        deliver(1)
        campaign.refresh_from_db()
        assert (campaign.state, campaign.why_paused) == (State.PAUSED, "bounces")
        assert sink.count < 400
        sink.refuse.clear()
        actions.resume(campaign, by=None)
        deliver(1)
    campaign.refresh_from_db()
    assert campaign.state == State.DONE


def test_complaints_pause_a_campaign_once_there_are_enough_mails(
    sink: Sink, members: Make, topic: Topic
) -> None:
    members(400)
    SendingLimits.objects.create(pk=1, per_second=30)
    campaign = begin(write(topic=topic))
    thread = threading.Thread(target=deliver)
    thread.start()
    until(lambda: counts(campaign)["accepted"] >= 3)
    first = Recipient.objects.filter(state="accepted").first()
    assert first is not None
    complain(first)
    assert counts(campaign)["accepted"] < 100
    campaign.refresh_from_db()
    assert campaign.state == State.SENDING  # one of so few says nothing yet
    until(lambda: counts(campaign)["accepted"] >= 120)
    second = Recipient.objects.filter(state="accepted", complained_at=None).first()
    assert second is not None
    complain(second)
    campaign.refresh_from_db()
    assert (campaign.state, campaign.why_paused) == (State.PAUSED, "complaints")
    thread.join(30)
    assert sink.count == counts(campaign)["accepted"] < 400


def complain(one: Recipient) -> None:
    """What the receiver of mail makes of a feedback report about a recipient's mail."""
    fact = ComplaintReceived(about=None, by=None, channel="email", token_kind="c", number=one.pk)
    a_mail_was_complained_of(fact)


def test_what_a_dead_sender_leaves_is_sorted(members: Make, campaign: Campaign) -> None:
    members(10)
    begin(campaign)
    claimed = claiming.claim(campaign, 4711, 10)  # a number whose lock nobody holds
    marks = claiming.Marks(4711)
    marks.ask(campaign, [one.id for one in claimed[:4]])
    assert marks.answer() == {one.id for one in claimed[:4]}
    assert counts(campaign)["claimed"] == 6
    assert counts(campaign)["handed_over"] == 4
    moving = Recipient.objects.in_states(campaign, ["handed_over"])
    assert set(moving.values_list("pk", flat=True)) == {one.id for one in claimed[:4]}
    assert Recipient.objects.in_states(campaign, ["pending"]).count() == 0
    assert Recipient.objects.in_states(campaign, ["pending", "claimed"]).count() == 6
    assert claiming.recover() == {"pending": 6, "uncertain": 4}
    actions.decide_uncertain(campaign, again=True, by=None, ids=[claimed[0].id])
    actions.decide_uncertain(campaign, again=False, by=None)
    assert counts(campaign)["pending"] == 7
    assert counts(campaign)["failed"] == 3


def test_a_living_sender_keeps_what_it_has_claimed(members: Make, campaign: Campaign) -> None:
    members(3)
    begin(campaign)
    assert claiming.hold_lock(815)
    claiming.claim(campaign, 815, 3)
    assert claiming.recover() == {"pending": 0, "uncertain": 0}
    claiming.release_lock(815)
    assert claiming.recover() == {"pending": 3, "uncertain": 0}


def test_limits_of_domains_and_of_the_house_are_kept(
    settings: Any, members: Make, topic: Topic
) -> None:
    Member.objects.filter(pk__in=[one.pk for one in members(40)]).update(email="x@docomo.ne.jp")
    SendingLimits.objects.create(pk=1, domains={"docomo.ne.jp": 20}, per_second=500)
    with Sink() as sink:
        use(settings, sink)
        begin(write(topic=topic))
        began = time.monotonic()
        deliver()
        took = time.monotonic() - began
    assert sink.count == 40
    assert took > 0.9


def test_an_outage_of_the_server_loses_nobody(settings: Any, members: Make, topic: Topic) -> None:
    members(60)
    sink = Sink()
    with sink:
        port = sink.port
    use(settings, sink)
    campaign = begin(write(topic=topic))
    thread = threading.Thread(target=deliver)
    thread.start()
    time.sleep(1.5)
    found = counts(campaign)
    assert found["pending"] + found["claimed"] + found["handed_over"] == 60
    with Sink(port=port) as sink:
        until(lambda: sink.count >= 50)
        Recipient.objects.filter(state="pending").update(next_try="2020-01-01T00:00Z")
        thread.join(60)
        assert sink.count == 60
    assert counts(campaign)["uncertain"] == 0
