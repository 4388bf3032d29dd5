"""What the stream does in the background."""

from typing import Any

from django.utils.translation import gettext_lazy as _

from enishi.core.bulk import run
from enishi.core.jobs import Progress, job, periodic

from . import actions, partitions
from .tracking import spool


@periodic("20 2 * * *", "activity.months_ahead")
@job("activity.months_ahead", title=_("Room for the activities of the coming months"))
def months_ahead(_progress: Progress) -> dict[str, Any]:
    """Make the partitions of the months that come, and look at how the stream is made up.

    PostgreSQL never does the latter by itself for a table of partitions.
    """
    partitions.ahead()
    run(f"ANALYZE {partitions.STREAM}")
    return {"partitions": len(partitions.present())}


@periodic("40 2 * * *", "activity.forget_old")
@job("activity.forget_old", title=_("Deleting activities kept long enough"), atomic=False)
def forget_old(_progress: Progress) -> dict[str, Any]:
    """Drop what settings say is old."""
    return dict(actions.forget_old())


@periodic("*/10 * * * *", "activity.store_visits")
@job("activity.store_visits", title=_("Visits left behind by a stopped server"), atomic=False)
def store_visits(_progress: Progress) -> dict[str, Any]:
    """Store hits whose web process is gone; those of living ones are stored by themselves."""
    return {"visits": spool.drain(actions.store_hits)}
