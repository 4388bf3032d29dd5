"""Telling browsers of new notices: those of members who asked for it."""

from django.db import transaction
from django.db.models import F
from django.urls import reverse
from django.utils import translation
from django.utils.translation import gettext as _

from enishi.campaigns.facts import NoticePushed
from enishi.campaigns.models import Notice
from enishi.core.facts import announce
from enishi.members.models import Member
from enishi.messaging.actions import push_many
from enishi.messaging.models import PushSubscription

from .notices import with_readings


def push_notices() -> int:
    """Push the notices that have begun to be shown; each edition once. How many were told."""
    waiting = Notice.objects.shown().filter(pushed_edition__lt=F("edition"))
    return sum(_push(pk) for pk in waiting.values_list("pk", flat=True))


@transaction.atomic
def _push(pk: int) -> int:
    """One statement for everybody, and one job that delivers it, however many they are."""
    notice = Notice.objects.select_for_update(of=("self",)).select_related("segment").get(pk=pk)
    if notice.pushed_edition >= notice.edition:
        return 0
    notice.pushed_edition = notice.edition
    notice.save(update_fields=["pushed_edition"])
    asked = PushSubscription.objects.values("user_id")
    unread = with_readings(notice, read=False).filter(user_id__in=asked)
    # Once a user: one may be several members.
    once = unread.order_by("user_id", "pk").distinct("user_id")
    chosen, params = once.values_list("user_id", "pk", "language").query.sql_with_params()
    count = push_many(
        chosen,
        params,
        about=Member._meta.label_lower,
        subject=notice.title,
        texts={language: _said(language) for language in ("ja", "en")},
        link=reverse("campaigns:own_notices"),
    )
    if count:
        announce(NoticePushed(about=notice, by=None, members=count))
    return count


def _said(language: str) -> str:
    with translation.override(language):
        return _("There is a new notice for you. Open it to read it.")
