"""What staff may be allowed to do with campaigns."""

from django.http import HttpRequest
from django.utils.translation import gettext_lazy as _

from enishi.accounts.api import may
from enishi.accounts.models import ApiToken
from enishi.accounts.permissions import area
from enishi.messaging.permissions import sees_addresses

# Who may send but not approve needs the yes of somebody who may.
AREA = area(
    "campaigns",
    _("Campaigns"),
    actions=("view", "edit", "delete", "send", "approve", "export", "configure"),
)
NOTICES = area("notices", _("Notices"), actions=("view", "edit", "delete", "export"))

SEES = "members:read"  # the scope of programs; of people the right members.view


def sees_members(request: HttpRequest) -> bool:
    """Whether who asks may see who the recipients are: names, and mails as they get them."""
    token = getattr(request, "auth", None)
    if isinstance(token, ApiToken):
        return may(token, SEES, "members.view")
    return bool(request.user.has_right("members.view"))  # type: ignore[union-attr]


def sees_emails(request: HttpRequest) -> bool:
    """Whether who asks may see where the mails went."""
    return sees_members(request) and sees_addresses(request.user)
