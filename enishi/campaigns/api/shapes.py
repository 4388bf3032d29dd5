"""What goes over the wire."""

import re
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from datetime import datetime
from typing import Any

from django.http import Http404, HttpRequest
from django.utils.translation import gettext as _
from ninja import Field as Described
from ninja import Schema

from enishi.accounts.api import WrongInput
from enishi.accounts.models import User
from enishi.campaigns import actions
from enishi.campaigns.models import Campaign
from enishi.campaigns.sending.freezing import counts
from enishi.messaging.actions import default_sender

LARGEST_ID = 2**63 - 1


class CampaignValues(Schema):
    """A campaign to write. What is left out stays as it is, or gets its default."""

    name: Any = Described(None, description="for the office only")
    subject: Any = Described(None, description="may hold merge fields: {{ member.name }}")
    preheader: Any = None
    sender: Any = Described(
        None,
        alias="from",
        description="“Name <address>”, an object with name and address, or “owner”: the member's "
        "owner, with the usual sender where that address is not ours",
    )
    reply_to: Any = None
    body: Any = Described(
        None,
        description="one of mjml, html, text, blocks; text beside HTML too. A block is "
        '{"type": "heading", "text"}, text (text), image (src, alt, href, width), button (text, '
        "href), divider, html (html), columns (columns: one to three lists of blocks), members "
        "(segment, blocks) or repeat (database, text, field, value)",
    )
    text: Any = Described(None, description="the text part, instead of the one made of the HTML")
    audience: Any = Described(
        None, description="include and exclude: lists of segment ids and of rules"
    )
    topic: Any = Described(None, description="key or id of a topic; advertising needs one")
    message_class: Any = Described(
        None, alias="class", description="advertising (the default) or transactional"
    )
    tracked: Any = Described(None, description="false: opens and clicks are not measured")
    utm: Any = Described(None, description="utm_campaign for every link")
    shared_address: Any = Described(None, description="each (a mail a member) or once an address")
    spread_minutes: Any = Described(None, description="spread the sending over this time")
    local_time: Any = Described(
        None,
        description="such as 08:00: by the clocks of the member's country; null for all at once",
    )
    quiet_from: Any = Described(None, description="such as 21:00: nothing leaves from then …")
    quiet_to: Any = Described(None, description="… until then, such as 08:00")
    late_hours: Any = Described(None, description="a schedule that is later than this is missed")
    variants: Any = Described(None, description="A/B: a list of {subject, sender, body}")
    test_share: Any = Described(None, description="percent of the audience that the test takes")
    winner_by: Any = Described(None, description="opens, clicks, conversions or hand")
    winner_hours: Any = Described(None, description="choose the winner after so many hours")
    conversions: Any = Described(None, description="kinds of activity that count as success")
    conversion_days: Any = Described(None, description="… within so many days after the click")
    archived: Any = Described(None, description="true: anybody may read it under /archive/")
    version: int | None = Described(None, description="of PATCH: the version you began from")


class CampaignAnswer(Schema):
    """A campaign. ``counts``: recipients by state."""

    id: int
    name: str
    state: str = Described(
        description="draft, scheduled, freezing, sending, paused, done, cancelled or missed"
    )
    why_paused: str = Described(
        description="hand, bounces, complaints, or broken: something that it names is gone"
    )
    message_class: str = Described(alias="class")
    topic: str | None
    subject: str
    preheader: str
    sender: dict[str, str] = Described(alias="from")
    reply_to: str
    body: dict[str, Any]
    text: str
    audience: dict[str, Any]
    tracked: bool
    utm: str
    shared_address: str
    spread_minutes: int
    local_time: str | None
    quiet_from: str | None
    quiet_to: str | None
    late_hours: int
    variants: list[dict[str, Any]]
    test_share: int
    winner_by: str
    winner_hours: int
    winner: int | None
    conversions: list[str]
    conversion_days: int
    archived: bool
    counts: dict[str, int]
    total: int = Described(description="recipients when the audience was frozen")
    dropped: dict[str, int] = Described(description="who was left out, by reason")
    approved: bool
    send_at: datetime | None
    started_at: datetime | None
    ended_at: datetime | None
    version: int
    created_at: datetime
    updated_at: datetime


_NAMED = re.compile(r"\s*\"?([^<\"]*)\"?\s*<([^<>\s]+)>\s*")
_SAME = (
    *("name", "subject", "preheader", "reply_to", "audience", "topic", "tracked", "utm"),
    *("shared_address", "spread_minutes", "quiet_from", "quiet_to", "late_hours", "variants"),
    "local_time",
    *("test_share", "winner_by", "winner_hours", "conversions", "conversion_days", "archived"),
)
_KNOWN = {*_SAME, "from", "class", "body", "text", "version"}


