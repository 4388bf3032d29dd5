"""What staff may be allowed to do with campaigns."""

from django.utils.translation import gettext_lazy as _

from enishi.accounts.permissions import area

# Who may send but not approve needs the yes of somebody who may.
AREA = area(
    "campaigns",
    _("Campaigns"),
    actions=("view", "edit", "delete", "send", "approve", "export", "configure"),
)
NOTICES = area("notices", _("Notices"), actions=("view", "edit", "delete", "export"))
