"""Ready-made mails to begin with: the shape is there, the words are put in by the office."""

from dataclasses import dataclass
from typing import Any

from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy

from enishi.messaging.models import MessageClass

from .models import Campaign

Text = str | Promise
NOWHERE = "https://"  # the checklist asks for the address before sending


@dataclass(frozen=True)
class Starter:
    """``button`` is '' for a letter without one."""

    label: Text
    subject: Text
    words: Text
    button: Text = ""
    message_class: str = MessageClass.ADVERTISING

    @property
    def blocks(self) -> list[dict[str, Any]]:
        greeting = "{{ member.name|honorific }}\n\n"
        found: list[dict[str, Any]] = [
            {"type": "heading", "text": str(self.subject)},
            {"type": "text", "text": f"{greeting}{self.words}"},
        ]
        if self.button:
            found.append({"type": "button", "text": str(self.button), "href": NOWHERE})
        ending = str(_("If you have any questions, simply answer this mail."))
        return [*found, {"type": "divider"}, {"type": "text", "text": ending}]


STARTERS: dict[str, Starter] = {
    "newsletter": Starter(
        pgettext_lazy("starter", "Newsletter"),
        _("Our newsletter is out"),
        _("This is what we write about this time.\n\n**First topic**\n…\n\n**Second topic**\n…"),
        _("Read the newsletter"),
    ),
    "event": Starter(
        pgettext_lazy("starter", "Invitation"),
        _("An invitation"),
        _("We would be glad to see you.\n\n**When** …\n**Where** …\n**Fee** …\n**Until** …"),
        pgettext_lazy("starter", "Register"),
    ),
    "meeting": Starter(
        pgettext_lazy("starter", "General meeting"),
        _("Notice of the general meeting"),
        _("The general meeting takes place as follows.\n\n**When** …\n**Where** …\n**Agenda** …"),
        _("Tell us whether you come"),
        MessageClass.TRANSACTIONAL,
    ),
    "thanks": Starter(
        pgettext_lazy("starter", "Letter of thanks"),
        _("Thank you for taking part"),
        _("Thank you for coming the other day.\n\n…"),
    ),
}
_SAME = ("subject", "preheader", "message_class", "topic", "body", "text_part", "utm")
_SENDER = ("sender_kind", "sender", "sender_name", "reply_to")


def begun_with(campaign: Campaign, like: str | Campaign) -> Campaign:
    """``campaign``, not saved yet, with the words of a starter or of an earlier campaign."""
    if isinstance(like, Campaign):
        for name in (*_SAME, *_SENDER):
            setattr(campaign, name, getattr(like, name))
        return campaign
    starter = STARTERS[like]
    campaign.subject, campaign.body = str(starter.subject), {"blocks": starter.blocks}
    campaign.message_class = starter.message_class
    return campaign
