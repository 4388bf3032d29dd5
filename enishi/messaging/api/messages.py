"""Single messages and suppressed addresses for programs."""

from datetime import datetime
from typing import Any

from django.db import IntegrityError, transaction
from django.http import HttpRequest
from django.shortcuts import get_object_or_404
from django.utils.translation import gettext as _
from ninja import Field as Described
from ninja import Query, Router, Schema, Status
from pydantic import ConfigDict

from enishi.accounts.api import WrongInput, needs
from enishi.accounts.models import User
from enishi.core.pages import page
from enishi.messaging import actions
from enishi.messaging.models import Channel, Message, Suppression
from enishi.messaging.permissions import sees_addresses

router = Router(tags=["messages"])
READ, SEND, CONFIGURE = needs("messages:read"), needs("messages:send"), needs("messages:configure")


def by_of(request: HttpRequest) -> User | None:
    """Whoever made the token."""
    return request.user if request.user.is_authenticated else None


class MessageAnswer(Schema):
    """One message to one address. The text of one that opens a door is not told."""

    id: int
    channel: str
    message_class: str = Described(description="transactional or advertising")
    state: str = Described(
        description="waiting, sending, sent, refused, failed, uncertain, held or bounced"
    )
    reason: str
    to: str
    to_name: str
    subject: str
    text: str
    created_at: datetime
    sent_at: datetime | None


class MessagePage(Schema):
    """One page; ``next`` is the cursor of the one that follows, null on the last."""

    items: list[MessageAnswer]
    next: str | None


class MessageValues(Schema):
    """A transactional message. Advertising is sent by campaigns, which ask for consents."""

    model_config = ConfigDict(extra="forbid")  # message_class: advertising must not pass as this

    to: str = Described(description="an e-mail address, or digits of a telephone for sms")
    channel: str = "email"
    to_name: str = Described("", max_length=200)
    subject: str = Described("", max_length=500)
    text: str = Described(max_length=100_000)
    html: str = Described("", max_length=500_000)
    reply_to: str = Described("", max_length=254)


class MessageFilters(Schema):
    """What the list can be narrowed by."""

    to: str = ""
    state: str = ""
    cursor: str = ""
    limit: int = Described(50, ge=1, le=200)


def _message(row: Message, request: HttpRequest) -> dict[str, Any]:
    names = "id channel message_class state to to_name subject created_at sent_at"
    values = {name: getattr(row, name) for name in names.split()}
    if not sees_addresses(request.user):
        values["to"] = ""
    return {
        **values,
        "reason": actions.reason_for(request.user, row),
        "text": "" if row.secret else row.text,
    }


@router.get("/messages", response=MessagePage, auth=READ, summary="Single messages")
def messages(request: HttpRequest, filters: Query[MessageFilters]) -> dict[str, Any]:
    """The newest first."""
    found = Message.objects.all()
    if filters.to and sees_addresses(request.user):
        found = found.filter(to=filters.to)
    if filters.state:
        found = found.filter(state=filters.state)
    shown = page(found, sort=["-created_at"], cursor=filters.cursor, limit=filters.limit)
    return {"items": [_message(row, request) for row in shown.items], "next": shown.next or None}


@router.get("/messages/{int:id}", response=MessageAnswer, auth=READ, summary="A single message")
def message(request: HttpRequest, id: int) -> dict[str, Any]:
    """And what became of it."""
    return _message(get_object_or_404(Message, pk=id), request)


def _same(row: Message, order: MessageValues) -> bool:
    """Whether the message is what the order asks for."""
    said = order.dict() | {"to": order.to.strip(), "subject": " ".join(order.subject.split())}
    return all(getattr(row, name) == value for name, value in said.items())


@router.post(
    "/messages",
    response={200: MessageAnswer, 202: MessageAnswer},
    auth=SEND,
    summary="Send a single message",
)
def send(request: HttpRequest, values: MessageValues) -> Status[dict[str, Any]]:
    """With ``Idempotency-Key`` the same order given twice is sent once (200), another under the
    same key refused (422)."""
    key = request.headers.get("Idempotency-Key", "").strip()
    if len(key) > 200:
        raise WrongInput([("Idempotency-Key", _("At most 200 characters, please."))])
    if values.channel not in (Channel.EMAIL, Channel.SMS):
        raise WrongInput([("channel", "email, sms")])
    if not values.text.strip():
        raise WrongInput([("text", _("Write the text."))])
    try:
        with transaction.atomic():
            row = actions.send(**values.dict(), key=key, by=by_of(request))
    except IntegrityError as error:
        row = Message.objects.get(key=key)
        if not _same(row, values):
            raise actions.OtherOrder from error
        return Status(200, _message(row, request))
    return Status(202, _message(row, request))


class SuppressionAnswer(Schema):
    """An address that is left alone; the address itself is not kept."""

    id: int
    channel: str
    domain: str
    reason: str = Described(description="hard, soft, complaint or manual")
    detail: str
    at: datetime
    lifted_at: datetime | None
    lifted_reason: str


class SuppressionValues(Schema):
    """An address to be left alone."""

    address: str = Described(max_length=254)
    channel: str = "email"
    detail: str = Described("", max_length=500)


class Lifting(Schema):
    """Why the address may be written to again."""

    reason: str = Described(max_length=500)


def _suppression(row: Suppression) -> dict[str, Any]:
    names = "id channel domain reason detail at lifted_at lifted_reason"
    return {name: getattr(row, name) for name in names.split()}


@router.get(
    "/suppressions", response=list[SuppressionAnswer], auth=READ, summary="Suppressed addresses"
)
def suppressions(
    request: HttpRequest, address: str = "", channel: str = "email"
) -> list[dict[str, Any]]:
    """With ``address`` everything about that one, lifted ones too; else the newest 200."""
    if address:
        rows = Suppression.objects.of(address, channel).order_by("-at", "-pk")
    else:
        rows = Suppression.objects.in_force().filter(channel=channel).order_by("-at", "-pk")
    return [_suppression(row) for row in rows[:200]]


@router.post(
    "/suppressions",
    response={201: SuppressionAnswer},
    auth=CONFIGURE,
    summary="Suppress an address",
)
def suppress(request: HttpRequest, values: SuppressionValues) -> Status[dict[str, Any]]:
    """Nothing is sent to it from now on."""
    if values.channel not in (Channel.EMAIL, Channel.SMS):
        raise WrongInput([("channel", "email, sms")])
    if values.channel == Channel.EMAIL:
        try:
            actions.addresses.wire(values.address)
        except actions.BadAddress as error:
            sentence = _("This is not an e-mail address.")
            raise WrongInput([("address", sentence)]) from error
    row = actions.suppress(
        values.address,
        channel=values.channel,
        reason=Suppression.Reason.MANUAL,
        detail=values.detail,
        by=by_of(request),
    )
    return Status(201, _suppression(row))


@router.post(
    "/suppressions/{int:id}/lifting",
    response=SuppressionAnswer,
    auth=CONFIGURE,
    summary="Lift a suppression",
)
def lift(request: HttpRequest, id: int, values: Lifting) -> dict[str, Any]:
    """With a reason that is kept."""
    row = get_object_or_404(Suppression, pk=id)
    return _suppression(actions.lift(row, reason=values.reason, by=by_of(request)))
