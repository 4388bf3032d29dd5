"""Who works in the office."""

from collections.abc import Iterable
from typing import Any

from allauth.account.models import EmailAddress
from django.db import transaction

from enishi.accounts.facts import (
    PasswordChanged,
    SessionsEnded,
    StaffAdded,
    StaffChanged,
    StaffInvited,
)
from enishi.accounts.jobs import send_invitation
from enishi.accounts.models import Role, User
from enishi.core.facts import announce

from .refusals import LastAdministrator, MayNotSignIn, OnTheStaff, refuse_more_than_own


@transaction.atomic
def add_staff(
    *,
    email: str,
    name: str,
    roles: Iterable[Role],
    by: User | None,
    language: str = "ja",
    password: str | None = None,
) -> User:
    """Let somebody work in the office. Without ``password`` they choose one by a mailed link.

    An account that exists (a member's) becomes a staff account and keeps its password.
    """
    given = list(roles)
    refuse_more_than_own(by, _rights_of(given))
    user = User.objects.select_for_update().filter(email=email.lower()).first()
    if user is None:
        user = User.objects.create_user(
            email, password, name=name, language=language, is_staff=True
        )
    else:
        if user.is_staff:
            raise OnTheStaff
        user.is_staff = user.is_active = True
        user.name = name
        user.save(update_fields=["is_staff", "is_active", "name"])
        if password:
            user.set_password(password)
            user.save(update_fields=["password"])
            announce(PasswordChanged(about=user, by=by))
    user.roles.set(given)
    announce(StaffAdded(about=user, by=by, roles=given))
    return user


@transaction.atomic
def invite(user: User, *, by: User | None) -> None:
    """Mail the person a link to choose a password; it works once and for three days."""
    user = User.objects.select_for_update().get(pk=user.pk)
    if not (user.is_staff and user.is_active):
        raise MayNotSignIn
    refuse_more_than_own(by, user.rights)
    send_invitation.enqueue(by=by, about=user, user_id=user.pk)
    announce(StaffInvited(about=user, by=by))


@transaction.atomic
def change_staff(
    user: User,
    *,
    by: User | None,
    name: str,
    email: str,
    roles: Iterable[Role],
    is_active: bool,
) -> User:
    """Edit somebody on the staff. Refuses to leave the office without an administrator."""
    _lock_administration()
    user = User.objects.select_for_update().get(pk=user.pk)
    refuse_more_than_own(by, user.rights)
    given, had = list(roles), list(user.roles.all())
    refuse_more_than_own(by, _rights_of(given))
    changes: dict[str, tuple[Any, Any]] = {}
    for field, new in (("name", name), ("email", email.lower()), ("is_active", is_active)):
        if (old := getattr(user, field)) != new:
            changes[field] = (old, new)
            setattr(user, field, new)
    if {role.pk for role in had} != {role.pk for role in given}:
        changes["roles"] = (had, given)
    if not changes:
        return user
    user.save(update_fields=["name", "email", "is_active"])
    if "email" in changes:
        _forget_addresses(user)
    user.roles.set(given)
    _refuse_without_administrator()
    announce(StaffChanged(about=user, by=by, changes=changes))
    return user


@transaction.atomic
def end_sessions(user: User, *, by: User | None) -> None:
    """Sign the person out on every device."""
    user = User.objects.select_for_update().get(pk=user.pk)
    if by is None or by.pk != user.pk:
        refuse_more_than_own(by, user.rights)
    user.session_round += 1
    user.save(update_fields=["session_round"])
    announce(SessionsEnded(about=user, by=by))


def _forget_addresses(user: User) -> None:
    """Allauth remembers every address it has mailed to: the old one would still open the door."""
    EmailAddress.objects.filter(user=user).delete()


def _rights_of(roles: Iterable[Role]) -> frozenset[str]:
    return frozenset(right for role in roles for right in role.all_rights)


def _lock_administration() -> None:
    """Two administrators who take each other's role away at once must not both succeed."""
    Role.objects.select_for_update().get(key="administrator")


def _refuse_without_administrator() -> None:
    if not User.objects.administrators().exists():
        raise LastAdministrator
