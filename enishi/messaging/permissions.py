"""What staff may be allowed to do with messages."""

import re
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


# An e-mail address, or so many digits that they may be a telephone.
_ADDRESS = re.compile(r"<?[^\s<>@]+@[\w.-]*\w>?|\+?\d(?:[ -]?\d){8,}")


def without_addresses(text: str) -> str:
    """What a mail server said, for whoever may not see where the messages went."""
    return _ADDRESS.sub("…", text)
