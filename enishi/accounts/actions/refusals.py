"""Why something about staff, roles or tokens is refused."""

from enishi.accounts.models import User
from enishi.core.refusals import Refusal


class LastAdministrator(Refusal):
    """This is the last administrator who can sign in. Give the role “Administrator” to
    somebody else first."""


class MoreThanOwnRights(Refusal):
    """You can only give or take rights that you have yourself. Ask an administrator."""


class ReadyMadeRole(Refusal):
    """Ready-made roles cannot be changed or deleted. Copy the role and change the copy."""


class RoleInUse(Refusal):
    """Somebody still has this role. Give them another one first."""


class OnTheStaff(Refusal):
    """Somebody on the staff has this e-mail address already."""


class MayNotSignIn(Refusal):
    """This person may not sign in. Allow that first, then send the link."""


def refuse_more_than_own(by: User | None, rights: frozenset[str]) -> None:
    """Refuse when ``rights`` hold something that ``by`` lacks; the command line (None) may all."""
    if by is not None and not rights <= by.rights:
        raise MoreThanOwnRights