_SENT_AS = {"sender": "from", "sender_name": "from", "message_class": "class", "text_part": "text"}


@contextmanager
def named_as_sent() -> Iterator[None]:
    """Errors name the fields as the API calls them."""
    try:
        yield
    except actions.Invalid as no:
        named = {_SENT_AS.get(name, name): said for name, said in no.errors.items()}
        raise actions.Invalid(named) from no


def by_of(request: HttpRequest) -> User | None:
    """Whoever made the token that asks."""
    return request.user if isinstance(request.user, User) else None


def found(id_: int) -> Campaign:
    row = Campaign.objects.filter(pk=id_).first() if 0 < id_ <= LARGEST_ID else None
    if row is None:
        raise Http404
    return row


def sent(body: Mapping[str, Any]) -> dict[str, Any]:
    """The values of a body as actions take them. Raises WrongInput."""
    strange = sorted(set(body) - _KNOWN)
    if strange:
        raise WrongInput([(name[:60], _("There is no such field.")) for name in strange])
    values = {name: body[name] for name in _SAME if name in body}
    if "class" in body:
        values["message_class"] = body["class"]
    if "from" in body:
        values |= sender_of(body["from"])
    if "body" in body:
        values |= _body_of(body["body"])
    if "text" in body:
        values["text_part"] = body["text"]
    if isinstance(values.get("variants"), list):
        values["variants"] = [_variant(one) for one in values["variants"]]
    return values


def sender_of(written: Any) -> dict[str, Any]:
    """``from``: text, object, or "owner"."""
    if written in (None, ""):
        return {"sender": "", "sender_name": "", "sender_kind": "fixed"}
    if written == "owner" or (isinstance(written, Mapping) and written.get("kind") == "owner"):
        return {"sender_kind": "owner"}
    if isinstance(written, str):
        named = _NAMED.fullmatch(written)
        name, address = (named[1].strip(), named[2]) if named else ("", written.strip())
    elif isinstance(written, Mapping):
        name = str(written.get("name") or "")
        address = str(written.get("address") or written.get("email") or "")
    else:
        raise WrongInput([("from", _("Write “Name <address>”."))])
    return {"sender": address, "sender_name": name, "sender_kind": "fixed"}


def _body_of(written: Any) -> dict[str, Any]:
    if not isinstance(written, Mapping):
        raise WrongInput([("body", _("Send one of: blocks, mjml, html, text."))])
    body = dict(written)
    if body.get("text") is not None and {"html", "mjml", "blocks"} & set(body):
        return {"text_part": body.pop("text"), "body": body}
    return {"body": body}


def _variant(one: Any) -> Any:
    if not isinstance(one, Mapping):
        return one
    made: dict[str, Any] = {
        name: one[name] for name in ("subject", "sender_name", "body") if name in one
    }
    if "from" in one or "sender" in one:
        sender = sender_of(one.get("from", one.get("sender")))
        made |= {name: sender[name] for name in ("sender", "sender_name") if name in sender}
    return made


def answer(campaign: Campaign, *, counted: bool = True) -> dict[str, Any]:
    """A campaign as it is sent."""
    usual = default_sender()
    return {
        **{name: getattr(campaign, name) for name in _PLAIN},
        "id": campaign.pk,
        "class": campaign.message_class,
        "topic": campaign.topic.key if campaign.topic else None,
        "from": {
            "kind": campaign.sender_kind,
            "name": campaign.sender_name or usual.name,
            "address": campaign.sender or usual.address,
        },
        "text": campaign.text_part,
        **{
            name: at.isoformat("minutes") if (at := getattr(campaign, name)) else None
            for name in ("local_time", "quiet_from", "quiet_to")
        },
        "variants": [
            {
                "number": one.number,
                "subject": one.subject,
                "from": {"name": one.sender_name, "address": one.sender},
                "body": one.body,
            }
            for one in campaign.variants.all()
        ],
        "counts": counts(campaign) if counted else {},
        "approved": actions.is_approved(campaign),
    }


_PLAIN = (
    *("name", "state", "why_paused", "subject", "preheader", "reply_to", "body", "audience"),
    *("tracked", "utm", "shared_address", "spread_minutes", "late_hours", "test_share"),
    *("conversions", "conversion_days", "archived"),
    *("winner_by", "winner_hours", "winner", "total", "dropped", "send_at", "started_at"),
    *("ended_at", "version", "created_at", "updated_at"),
)
