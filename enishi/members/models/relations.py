"""How members belong together: households, people of an organisation, guardians of minors."""

from datetime import date
from typing import ClassVar, Self, TypeVar

from django.conf import settings
from django.contrib.postgres.fields import ArrayField
from django.db import models
from django.db.models import F, Q
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy

from enishi.core import clock

OF_AGE = 18  # 民法第4条, since 1 April 2022


_Row_co = TypeVar("_Row_co", bound=models.Model, covariant=True)


class Dated(models.QuerySet[_Row_co]):
    def at(self, day: date) -> Self:
        """Those that hold on ``day``; a relation ends with the day before ``to_on``."""
        return self.filter(Q(from_on=None) | Q(from_on__lte=day), Q(to_on=None) | Q(to_on__gt=day))

    def open(self) -> Self:
        """Those that hold today, or will."""
        return self.filter(Q(to_on=None) | Q(to_on__gt=clock.today()))

    def with_present(self, other: str) -> Self:
        """Those whose ``other`` is neither in the bin nor merged into somebody else."""
        return self.filter(**{f"{other}__deleted_at": None})

    def not_merged(self, other: str) -> Self:
        """Those whose ``other`` was not merged into somebody else, who has a row of their own."""
        return self.filter(**{f"{other}__merged_into": None})


class Relation(models.Model):
    """Something that holds from a day (None: nobody knows) to a day (excluded; None: open)."""

    from_on = models.DateField(_("From"), null=True, blank=True)
    to_on = models.DateField(_("To"), null=True, blank=True)
    by = models.ForeignKey(
        settings.AUTH_USER_MODEL, null=True, on_delete=models.SET_NULL, related_name="+"
    )
    recorded_at = models.DateTimeField(_("Recorded"), default=clock.now, editable=False)

    objects = Dated.as_manager()

    class Meta:
        abstract = True

    @property
    def is_over(self) -> bool:
        return self.to_on is not None and self.to_on <= clock.today()

    @property
    def is_ahead(self) -> bool:
        return self.from_on is not None and self.from_on > clock.today()


def _ends_after_it_starts(name: str) -> models.CheckConstraint:
    return models.CheckConstraint(
        condition=Q(from_on=None) | Q(to_on=None) | Q(to_on__gte=F("from_on")), name=name
    )


class Household(models.Model):
    """People who live together and are billed or written to together (世帯)."""

    number = models.CharField(_("Household number"), max_length=40, unique=True)
    name = models.CharField(_("Name of the household"), max_length=200)
    note = models.CharField(_("Note"), max_length=500, blank=True, default="")
    created_at = models.DateTimeField(_("Created"), default=clock.now, editable=False)

    class Meta:
        verbose_name = _("Household")
        ordering: ClassVar[list[str]] = ["number"]

    def __str__(self) -> str:
        return f"{self.number} {self.name}"


class Kinship(models.TextChoices):
    HEAD = "head", pgettext_lazy("kinship", "Head")
    SPOUSE = "spouse", pgettext_lazy("kinship", "Spouse")
    CHILD = "child", pgettext_lazy("kinship", "Child")
    PARENT = "parent", pgettext_lazy("kinship", "Parent")
    OTHER = "other", pgettext_lazy("kinship", "Other")


