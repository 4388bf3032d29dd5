"""What consents hang in: the karte's panel, the topics' settings, and the proof for advertising."""

import re
from collections.abc import Mapping
from typing import Any

from django.db.models import Model, Q, QuerySet
from django.http import HttpRequest
from django.template.loader import render_to_string
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy

from enishi.core.asked import asked
from enishi.core.facts import reacts_to
from enishi.members import actions
from enishi.members.conditions import Listed, Subject, Type, has_source
from enishi.members.facts import MembersMerged, MergeUndone
from enishi.members.models import Consent, ConsentState, Member, Topic
from enishi.messaging.actions import advertising_needs, names_message
from enishi.messaging.models import Channel, Message
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


_UNSUBSCRIBE = re.compile(r"/mail/unsubscribe/([\w.-]{10,200})/")


@names_message
def of_unsubscribe_link(text: str) -> tuple[str, int] | None:
    """The message that a returned mail speaks of, by its List-Unsubscribe."""
    for word in _UNSUBSCRIBE.findall(text)[:5]:
        found = actions.read_consent_word(word)
        if found is not None and found.ref[1:].isdecimal():
            return found.ref[0], int(found.ref[1:])
    return None


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


@reacts_to(MembersMerged)
def settle_after_merge(fact: MembersMerged) -> None:
    """Lines of the ledger moved from one member to another; the last word on each topic holds."""
    _settle(fact.about, fact.dropped)


@reacts_to(MergeUndone)
def settle_after_undoing(fact: MergeUndone) -> None:
    _settle(fact.about, fact.dropped)


def _settle(*members: Model | None) -> None:
    actions.settle_consents([member.pk for member in members if member is not None])


def _fields() -> Mapping[str, Subject]:
    topics = Listed(dict(Topic.objects.values_list("pk", "name")))
    return {
        "topic": Subject(
            "topic", pgettext_lazy("consent", "Topic"), Type.LINK, "r.topic_id", names=topics
        ),
        "channel": Subject(
            "channel",
            pgettext_lazy("message", "Channel"),
            Type.CHOICE,
            "r.channel",
            nullable=False,
            choices=tuple(Channel.choices),
        ),
        "state": Subject(
            "state",
            pgettext_lazy("consent", "State"),
            Type.CHOICE,
            "r.state",
            nullable=False,
            choices=tuple(Consent.Choice.choices),
        ),
        "since": Subject("since", pgettext_lazy("consent", "Since"), Type.INSTANT, "r.since"),
    }


has_source(
    "consent",
    _("Consents to mailings"),
    table="members_consentstate r",
    fields=_fields,
    at="since",
)


@asked
def _states(member: Any) -> QuerySet[ConsentState]:
    return Consent.current(member).order_by("topic__order", "channel")


@panel("karte.facts", order=35, right="members.view")
def consents(request: HttpRequest, member: Member) -> str:
    states = _states.rows(member=member.pk)
    context = {
        "member": member,
        "states": states,
        "may_edit": member.deleted_at is None and may(request, "members.edit"),
    }
    return render_to_string("members/office/panels/consents.html", context, request)
