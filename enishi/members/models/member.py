"""The member: one record per person or organisation."""

from collections.abc import Callable
from datetime import date
from typing import Any, ClassVar, Self

from django.conf import settings
from django.db import models
from django.db.models import Case, Exists, F, OuterRef, Q, Value, When
from django.db.models.functions import Coalesce, Concat, NullIf, Trim
from django.urls import reverse
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy

from enishi.core import clock

from .status import Status, StatusPeriod


class Kind(models.TextChoices):
    PERSON = "person", _("Person")
    ORGANISATION = "organisation", _("Organisation")


class Gender(models.TextChoices):
    MALE = "male", pgettext_lazy("gender", "Male")
    FEMALE = "female", pgettext_lazy("gender", "Female")
    OTHER = "other", pgettext_lazy("gender", "Other")


class MemberQuerySet(models.QuerySet["Member"]):
    def present(self) -> Self:
        """Those that are not in the bin."""
        return self.filter(deleted_at=None)

    def binned(self) -> Self:
        """Those that were deleted; who was merged into another is not meant."""
        return self.exclude(deleted_at=None).filter(merged_into=None)

    def active(self) -> Self:
        return self.present().filter(status=Status.ACTIVE)

    def on_roll_at(self, day: date) -> Self:
        """Those who were (or will be) active or suspended members on ``day``."""
        periods = StatusPeriod.objects.filter(
            Q(to_on=None) | Q(to_on__gt=day),
            member=OuterRef("pk"),
            from_on__lte=day,
            status__in=(Status.ACTIVE, Status.SUSPENDED),
        )
        return self.present().filter(Exists(periods))

    def search(self, text: str, *, by: Any = None) -> "MemberQuerySet":
        """Those whose number, name, kana, e-mail or phone hold every word of ``text``.

        ``by`` asks: nothing is found in what they may not see. Nobody (a job) searches all.

        Asks the database at once how common the words are, to choose the way that is quick.
        """
        from enishi.members.search import narrowed

        return narrowed(self, text, by)

    def with_email(self, email: str) -> "MemberQuerySet":
        """Those whose own e-mail address is ``email`` (families may share one)."""
        return self.search(email).filter(email=email) if email else self.none()

    def numbered(self, number: str) -> "Member":
        """The one with this member number. Raises Member.DoesNotExist."""
        return self.get(number=number)


# Goes into the SET of an UPDATE of many members (alias m) that leaves their names alone. PostgreSQL
# 18 reads the expression of ``sorting_name`` again for every row of such an UPDATE, which takes a
# third of its time; when a column of the expression is set, it reads it once.
NAMES_STAY = "family_name = m.family_name"

NO_DATE = date(1, 1, 1)  # stands for "no date" in sorting, so that a page can go on from it


def dated(field: str) -> Coalesce:
    """``field``, never NULL: what lists sort by and what the sort indexes hold."""
    return Coalesce(F(field), Value(NO_DATE, output_field=models.DateField()))


def _said(kana: str) -> Trim:
    """The family and given name, or the organisation's; '' when nothing is filled in."""
    return Trim(
        Case(
            When(kind=Value("organisation"), then=F(f"organisation_name{kana}")),
            default=Concat(F(f"family_name{kana}"), Value(" "), F(f"given_name{kana}")),
            output_field=models.CharField(),
        ),
        output_field=models.CharField(),
    )


