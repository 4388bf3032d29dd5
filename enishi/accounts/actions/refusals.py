"""Why something about staff, roles or tokens is refused: each a sentence for whoever asked."""

from typing import ClassVar

from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

from enishi.accounts.models import User


class Refused(Exception):
    """This cannot be done."""

    sentence: ClassVar[str | Promise] = ""

    def __str__(self) -> str:
        return str(self.sentence)


class LastAdministrator(Refused):
    """Somebody must be able to administer."""

    sentence = _(
        "This is the last administrator who can sign in. "
        "Give the role “Administrator” to somebody else first."
    )


class MoreThanOwnRights(Refused):
    """Nobody gives what they do not have."""

    sentence = _("You can only give rights that you have yourself. Ask an administrator.")


class ReadyMadeRole(Refused):
    """Ready-made roles stay as they are."""

    sentence = _(
        "Ready-made roles cannot be changed or deleted. Copy the role and change the copy."
    )


class RoleInUse(Refused):
    """A role that people have cannot go."""

    sentence = _("Somebody still has this role. Give them another one first.")


class NobodyByThatName(Refused):
    """The person is not on the staff, or may not sign in."""

    sentence = _("This person may not sign in. Allow that first, then send the link.")


def refuse_more_than_own(by: User | None, rights: frozenset[str]) -> None:
    """Refuse when ``rights`` hold something that ``by`` lacks; the command line (None) may all."""
    if by is not None and not rights <= by.rights:
        raise MoreThanOwnRights
