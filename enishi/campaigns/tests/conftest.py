"""A campaign to many, a server that takes mail, and the senders in this process."""

from collections.abc import Callable, Iterator
from typing import Any

import pytest
from django.test import Client

from enishi.accounts.models import User
from enishi.campaigns import actions
from enishi.campaigns.models import Campaign
from enishi.campaigns.sending import delivering, freezing
from enishi.campaigns.sending.printing import _presses
from enishi.members.models import Consent, Member, MemberType, Topic
from enishi.members.models.consents import ConsentState
from enishi.messaging.providers.smtp import pool
from enishi.messaging.tests.sink import Sink

EVERYBODY = {"include": [{"all": []}], "exclude": []}
HTML = """<html><head><style>p { color: #333333 }</style></head><body>
<p>{{ member.name|honorific }}</p><p>会員番号 {{ member.number }}</p>
<p><a href="https://example.jp/a">詳しく</a> <a href="https://example.jp/b?x=1&amp;y=2">申込</a></p>
</body></html>"""


@pytest.fixture
def sink(settings: Any) -> Iterator[Sink]:
    with Sink() as sink:
        use(settings, sink)
        yield sink


def use(settings: Any, sink: Sink) -> None:
    pool.cache_clear()  # the system gives away ports again: a connection to an earlier sink is dead
    settings.MAIL_TRANSPORT = "smtp"
    settings.EMAIL_HOST, settings.EMAIL_PORT = sink.host, sink.port
    settings.EMAIL_HOST_USER = settings.EMAIL_HOST_PASSWORD = ""
    settings.EMAIL_USE_SSL = settings.EMAIL_USE_TLS = False


@pytest.fixture(autouse=True)
def no_old_presses() -> None:
    _presses.clear()


@pytest.fixture
def office(sato: User) -> Client:
    client = Client()
    client.force_login(sato)
    return client


@pytest.fixture
def topic(db: None) -> Topic:
    return Topic.objects.get_or_create(key="newsletter", defaults={"name": "会報"})[0]


@pytest.fixture
def members(topic: Topic) -> Callable[[int], list[Member]]:
    """Makes that many members who agreed to the newsletter."""

    def make(count: int, *, consent: bool = True) -> list[Member]:
        kind = MemberType.objects.get_or_create(name="正会員")[0]
        made = Member.objects.bulk_create(
            Member(
                number=f"T{number:06}",
                type=kind,
                family_name="山田",
                given_name=f"花子{number}",
                email=f"m{number}@example{number % 7}.jp",
            )
            for number in range(count)
        )
        if consent:
            agree(topic, made)
        return made

    return make


def agree(topic: Topic, members: list[Member]) -> None:
    lines = Consent.objects.bulk_create(
        Consent(member=one, topic=topic, channel="email", state="given", source="office")
        for one in members
    )
    ConsentState.objects.bulk_create(
        ConsentState(
            member_id=line.member_id,
            topic=topic,
            channel="email",
            state="given",
            since=line.at,
            consent=line,
        )
        for line in lines
    )


@pytest.fixture
def campaign(topic: Topic) -> Campaign:
    return write(topic=topic)


def write(**values: Any) -> Campaign:
    given = {
        "name": "秋のお知らせ",
        "subject": "{{ member.family_name }}様へのお知らせ",
        "message_class": "advertising",
        "body": {"html": HTML},
        "audience": EVERYBODY,
        **values,
    }
    return actions.create(given, by=None)


def begin(campaign: Campaign) -> Campaign:
    """Start, freeze, and leave the sending to the test."""
    actions.start(campaign, by=None)
    freezing.freeze(campaign.pk)
    campaign.refresh_from_db()
    return campaign


def deliver(threads: int = 2) -> int:
    return delivering.send_here(connections=threads)
