"""Campaigns: write, look at, check."""

import json
from typing import Any

from django.http import HttpRequest
from django.utils.translation import gettext as _
from ninja import Field as Described
from ninja import Query, Router, Schema, Status

from enishi.accounts.api import NotAllowed, WrongInput, needs
from enishi.campaigns import actions
from enishi.campaigns.body.fields import offered
from enishi.campaigns.checklist import checklist
from enishi.campaigns.models import Campaign, State, Variant
from enishi.campaigns.permissions import SEES, sees_members
from enishi.core.pages import page
from enishi.members.api.shapes import found as member_found
from enishi.members.models import Member

from .shapes import CampaignAnswer, CampaignValues, answer, by_of, found, named_as_sent, sent

router = Router(tags=["campaigns"])
READ, WRITE = needs("campaigns:read"), needs("campaigns:write")
DELETE = needs("campaigns:delete")


class CampaignPage(Schema):
    """One page, the newest first; ``next`` is the cursor of the one that follows."""

    items: list[CampaignAnswer]
    next: str | None


class Filters(Schema):
    state: str = Described("", description="draft, scheduled, sending, paused, done, cancelled")
    limit: int = Described(50, ge=1, le=200)
    cursor: str = ""


def body_of(request: HttpRequest) -> dict[str, Any]:
    """The body as an object; {} for none."""
    raw = request.body.strip()
    read = json.loads(raw) if raw else {}
    if not isinstance(read, dict):
        raise WrongInput([("", "Send an object.")])
    return read


@router.get("/campaigns", response=CampaignPage, auth=READ, summary="Campaigns", by_alias=True)
def campaigns(request: HttpRequest, filters: Query[Filters]) -> dict[str, Any]:
    """Without counts by state: read a single campaign for those."""
    rows = Campaign.objects.select_related("topic").prefetch_related("variants")
    if filters.state:
        if filters.state not in State.values:
            known = ", ".join(State.values)
            raise WrongInput([("state", _("Write one of: %(known)s.") % {"known": known})])
        rows = rows.filter(state=filters.state)
    got = page(rows, sort=["-created_at"], cursor=filters.cursor, limit=filters.limit)
    return {
        "items": [answer(one, counted=False) for one in got.items],
        "next": got.next or None,
    }


@router.post(
    "/campaigns",
    response={201: CampaignAnswer},
    auth=WRITE,
    summary="Write a campaign",
    by_alias=True,
)
def create(request: HttpRequest, values: CampaignValues) -> Status[dict[str, Any]]:
    """A draft. Nothing leaves before POST …/sending."""
    with named_as_sent():
        made = actions.create(sent(body_of(request)), by=by_of(request))
    return Status(201, answer(made))


@router.get(
    "/campaigns/{int:id}",
    response=CampaignAnswer,
    auth=READ,
    summary="Read a campaign",
    by_alias=True,
)
def campaign(request: HttpRequest, id: int) -> dict[str, Any]:
    """With how many recipients are in each state."""
    return answer(found(id))


@router.patch(
    "/campaigns/{int:id}",
    response=CampaignAnswer,
    auth=WRITE,
    summary="Change a draft",
    by_alias=True,
)
def change(request: HttpRequest, id: int, values: CampaignValues) -> dict[str, Any]:
    """Only the fields that are named. With ``version``, a clash is refused with 409."""
    body = body_of(request)
    version = body.pop("version", None)
    with named_as_sent():
        row = actions.change(found(id), sent(body), by=by_of(request), version=version)
    return answer(row)


@router.delete("/campaigns/{int:id}", response={204: None}, auth=DELETE, summary="Delete a draft")
def delete(request: HttpRequest, id: int) -> Status[None]:
    """What was sent stays."""
    actions.delete(found(id), by=by_of(request))
    return Status(204, None)


@router.post(
    "/campaigns/{int:id}/copies",
    response={201: CampaignAnswer},
    auth=WRITE,
    summary="Copy a campaign",
    by_alias=True,
)
def copy(request: HttpRequest, id: int) -> Status[dict[str, Any]]:
    """A new draft with the same content."""
    return Status(201, answer(actions.copy(found(id), by=by_of(request))))


class PreviewOf(Schema):
    """For whom, and which variant of a test."""

    member: str | int | None = Described(None, description="id or member number; null for nobody")
    variant: int = 0


