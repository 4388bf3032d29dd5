"""How a campaign looks to one member: preview, test mail, the mail as a page."""

import re
from collections.abc import Mapping
from dataclasses import dataclass
from html import escape

from django.db import transaction
from django.utils import translation
from django.utils.translation import gettext as _

from enishi.accounts.models import User
from enishi.campaigns.body import repeating
from enishi.campaigns.body.checking import TextFaults, faults_of, segments_in, wanted_of
from enishi.campaigns.body.compiling import Unreadable, Wanted, compiled
from enishi.campaigns.body.fields import (
    SEGMENT,
    TOKEN,
    Reader,
    Values,
    compiled_catalogue,
    readable,
)
from enishi.campaigns.models import Campaign, Variant
from enishi.campaigns.sending.printing import answers_to, from_owner, sender_of, verified_domains
from enishi.core.models import Organisation
from enishi.members.models import Member
from enishi.messaging.actions import Mailbox, merge, send
from enishi.messaging.models import Message
from enishi.segments.conditions import members_of
from enishi.segments.models import Segment

from .refusals import NotReady, NotStaff

_TOKEN = re.escape(f"{{{{ {TOKEN} }}}}")
_COUNTED = re.compile(
    rf"(<a\b[^>]*\bhref=\")[^\"]*/c/{_TOKEN}\.(\d+)(\"[^>]*>)(.*?)</a>", re.IGNORECASE | re.DOTALL
)
_FIELD = re.compile(r"\{\{.*?\}\}")
_PIXEL = re.compile(rf"<img\b[^>]*/o/{_TOKEN}[^>]*>", re.IGNORECASE)

MOST_TESTED = 10  # addresses of one test
# Every member has them, or we put them in.
SURE = (
    "links.",
    "row.",
    "member.name",
    "member.number",
    "member.email",
    "member.member_type",
    "member.type",
)


@dataclass(frozen=True)
class Shown:
    """A mail as one member would see it."""

    subject: str
    preheader: str
    html: str
    text: str
    sender: str
    sender_name: str
    bare: list[str]  # fields without a fallback that are empty for this member
    reply_to: str = ""


def preview(
    campaign: Campaign,
    member: Member | None,
    *,
    by: User | None,
    variant: Variant | None = None,
    links: dict[str, str] | None = None,
) -> Shown:
    """The mail to ``member`` (None: nobody in particular), with plain links.

    Raises TextFaults, and NotReady where nothing is written yet.
    """
    if not campaign.body:
        raise NotReady({"body": _("Write the mail.")})
    variants = list(campaign.variants.all()) if campaign.pk else []
    if faults := faults_of(campaign, variants, by):
        raise TextFaults(faults)
    one = variant or next(iter(variants), None) or Variant(campaign=campaign)
    body = one.body or campaign.body
    made = compiled(body, campaign.text_part, wanted_of(campaign, tracked=False))
    wanted = segments_in(body)
    known = compiled_catalogue(None, wanted)
    subject = merge.parse(one.subject or campaign.subject, known)
    preheader = merge.parse(campaign.preheader, known)
    text = merge.parse(made.text, known)
    html = merge.parse(made.html, known, html=True) if made.html else None
    parts = [one for one in (subject, preheader, text, html) if one is not None]
    used = {key for part in parts for key in part.used}
    values = _values(campaign, member, used, wanted, links or {})
    bare = {key for part in parts for key in part.bare}
    sender, answers = sender_of(campaign, one), answers_to(campaign)
    if campaign.sender_kind == Campaign.Sender.OWNER and member is not None:
        owner, to_owner = from_owner(campaign, member.owner, sender, verified_domains())
        sender, answers = owner or sender, to_owner.address if to_owner else answers
    return Shown(
        subject=" ".join(subject.render(values).split()),
        preheader=preheader.render(values),
        html=html.render(values) if html is not None else "",
        text=text.render(values),
        sender=sender.address,
        sender_name=sender.name,
        bare=sorted(key for key in bare if not values.get(key) and not key.startswith(SURE)),
        reply_to=answers,
    )


