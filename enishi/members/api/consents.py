"""Consents and topics for programs."""

from datetime import datetime
from typing import Any

from django.http import HttpRequest
from django.shortcuts import get_object_or_404
from ninja import Field as Described
from ninja import Router, Schema, Status

from enishi.accounts.api import WrongInput, needs
from enishi.members import actions
from enishi.members.models import Consent, Topic

from .members import READ, WRITE, by_of
from .shapes import found

router = Router(tags=["consents"])
CONFIGURE = needs("messages:configure")


class TopicAnswer(Schema):
    """Something that members can agree to be written to about."""

    id: int
    key: str
    name: str
    name_en: str
    description: str
    description_en: str
    channels: list[str] = Described(description="email, sms, push, notice")
    double_opt_in: bool = Described(description="on public pages a mail confirms it first")
    retired: bool


class TopicValues(Schema):
    """What is not named stays; a new topic needs a name."""

    key: str | None = Described(None, max_length=60)
    name: str | None = Described(None, max_length=100)
    name_en: str | None = Described(None, max_length=100)
    description: str | None = Described(None, max_length=300)
    description_en: str | None = Described(None, max_length=300)
    channels: list[str] | None = None
    double_opt_in: bool | None = None


class TopicChanges(TopicValues):
    """As TopicValues; ``retired`` takes a topic out of use."""

    retired: bool | None = None


def _topic(topic: Topic) -> dict[str, Any]:
    names = "id key name name_en description description_en channels double_opt_in"
    values = {name: getattr(topic, name) for name in names.split()}
    return {**values, "retired": topic.retired_at is not None}


@router.get("/topics", response=list[TopicAnswer], auth=READ, summary="Topics")
def topics(request: HttpRequest) -> list[dict[str, Any]]:
    """All of them in their order, those out of use too."""
    return [_topic(topic) for topic in Topic.objects.all()]


@router.post("/topics", response={201: TopicAnswer}, auth=CONFIGURE, summary="Add a topic")
def add_topic(request: HttpRequest, values: TopicValues) -> Status[dict[str, Any]]:
    """At the end of the list. Without a key one is made."""
    said = {"name": "", **values.dict(exclude_none=True)}
    return Status(201, _topic(actions.add_topic(**said, by=by_of(request))))


@router.patch("/topics/{id}", response=TopicAnswer, auth=CONFIGURE, summary="Change a topic")
def change_topic(request: HttpRequest, id: int, values: TopicChanges) -> dict[str, Any]:
    """The key stays as it is."""
    said = values.dict(exclude_none=True, exclude={"key"})
    topic = get_object_or_404(Topic, pk=id)
    return _topic(actions.change_topic(topic, **said, by=by_of(request)))


class ConsentAnswer(Schema):
    """One line of the ledger."""

    id: int
    topic: str = Described(description="the key of the topic")
    channel: str
    state: str = Described(description="given, withdrawn, or asked (to be confirmed)")
    at: datetime
    source: str
    form: str
    version: str
    text: str = Described(description="the exact words that were shown")
    ip: str
    by: str
    ref: str
    note: str


class StateAnswer(Schema):
    """What holds now for a topic and channel."""

    topic: str
    channel: str
    state: str
    since: datetime


class ConsentsAnswer(Schema):
    """What holds now, and how it came about, the newest first (at most 1,000 lines)."""

    current: list[StateAnswer]
    ledger: list[ConsentAnswer]


class ConsentValues(Schema):
    """A consent that was given or withdrawn somewhere else."""

    topic: str = Described(description="key or id of the topic")
    channel: str = "email"
    state: str = Described(description="given or withdrawn")
    at: datetime | None = None
    form: str = Described("", max_length=100)
    version: str = Described("", max_length=40)
    text: str = Described("", max_length=20_000)
    ip: str = Described("", max_length=45)
    note: str = Described("", max_length=500)


def _line(row: Consent) -> dict[str, Any]:
    wording = row.wording
    return {
        **{name: getattr(row, name) for name in "id channel state at source ref note".split()},
        "topic": row.topic.key,
        "form": wording.form if wording else "",
        "version": wording.version if wording else "",
        "text": wording.text if wording else "",
        "ip": row.ip or "",
        "by": str(row.by or ""),
    }


@router.get(
    "/members/{key}/consents", response=ConsentsAnswer, auth=READ, summary="Consents of a member"
)
def consents(request: HttpRequest, key: str) -> dict[str, Any]:
    """What holds now and the whole ledger."""
    member = found(key)
    rows = member.consents.select_related("topic", "wording", "by")[:1000]
    current = Consent.current(member.pk).order_by("topic__order", "channel")
    return {
        "current": [
            {"topic": one.topic.key, "channel": one.channel, "state": one.state, "since": one.since}
            for one in current
        ],
        "ledger": [_line(row) for row in rows],
    }


@router.post(
    "/members/{key}/consents",
    response={201: ConsentAnswer},
    auth=WRITE,
    summary="Record a consent",
)
def record_consent(request: HttpRequest, key: str, values: ConsentValues) -> Status[dict[str, Any]]:
    """Given or withdrawn, with the proof that you have."""
    topic = _topic_named(values.topic)
    shown = None
    if values.form or values.text:
        shown = actions.Shown(values.form, values.text, values.version)
    common: dict[str, Any] = {
        "channel": values.channel,
        "source": Consent.Source.API,
        "shown": shown,
        "ip": _address(values.ip),
        "note": values.note,
        "by": by_of(request),
    }
    if values.state == Consent.Choice.GIVEN:
        row = actions.give_consent(found(key), topic, at=values.at, **common)
    elif values.state == Consent.Choice.WITHDRAWN:
        row = actions.withdraw_consent(found(key), topic, **common)
    else:
        raise WrongInput([("state", "given, withdrawn")])
    return Status(201, _line(row))


def _topic_named(name: str) -> Topic:
    from django.utils.translation import gettext as _

    topic = Topic.objects.filter(key=name).first()
    if topic is None and name.isascii() and name.isdigit() and len(name) < 18:
        topic = Topic.objects.filter(pk=int(name)).first()
    if topic is None:
        raise WrongInput([("topic", _("There is no such topic."))])
    return topic


def _address(text: str) -> str:
    from ipaddress import ip_address

    from django.utils.translation import gettext as _

    if not text:
        return ""
    try:
        return str(ip_address(text.strip()))
    except ValueError as error:
        raise WrongInput([("ip", _("This is no IP address."))]) from error
