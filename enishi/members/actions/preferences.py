"""Links with which a member says what to be written to about, without signing in.

The word in a link is signed and names member, topic and the message that carried it; it may only
change what the member is written to about. A GET never changes anything (mail scanners follow
every link); RFC 8058's one click is a POST.
"""

from dataclasses import dataclass

from django.conf import settings
from django.urls import reverse
from django.utils.translation import gettext_lazy as _
from django.utils.translation import override, pgettext_lazy

from enishi.core.mail import send_system, system_mail
from enishi.members.models import Member, Topic
from enishi.messaging.actions import tokens
from enishi.messaging.models import Channel

CONFIRM = system_mail(
    "members.confirm_consent",
    _("Confirming a subscription"),
    description=_("To whoever chose a topic that has to be confirmed by mail."),
    subject=_("[{{ organisation.name }}] Please confirm: {{ topic }}"),
    text=_(
        "{{ member.name }},\n\n"
        "You asked for mails about “{{ topic }}”. Please confirm on the following page:\n\n"
        "{{ link }}\n\n"
        "Without this step you will not get them. If it was not you, please ignore this mail.\n\n"
        "{{ organisation.name }}\n"
    ),
    fields={
        "member.name": _("Name of the member"),
        "topic": pgettext_lazy("consent", "Topic"),
        "link": _("Link to confirm"),
    },
    examples={
        "member.name": "山田 花子",
        "topic": "会報・お知らせ",
        "link": "https://members.example.jp/mail/confirm/…",
    },
)

_PURPOSE = "consents"
_CHANNELS = {"e": Channel.EMAIL, "s": Channel.SMS, "p": Channel.PUSH, "n": Channel.NOTICE}
_LETTERS = {channel: letter for letter, channel in _CHANNELS.items()}


@dataclass(frozen=True)
class PreferenceLink:
    """What the word in a link says."""

    member_id: int
    topic_id: int  # 0: all of them
    channel: str
    ref: str


def consent_word(
    member_id: int, topic_id: int = 0, channel: str = Channel.EMAIL, ref: str = ""
) -> str:
    """The signed word for a link. ``ref``: letters and digits, such as "c1f3"; about 8 µs."""
    base36 = tokens.base36
    letter = _LETTERS[Channel(channel)]
    return tokens.signed(f"{letter}.{base36(member_id)}.{base36(topic_id)}.{ref}", _PURPOSE)


def read_consent_word(given: str) -> PreferenceLink | None:
    """What the word says; None for one that we have not signed."""
    text = tokens.unsigned(given.lower(), _PURPOSE)
    if text is None:
        return None
    letter, member, topic, ref = text.split(".", 3)
    return PreferenceLink(int(member, 36), int(topic, 36), str(_CHANNELS[letter]), ref)


def unsubscribe_link(given: str) -> str:
    """For List-Unsubscribe: a POST withdraws at once (RFC 8058), a GET shows the page."""
    return f"{settings.BASE_URL}/mail/unsubscribe/{given}/"


def preferences_link(given: str) -> str:
    """For the foot of a mail: the page on which one chooses topics."""
    return f"{settings.BASE_URL}/mail/preferences/{given}/"


def ask_to_confirm(member: Member, topic: Topic) -> None:
    """Mail the link of the double opt-in to the member's own address."""
    if not member.email:
        return
    path = reverse("members:confirm_consent", args=[consent_word(member.pk, topic.pk)])
    with override(member.language):
        name = str(topic)
    values = {"member.name": member.name, "topic": name, "link": f"{settings.BASE_URL}{path}"}
    send_system(
        CONFIRM.key,
        to=member.email,
        to_name=member.name,
        language=member.language,
        values=values,
        about=member,
    )
