"""Links, the pixel, and who is behind them."""

import re
import subprocess
import sys
from collections.abc import Callable, Iterator
from datetime import timedelta
from email import message_from_bytes, policy
from pathlib import Path
from typing import Any
from uuid import uuid4

import pytest
from django.test import Client

from enishi.activity.models import Activity
from enishi.campaigns import reporting
from enishi.campaigns.models import Campaign, Hit, Recipient
from enishi.campaigns.sending import telling
from enishi.campaigns.tracking import receiving, storing, tokens
from enishi.core import clock
from enishi.members.actions import consent_word
from enishi.members.models import Member
from enishi.members.models.consents import ConsentState
from enishi.messaging.tests.sink import Sink

from .conftest import begin, deliver, write

pytestmark = pytest.mark.django_db(transaction=True)
Make = Callable[..., list[Member]]
BROWSER = "Mozilla/5.0 (iPhone; CPU iPhone OS 19_0 like Mac OS X) AppleWebKit/605 Mobile Safari"


@pytest.fixture
def spool(tmp_path: Any, settings: Any) -> Iterator[None]:
    receiving._url.cache_clear()
    receiving.spool.close()
    settings.DATA_DIR = tmp_path
    receiving.spool._process = 0
    yield
    receiving.spool.close()
    receiving.spool._process = 0


@pytest.fixture
def sent(sink: Sink, members: Make, campaign: Campaign, spool: None) -> list[str]:
    """The links of the first mail: two real ones, the trap; delivered a minute ago."""
    members(3)
    begin(campaign)
    deliver()
    Recipient.objects.update(sent_at=clock.now() - timedelta(minutes=1))
    mail = message_from_bytes(sink.to("m0@example0.jp")[0].content, policy=policy.default)
    html = mail.get_body(("html",)).get_content()  # type: ignore[union-attr]
    return re.findall(r"(?:href|src)=\"http[^\"]*?(/[co]/[^\"]+)", html)


@pytest.fixture
def browser() -> Client:
    return Client(headers={"User-Agent": BROWSER})


def settled() -> dict[tuple[str, int], str]:
    receiving.spool.close()
    receiving.spool.drain(storing.store_hits)
    storing.settle(after=timedelta(0))
    return {(hit.kind, hit.link): hit.machine for hit in Hit.objects.all()}


def test_a_person_clicks_and_opens(sent: list[str], browser: Client, campaign: Campaign) -> None:
    first, second, trap, pixel = sent
    assert trap.endswith(".0")
    answer = browser.get(first)
    assert (answer.status_code, answer["Location"]) == (302, "https://example.jp/a")
    assert browser.get(second)["Location"] == "https://example.jp/b?x=1&y=2"
    assert browser.get(pixel)["Content-Type"] == "image/gif"
    assert set(settled().values()) == {""}
    found = reporting.figures(campaign)
    assert (found.opened, found.clicked, found.machine_clicks) == (1, 1, 0)
    assert [one.clicks for one in reporting.links(campaign)] == [1, 1]
    one = Recipient.objects.get(email="m0@example0.jp")
    assert one.clicked_at
    kinds = {a.kind.key: a for a in Activity.objects.select_related("kind")}
    assert set(kinds) == {"mail.opened", "mail.clicked"}
    assert kinds["mail.clicked"].object == str(campaign.pk)
    assert kinds["mail.clicked"].props["link"] in {"1", "2"}  # type: ignore[index]
    assert settled() and Activity.objects.count() == 3


def test_a_scanner_that_follows_everything_counts_nothing(
    sent: list[str], browser: Client, campaign: Campaign
) -> None:
    for path in sent:  # the trap comes third
        browser.get(path)
    member = Member.objects.get(number="T000000")
    word = consent_word(member.pk, campaign.topic_id or 0)
    browser.get(f"/mail/unsubscribe/{word}/")
    assert set(settled().values()) == {"trap"}
    found = reporting.figures(campaign)
    assert (found.opened, found.clicked, found.machine_clicks) == (0, 0, 2)
    assert found.unsubscribed == 0
    assert not Recipient.objects.exclude(clicked_at=None).exists()
    assert set(Activity.objects.values_list("machine", flat=True)) == {True}
    assert ConsentState.objects.get(member=member).state == "given"


