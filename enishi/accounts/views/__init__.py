"""Pages of the office about accounts: parse, call one action, render."""

from django.core.exceptions import PermissionDenied

from enishi.accounts.permissions import OfficeRequest


def may_change(request: OfficeRequest, right: str) -> bool:
    """Whether the page offers changes; a change sent without the right is refused."""
    allowed: bool = request.user.has_right(right)
    if request.method == "POST" and not allowed:
        raise PermissionDenied
    return allowed
