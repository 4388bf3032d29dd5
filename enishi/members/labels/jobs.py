"""Labels as background work."""

from typing import Any

from django.utils import translation
from django.utils.translation import gettext_lazy as _

from enishi.core.jobs import job, periodic
from enishi.core.progress import Progress
from enishi.members.models import LabelPrint

from . import actions


@job("members.labels", title=_("Labels"))
def make_labels(progress: Progress, *, print_id: int) -> dict[str, Any]:
    """Draw the labels of one print."""
    progress.start(None)
    made = LabelPrint.objects.select_related("by").get(pk=print_id)
    with translation.override(made.by.language if made.by else "ja"):
        return actions.make_file(made)


@periodic("40 3 * * *", "members.forget_labels")
@job("members.forget_labels", title=_("Clearing old labels"))
def forget_labels(_progress: Progress) -> dict[str, Any]:
    """Delete files of labels after a week."""
    return {"forgotten": actions.forget_expired()}
