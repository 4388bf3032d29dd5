"""What Ctrl-K offers to do with members."""

from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy

from enishi.ui.registry import deed

deed(_("Add a member"), "members:new", "user-plus", "members.edit", order=10)
deed(
    _("Import a list"),
    "members:imports",
    "file-import",
    "imports.edit",
    order=20,
    words=pgettext_lazy("other words", "excel csv upload"),
)
deed(
    _("Export members"),
    "members:export_new",
    "file-export",
    "members.export",
    order=30,
    words=pgettext_lazy("other words", "excel csv download"),
)
deed(
    _("Make labels"),
    "members:labels_new",
    "printer",
    "members.export",
    order=40,
    words=pgettext_lazy("other words", "envelopes print addresses"),
)
deed(_("Add a task"), "members:task_new", "checkbox", "tasks.edit", order=50)
deed(
    _("Duplicates"),
    "members:duplicate_pairs",
    "git-merge",
    "members.view",
    order=60,
    words=pgettext_lazy("other words", "merge the same person"),
)
deed(
    _("Households"),
    "members:households",
    "home",
    "members.view",
    order=70,
    words=pgettext_lazy("other words", "family"),
)
deed(
    _("Bulk changes"),
    "members:bulk_changes",
    "checklist",
    "members.edit",
    order=80,
    words=pgettext_lazy("other words", "undo"),
)
deed(
    _("Bin"),
    "members:bin",
    "trash",
    "members.delete",
    order=90,
    words=pgettext_lazy("other words", "deleted restore"),
)
