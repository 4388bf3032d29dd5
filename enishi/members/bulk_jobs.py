"""Changes of many members in the background."""

from typing import Any

from django.utils.translation import gettext_lazy as _

from enishi.accounts.models import User
from enishi.core.jobs import Progress, job

from .actions import bulk
from .models import BulkEdit


@job("members.change_many", title=_("Change of many members"), cancellable=True, atomic=False)
def change_many(progress: Progress, *, edit_id: int) -> dict[str, Any]:
    """All or nothing: cancelled, nothing has happened."""
    edit = bulk.do_bulk_edit(BulkEdit.objects.select_related("by").get(pk=edit_id), progress)
    return {"changed": edit.count}


@job("members.undo_many", title=_("Undoing a change of many members"), cancellable=True)
def undo_many(progress: Progress, *, edit_id: int, by_id: int | None) -> dict[str, Any]:
    """One transaction: cancelled, the change stands as it was."""
    by = User.objects.filter(pk=by_id).first() if by_id is not None else None
    edit = bulk.do_undo(BulkEdit.objects.get(pk=edit_id), by=by, progress=progress)
    return {"left_out": edit.left_out}
