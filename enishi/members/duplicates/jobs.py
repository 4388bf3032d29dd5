"""The scan of the roll, and merges by the hundred, in the background."""

from typing import Any

from django.utils.translation import gettext_lazy as _

from enishi.accounts.models import User
from enishi.core.jobs import Progress, job, periodic
from enishi.core.models import Job
from enishi.members.actions.merging import merge_many

from .scan import run_scan


@periodic("15 2 * * *", "members.find_duplicates")
@job("members.find_duplicates", title=_("Search for duplicates"), cancellable=True)
def find_duplicates(progress: Progress) -> dict[str, Any]:
    """Look through the whole roll for members who are in it twice."""
    scan = run_scan(progress)
    return {"members": scan.members, "compared": scan.candidates, "found": scan.found}


@job("members.merge_duplicates", title=_("Merging of duplicates"), cancellable=True, atomic=False)
def merge_duplicates(progress: Progress, *, least: int, by_id: int | None) -> dict[str, Any]:
    """Merge every pair that scores ``least`` or more; what was merged before is not there now."""
    by = User.objects.filter(pk=by_id).first() if by_id is not None else None
    return merge_many(least=least, by=by, progress=progress)


def open_job(name: str) -> Job | None:
    """The job of this kind that waits or runs, if any."""
    states = (Job.State.WAITING, Job.State.RUNNING)
    return Job.objects.filter(name=name, state__in=states).order_by("-pk").first()


def scan_soon(by: User | None = None) -> Job:
    """Ask for a scan, unless one is waiting already."""
    waiting = Job.objects.filter(name=find_duplicates.name, state=Job.State.WAITING).first()
    return waiting or find_duplicates.enqueue(by=by)
