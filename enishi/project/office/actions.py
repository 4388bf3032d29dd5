"""What people may do to background work."""

from django.db import transaction

from enishi.accounts.models import User
from enishi.core import jobs
from enishi.core.facts import announce
from enishi.core.models import Job
from enishi.project.facts import WorkCancelled, WorkRepeated


@transaction.atomic
def cancel(job: Job, *, by: User) -> Job:
    """Take waiting work back, ask running work to stop; ended work stays as it is."""
    before = (job.state, job.cancel_requested)
    job = jobs.cancel(job)
    if (job.state, job.cancel_requested) != before:
        announce(WorkCancelled(about=job, by=by))
    return job


@transaction.atomic
def repeat(job: Job, *, by: User) -> Job:
    """Start failed or cancelled work again."""
    before = job.state
    job = jobs.retry(job)
    if job.state != before:
        announce(WorkRepeated(about=job, by=by))
    return job
