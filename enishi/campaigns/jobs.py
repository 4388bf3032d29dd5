"""What campaigns do in the background."""

from typing import Any

from django.utils.translation import gettext_lazy as _

from enishi.core.jobs import Progress, job, periodic
from enishi.core.models import Job

SENDERS = 2  # jobs that send, each with several connections


@job("campaigns.freeze", title=_("Preparing a campaign"))
def freeze_audience(_progress: Progress, *, campaign_id: int) -> None:
    from enishi.campaigns.sending.freezing import freeze

    if freeze(campaign_id) is not None:
        ask_for_senders()


@job("campaigns.send", title=_("Sending campaigns"), atomic=False)
def send_mails(progress: Progress) -> dict[str, Any]:
    from enishi.campaigns.sending.delivering import send_here

    return {"mails": send_here(progress)}


@job("campaigns.drop_waiting", title=_("Leaving out who waits for a cancelled campaign"))
def drop_waiting(_progress: Progress, *, campaign_id: int) -> dict[str, Any]:
    from enishi.campaigns.sending import freezing

    return {"left_out": freezing.drop_waiting(campaign_id)}


def ask_for_senders() -> int:
    """See to it that enough processes send; returns how many were asked."""
    states = (Job.State.WAITING, Job.State.RUNNING)
    open_ones = Job.objects.filter(name="campaigns.send", state__in=states).count()
    missing = max(0, SENDERS - open_ones)
    for _number in range(missing):
        send_mails.enqueue()
    return missing


@periodic("* * * * *", "campaigns.minute", title=_("Campaigns: what is due"))
def minute(_progress: Progress) -> dict[str, Any]:
    """Start what is scheduled, choose winners, close what has ended, wake senders, push notices."""
    from enishi.campaigns import actions
    from enishi.campaigns.models import Campaign
    from enishi.campaigns.sending import claiming, telling, watching, winning
    from enishi.campaigns.tracking.receiving import spool
    from enishi.campaigns.tracking.storing import settle, store_hits

    begun = actions.begin_due()
    claiming.recover()
    winning.choose_due()
    sending = list(Campaign.objects.sending().values_list("pk", flat=True))
    due = claiming.has_due(sending)
    ended = [pk for pk in sending if pk not in due and watching.finish(pk)]
    if due:
        ask_for_senders()
    hits = spool.drain(store_hits) + settle()
    told, pushed = telling.tell(), actions.push_notices()
    return {"begun": begun, "ended": len(ended), "hits": hits, "told": told, "pushed": pushed}