def click_map(
    campaign: Campaign, variant: Variant, clicks: Mapping[int, tuple[str, str]]
) -> str | None:
    """The mail as it was sent, with words beside each counted link; None for a mail of text.

    ``clicks``: number of a link → where it leads, and the words.
    """

    def told(found: re.Match[str]) -> str:
        if int(found[2]) not in clicks:  # the trap for machines
            return ""
        url, words = clicks[int(found[2])]
        url = _FIELD.sub("", url)
        badge = f'<span style="{_BADGE}">{escape(words)}</span>'
        return f"{found[1]}{escape(url)}{found[3]}{found[4]}{badge}</a>"

    if not variant.html:
        return None
    segments = segments_in(variant.body or campaign.body)
    html = _COUNTED.sub(told, _PIXEL.sub("", variant.html))
    try:
        template = merge.parse(html, compiled_catalogue(None, segments), html=True)
    except merge.Faults:  # a field that it names is gone
        return None
    shown = _values(campaign, None, set(), set(), {})
    fields = {key: readable(f"{{{{ {key} }}}}") for key in template.used - set(shown)}
    inside = {f"{SEGMENT}{number}": True for number in segments}
    lists: Values = {key: [] for key in fields if key.startswith(repeating.LISTS)}
    return template.render(fields | shown | inside | lists)


_BADGE = (
    "display:inline-block;margin-left:4px;padding:0 8px;border-radius:10px;background:#1f3f83;"
    "color:#ffffff;font:700 12px/20px sans-serif;vertical-align:middle;white-space:nowrap"
)


def without_reader(campaign: Campaign) -> Shown | None:
    """The mail as anybody may read it: no parts for a segment, nothing of a member, plain links.

    None where it cannot be shown, for a field that it names is gone.
    """
    variants = {one.number: one for one in campaign.variants.all()}
    one = variants.get(campaign.winner or 0) or Variant(campaign=campaign)
    body = one.body or campaign.body
    wanted = Wanted(tracked=False, advertising=False)
    try:
        made = compiled(body, campaign.text_part, wanted)
        known = compiled_catalogue(None, segments_in(body))
        values = _values(campaign, None, set(), set(), {})
        html = merge.parse(made.html, known, html=True).render(values) if made.html else ""
        text = merge.parse(made.text, known).render(values)
        subject = merge.parse(one.subject or campaign.subject, known).render(values)
    except (Unreadable, merge.Faults, merge.TooLong):
        return None
    sender = sender_of(campaign, one)
    name = " ".join(subject.split())
    return Shown(name, "", html, text, sender.address, sender.name, [])


def subject_without_reader(campaign: Campaign) -> str:
    """The subject as anybody may read it; '' where it cannot be made."""
    variants = {one.number: one.subject for one in campaign.variants.all()}
    written = variants.get(campaign.winner or 0) or campaign.subject
    try:
        subject = merge.parse(written, compiled_catalogue(None, ()))
    except merge.Faults:
        return ""
    return " ".join(subject.render({"organisation.name": Organisation.current().name}).split())


def _values(
    campaign: Campaign,
    member: Member | None,
    used: set[str],
    segments: set[int],
    links: dict[str, str],
) -> Values:
    nowhere = dict.fromkeys(("links.web", "links.unsubscribe", "links.preferences"), "#")
    fixed = {"campaign.name": campaign.name, TOKEN: "", **nowhere, **links}
    reader = Reader(used, fixed)
    if member is None:
        return dict(reader.fixed)
    with translation.override("en" if member.language == "en" else "ja"):
        values = reader.values(member)
    if "links.notices" in values:
        values["links.notices"] = "#"  # whoever looks is not the member
    for number, segment in Segment.objects.in_bulk(segments).items():
        values[f"{SEGMENT}{number}"] = members_of(segment).filter(pk=member.pk).exists()
    return values


@transaction.atomic
def send_test(
    campaign: Campaign,
    addresses: list[str],
    *,
    member: Member | None,
    by: User | None,
    variant: int = 0,
) -> list[Message]:
    """Send the mail as ``member`` would get it to staff. Raises NotStaff, TextFaults.

    Only to them: a test to just anybody would be advertising without consent.
    """
    chosen = campaign.variants.filter(number=variant).first()
    shown = preview(campaign, member, by=by, variant=chosen)
    staff = {one.email.lower() for one in User.objects.filter(is_active=True, is_staff=True)}
    strange = next((one for one in addresses if one.lower() not in staff), None)
    if strange is not None:
        raise NotStaff(address=strange[:100])
    return [
        send(
            to=address,
            subject=_("[Test] %(subject)s") % {"subject": shown.subject},
            text=shown.text,
            html=shown.html,
            sender=Mailbox(shown.sender, shown.sender_name),
            reply_to=shown.reply_to,
            about=campaign,
            by=by,
        )
        for address in addresses[:MOST_TESTED]
    ]
