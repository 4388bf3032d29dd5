"""What segments do in the background."""

from typing import Any

from django.utils.translation import gettext_lazy as _

from enishi.core import clock
from enishi.core.jobs import QUICK, Progress, job, periodic
from enishi.core.models import Job

from .actions import refreshing, running, scores
from .models import ActionRun, Segment
from .ready import put_segments

MOST_TURNS = 1000  # whoever comes later has asked for a run of their own
_QUIET = ("segments.retest", "segments.refresh_due")


@job("segments.retest", title=_("Segments after changes"), queue=QUICK, atomic=False)
def retest(_progress: Progress) -> dict[str, Any]:
    """Test again whoever changed, for the segments that mention what changed."""
    return _drain()


@periodic("* * * * *", "segments.refresh_due")
@job("segments.refresh_due", title=_("Segments by the clock"), atomic=False)
def refresh_due(_progress: Progress) -> dict[str, Any]:
    """Segments that time alone changes; and whatever a crash left waiting."""
    due = list(Segment.objects.due().exclude(refreshed_at=None).values_list("pk", flat=True))
    for pk in due:
        refreshing.refresh_due(pk)
    _forget_quiet_jobs()
    return {"due": len(due), **_drain()}


@periodic("10 3 * * *", "segments.refresh_all")
@job("segments.refresh_all", title=_("All segments anew"), atomic=False)
def refresh_all(progress: Progress) -> dict[str, Any]:
    """Once a night everybody is asked for, so that nothing can stay wrong for long."""
    stored = list(Segment.objects.stored().values_list("pk", flat=True))
    progress.start(len(stored))
    moved = 0
    for pk in stored:
        found = refreshing.refresh_anyhow(pk)
        moved += found.entered + found.left if found else 0
        progress.advance()
    return {"segments": len(stored), "moved": moved}


@periodic("40 2 * * *", "segments.score")
@job("segments.score", title=_("Scores of members"))
def score(_progress: Progress) -> dict[str, Any]:
    """How active everybody is; see ``actions.scores``."""
    first = not scores.computed()
    changed = scores.compute()
    if first and changed:
        put_segments()
    return {"changed": changed}


@job("segments.act", title=_("Action on a segment"), cancellable=True, atomic=False)
def act(progress: Progress, *, run_id: int) -> dict[str, Any]:
    """Do what was asked for with those who were in the segment then."""
    return running.carry_out(ActionRun.objects.select_related("by").get(pk=run_id), progress)


def _drain() -> dict[str, Any]:
    """Until nobody waits any more but for segments that rest, or that another process is at."""
    tested = refreshed = 0
    for _turn in range(MOST_TURNS):
        moved = False
        for pk in refreshing.waiting_segments():
            found = refreshing.retest(pk)
            if found is not None:
                moved = True
                tested += found.tested or 0
                refreshed += found.tested is None
                if found.tested is None:
                    break  # it took a while: whoever waits for a small test by now comes first
        if not moved:
            break
    return {"tested": tested, "refreshed": refreshed, "at": clock.now().isoformat()}


def _forget_quiet_jobs() -> None:
    """Runs of every minute are no news: only the latest ones stay in the list of work."""
    for name in _QUIET:
        ended = Job.objects.filter(name=name, state=Job.State.DONE).order_by("-pk")
        if (latest := ended.first()) is not None:
            ended.exclude(pk=latest.pk).delete()
