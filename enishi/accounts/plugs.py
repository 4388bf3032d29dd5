"""What accounts hang into the shells, and what they hear from Django and allauth."""

from typing import Any

from allauth.account.signals import password_changed, password_reset, password_set
from allauth.mfa import signals as mfa
from django.contrib.auth.signals import user_logged_in, user_logged_out, user_login_failed
from django.db import connection, transaction
from django.db.models.signals import post_migrate
from django.dispatch import receiver
from django.utils.translation import gettext_lazy as _

from enishi.core.facts import Fact, announce
from enishi.ui.registry import nav_item, settings_item

from . import facts
from .models import Role, User
from .roles import put_ready_roles

nav_item(_("Settings"), "accounts:settings", "settings", "", order=900)

PEOPLE = _("People and access")
ORGANISATION = _("Organisation")

settings_item(
    ORGANISATION,
    "accounts:organisation",
    "building-community",
    "organisation.view",
    order=10,
    group=ORGANISATION,
    description=_("Name, address, time zone, fiscal year"),
)
settings_item(
    _("Staff"),
    "accounts:staff",
    "users",
    "accounts.view",
    order=20,
    group=PEOPLE,
    description=_("Who works in the office, with which roles"),
)
settings_item(
    _("Roles"),
    "accounts:roles",
    "shield-lock",
    "accounts.view",
    order=30,
    group=PEOPLE,
    description=_("What each role may see and do"),
)
settings_item(
    _("API tokens"),
    "accounts:tokens",
    "key",
    "tokens.view",
    order=40,
    group=PEOPLE,
    description=_("Keys with which other programs use the API"),
)


@receiver(post_migrate, dispatch_uid="ready_roles")
def ready_roles(sender: Any, **_kwargs: Any) -> None:
    """After every migration the ready-made roles are there, with the rights of this version."""
    if sender.label == "accounts" and Role._meta.db_table in connection.introspection.table_names():
        put_ready_roles()


def tell(fact: Fact) -> None:
    """Announce what has happened by itself."""
    with transaction.atomic():
        announce(fact)


@receiver(user_logged_in, dispatch_uid="history_signed_in")
def signed_in(user: User, **_kwargs: Any) -> None:
    tell(facts.SignedIn(about=user, by=user))


@receiver(user_logged_out, dispatch_uid="history_signed_out")
def signed_out(user: User | None, **_kwargs: Any) -> None:
    if user is not None:
        tell(facts.SignedOut(about=user, by=user))


@receiver(user_login_failed, dispatch_uid="history_sign_in_failed")
def sign_in_failed(credentials: dict[str, Any], **_kwargs: Any) -> None:
    email = str(credentials.get("email") or credentials.get("username") or "")
    user = User.objects.filter(email=email.strip().lower()).first() if email else None
    tell(facts.SignInFailed(about=user, by=None))


@receiver(mfa.authentication_failed, dispatch_uid="history_code_failed")
def code_failed(user: User, **_kwargs: Any) -> None:
    tell(facts.SignInFailed(about=user, by=None))


@receiver(mfa.authenticator_added, dispatch_uid="history_two_factor_on")
def two_factor_on(user: User, authenticator: Any, **_kwargs: Any) -> None:
    if authenticator.type == authenticator.Type.RECOVERY_CODES:
        tell(facts.RecoveryCodesMade(about=user, by=user))
    else:
        tell(facts.TwoFactorOn(about=user, by=user, method=authenticator.type))


@receiver(mfa.authenticator_removed, dispatch_uid="history_two_factor_off")
def two_factor_off(user: User, authenticator: Any, **_kwargs: Any) -> None:
    if authenticator.type != authenticator.Type.RECOVERY_CODES:
        tell(facts.TwoFactorOff(about=user, by=user, method=authenticator.type))


@receiver(mfa.authenticator_reset, dispatch_uid="history_recovery_codes")
def recovery_codes(user: User, **_kwargs: Any) -> None:
    tell(facts.RecoveryCodesMade(about=user, by=user))


@receiver([password_changed, password_set, password_reset], dispatch_uid="history_password")
def new_password(user: User, **_kwargs: Any) -> None:
    tell(facts.PasswordChanged(about=user, by=user))