class HouseholdMember(Relation):
    """Somebody in a household. ``pays``: the one who pays for all; ``primary``: lives here.

    A child of separated parents may be in two households, but is written to at the primary one.
    """

    household = models.ForeignKey(Household, on_delete=models.CASCADE, related_name="links")
    member = models.ForeignKey(
        "members.Member", on_delete=models.CASCADE, related_name="household_links"
    )
    kinship = models.CharField(_("Kinship"), max_length=10, choices=Kinship, default=Kinship.OTHER)
    pays = models.BooleanField(_("Pays for the household"), default=False)
    primary = models.BooleanField(_("Main household"), default=True)

    class Meta:
        verbose_name = _("Household member")
        ordering: ClassVar[list[str]] = ["-pays", "pk"]
        constraints: ClassVar[list[models.BaseConstraint]] = [
            _ends_after_it_starts("household_link_ends_after_it_starts"),
            models.UniqueConstraint(
                fields=["household", "member"],
                condition=Q(to_on=None),
                name="once_in_a_household",
            ),
            models.UniqueConstraint(
                fields=["member"],
                condition=Q(primary=True, to_on=None),
                name="one_primary_household",
            ),
            models.UniqueConstraint(
                fields=["household"],
                condition=Q(pays=True, to_on=None),
                name="one_payer_per_household",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.household_id}: {self.member_id}"


class SeatAllowance(models.Model):
    """How many people an organisation may name under its membership. No row: as many as it likes.

    Its row is locked while a seat is given, so that two people never take the last one.
    """

    organisation = models.OneToOneField(
        "members.Member", on_delete=models.CASCADE, related_name="seat_allowance"
    )
    seats = models.PositiveIntegerField(_("Seats"))

    def __str__(self) -> str:
        return f"{self.organisation_id}: {self.seats}"


class Post(models.TextChoices):
    REPRESENTATIVE = "representative", pgettext_lazy("post", "Representative")
    CONTACT = "contact", pgettext_lazy("post", "Contact person")
    BILLING = "billing", pgettext_lazy("post", "Billing")


class Affiliation(Relation):
    """A person who belongs to an organisation; one may belong to several."""

    organisation = models.ForeignKey(
        "members.Member", on_delete=models.CASCADE, related_name="people_links"
    )
    person = models.ForeignKey(
        "members.Member", on_delete=models.CASCADE, related_name="organisation_links"
    )
    posts = ArrayField(
        models.CharField(max_length=20, choices=Post), verbose_name=_("Posts"), default=list
    )
    title = models.CharField(_("Position"), max_length=100, blank=True, default="")
    has_seat = models.BooleanField(_("Takes a seat"), default=True)

    class Meta:
        verbose_name = _("Affiliation")
        ordering: ClassVar[list[str]] = ["pk"]
        constraints: ClassVar[list[models.BaseConstraint]] = [
            _ends_after_it_starts("affiliation_ends_after_it_starts"),
            models.CheckConstraint(
                condition=~Q(organisation=F("person")), name="affiliated_with_another"
            ),
            models.UniqueConstraint(
                fields=["organisation", "person"],
                condition=Q(to_on=None),
                name="affiliated_once",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.organisation_id}: {self.person_id}"

    @property
    def posts_said(self) -> list[str]:
        return [str(Post(post).label) for post in self.posts if post in Post.values]


class Tie(models.TextChoices):
    FATHER = "father", pgettext_lazy("guardian", "Father")
    MOTHER = "mother", pgettext_lazy("guardian", "Mother")
    GRANDPARENT = "grandparent", pgettext_lazy("guardian", "Grandparent")
    GUARDIAN = "guardian", pgettext_lazy("guardian", "Legal guardian")
    OTHER = "other", pgettext_lazy("guardian", "Other")


class Guardianship(Relation):
    """Who answers for a minor (保護者)."""

    guardian = models.ForeignKey(
        "members.Member", on_delete=models.CASCADE, related_name="ward_links"
    )
    ward = models.ForeignKey(
        "members.Member", on_delete=models.CASCADE, related_name="guardian_links"
    )
    tie = models.CharField(_("Kinship"), max_length=12, choices=Tie, default=Tie.GUARDIAN)

    class Meta:
        verbose_name = _("Guardianship")
        ordering: ClassVar[list[str]] = ["pk"]
        constraints: ClassVar[list[models.BaseConstraint]] = [
            _ends_after_it_starts("guardianship_ends_after_it_starts"),
            models.CheckConstraint(condition=~Q(guardian=F("ward")), name="guarded_by_another"),
            models.UniqueConstraint(
                fields=["guardian", "ward"], condition=Q(to_on=None), name="guarded_once"
            ),
        ]

    def __str__(self) -> str:
        return f"{self.guardian_id}: {self.ward_id}"