@pytest.mark.parametrize(
    ("headers", "method", "verdict"),
    [
        ({}, "head", "head"),
        ({"Sec-Purpose": "prefetch;prerender"}, "get", "prefetch"),
        ({"X-Moz": "prefetch"}, "get", "prefetch"),
        ({"User-Agent": "Barracuda Sentinel (EE)"}, "get", "agent"),
        ({"User-Agent": ""}, "get", "agent"),
    ],
)
def test_machines_that_show_themselves(
    sent: list[str], browser: Client, headers: dict[str, str], method: str, verdict: str
) -> None:
    assert getattr(browser, method)(sent[0], headers=headers).status_code == 302
    assert settled() == {("click", 1): verdict}


def test_a_scanner_that_spares_the_hidden_link(sent: list[str], campaign: Campaign) -> None:
    """Ten links within a second are no person's, three are: a page of tabs."""
    first, second, third = Recipient.objects.order_by("pk")
    at = clock.now() - timedelta(seconds=30)

    def click(recipient: Recipient, link: int, seconds: float) -> None:
        Hit.objects.create(
            id=uuid4(),
            campaign_id=campaign.pk,
            recipient_id=recipient.pk,
            kind="click",
            link=link,
            at=at + timedelta(seconds=seconds),
        )

    for link in range(1, 11):
        click(first, link, link / 12)
        click(third, link, link)
    for link in range(1, 4):
        click(second, link, link / 4)
    storing.settle()
    told = Hit.objects.values_list("recipient_id", "machine").distinct()
    assert set(told) == {(first.pk, "burst"), (second.pk, ""), (third.pk, "")}


def test_what_comes_within_two_seconds_is_a_machine(
    sent: list[str], browser: Client, campaign: Campaign
) -> None:
    for link in sent[:2]:
        browser.get(link)
    receiving.spool.close()
    receiving.spool.drain(storing.store_hits)
    first, second = Hit.objects.order_by("link")
    now = clock.now()
    Hit.objects.filter(pk=first.pk).update(at=now)
    Hit.objects.filter(pk=second.pk).update(at=now + timedelta(seconds=0.2))
    Recipient.objects.update(sent_at=now - timedelta(seconds=1.9))
    assert settled() == {("click", 1): "fast", ("click", 2): ""}


def test_a_trap_that_comes_late_puts_right_what_was_counted(
    sent: list[str], browser: Client, campaign: Campaign
) -> None:
    browser.get(sent[0])
    assert settled() == {("click", 1): ""}
    clicks = Activity.objects.filter(kind__key="mail.clicked")
    assert [one.machine for one in clicks] == [False]
    browser.get(sent[2])
    settled()
    assert [one.machine for one in clicks.all()] == [True], "segments do not count it either"
    assert reporting.figures(campaign).clicked == 0
    assert not Recipient.objects.exclude(clicked_at=None).exists()


