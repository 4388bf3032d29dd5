"""Writing to one member: a mail or an SMS in one's own words, with the checks of campaigns."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace

from django.conf import settings
from django.db import transaction
from django.utils.functional import Promise
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, pgettext_lazy

from enishi.accounts.models import User
from enishi.campaigns.body.fields import catalogue, honorific, readable
from enishi.campaigns.models import Campaign
from enishi.members.actions import consent_word, preferences_link, unsubscribe_link
from enishi.members.models import Consent, ConsentState, Member, Status, Topic
from enishi.messaging.actions import (
    LONGEST_SMS,
    BadAddress,
    Mailbox,
    TooLongForSms,
    addresses,
    merge,
    send,
    suppressed,
    units_of,
)
from enishi.messaging.models import Channel, Message, MessageClass, Suppression

from .refusals import CannotBeWrittenTo, Invalid
from .showing import Shown, preview

CHANNELS = (Channel.EMAIL, Channel.SMS)
# What only a campaign has, and a link that opens a door: the text of a message is kept.
NOT_HERE = ("campaign.name", "links.web", "links.notices")

WHY: dict[str, str | Promise] = {
    "deleted": gettext_lazy("This member is in the bin."),
    "deceased": gettext_lazy("This member has died. Nothing is sent any more."),
    "left": gettext_lazy("This member has left. Nothing is sent any more."),
    "no_email": gettext_lazy("No e-mail address is known."),
    "no_mobile": gettext_lazy("No mobile number is known."),
    "no_sms": gettext_lazy("SMS cannot be sent yet: no SMS service is set up."),
    "suppressed": gettext_lazy("The address is suppressed: nothing is sent to it."),
    "strange": gettext_lazy("This cannot be an address of this kind. Correct it first."),
}


@dataclass(frozen=True)
class Way:
    """An address of a member. ``why``: a key of WHY if nothing can be sent to it, else ''.

    ``own``: the one that consents to advertising are about."""

    key: str  # "own", or the number of a further address
    address: str
    label: str
    why: str = ""
    detail: str = ""  # of a suppression: what led to it
    own: bool = True

    @property
    def reason(self) -> str:
        """``why`` in words."""
        return str(WHY.get(self.why, ""))


@dataclass(frozen=True)
class Letter:
    """What is written to a member. ``to``: the key of a Way; ``subject`` is not for SMS."""

    text: str
    subject: str = ""
    channel: str = Channel.EMAIL
    to: str = "own"
    message_class: str = MessageClass.TRANSACTIONAL
    topic: Topic | None = None
    sender_kind: str = Campaign.Sender.FIXED

    @property
    def is_advertising(self) -> bool:
        return self.message_class == MessageClass.ADVERTISING


def sms_is_set_up() -> bool:
    """Whether an SMS leaves; without a service it is written to the log alone."""
    return bool(settings.SMS_PROVIDER != "log")


def hindrance(member: Member, channel: str) -> str:
    """Why ``member`` cannot be written to by this channel (a key of WHY); '' where they can, at
    one of ``ways``."""
    if member.deleted_at is not None:
        return "deleted"
    if member.deceased_on is not None:
        return "deceased"
    if member.status in (Status.LEFT, Status.REFUSED):
        return "left"
    if channel == Channel.SMS and not sms_is_set_up():
        return "no_sms"
    found = ways(member, channel)
    if not found:
        return "no_mobile" if channel == Channel.SMS else "no_email"
    return "" if any(not one.why for one in found) else found[0].why


def ways(member: Member, channel: str) -> list[Way]:
    """Every address of the member by this channel, the member's own first."""
    if channel == Channel.SMS:
        own = Way("own", member.mobile, str(pgettext_lazy("address", "Mobile")))
        found = [own] if member.mobile else []
    else:
        own = Way("own", member.email, str(pgettext_lazy("address", "E-mail")))
        found = [own] if member.email else []
        for one in member.further_emails.all():
            if one.email.lower() not in {way.address.lower() for way in found}:
                label = one.get_purpose_display()
                found.append(Way(str(one.pk), one.email, label, own=False))
    stopped = suppressed([one.address for one in found], channel)
    return [_judged(one, channel, stopped) for one in found]


def _judged(way: Way, channel: str, stopped: Mapping[str, str]) -> Way:
    if way.address in stopped:
        detail = str(Suppression.Reason(stopped[way.address]).label)
        return replace(way, why="suppressed", detail=detail)
    return replace(way, why="strange") if _is_strange(way.address, channel) else way


def _is_strange(address: str, channel: str) -> bool:
    if channel == Channel.SMS:
        return not (address.isascii() and address.lstrip("+").isdigit())
    try:
        addresses.wire(address)
    except BadAddress:
        return True
    return False


def agreed_topics(member: Member, channel: str) -> list[Topic]:
    """The topics about which the member has agreed to advertising by this channel."""
    given = ConsentState.objects.filter(
        member=member, channel=channel, state=Consent.Choice.GIVEN
    ).values("topic")
    return list(Topic.objects.offered().filter(pk__in=given))


