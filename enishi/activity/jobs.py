"""What the stream does in the background."""

from typing import Any

from django.utils.translation import gettext_lazy as _

from enishi.core.jobs import Progress, job, periodic

from . import partitions


@periodic("20 2 * * *", "activity.months_ahead")
@job("activity.months_ahead", title=_("Room for the activities of the coming months"))
def months_ahead(_progress: Progress) -> dict[str, Any]:
    """Make the partitions of the months that come."""
    partitions.ahead()
    return {"partitions": len(partitions.present())}
