"""What a campaign is, in a few lines: for whoever sends it, and for whoever is asked to approve."""

from collections.abc import Iterator
from datetime import datetime, time, timedelta

from django.utils import timezone
from django.utils.translation import get_language, ngettext, pgettext
from django.utils.translation import gettext as _

from enishi.accounts.models import User
from enishi.campaigns.audience import segments_of
from enishi.campaigns.body.fields import readable
from enishi.campaigns.models import Campaign, Recipient
from enishi.campaigns.sending.printing import answers_to, sender_of
from enishi.core import clock
from enishi.core.bulk import rows
from enishi.segments.conditions import seen_by
from enishi.segments.models import Segment
from enishi.ui.written import jdatetime, number

STILL = timedelta(seconds=90)  # without a sign of life, and the background work stands
SOON = timedelta(minutes=1)


def overview(campaign: Campaign, by: User) -> Iterator[tuple[str, str]]:
    """Label and words, line by line; segments by the names that ``by`` may see."""
    named = Segment.objects.filter(pk__in=segments_of(campaign.audience))
    names = {one.pk: one.name for one in seen_by(named, by)}
    yield _("Who gets it"), _people(campaign, "include", names) or _("Nobody is chosen yet.")
    if without := _people(campaign, "exclude", names):
        yield _("But not"), without
    kind = campaign.get_message_class_display()
    yield _("Class"), f"{kind} · {campaign.topic}" if campaign.topic else kind
    yield _("Sender"), _sender(campaign)
    if answers := answers_to(campaign):
        yield _("Reply address"), answers
    if campaign.preheader:
        yield _("Preheader"), readable(campaign.preheader)
    if campaign.variants.count() > 1:
        yield _("A/B test"), _test(campaign)
    if when := " ".join(_times(campaign)):
        yield pgettext("campaign", "Times"), when
    if campaign.archived:
        yield _("Archive"), _("Anybody can read it in the archive.")


def _people(campaign: Campaign, side: str, names: dict[int, str]) -> str:
    said = []
    for one in campaign.audience.get(side) or []:
        if one == {"all": []}:
            said.append(_("All members"))
        elif isinstance(one, dict):
            said.append(_("A rule of its own"))
        else:
            said.append(names.get(int(one)) or _("segment no. %(number)s") % {"number": one})
    return "、".join(said) if get_language() == "ja" else ", ".join(said)


def _sender(campaign: Campaign) -> str:
    box = sender_of(campaign, campaign.variants.first() or campaign.variants.model())
    written = f"{box.name} <{box.address}>" if box.name else box.address
    if campaign.sender_kind == Campaign.Sender.OWNER:
        return _("The member's owner; without one: %(sender)s") % {"sender": written}
    return written


def _test(campaign: Campaign) -> str:
    share = campaign.test_share or 100
    said = [
        f"{one.letter}: {readable(one.subject or campaign.subject)}"
        for one in campaign.variants.all()
    ]
    said.append(
        _("%(share)s%% of the recipients; winner by: %(by)s")
        % {"share": share, "by": campaign.get_winner_by_display()}
    )
    return " / ".join(said)


def _hour(at: time) -> str:
    return at.strftime("%H:%M")


def _times(campaign: Campaign) -> Iterator[str]:
    if campaign.local_time is not None:
        said = _("Arrives at %(at)s by the clocks where the member lives.")
        yield said % {"at": _hour(campaign.local_time)}
    elif campaign.quiet_from is not None and campaign.quiet_to is not None:
        said = _("Nothing leaves between %(begin)s and %(end)s.")
        yield said % {"begin": _hour(campaign.quiet_from), "end": _hour(campaign.quiet_to)}
    if campaign.spread_minutes:
        said = ngettext(
            "Spread over %(count)s minute.",
            "Spread over %(count)s minutes.",
            campaign.spread_minutes,
        )
        yield said % {"count": number(campaign.spread_minutes)}


def first_mail(campaign: Campaign) -> str:
    """What a schedule does not say by itself: that it lies in the quiet hours, or that mails
    arrive by other clocks."""
    if campaign.send_at is None:
        return ""
    if campaign.local_time is not None:
        said = _("Each mail leaves when it is %(at)s where its reader lives, from then on.")
        return said % {"at": _hour(campaign.local_time)}
    if campaign.is_quiet(campaign.send_at):
        said = _("These are quiet hours: the mails leave from %(at)s on.")
        return said % {"at": jdatetime(quiet_end(campaign, campaign.send_at))}
    return ""


def quiet_end(campaign: Campaign, at: datetime) -> datetime:
    """When the quiet hours end in which ``at`` lies."""
    assert campaign.quiet_to is not None
    here = timezone.localtime(at)
    end = datetime.combine(here.date(), campaign.quiet_to, here.tzinfo)
    return end if end > here else end + timedelta(days=1)


def why_it_waits(campaign: Campaign) -> str:
    """Why nothing leaves at the moment, '' where it does or where a button says it."""
    now = clock.now()
    if campaign.state not in (Campaign.State.FREEZING, Campaign.State.SENDING):
        return ""
    if campaign.state == Campaign.State.SENDING:
        waiting = Recipient.objects.filter(campaign=campaign, state=Recipient.State.PENDING)
        due = waiting.order_by("next_try").values_list("next_try", flat=True).first()
        if due is None:
            return ""
        if campaign.is_quiet(now):
            said = _("Quiet hours: nothing leaves before %(at)s.")
            return said % {"at": jdatetime(quiet_end(campaign, now))}
        if due > now + SOON:
            return _("The next mail leaves on %(at)s.") % {"at": jdatetime(due)}
    [(alive,)] = rows("SELECT max(last_heartbeat) FROM procrastinate_workers")
    if alive is None or alive < now - STILL:
        return _(
            "The background work stands still, so nothing leaves. Tell whoever runs this"
            " installation. Once it runs again, the sending goes on where it stopped."
        )
    return ""
