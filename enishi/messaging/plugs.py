"""What messaging hangs into the shells, and the system's mails that it carries."""

from collections.abc import Iterator

from django.http import HttpRequest
from django.urls import reverse
from django.utils.translation import gettext_lazy as _

from enishi.core.mail import carried_by
from enishi.ui.registry import Hit, nav_item, search_source, settings_item

from . import actions
from .models import KeptMail

carried_by(actions.send_system)

GROUP = _("Messages")

nav_item(_("Mailbox"), "messaging:mailbox", "inbox", "mailbox.view", order=850)
settings_item(
    _("Mail"),
    "messaging:settings",
    "mail",
    "messages.configure",
    order=51,
    group=GROUP,
    description=_("Sender, reply address, bounces, a trial mail"),
)
settings_item(
    _("Mail templates"),
    "messaging:templates",
    "file-text",
    "messages.configure",
    order=52,
    group=GROUP,
    description=_("The mails that Enishi sends by itself, in your own words"),
)
settings_item(
    _("Suppressed addresses"),
    "messaging:suppressions",
    "circle-x",
    "messages.view",
    order=53,
    group=GROUP,
    description=_("Who is left alone, and why; look up an address"),
)
settings_item(
    _("Bounces"),
    "messaging:returned",
    "arrow-back-up",
    "messages.view",
    order=54,
    group=GROUP,
    description=_("What came back: dead addresses, full mailboxes, complaints"),
)
settings_item(
    _("Single messages"),
    "messaging:sent",
    "send",
    "messages.view",
    order=55,
    group=GROUP,
    description=_("Invitations, confirmations and notices to one person each"),
)


@search_source(_("Mails in the mailbox"), order=600, right="mailbox.view")
def kept_mails(_request: HttpRequest, words: str) -> Iterator[Hit]:
    """The newest few that hold the words."""
    rows = KeptMail.objects.saying(words[:200]).order_by("-at", "-pk").only("subject", "to")[:5]
    for row in rows:
        yield Hit(row.subject, reverse("messaging:kept_mail", args=[row.pk]), row.to, "mail")
