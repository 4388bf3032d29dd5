"""What consents hang in: the karte's panel, the topics' settings, and the proof for advertising."""

from django.db.models import Q
from django.http import HttpRequest
from django.template.loader import render_to_string
from django.utils.translation import gettext_lazy as _

from enishi.members.models import Consent, ConsentState, Member
from enishi.messaging.actions import advertising_needs
from enishi.messaging.models import Message
from enishi.ui.registry import may, panel, settings_item

settings_item(
    _("Topics"),
    "members:topics",
    "tags",
    "messages.configure",
    order=50,
    group=_("Messages"),
    description=_("What members can choose to be written to about."),
)


@advertising_needs
def has_agreed(message: Message) -> bool:
    """Advertising to a member needs the consent to its topic, and goes to the member's own
    address: a consent is not handed on to another one."""
    if message.about_type != Member._meta.label_lower or not message.about_id.isdigit():
        return False
    return ConsentState.objects.filter(
        Q(member__email=message.to) | Q(member__mobile=message.to),
        member_id=int(message.about_id),
        member__deleted_at=None,
        topic__key=message.topic,
        channel=message.channel,
        state=Consent.Choice.GIVEN,
    ).exists()


@panel("karte.facts", order=35, right="members.view")
def consents(request: HttpRequest, member: Member) -> str:
    states = list(Consent.current(member.pk).order_by("topic__order", "channel"))
    context = {
        "member": member,
        "states": states,
        "may_edit": member.deleted_at is None and may(request, "members.edit"),
    }
    return render_to_string("members/office/panels/consents.html", context, request)
