"""Work on messages that goes on by itself."""

from django.utils.translation import gettext_lazy as _

from enishi.core.jobs import job, periodic
from enishi.core.progress import Progress


@job("messaging.deliver", title=_("Sending a message"), atomic=False)
def deliver_message(_progress: Progress, *, message_id: int) -> None:
    from enishi.messaging import actions

    actions.deliver(message_id)


@periodic("* * * * *", "messaging.retry", title=_("Messages to be tried again"))
def retry(_progress: Progress) -> dict[str, int]:
    from enishi.messaging import actions

    return {"asked": actions.retry_waiting()}
