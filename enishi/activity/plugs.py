"""Kinds of activity that come with Enishi, and what the stream hangs into the shells."""

from typing import Any

from django.db import connection
from django.db.models.signals import post_migrate
from django.dispatch import receiver
from django.utils.translation import gettext_lazy as _

from . import conditions as _conditions  # noqa: F401 - registers ``did``
from . import partitions
from . import seed as _seed  # noqa: F401 - registers what ``enishi seed --activities`` makes
from .kinds import kind, put_registered
from .models import Kind

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
    ("unsubscribed", _("Unsubscribed"), "mail-off", {"topic": "text"}),
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
