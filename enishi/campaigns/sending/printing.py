"""The mails of a campaign, made one after the other from what was compiled once."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from typing import Any

from django.utils import translation

from enishi.accounts.models import User
from enishi.campaigns.body.checking import segments_in
from enishi.campaigns.body.fields import (
    SEGMENT,
    TOKEN,
    Addressee,
    Reader,
    Values,
    compiled_catalogue,
    members_of,
)
from enishi.campaigns.models import Campaign, Variant
from enishi.campaigns.tracking import tokens
from enishi.members.actions import consent_word, preferences_link, unsubscribe_link
from enishi.messaging.actions import (
    Envelope,
    Letter,
    Mailbox,
    addresses,
    default_sender,
    merge,
    return_paths,
)
from enishi.messaging.models import MailSettings
from enishi.segments.conditions import members_of as in_segment
from enishi.segments.models import Segment


@dataclass(slots=True)
class Claimed:
    """A recipient that this process may send to now."""

    id: int
    member_id: int
    email: str
    variant: int
    attempts: int
    member: Addressee | None = None
    values: Values = field(default_factory=dict)


def sender_of(campaign: Campaign, variant: Variant) -> Mailbox:
    """Who the mail comes from when it is not the member's owner."""
    usual = default_sender()
    address = variant.sender or campaign.sender or usual.address
    return Mailbox(address, variant.sender_name or campaign.sender_name or usual.name)


def answers_to(campaign: Campaign) -> str:
    """Where answers go: as the campaign says, else as the settings do; '' to the sender."""
    return campaign.reply_to or MailSettings.current().reply_to


def verified_domains() -> set[str]:
    """Domains that mail may come from: those of the settings and of the installation."""
    found = {addresses.domain_of(default_sender().address)}
    if bounce := MailSettings.current().bounce_address:
        found.add(addresses.domain_of(bounce))
    return found


def from_owner(
    campaign: Campaign, owner: User | None, usual: Mailbox, verified: set[str]
) -> tuple[Mailbox | None, Mailbox | None]:
    """The owner as sender, and where answers go; where the owner's address is not ours to send
    from, only the name. None: as usual."""
    if owner is None or not owner.is_active or not owner.email:
        return None, None
    box = Mailbox(owner.email, owner.name)
    if addresses.domain_of(owner.email) in verified:
        return box, box if not campaign.reply_to else None
    own = Mailbox(usual.address, owner.name)
    return own, box if not campaign.reply_to else None


class Press:
    """Makes the mails of one campaign. Shared by the threads of a process."""

    def __init__(self, campaign: Campaign) -> None:
        self.campaign = campaign
        self.letters: dict[int, Letter] = {}
        self.pages: dict[int, merge.Template] = {}
        self.subjects: dict[int, merge.Template] = {}
        used: set[str] = set()
        self.segments: dict[int, Segment] = {}
        sender = default_sender()
        answers = answers_to(campaign)
        for variant in campaign.variants.all():
            body = variant.body or campaign.body
            wanted = segments_in(body)
            self.segments |= Segment.objects.in_bulk(wanted)
            known = compiled_catalogue(None, wanted)
            subject = merge.parse(variant.subject or campaign.subject, known)
            text = merge.parse(variant.text, known)
            html = merge.parse(variant.html, known, html=True) if variant.html else None
            for template in (subject, text, html):
                used |= template.used if template is not None else set()
            sender = sender_of(campaign, variant)
            self.pages[variant.number] = html or text
            self.subjects[variant.number] = subject
            self.letters[variant.number] = Letter(
                sender=sender,
                subject=subject,
                text=text,
                html=html,
                reply_to=Mailbox(answers) if answers else None,
                headers={"Precedence": "bulk", "Feedback-ID": f"c{campaign.pk}:enishi"},
            )
        self.sender = sender
        self.topic = campaign.topic_id or 0
        self.reader = Reader(used, {"campaign.name": campaign.name})
        self.by_owner = campaign.sender_kind == Campaign.Sender.OWNER
        self.verified = verified_domains() if self.by_owner else set()
        self.return_path = return_paths("c", sender=sender.address)
        stamp = int(campaign.frozen_at.timestamp()) if campaign.frozen_at else 0
        self.stamp = f".{stamp}@{addresses.domain_of(sender.address)}"

    def read(self, batch: Sequence[Claimed]) -> None:
        """Look up everything that the mails of a batch say, in a few queries."""
        members = members_of([one.member_id for one in batch], self.reader.columns)
        inside = {
            number: set(
                in_segment(segment).filter(pk__in=list(members)).values_list("pk", flat=True)
            )
            for number, segment in self.segments.items()
        }
        for language, group in _by_language(batch, members):
            with translation.override(language):
                for one in group:
                    one.member = members[one.member_id]
                    one.values = self.reader.values(one.member)
                    for number, ids in inside.items():
                        one.values[f"{SEGMENT}{number}"] = one.member_id in ids

    def page(self, one: Claimed) -> str | None:
        """The mail as a page; None when there is no such mail (any more)."""
        if one.member is None or one.variant not in self.letters:
            return None
        self._address(one)
        return self.pages[one.variant].render(one.values)

    def title(self, one: Claimed) -> str:
        """The subject, of a mail for which there is a page."""
        return " ".join(self.subjects[one.variant].render(one.values).split())

    def envelope(self, one: Claimed) -> Envelope:
        """The mail to one recipient. Raises BadAddress, merge.TooLong."""
        member = one.member
        assert member is not None
        unsubscribe = self._address(one)
        sender, reply_to = self._from_owner(member) if self.by_owner else (None, None)
        content = self.letters[one.variant].build(
            Mailbox(one.email, member.name),
            one.values,
            message_id=f"c{one.id}{self.stamp}",
            unsubscribe=unsubscribe,
            sender=sender,
            reply_to=reply_to,
        )
        return Envelope(self.return_path(one.id), one.email, content, one)

    def _address(self, one: Claimed) -> str:
        """Put the recipient's own addresses into the values; returns the one to unsubscribe."""
        word = tokens.word(one.id, self.campaign.pk)
        values = one.values
        values[TOKEN] = word
        consent = consent_word(one.member_id, self.topic, ref=f"c{one.id}")
        unsubscribe = unsubscribe_link(consent)
        values["links.unsubscribe"] = unsubscribe
        values["links.preferences"] = preferences_link(consent)
        values["links.web"] = tokens.address("m", word)
        return unsubscribe

    def _from_owner(self, member: Addressee) -> tuple[Mailbox | None, Mailbox | None]:
        return from_owner(self.campaign, member.owner, self.sender, self.verified)


def _by_language(
    batch: Iterable[Claimed], members: dict[int, Addressee]
) -> list[tuple[str, list[Claimed]]]:
    groups: dict[str, list[Claimed]] = {}
    for one in batch:
        member = members.get(one.member_id)
        if member is not None:
            groups.setdefault("en" if member.language == "en" else "ja", []).append(one)
    return list(groups.items())


_presses: dict[int, tuple[Any, Press]] = {}


def press_of(campaign: Campaign) -> Press:
    """The press of a campaign; made once for all threads of a process."""
    kept = _presses.get(campaign.pk)
    if kept is not None and kept[0] == campaign.frozen_at:
        return kept[1]
    if len(_presses) > 20:
        _presses.clear()
    made = Press(campaign)
    _presses[campaign.pk] = (campaign.frozen_at, made)
    return made
