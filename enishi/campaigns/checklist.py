"""What to look at before a campaign is sent."""

import re
from collections.abc import Iterator
from dataclasses import dataclass, field
from html import unescape

from django.conf import settings
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from enishi.accounts.models import User
from enishi.members.conditions import RuleFaults
from enishi.messaging.actions import addresses

from . import actions
from .actions.starting import test_gap
from .body.checking import TextFaults, faults_of
from .body.compiling import identity
from .body.fields import readable
from .models import Campaign, Variant
from .sending.printing import sender_of, verified_domains

LARGEST = 100_000  # Gmail cuts mails off at 102 KB
LONGEST_SUBJECT = 60
_IMAGE = re.compile(r"<img\b[^>]*>", re.IGNORECASE)
_ALT = re.compile(r"\balt\s*=\s*(\"[^\"]+\"|'[^']+')", re.IGNORECASE)
_HREF = re.compile(r"<a\b[^>]*\bhref\s*=\s*(\"[^\"]*\"|'[^']*')", re.IGNORECASE)
_GOOD = re.compile(r"https?://[^\s/?#]|mailto:[^\s]|tel:[^\s]|#", re.IGNORECASE)
_SAMPLE = re.compile(r"(?m)^(\S{1,12} )?…$")  # as the starters have them
_SPAM = re.compile(
    r"今すぐ|無料|必ず儲|絶対に|当選|副業|\bFREE\b|\bWINNER\b|!!!|！！！|100%|100％", re.IGNORECASE
)


_PLACES = {
    **dict.fromkeys(("subject", "spam"), "id_subject"),
    **dict.fromkeys(("body", "fields", "fallback", "size", "alt", "links", "sample"), "t-mail"),
    "topic": "id_topic",
    "test": "id_b_subject",
    "sender": "id_sender",
    "audience": "id_include",
    "shared": "id_shared_address",
}


@dataclass(frozen=True)
class Check:
    """One line. ``level``: ok, warning or error. ``people``: how many get the mail, where the
    line is about that."""

    key: str
    level: str
    text: str
    details: list[str] = field(default_factory=list)
    people: int | None = None

    @property
    def place(self) -> str:
        """Where in the editor one mends it."""
        return _PLACES.get(self.key, "")


def checklist(campaign: Campaign, *, by: User | None) -> list[Check]:
    """Every check, in the order in which one would mend them."""
    return [
        *_missing(campaign),
        *_sender(campaign),
        *_texts(campaign, by),
        *_audience(campaign, by),
    ]


def _missing(campaign: Campaign) -> Iterator[Check]:
    subjects = [campaign.subject, *(one.subject for one in campaign.variants.all())]
    if not campaign.subject.strip():
        yield Check("subject", "error", _("There is no subject."))
    elif long := [one for one in map(readable, subjects) if len(one) > LONGEST_SUBJECT]:
        yield Check("subject", "warning", _("The subject is long; telephones cut it off."), long)
    else:
        yield Check("subject", "ok", _("There is a subject."))
    if campaign.is_advertising and campaign.topic is None:
        text = _("Advertising needs a topic that members can agree to.")
        yield Check("topic", "error", text)
    if gap := test_gap(campaign):
        yield Check("test", "error", gap[1])
    if found := _SPAM.findall("\n".join(subjects)):
        text = _("Words in the subject that spam filters watch for.")
        yield Check("spam", "warning", text, sorted(set(found)))
    if campaign.is_advertising:
        lines = identity().splitlines()
        if len(lines) < 2:
            text = _("The sender's name and address are not complete (特定電子メール法).")
            yield Check("identity", "warning", text, lines)
        else:
            yield Check("identity", "ok", _("The sender's identity stands in the mail."), lines)


def _sender(campaign: Campaign) -> Iterator[Check]:
    """A sender of somebody else's domain is taken for a forgery by those who receive it."""
    variants = list(campaign.variants.all()) or [Variant(campaign=campaign)]
    boxes = {sender_of(campaign, one).address for one in variants}
    nowhere = sorted(one for one in boxes if one.endswith(".invalid"))
    if nowhere and settings.MAIL_TRANSPORT != "mailbox":
        text = _("No sender address is set: nobody takes mail of %(address)s. Settings, Mail.")
        yield Check("no_sender", "error", text % {"address": nowhere[0]})
        return
    known = verified_domains()
    if strange := sorted(one for one in boxes if addresses.domain_of(one) not in known):
        text = _(
            "The sender's address is not of the domain in the mail settings: many mail servers"
            " refuse such mails or take them for spam (SPF, DMARC)."
        )
        yield Check("sender", "warning", text, strange)