def fields_of_letter(by: User | None) -> merge.Fields:
    """What a text to one member may name."""
    known = catalogue(by)
    labels = {key: label for key, label in known.labels.items() if key not in NOT_HERE}
    return merge.Fields(labels, known.lists, known.list_labels)


def shown_to(member: Member, letter: Letter, *, by: User | None) -> Shown:
    """The message as ``member`` would get it. Raises Invalid with the place of each mistake."""
    _refuse_faults(letter, by)
    word = consent_word(member.pk, letter.topic.pk if letter.topic else 0, letter.channel)
    links = {
        "links.unsubscribe": unsubscribe_link(word),
        "links.preferences": preferences_link(word),
    }
    draft = Campaign(
        subject=letter.subject,
        body={"text": letter.text.replace("\r\n", "\n")},
        message_class=letter.message_class,
        topic=letter.topic,
        sender_kind=letter.sender_kind,
    )
    shown = preview(draft, member, by=by, links=links)
    return replace(shown, text=shown.text.strip()) if letter.channel == Channel.SMS else shown


def _refuse_faults(letter: Letter, by: User | None) -> None:
    known = fields_of_letter(by)
    errors = {}
    for name in ("subject", "text"):
        try:
            merge.parse(getattr(letter, name), known)
        except merge.Faults as faults:
            errors[name] = " ".join(map(str, faults.faults))
    if errors:
        raise Invalid(errors)


@transaction.atomic
def write_to(member: Member, letter: Letter, *, by: User | None, key: str = "") -> Message:
    """Send a mail or an SMS to one member. ``key``: at most one message has it (IntegrityError).

    Raises CannotBeWrittenTo, and Invalid with a sentence for each field that is wrong.
    """
    rows = Member.objects.select_for_update(of=("self",)).select_related("owner")
    member = rows.get(pk=member.pk)
    if why := hindrance(member, letter.channel):
        raise CannotBeWrittenTo(reason=WHY[why])
    way = next((one for one in ways(member, letter.channel) if one.key == letter.to), None)
    if errors := dict(_wrong(member, letter, way)):
        raise Invalid(errors)
    assert way is not None
    shown = shown_to(member, letter, by=by)
    if errors := dict(_wrong_when_filled(shown, letter)):
        raise Invalid(errors)
    mail = letter.channel == Channel.EMAIL
    return send(
        to=way.address,
        to_name=member.name,
        channel=letter.channel,
        subject=shown.subject if mail else "",
        text=shown.text,
        message_class=letter.message_class,
        topic=letter.topic.key if letter.topic else "",
        sender=Mailbox(shown.sender, shown.sender_name) if mail else None,
        reply_to=shown.reply_to if mail else "",
        headers=_headers(member, letter) if mail else None,
        about=member,
        key=key,
        by=by,
    )


def _wrong(member: Member, letter: Letter, way: Way | None) -> Iterator[tuple[str, str]]:
    if way is None:
        yield "to", _("Choose one of the member's addresses.")
    elif way.why:
        yield "to", str(WHY[way.why])
    if letter.channel == Channel.EMAIL and not letter.subject.strip():
        yield "subject", _("Write a subject.")
    if not letter.text.strip():
        yield "text", _("Write the text.")
    if not letter.is_advertising:
        return
    if way is not None and not way.own:
        yield "to", _("Consent to advertising is about the member's own address, not this one.")
    if letter.topic is None:
        yield "topic", _("Advertising needs a topic.")
    elif letter.topic not in agreed_topics(member, letter.channel):
        yield "topic", _("The member has not agreed to advertising about this topic.")


def _wrong_when_filled(shown: Shown, letter: Letter) -> Iterator[tuple[str, str]]:
    """An empty place where a value should stand is not sent; nor is an SMS that is too long."""
    if shown.bare:
        said = _(
            "Nothing is known of this member for: %(fields)s. Take it out or write it yourself."
        )
        yield "text", said % {"fields": named(shown.bare)}
    elif letter.channel == Channel.SMS and units_of(shown.text) > LONGEST_SMS:
        yield "text", str(TooLongForSms(longest=LONGEST_SMS))


def named(keys: Sequence[str]) -> str:
    """Merge fields in words."""
    return " ".join(readable(f"{{{{ {key} }}}}") for key in keys)


def _headers(member: Member, letter: Letter) -> dict[str, str]:
    headers = {"Auto-Submitted": "no"}  # somebody wrote it: an absent member's answer is welcome
    if letter.is_advertising and letter.topic is not None:
        link = unsubscribe_link(consent_word(member.pk, letter.topic.pk, letter.channel))
        headers["List-Unsubscribe"] = f"<{link}>"
        headers["List-Unsubscribe-Post"] = "List-Unsubscribe=One-Click"
    return headers


def greeting(member: Member) -> str:
    """What a text to the member begins with."""
    name = f"{member.name} {honorific(member)}".strip()
    return f"{name},\n\n" if member.language == "en" else f"{name}\n\n"


__all__ = [
    "CHANNELS",
    "WHY",
    "Letter",
    "Way",
    "agreed_topics",
    "fields_of_letter",
    "greeting",
    "hindrance",
    "named",
    "shown_to",
    "sms_is_set_up",
    "ways",
    "write_to",
]
