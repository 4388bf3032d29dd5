"""What happens around signing in, staff, roles and tokens."""

from dataclasses import dataclass
from typing import Any

from django.utils.translation import gettext_lazy as _

from enishi.core.facts import Fact

from .models import Role


@dataclass(frozen=True, kw_only=True)
class SignedIn(Fact):
    """Somebody signed in."""

    history = _("%(by)s signed in")


@dataclass(frozen=True, kw_only=True)
class SignedOut(Fact):
    """Somebody signed out."""

    history = _("%(by)s signed out")


@dataclass(frozen=True, kw_only=True)
class SignInFailed(Fact):
    """A wrong password or code was given. What was typed is never kept."""

    history = _("A sign-in failed: %(about)s")


@dataclass(frozen=True, kw_only=True)
class TwoFactorOn(Fact):
    """Somebody added a second step to signing in."""

    method: str

    history = _("%(by)s turned on two-factor authentication")


@dataclass(frozen=True, kw_only=True)
class TwoFactorOff(Fact):
    """A second step of signing in was taken away."""

    method: str

    history = _("%(by)s turned off two-factor authentication of %(about)s")


@dataclass(frozen=True, kw_only=True)
class RecoveryCodesMade(Fact):
    """New recovery codes took the place of the old ones."""

    history = _("%(by)s made new recovery codes")


@dataclass(frozen=True, kw_only=True)
class PasswordChanged(Fact):
    """A user has a new password."""

    history = _("%(about)s has a new password")


@dataclass(frozen=True, kw_only=True)
class OwnDetailsChanged(Fact):
    """Somebody changed their own name or language."""

    changes: dict[str, tuple[Any, Any]]

    history = _("%(by)s changed their own details: %(fields)s")


@dataclass(frozen=True, kw_only=True)
class StaffAdded(Fact):
    """Somebody may work in the office from now on."""

    roles: list[Role]

    history = _("%(by)s added %(about)s to the staff (%(roles)s)")


@dataclass(frozen=True, kw_only=True)
class StaffInvited(Fact):
    """A mail with a link to choose a password was asked for."""

    history = _("%(by)s sent %(about)s a link to choose a password")


@dataclass(frozen=True, kw_only=True)
class StaffChanged(Fact):
    """A member of staff was edited. ``changes``: field → (old, new)."""

    changes: dict[str, tuple[Any, Any]]

    history = _("%(by)s changed %(about)s: %(fields)s")


@dataclass(frozen=True, kw_only=True)
class SessionsEnded(Fact):
    """A user was signed out on every device."""

    history = _("%(by)s signed %(about)s out on every device")


@dataclass(frozen=True, kw_only=True)
class RoleAdded(Fact):
    """The organisation has a new role of its own. ``copied_from``: the key of another, ''."""

    rights: list[str]
    copied_from: str = ""

    history = _("%(by)s added the role “%(about)s”")


@dataclass(frozen=True, kw_only=True)
class RoleChanged(Fact):
    """A role has another name or other rights."""

    changes: dict[str, tuple[Any, Any]]

    history = _("%(by)s changed the role “%(about)s”")


@dataclass(frozen=True, kw_only=True)
class RoleDeleted(Fact):
    """A role of the organisation's own is gone."""

    history = _("%(by)s deleted the role “%(about)s”")


@dataclass(frozen=True, kw_only=True)
class TokenMade(Fact):
    """A program got a token for the API."""

    scopes: list[str]

    history = _("%(by)s made the API token %(about)s")


@dataclass(frozen=True, kw_only=True)
class TokenRevoked(Fact):
    """A token no longer works."""

    history = _("%(by)s revoked the API token %(about)s")


@dataclass(frozen=True, kw_only=True)
class OrganisationChanged(Fact):
    """The organisation's own details were edited."""

    changes: dict[str, tuple[Any, Any]]

    history = _("%(by)s changed the organisation's details: %(fields)s")
