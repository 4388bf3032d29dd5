"""What came back, for programs."""

from datetime import datetime
from typing import Any

from django.http import HttpRequest
from django.utils.translation import gettext as _
from ninja import Field as Described
from ninja import Query, Router, Schema

from enishi.accounts.api import WrongInput, needs
from enishi.core.pages import page
from enishi.messaging.models import Report

router = Router(tags=["messages"])


class BounceAnswer(Schema):
    """What a mail, a webhook or the answer of a mail server told about one address."""

    id: int
    at: datetime
    channel: str
    kind: str = Described(
        description="hard, soft, full, blocked, complaint, auto_reply, delayed or unknown"
    )
    source: str = Described(description="smtp, imap, answer or webhook")
    domain: str
    status: str = Described(description="RFC 3463, such as 5.1.1")
    text: str
    message: int | None = Described(description="the single message that it speaks of")
    recipient: int | None = Described(description="the recipient of a campaign")


class BouncePage(Schema):
    items: list[BounceAnswer]
    next: str | None


class Which(Schema):
    kind: str = ""
    limit: int = Described(50, ge=1, le=200)
    cursor: str = ""


@router.get("/bounces", response=BouncePage, auth=needs("messages:read"), summary="Bounces")
def bounces(request: HttpRequest, which: Query[Which]) -> dict[str, Any]:
    """Complaints and automatic answers too; the newest first."""
    rows = Report.objects.all()
    if which.kind:
        if which.kind not in Report.Kind.values:
            known = ", ".join(Report.Kind.values)
            raise WrongInput([("kind", _("Write one of: %(known)s.") % {"known": known})])
        rows = rows.filter(kind=which.kind)
    got = page(rows, sort=["-at"], cursor=which.cursor, limit=which.limit)
    return {"items": [_bounce(one) for one in got.items], "next": got.next or None}


def _bounce(row: Report) -> dict[str, Any]:
    names = "id at channel kind source domain status text".split()
    of = {"m": "message", "c": "recipient"}.get(row.token_kind)
    return {
        **{name: getattr(row, name) for name in names},
        "message": None,
        "recipient": None,
        **({of: row.token_number} if of else {}),
    }
