"""Users, their roles, and the tokens of programs."""

import hashlib
import secrets
from typing import Any, ClassVar, Self

from django.contrib.auth.base_user import AbstractBaseUser, BaseUserManager
from django.contrib.postgres.fields import ArrayField
from django.db import models
from django.db.models.functions import Lower
from django.utils.crypto import salted_hmac
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy

from enishi.core import clock
from enishi.core.asked import asked

LANGUAGES = [
    ("ja", pgettext_lazy("language", "Japanese")),
    ("en", pgettext_lazy("language", "English")),
]

READY_NAMES = {
    "administrator": _("Administrator"),
    "office": _("Office"),
    "read_only": _("Read only"),
}


class Role(models.Model):
    """What a group of staff may do: a set of rights such as ``members.edit``."""

    key = models.SlugField(_("Key"), unique=True)
    name = models.CharField(_("Name"), max_length=100)
    rights = ArrayField(models.CharField(max_length=100), verbose_name=_("Rights"), default=list)
    built_in = models.BooleanField(_("Ships with Enishi"), default=False)
    everything = models.BooleanField(_("Every right, also future ones"), default=False)

    class Meta:
        verbose_name = _("Role")
        ordering: ClassVar[list[str]] = ["-built_in", "pk"]

    def __str__(self) -> str:
        return str(READY_NAMES.get(self.key, self.name)) if self.built_in else self.name

    @property
    def all_rights(self) -> frozenset[str]:
        """What the role gives now, areas added by an upgrade included."""
        from .permissions import every_right, ready_rights

        if self.everything:
            return every_right()
        return frozenset(ready_rights(self.key) if self.built_in else self.rights)


class UserManager(BaseUserManager["User"]):
    def get_by_natural_key(self, username: str | None) -> "User":
        return self.get(email=(username or "").lower())

    def create_user(self, email: str, password: str | None = None, **fields: Any) -> "User":
        user = self.model(email=email.lower(), **fields)
        user.set_password(password)
        user.save(using=self._db)
        return user

    def staff(self) -> models.QuerySet["User"]:
        """Everybody who works or has worked in the office."""
        return self.filter(is_staff=True)

    def administrators(self) -> models.QuerySet["User"]:
        """Staff who may sign in and may do everything."""
        return self.staff().filter(is_active=True, roles__everything=True)


class User(AbstractBaseUser):
    """A person who can sign in: staff, and later members. Not the member record itself."""

    email = models.EmailField(
        _("E-mail"),
        max_length=254,
        unique=True,
        error_messages={"unique": _("Somebody with this e-mail address is here already.")},
    )
    name = models.CharField(pgettext_lazy("person", "Name"), max_length=100)
    language = models.CharField(_("Language"), max_length=8, choices=LANGUAGES, default="ja")
    is_staff = models.BooleanField(_("Works in the office"), default=False)
    is_active = models.BooleanField(_("May sign in"), default=True)
    roles = models.ManyToManyField(Role, verbose_name=_("Roles"), blank=True, related_name="users")
    session_round = models.PositiveIntegerField(default=0, editable=False)
    created_at = models.DateTimeField(_("Created"), default=clock.now, editable=False)

    USERNAME_FIELD = "email"
    EMAIL_FIELD = "email"
    REQUIRED_FIELDS: ClassVar[list[str]] = ["name"]

    objects: ClassVar[UserManager] = UserManager()

    class Meta:
        verbose_name = _("User")
        constraints: ClassVar[list[models.BaseConstraint]] = [
            models.CheckConstraint(
                condition=models.Q(email=Lower("email")), name="email_in_lower_case"
            )
        ]

    def __str__(self) -> str:
        return self.name or self.email

    def get_full_name(self) -> str:
        return self.name

    def get_short_name(self) -> str:
        return self.name

    def _get_session_auth_hash(self, secret: str | None = None) -> str:
        """Sessions hold while this stays the same: a new password or a new round ends them all."""
        return salted_hmac(
            "enishi.accounts.session",
            f"{self.password}\n{self.session_round}",
            secret=secret,
            algorithm="sha256",
        ).hexdigest()

    def get_session_auth_hash(self) -> str:
        return self._get_session_auth_hash()

    @property
    def own_roles(self) -> "list[Role]":
        """The user's roles (asked once per object)."""
        if not hasattr(self, "_own_roles"):
            self._own_roles = _roles_of.rows(user=self.pk)
        return self._own_roles

    @property
    def rights(self) -> frozenset[str]:
        """Every right that the user's roles give (asked once per object)."""
        if not hasattr(self, "_rights"):
            roles = self.own_roles if self.is_active and self.is_staff else []
            self._rights: frozenset[str] = frozenset().union(*(r.all_rights for r in roles))
        return self._rights

    def has_right(self, right: str) -> bool:
        return right in self.rights


