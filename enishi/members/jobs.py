"""What the roll does in the background."""

from typing import Any

from django.db import transaction
from django.utils.translation import gettext_lazy as _

from enishi.core.jobs import Progress, job, periodic

from . import actions, bulk_jobs, search
from .duplicates import jobs as duplicates
from .exporting import jobs as exporting
from .fields import jobs as fields
from .importing import jobs as importing
from .labels import jobs as labels
from .models import SearchPending


@periodic("5 0 * * *", "members.turn_the_day")
@job("members.turn_the_day", title=_("Planned changes of the day"))
def turn_the_day(_progress: Progress) -> dict[str, Any]:
    """Make planned leaves, resumptions and changes of type true on their day."""
    return {"changed": actions.turn_the_day()}


@periodic("30 3 * * *", "members.purge_bin")
@job("members.purge_bin", title=_("Emptying the bin"))
def purge_bin(_progress: Progress) -> dict[str, Any]:
    """Delete for good who has lain in the bin for 30 days."""
    return {"deleted": actions.purge_bin()}


@periodic("25 * * * *", "members.make_tasks")
@job("members.make_tasks", title=_("Tasks by rules"))
def make_tasks(_progress: Progress) -> dict[str, Any]:
    """Make the tasks that the rules of the office ask for."""
    return {"made": actions.make_every_task()}


@periodic("*/10 * * * *", "members.index_search")
@job("members.index_search", title=_("Search index"), atomic=False)
def index_search(progress: Progress) -> dict[str, Any]:
    """Make the search entries of members that came in large numbers, in small steps."""
    ranges = SearchPending.objects.values_list("from_id", "to_id")
    progress.start(sum(to_id - from_id + 1 for from_id, to_id in ranges))
    done = 0
    while step := _next_step():
        done += step
        progress.advance(step)
    return {"indexed": done}


@transaction.atomic
def _next_step() -> int:
    pending = SearchPending.objects.select_for_update(skip_locked=True).order_by("pk").first()
    return search.index_some(pending) if pending is not None else 0


__all__ = [
    "bulk_jobs",
    "duplicates",
    "exporting",
    "fields",
    "importing",
    "index_search",
    "labels",
    "make_tasks",
    "purge_bin",
    "turn_the_day",
]
