"""Imports as background work."""

from collections.abc import Callable
from typing import Any

from django.utils.translation import gettext as translate
from django.utils.translation import gettext_lazy as _

from enishi.core.jobs import JobCancelled, job, periodic
from enishi.core.progress import Interrupted, Progress
from enishi.members.exporting.actions import forget_expired
from enishi.members.models import Import, ListImport

from . import doubles, staging, undoing
from .actions import forget_old, run_check, run_commit
from .refusals import Disturbed, HasErrors, InTheWay, Unreadable

State = Import.State


def never_begun(*, import_id: int, **_arguments: Any) -> None:
    """The work was taken back, or given up: the import is where it was before."""
    as_before(Import.objects.select_for_update().filter(pk=import_id).first())


def as_before(of: ListImport | None) -> None:
    """Where it was before the work that has not begun."""
    if of is not None and of.state in (State.CHECKING, State.COMMITTING, State.UNDOING):
        checked = State.CHECKED if of.counts else State.UPLOADED
        of.state = State.DONE if of.state == State.UNDOING else checked
        of.save(update_fields=["state"])


@job(
    "members.check_import",
    title=_("Check of a list"),
    cancellable=True,
    atomic=False,
    dropped=never_begun,
)
def check_import(progress: Progress, *, import_id: int) -> dict[str, Any]:
    of = Import.objects.get(pk=import_id)
    counts = told(of, lambda: run_check(of, progress), back_to=State.UPLOADED)
    return {**counts, "alike": doubles.look(of, progress)}


@job(
    "members.commit_import",
    title=_("Import of members"),
    cancellable=True,
    atomic=False,
    dropped=never_begun,
)
def commit_import(progress: Progress, *, import_id: int) -> dict[str, Any]:
    of = Import.objects.get(pk=import_id)
    return told(of, lambda: run_commit(of, progress), back_to=State.CHECKED)


@job("members.undo_import", title=_("Undoing of an import"), atomic=False, dropped=never_begun)
def undo_import(
    progress: Progress, *, import_id: int, leave_edited: bool = False
) -> dict[str, Any]:
    of = Import.objects.get(pk=import_id)
    return told(
        of, lambda: undoing.run_undo(of, progress, leave_edited=leave_edited), back_to=State.DONE
    )


@periodic("45 3 * * *", "members.forget_files")
@job("members.forget_files", title=_("Deleting of old lists and exports"))
def forget_files(_progress: Progress) -> dict[str, Any]:
    """Lists that were never imported and files whose time is over do not lie about."""
    return {"imports": forget_old(), "exports": forget_expired()}


def told(of: ListImport, work: Callable[[], dict[str, int]], *, back_to: str) -> dict[str, Any]:
    """Do the work; when it does not end well, the import says so and can be taken up again."""
    try:
        return work()
    except Interrupted:
        raise
    except JobCancelled:
        _turn(of, State.CANCELLED if back_to != State.DONE else back_to)
        staging.drop(of)
        raise
    except (HasErrors, InTheWay, Disturbed) as refused:
        _turn(of, back_to, str(refused))
        raise
    except Unreadable as unreadable:
        _turn(of, State.FAILED, str(unreadable))
        raise
    except Exception:
        _turn(
            of,
            State.FAILED if back_to == State.UPLOADED else back_to,
            translate("An unexpected error ended the import. Try again."),
        )
        raise


def _turn(of: ListImport, state: str, problem: str = "") -> None:
    type(of).objects.filter(pk=of.pk).update(state=state, problem=problem)
