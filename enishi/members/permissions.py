"""What staff may be allowed to do with the roll."""

from django.utils.translation import gettext_lazy as _

from enishi.accounts.permissions import area

AREA = area("members", _("Members"), actions=("view", "edit", "delete", "export", "configure"))
IMPORTS = area("imports", _("Imports"), actions=("view", "edit"))
TASKS = area("tasks", _("Tasks"), actions=("view", "edit", "configure"))
