"""Kinds of activity that come with Enishi, and what the stream hangs into the shells."""

from typing import Any

from django.contrib.auth.signals import user_logged_in, user_logged_out
from django.db import connection, transaction
from django.db.models.signals import post_migrate
from django.dispatch import receiver
from django.http import HttpRequest
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy

from enishi.accounts.models import User
from enishi.core.origin import origin
from enishi.members.actions import attached
from enishi.members.models import Member
from enishi.ui.registry import panel, settings_item, timeline_source

from . import actions, partitions
from . import conditions as _conditions  # noqa: F401 - registers ``did``
from . import seed as _seed  # noqa: F401 - registers what ``enishi seed --activities`` makes
from .kinds import kind, put_registered
from .models import Kind
from .tracking import marks, receiving
from .tracking.machines import device_of
from .views import office, timeline

attached("activity_activity", key=("id",))  # too large for a foreign key

_CAMPAIGN = {"campaign": _("Campaign")}

kind(
    "site.viewed",
    _("Viewed a page"),
    "world",
    props={
        "url": "text",
        "path": "text",
        "title": "text",
        "referrer": "text",
        "device": "text",
        "ip": "text",
        "source": "text",
        "campaign": "text",
    },
    labels={
        "url": _("URL"),
        "path": _("Page"),
        "title": _("Title"),
        "referrer": _("Came from"),
        "device": _("Device"),
        "ip": _("IP address"),
        "source": _("Source (utm_source)"),
        "campaign": _("Campaign (utm_campaign)"),
    },
)
kind(
    "site.signed_in",
    _("Signed in"),
    "login",
    props={"device": "text", "ip": "text"},
    labels={"device": _("Device"), "ip": _("IP address")},
)
for _key, _label, _icon, _more in (
    ("sent", _("Mail sent"), "send", {}),
    ("delivered", _("Mail delivered"), "mail", {}),
    ("opened", _("Mail opened"), "mail-opened", {}),
    ("clicked", _("Link in a mail clicked"), "click", {"link": "text", "url": "text"}),
    ("bounced", _("Mail bounced"), "mail-x", {"hard": "boolean", "reason": "text"}),
    ("unsubscribed", _("Unsubscribed from mail"), "mail-off", {"topic": "text"}),
    ("complained", _("Reported a mail as spam"), "alert-triangle", {}),
):
    kind(
        f"mail.{_key}",
        _label,
        _icon,
        props={"campaign": "integer", "subject": "text", **_more},
        labels={
            **_CAMPAIGN,
            "subject": _("Subject"),
            "link": _("Link"),
            "url": _("URL"),
            "hard": _("For good"),
            "reason": _("Reason"),
            "topic": _("Topic"),
        },
    )
for _key, _label, _icon in (
    ("sent", _("SMS sent"), "message"),
    ("delivered", _("SMS delivered"), "message"),
    ("failed", _("SMS failed"), "message-off"),
    ("clicked", _("Link in an SMS clicked"), "click"),
    ("unsubscribed", _("Unsubscribed from SMS"), "message-off"),
):
    kind(f"sms.{_key}", _label, _icon, {"campaign": "integer", "link": "text"}, _CAMPAIGN)
for _key, _label, _icon in (
    ("sent", _("Push message sent"), "bell"),
    ("opened", _("Push message opened"), "bell"),
    ("failed", _("Push message failed"), "bell-off"),
    ("unsubscribed", _("Unsubscribed from push messages"), "bell-off"),
):
    kind(f"push.{_key}", _label, _icon, {"campaign": "integer", "link": "text"}, _CAMPAIGN)
kind("custom", _("Other"), "activity")


@receiver(post_migrate, dispatch_uid="activity_kinds")
def kinds_have_rows(sender: Any, **_kwargs: Any) -> None:
    """After every migration all registered kinds are there, and room for the coming months."""
    if sender.label == "activity" and Kind._meta.db_table in connection.introspection.table_names():
        put_registered()
        partitions.ahead()


# Pages

settings_item(
    _("Visits and activities"),
    "activity:tracking",
    "world",
    "activity.configure",
    order=60,
    group=_("Operation"),
    description=_("The script that counts visits, other sites, and how long activities are kept"),
)
panel("karte.facts", order=60, right="activity.view")(office.panel)
for _key, _label, _belongs, _order in (
    ("sendings", pgettext_lazy("timeline", "Sendings"), timeline.is_sending, 60),
    ("site", pgettext_lazy("timeline", "Site"), timeline.is_site, 70),
    ("activity", pgettext_lazy("timeline", "Other activities"), timeline.is_other, 80),
):
    timeline_source("karte", _key, _label, order=_order, right="activity.view")(
        timeline.told(_belongs)
    )


# Signing in


@receiver(user_logged_in, dispatch_uid="activity_signed_in")
@transaction.atomic
def member_signed_in(user: User, request: HttpRequest | None = None, **_kwargs: Any) -> None:
    """It is written down for each member of the account; visits up to now turn out to be theirs."""
    members = list(Member.objects.present().filter(user=user).order_by("pk"))
    if not members or request is None:
        return
    there = receiving.tracking()
    props = {
        "device": device_of(request.headers.get("User-Agent", "")),
        "ip": receiving.kept_address(origin().ip, there.address),
    }
    actions.record_many(actions.Happened(m.pk, "site.signed_in", props=props) for m in members)
    if receiving.wanted(request):
        if mark := request.COOKIES.get(marks.COOKIE, ""):
            actions.claim_visits(mark, members[0])
        request.new_mark = actions.bind_visitor(members[0])  # type: ignore[attr-defined]


@receiver(user_logged_out, dispatch_uid="activity_signed_out")
def member_signed_out(request: HttpRequest | None = None, **_kwargs: Any) -> None:
    """Whoever sits down at this computer next is somebody else."""
    if request is not None and marks.COOKIE in request.COOKIES:
        request.new_mark = ""  # type: ignore[attr-defined]