class Member(models.Model):
    """A person or an organisation on the roll.

    Text is stored clean: kana full-width, phones as digits, postal code as seven digits, e-mail
    in lower case. Empty text is '', never NULL. ``version`` rises with every change.
    """

    number = models.CharField(_("Member number"), max_length=40, db_collation="C")
    kind = models.CharField(_("Kind"), max_length=12, choices=Kind, default=Kind.PERSON)
    type = models.ForeignKey(
        "members.MemberType",
        verbose_name=_("Member type"),
        on_delete=models.PROTECT,
        related_name="members",
        db_index=False,
        db_constraint=False,  # costs 6 s a million rows; types are retired, never deleted
    )
    status = models.CharField(
        _("Status"), max_length=12, choices=Status, default=Status.ACTIVE, editable=False
    )

    family_name = models.CharField(_("Family name"), max_length=100, blank=True, default="")
    given_name = models.CharField(_("Given name"), max_length=100, blank=True, default="")
    family_name_kana = models.CharField(
        _("Family name (kana)"), max_length=100, blank=True, default=""
    )
    given_name_kana = models.CharField(
        _("Given name (kana)"), max_length=100, blank=True, default=""
    )
    former_name = models.CharField(_("Former name"), max_length=100, blank=True, default="")
    organisation_name = models.CharField(
        _("Organisation name"), max_length=200, blank=True, default=""
    )
    organisation_name_kana = models.CharField(
        _("Organisation name (kana)"), max_length=200, blank=True, default=""
    )
    gender = models.CharField(_("Gender"), max_length=6, choices=Gender, blank=True, default="")
    birth_date = models.DateField(_("Birth date"), null=True, blank=True)
    language = models.CharField(_("Language"), max_length=8, default="ja")

    email = models.CharField(_("E-mail"), max_length=254, blank=True, default="")
    phone = models.CharField(_("Phone"), max_length=20, blank=True, default="")
    mobile = models.CharField(_("Mobile"), max_length=20, blank=True, default="")
    postal_code = models.CharField(_("Postal code"), max_length=10, blank=True, default="")
    prefecture = models.CharField(_("Prefecture"), max_length=10, blank=True, default="")
    city = models.CharField(_("City"), max_length=100, blank=True, default="")
    address_line = models.CharField(_("Town and block"), max_length=200, blank=True, default="")
    building = models.CharField(_("Building"), max_length=200, blank=True, default="")
    country = models.CharField(_("Country"), max_length=2, default="JP")

    owner = models.ForeignKey(
        settings.AUTH_USER_MODEL,
        verbose_name=_("Owner"),
        null=True,
        blank=True,
        on_delete=models.SET_NULL,
        related_name="owned_members",
        db_index=False,
    )
    user = models.ForeignKey(
        settings.AUTH_USER_MODEL,
        verbose_name=_("Sign-in account"),
        null=True,
        blank=True,
        on_delete=models.SET_NULL,
        related_name="members",
        db_index=False,
    )
    source = models.CharField(_("How they found us"), max_length=200, blank=True, default="")
    joined_on = models.DateField(_("Joined"), null=True, blank=True)
    left_on = models.DateField(_("Left"), null=True, blank=True)
    deceased_on = models.DateField(_("Deceased"), null=True, blank=True)
    note = models.TextField(_("Remarks"), blank=True, default="", max_length=20_000)

    data = models.JSONField(_("Own fields"), default=dict, blank=True)
    search = models.TextField(default="", editable=False)
    sorting_name = models.GeneratedField(  # kana, or the name as written where kana is missing
        expression=Coalesce(
            NullIf(_said("_kana"), Value(""), output_field=models.CharField()),
            _said(""),
            output_field=models.CharField(),
        ),
        output_field=models.CharField(max_length=201, db_collation="C"),
        db_persist=True,
    )
    version = models.PositiveIntegerField(default=1, editable=False)
    created_at = models.DateTimeField(_("Created"), default=clock.now, editable=False)
    updated_at = models.DateTimeField(_("Updated"), default=clock.now, editable=False)
    deleted_at = models.DateTimeField(_("Deleted"), null=True, editable=False)
    merged_into = models.ForeignKey(  # who goes on instead; such a member is out of every list
        "self",
        null=True,
        editable=False,
        on_delete=models.PROTECT,
        related_name="+",
        db_index=False,
        db_constraint=False,
    )
    origin = models.ForeignKey(  # the import that brought the member in; undo finds them by it
        "members.Import",
        null=True,
        editable=False,
        on_delete=models.SET_NULL,
        related_name="+",
        db_index=False,
        db_constraint=False,
    )

    objects = MemberQuerySet.as_manager()
    partly_hidden = False  # a copy for somebody who may not see every field

    class Meta:
        verbose_name = _("Member")
        verbose_name_plural = _("Members")
        constraints: ClassVar[list[models.BaseConstraint]] = [
            models.CheckConstraint(condition=~Q(number=""), name="member_has_a_number"),
            models.UniqueConstraint(fields=["number"], name="member_number_once"),
            models.CheckConstraint(
                condition=Q(joined_on=None) | Q(left_on=None) | Q(left_on__gte=F("joined_on")),
                name="member_leaves_after_joining",
            ),
        ]
        # Every row of an import pays for each index (1 s to 2 s a million): measure before adding.
        # The usual statuses need none, a walk along any sorting finds them soon; an e-mail address
        # is found through its n-grams (``with_email``).
        indexes: ClassVar[list[models.Index]] = [
            models.Index(fields=["sorting_name", "id"], name="member_kana"),
            models.Index(
                fields=["status", "number"],
                name="member_rare_status",
                condition=~Q(status=Status.ACTIVE) & ~Q(status=Status.LEFT),
            ),
            models.Index(
                fields=["status", "sorting_name", "id"],
                name="member_rare_kana",
                condition=~Q(status=Status.ACTIVE) & ~Q(status=Status.LEFT),
            ),
            models.Index(dated("joined_on"), name="member_joined"),
            models.Index(dated("left_on"), "id", name="member_left"),
            models.Index(dated("birth_date"), "id", name="member_birth"),
            models.Index(fields=["updated_at", "id"], name="member_updated"),
            models.Index(
                fields=["prefecture", "type", "number"],
                name="member_at_place",
                condition=Q(deleted_at=None),
            ),
            # Who is there, in 21 MB instead of the whole table: counts of rules walk it.
            models.Index(fields=["id"], name="member_present", condition=Q(deleted_at=None)),
            models.Index(fields=["owner"], name="member_owner", condition=~Q(owner=None)),
            models.Index(fields=["user"], name="member_user", condition=~Q(user=None)),
            models.Index(
                fields=["deleted_at"], name="member_deleted", condition=~Q(deleted_at=None)
            ),
            models.Index(
                fields=["merged_into"], name="member_merged", condition=~Q(merged_into=None)
            ),
        ]

    def __str__(self) -> str:
        return f"{self.number} {self.name}".strip()

    def save(self, *args: Any, **kwargs: Any) -> None:
        if self.partly_hidden:
            raise TypeError("This is a member as somebody may see it: load the member to save it.")
        super().save(*args, **kwargs)

    def get_absolute_url(self) -> str:
        return reverse("members:karte", args=[self.pk])

    @classmethod
    def history_field(cls, name: str) -> tuple[str, Callable[[Any], str]] | None:
        """How history calls an own field, and says its values."""
        from enishi.members.fields.known import for_history

        return for_history("", name)

    @property
    def name(self) -> str:
        """The name as one would say it: of the organisation, or family name and given name."""
        if self.kind == Kind.ORGANISATION and self.organisation_name:
            return self.organisation_name
        return f"{self.family_name} {self.given_name}".strip() or self.organisation_name

    @property
    def kana(self) -> str:
        if self.kind == Kind.ORGANISATION and self.organisation_name:
            return self.organisation_name_kana
        return f"{self.family_name_kana} {self.given_name_kana}".strip()

    @property
    def address(self) -> str:
        """The address in one line, as it is written on an envelope."""
        line = f"{self.prefecture}{self.city}{self.address_line}"
        return f"{line} {self.building}".strip()

    @property
    def has_left(self) -> bool:
        return self.status == Status.LEFT
