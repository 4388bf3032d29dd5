"""Telling browsers of new notices: those of members who asked for it."""

from django.db import transaction
from django.db.models import F
from django.urls import reverse
from django.utils import translation
from django.utils.translation import gettext as _

from enishi.campaigns.models import Notice
from enishi.members.models import Member
from enishi.messaging.actions import send
from enishi.messaging.models import Channel, PushSubscription

from .notices import with_readings


def push_notices() -> int:
    """Push the notices that have begun to be shown; each edition once. How many were told."""
    waiting = Notice.objects.shown().filter(pushed_edition__lt=F("edition"))
    return sum(_push(pk) for pk in waiting.values_list("pk", flat=True))


@transaction.atomic
def _push(pk: int) -> int:
    notice = Notice.objects.select_for_update(of=("self",)).select_related("segment").get(pk=pk)
    if notice.pushed_edition >= notice.edition:
        return 0
    notice.pushed_edition = notice.edition
    notice.save(update_fields=["pushed_edition"])
    asked = PushSubscription.objects.values("user_id")
    unread = with_readings(notice, read=False).filter(user_id__in=asked).order_by("pk")
    told: dict[int | None, Member] = {}  # by user: one may be several members
    for member in unread:
        told.setdefault(member.user_id, member)
    for user_id, member in told.items():
        with translation.override("en" if member.language == "en" else "ja"):
            text = _("There is a new notice for you. Open it to read it.")
        send(
            to=str(user_id),
            channel=Channel.PUSH,
            subject=notice.title,
            text=text,
            link=reverse("campaigns:own_notices"),
            about=member,
        )
    return len(told)
