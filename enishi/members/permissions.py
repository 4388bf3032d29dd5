"""What staff may be allowed to do with the roll."""

from django.utils.translation import gettext_lazy as _

from enishi.accounts.permissions import area

AREA = area("members", _("Members"), actions=("view", "edit", "delete", "export", "configure"))
SENSITIVE = area(
    "sensitive", _("Sensitive fields of members"), actions=("view", "edit"), read_only=()
)
MY_NUMBER = area(
    "my_number",
    _("Specific personal information (My Number)"),
    actions=("view", "edit"),
    office=(),
    read_only=(),
)
IMPORTS = area("imports", _("Imports"), actions=("view", "edit"))
TASKS = area("tasks", _("Tasks"), actions=("view", "edit", "configure"))