def test_a_killed_process_loses_no_hit_and_odd_lines_stop_none(
    sent: list[str], campaign: Campaign, tmp_path: Path
) -> None:
    """kill -9 right after hits were taken, and a file with what nobody can have written."""
    recipient = Recipient.objects.first()
    assert recipient is not None
    who = f"{recipient.pk}, {campaign.pk}"
    program = (
        "import os, sys, time\n"
        "os.environ['DJANGO_SETTINGS_MODULE'] = 'enishi.project.settings_for_tests'\n"
        "from django.conf import settings\n"
        f"settings.DATA_DIR = {str(tmp_path)!r}\n"
        "from enishi.core.spool import Spool\n"
        "spool = Spool('mail-hits')\n"
        "for n in range(500):\n"
        f'    line = \'["%032x", 1.7e9, "open", {who}, 0, "", "Safari"]\\n\' % n\n'
        "    spool.append(line.encode())\n"
        "print('taken', flush=True)\n"
        "time.sleep(60)\n"
    )
    with subprocess.Popen([sys.executable, "-c", program], stdout=subprocess.PIPE) as child:
        assert child.stdout is not None
        assert child.stdout.readline() == b"taken\n"
        child.kill()
    good = f'["{"ab" * 16}", 1.7e9, "click", {who}, 1, "", "Safari"]'
    odd = (
        "not json",
        '["ab"]',
        "{}",
        good.replace("ab" * 16, "xy"),
        good.replace("1.7e9", '"now"'),
        good.replace("1.7e9", "1e300"),
        good.replace("1.7e9", "NaN"),
        good.replace(who, f"{2**70}, 1"),
        good.replace("Safari", "\\u0000"),
        good.replace('"click"', "true"),
    )
    left = tmp_path / "mail-hits" / "1-old.hits"
    left.write_text("\n".join([*odd, good, good, good[:20]]))
    for _again in range(2):
        receiving.spool.drain(storing.store_hits)
        assert Hit.objects.filter(kind="open").count() == 500
        assert Hit.objects.filter(kind="click").count() == 1
        assert Hit.objects.count() == 501
    assert not list((tmp_path / "mail-hits").glob("*.hits"))


def test_nothing_leads_elsewhere(sent: list[str], browser: Client, campaign: Campaign) -> None:
    word = sent[0].removeprefix("/c/")
    other = write(topic=campaign.topic, name="other")
    recipient = Recipient.objects.first()
    assert recipient is not None
    for wrong in (
        word[:-3] + ("y.1" if word[-3] == "x" else "x.1"),
        word.replace(".1", ".99"),
        "https://evil.example",
        f"{word}?url=https://evil.example".replace(".1", ".77"),
        tokens.word(recipient.pk, other.pk) + ".1",
        "a.b.c.1",
        "",
    ):
        assert browser.get(f"/c/{wrong}").status_code == 404, wrong
    assert browser.post(sent[0]).status_code == 404
    assert settled() == {}


def test_a_target_with_merge_fields(
    sink: Sink, members: Make, topic: Any, spool: None, browser: Client
) -> None:
    members(2)
    html = '<a href="https://e.jp/?m={{ member.number }}">a</a>'
    begin(write(topic=topic, body={"html": html}))
    deliver()
    for recipient in Recipient.objects.select_related("member"):
        word = tokens.word(recipient.pk, recipient.campaign_id)
        target = browser.get(f"/c/{word}.1")["Location"]
        assert target == f"https://e.jp/?m={recipient.member.number}"


def test_the_stream_hears_what_was_sent_once(sent: list[str], campaign: Campaign) -> None:
    Recipient.objects.update(sent_at=clock.now() - timedelta(seconds=30))
    Campaign.objects.update(started_at=clock.now() - timedelta(minutes=1))
    assert telling.tell() == 3
    telling.tell()
    kinds = Activity.objects.values_list("kind__key", flat=True)
    assert sorted(kinds) == ["mail.delivered"] * 3 + ["mail.sent"] * 3


def test_unsubscribing_is_put_down_to_the_campaign(
    sink: Sink, members: Make, campaign: Campaign
) -> None:
    members(1)
    begin(campaign)
    deliver()
    mail = message_from_bytes(sink.mails[0].content, policy=policy.default)
    path = re.search(r"(/mail/unsubscribe/[^>]+)>", mail["List-Unsubscribe"])
    assert path
    answer = Client().post(path[1], {"List-Unsubscribe": "One-Click"})
    assert answer.status_code == 200
    assert Recipient.objects.get().unsubscribed_at
    assert ConsentState.objects.get().state == "withdrawn"
    assert Activity.objects.get().kind.key == "mail.unsubscribed"
