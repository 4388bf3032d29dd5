"""What staff may be allowed to do with messages."""

from django.utils.translation import gettext_lazy as _

from enishi.accounts.permissions import area

# The campaigns' rights too: to see, write, send, approve, take out lists, and set up.
AREA = area(
    "messages",
    _("Messages"),
    actions=("view", "edit", "delete", "send", "approve", "export", "configure"),
)
# Mails in the built-in mailbox hold links that open doors: not for every role.
MAILBOX = area("mailbox", _("Built-in mailbox"), actions=("view",), office=(), read_only=())
