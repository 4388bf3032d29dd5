"""What staff may be allowed to do with messages."""

from collections.abc import Callable
from typing import Any

from django.utils.translation import gettext_lazy as _

from enishi.accounts.permissions import area

# The campaigns' rights too: to see, write, send, approve, take out lists, and set up.
AREA = area(
    "messages",
    _("Single messages, bounces and suppression"),
    actions=("view", "edit", "delete", "send", "approve", "export", "configure"),
)
# Mails in the built-in mailbox hold links that open doors: not for every role.
MAILBOX = area("mailbox", _("Built-in mailbox"), actions=("view",), office=(), read_only=())


_hide: list[Callable[[Any], bool]] = []


def hides_addresses(find: Callable[[Any], bool]) -> Callable[[Any], bool]:
    """Register a function (user) → whether they may not see the addresses of members."""
    _hide.append(find)
    return find


def sees_addresses(user: Any) -> bool:
    """Whether ``user`` may see where a message went."""
    return not any(find(user) for find in _hide)