def _texts(campaign: Campaign, by: User | None) -> Iterator[Check]:
    if not any(campaign.body.values()):
        yield Check("body", "error", _("There is no text yet."))
        return
    faults = faults_of(campaign, list(campaign.variants.all()), by)
    if faults:
        details = [_("Line %(line)d, column %(column)d: %(reason)s") % vars(one) for one in faults]
        yield Check("fields", "error", _("Merge fields that cannot be filled in."), details)
        return
    variants: list[Variant | None] = list(campaign.variants.all())
    try:
        shown = [actions.preview(campaign, None, by=by, variant=one) for one in variants or [None]]
    except TextFaults:  # pragma: no cover - asked a moment ago
        return
    yield Check("fields", "ok", _("All merge fields are known."))
    if bare := sorted({key for one in shown for key in one.bare}):
        text = _("Fields without a fallback: where a member has no value there is a gap.")
        told = [f"{readable(f'{{{{ {key} }}}}')} {{{{ {key} }}}}" for key in bare]
        yield Check("fallback", "warning", text, told)
    if _SAMPLE.search("\n".join(one.text for one in shown)):
        text = _("Words of the sample are left: “…” stands where your own should.")
        yield Check("sample", "warning", text)
    if htmls := list(dict.fromkeys(one.html for one in shown if one.html)):
        yield from _of_html(htmls)
    if campaign.is_advertising:
        yield Check("unsubscribe", "ok", _("One can unsubscribe from it."))


def _of_html(htmls: list[str]) -> Iterator[Check]:
    """Of all variants together; the size is that of the largest."""
    size, html = max(len(one.encode()) for one in htmls), "\n".join(htmls)
    if size > LARGEST:
        text = _("The mail is large (%(size)d KB): Gmail cuts it off after 100 KB.")
        yield Check("size", "warning", text % {"size": size // 1000})
    else:
        yield Check("size", "ok", _("The size is good (%(size)d KB).") % {"size": size // 1000 + 1})
    without = [one[:120] for one in _IMAGE.findall(html) if not _ALT.search(one)]
    if without:
        count = len(without)
        text = ngettext(
            "%(count)d picture has no description.",
            "%(count)d pictures have no description.",
            count,
        )
        yield Check("alt", "warning", text % {"count": count}, without)
    links = [unescape(one[1:-1]).strip() for one in _HREF.findall(html)]
    broken = [one or "—" for one in links if not _GOOD.match(one)]
    if broken:
        yield Check("links", "error", _("Links that lead nowhere."), broken[:20])


def _audience(campaign: Campaign, by: User | None) -> Iterator[Check]:
    if not campaign.audience.get("include"):
        yield Check("audience", "error", _("Nobody is chosen yet."))
        return
    try:
        reach = actions.reach(campaign, by)
    except (actions.BadAudience, RuleFaults) as error:
        yield Check("audience", "error", _("The audience cannot be read."), [str(error)])
        return
    text = ngettext(
        "%(count)s member gets the mail.", "%(count)s members get the mail.", reach.recipients
    ) % {"count": f"{reach.recipients:,}"}
    left_out = [
        _("Left out, %(reason)s: %(count)s") % {"reason": reason, "count": f"{count:,}"}
        for reason, count in reach.reasons
    ]
    level = "ok" if reach.recipients else "error"
    yield Check("audience", level, text, left_out, people=reach.recipients)
    if reach.sharing and campaign.shared_address == Campaign.Shared.EACH:
        text = ngettext(
            "%(count)s recipient shares the address of another one.",
            "%(count)s recipients share their address with another one.",
            reach.sharing,
        )
        hint = _("One mail for each address is enough? Edit: “Families with one address”.")
        yield Check("shared", "warning", text % {"count": f"{reach.sharing:,}"}, [hint])
