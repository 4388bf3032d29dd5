"""Work on messages that goes on by itself."""

from django.utils.translation import gettext_lazy as _

from enishi.core.jobs import QUICK, job, periodic
from enishi.core.progress import Progress


@job("messaging.deliver", title=_("Sending a message"), queue=QUICK, atomic=False)
def deliver_message(_progress: Progress, *, message_id: int) -> None:
    from enishi.messaging import actions

    actions.deliver(message_id)


@periodic("* * * * *", "messaging.retry", title=_("Messages to be tried again"))
def retry(_progress: Progress) -> dict[str, int]:
    from enishi.messaging import actions

    asked = actions.retry_waiting()
    return {"asked": asked, "pushing": actions.wake_pushes()}


@job("messaging.push", title=_("Pushing notices to browsers"), atomic=False)
def deliver_pushes(progress: Progress) -> dict[str, int]:
    from enishi.messaging import actions

    return {"pushed": actions.push_due(progress)}


@job("messaging.read_inbound", title=_("Reading a returned mail"))
def read_inbound(_progress: Progress, *, inbound_id: int) -> dict[str, int]:
    from enishi.messaging import actions

    return {"found": actions.understand(inbound_id)}


@periodic("*/5 * * * *", "messaging.fetch")
@job("messaging.fetch", title=_("Fetching returned mails"), atomic=False)
def fetch(_progress: Progress) -> dict[str, int]:
    """Look into the IMAP mailbox, where one is set (ENISHI_INBOUND_IMAP)."""
    from django.conf import settings

    from enishi.messaging import actions
    from enishi.messaging.inbound.imap import fetch_new

    if not settings.INBOUND_IMAP:
        return {"fetched": 0}
    return {"fetched": fetch_new(settings.INBOUND_IMAP, actions.receive_by_imap)}


@periodic("20 3 * * *", "messaging.tidy", title=_("Tidying up messages"))
def tidy(_progress: Progress) -> dict[str, int]:
    """Forget returned mails and kept mails after 30 days, and what messages said after a year."""
    from enishi.messaging import actions

    return actions.tidy()
