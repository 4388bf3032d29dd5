"""What can be done with staff, roles, tokens and the organisation."""

from .organisation import change_organisation
from .own import change_own_details
from .roles import add_role, change_role, delete_role
from .staff import add_staff, change_staff, end_sessions, invite
from .tokens import make_token, revoke_token

__all__ = [
    "add_role",
    "add_staff",
    "change_organisation",
    "change_own_details",
    "change_role",
    "change_staff",
    "delete_role",
    "end_sessions",
    "invite",
    "make_token",
    "revoke_token",
]