@asked
def _roles_of(user: Any) -> models.QuerySet[Role]:
    return Role.objects.filter(users=user)


class ApiToken(models.Model):
    """A program's key to the API. Only the hash is kept; the token itself is shown once."""

    PREFIX = "eni_"

    name = models.CharField(_("Name"), max_length=100)
    hash = models.CharField(max_length=64, unique=True, editable=False)
    hint = models.CharField(max_length=8, editable=False)
    scopes = ArrayField(models.CharField(max_length=100), verbose_name=_("Scopes"))
    by = models.ForeignKey(
        User, verbose_name=_("Made by"), null=True, on_delete=models.CASCADE, related_name="tokens"
    )
    per_minute = models.PositiveIntegerField(_("Requests a minute"), default=6000)
    created_at = models.DateTimeField(_("Created"), default=clock.now, editable=False)
    expires_at = models.DateTimeField(_("Expires"), null=True, blank=True)
    revoked_at = models.DateTimeField(_("Revoked"), null=True, blank=True, editable=False)
    last_used_at = models.DateTimeField(_("Last used"), null=True, blank=True, editable=False)

    class Meta:
        verbose_name = _("API token")

    def __str__(self) -> str:
        return f"{self.name} ({self.PREFIX}…{self.hint})"

    @classmethod
    def mint(cls, **fields: Any) -> tuple[Self, str]:
        """A new unsaved token and its secret text, which is not kept."""
        secret = cls.PREFIX + secrets.token_urlsafe(32)
        return cls(hash=cls.hash_of(secret), hint=secret[-4:], **fields), secret

    @staticmethod
    def hash_of(secret: str) -> str:
        """SHA-256: the secret holds 256 random bits, so a slow hash would add nothing."""
        return hashlib.sha256(secret.encode()).hexdigest()

    @property
    def is_live(self) -> bool:
        now = clock.now()
        return self.revoked_at is None and (self.expires_at is None or self.expires_at > now)


class TokenUse(models.Model):
    """How often a token was used in the current minute. An unlogged table: a crash empties it."""

    token = models.OneToOneField(
        ApiToken, primary_key=True, on_delete=models.CASCADE, related_name="use"
    )
    minute = models.DateTimeField()
    used = models.PositiveIntegerField()

    def __str__(self) -> str:
        return f"{self.used}"


class Presence(models.Model):
    """Who has something open in the office just now, so that two people need not collide.

    ``thing_type`` is a model's label ("members.member"). What was not seen for a while is over.
    """

    user = models.ForeignKey(User, on_delete=models.CASCADE, related_name="+")
    thing_type = models.CharField(max_length=100)
    thing_id = models.CharField(max_length=64)
    seen_at = models.DateTimeField(default=clock.now)
    editing_at = models.DateTimeField(null=True)

    class Meta:
        constraints: ClassVar[list[models.BaseConstraint]] = [
            models.UniqueConstraint(fields=["thing_type", "thing_id", "user"], name="present_once")
        ]

    def __str__(self) -> str:
        return f"{self.user_id}: {self.thing_type} {self.thing_id}"