def _reader(request: HttpRequest, named: str | int | None) -> Member | None:
    """The member through whose eyes a mail is looked at: it says who they are, and more."""
    if named is None:
        return None
    if not sees_members(request):
        raise NotAllowed(SEES)
    return member_found(str(named))


def _variant_of(row: Campaign, number: int) -> Variant | None:
    """The variant of this number; None for 0 of a campaign that has none yet."""
    found_ = row.variants.filter(number=number).first() if 0 <= number < 100 else None
    if found_ is None and number:
        raise WrongInput([("variant", _("There is no such variant."))])
    return found_


class PreviewAnswer(Schema):
    """The mail as the member would see it. ``empty``: fields that leave a gap."""

    subject: str
    preheader: str
    html: str
    text: str
    sender: dict[str, str] = Described(alias="from")
    empty: list[str]


@router.post(
    "/campaigns/{int:id}/preview",
    response=PreviewAnswer,
    auth=READ,
    summary="See a campaign as a member",
    by_alias=True,
)
def preview(request: HttpRequest, id: int, of: PreviewOf) -> dict[str, Any]:
    """Refuses (422, ``faults``) texts that could not be sent, with the places. As a member: with
    the scope members:read."""
    row = found(id)
    member = _reader(request, of.member)
    variant = _variant_of(row, of.variant)
    shown = actions.preview(row, member, by=by_of(request), variant=variant)
    return {
        "subject": shown.subject,
        "preheader": shown.preheader,
        "html": shown.html,
        "text": shown.text,
        "from": {"name": shown.sender_name, "address": shown.sender},
        "empty": shown.bare,
    }


class TestMail(Schema):
    """Whom to send a test to: addresses of people who work in the office."""

    __test__ = False

    to: list[str]
    member: str | int | None = Described(None, description="as whom; null for nobody")
    variant: int = 0


class Sent(Schema):
    sent: int


@router.post(
    "/campaigns/{int:id}/tests",
    response={202: Sent},
    auth=needs("campaigns:send"),
    summary="Send a test mail",
)
def test_mail(request: HttpRequest, id: int, test: TestMail) -> Status[dict[str, int]]:
    """Only to staff: a test to anybody else would be advertising without consent."""
    if not 1 <= len(test.to) <= actions.MOST_TESTED or not all(map(str.strip, test.to)):
        said = _("Write 1 to %(most)d addresses.") % {"most": actions.MOST_TESTED}
        raise WrongInput([("to", said)])
    row, member = found(id), _reader(request, test.member)
    _variant_of(row, test.variant)
    sent_ = actions.send_test(row, test.to, member=member, by=by_of(request), variant=test.variant)
    return Status(202, {"sent": len(sent_)})


class ReachAnswer(Schema):
    """How many would get it now, and who would not, by reason."""

    recipients: int
    dropped: dict[str, int]
    sharing: int = Described(description="recipients whose address another one has too")


@router.get(
    "/campaigns/{int:id}/reach", response=ReachAnswer, auth=READ, summary="Count the audience"
)
def reach(request: HttpRequest, id: int) -> dict[str, Any]:
    """As it is at this moment; it is frozen when the sending begins."""
    return vars(actions.reach(found(id), by_of(request)))


class CheckAnswer(Schema):
    """One line of the checklist. ``level``: ok, warning or error (which stops the sending)."""

    key: str
    level: str
    text: str
    details: list[str]
    people: int | None = Described(None, description="of the audience: how many get the mail")


class Checks(Schema):
    items: list[CheckAnswer]


@router.get(
    "/campaigns/{int:id}/checks", response=Checks, auth=READ, summary="Checklist of a campaign"
)
def checks(request: HttpRequest, id: int) -> dict[str, Any]:
    """What to look at before sending."""
    return {"items": [vars(one) for one in checklist(found(id), by=by_of(request))]}


class MergeField(Schema):
    field: str
    label: str


class MergeFields(Schema):
    items: list[MergeField]


@router.get("/merge-fields", response=MergeFields, auth=READ, summary="Fields for texts")
def merge_fields(request: HttpRequest) -> dict[str, Any]:
    """What a subject and a body may name between double braces."""
    listed = offered(by_of(request))
    return {"items": [{"field": key, "label": label} for key, label in listed]}
