"""How members belong together: households, affiliations, guardians, seats."""

from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _

from enishi.members.models import Affiliation, Guardianship, HouseholdMember, Kinship, Post, Tie

from .entry import DateField, FoldedField
from .picking import household_field, member_field


class DatedForm(forms.Form):
    """From a day to a day; both may stay empty."""

    from_on = DateField(label=_("From"), help_text=_("Empty: not known."))
    to_on = DateField(
        label=_("To"), help_text=_("The first day on which it no longer holds. Empty: it goes on.")
    )


class MoveForm(forms.Form):
    move = forms.BooleanField(
        label=_("Move from the present household"),
        required=False,
        help_text=_("The place in the present main household ends on that day."),
    )


class NewHouseholdForm(MoveForm):
    name = FoldedField(
        label=_("Name of the household"),
        max_length=200,
        help_text=_("Empty: the family name of the head."),
    )
    from_on = DateField(label=_("From"), help_text=_("Empty: not known."))
    field_order = ("name", "from_on", "move")


class HouseholdForm(forms.Form):
    number = FoldedField(label=_("Household number"), required=True, max_length=40)
    name = FoldedField(label=_("Name of the household"), required=True, max_length=200)
    note = FoldedField(label=_("Note"), max_length=500)


class HouseholdPlaceForm(DatedForm, MoveForm):
    """A place in a household."""

    kinship = forms.ChoiceField(
        label=_("Kinship"), choices=Kinship.choices, widget=forms.RadioSelect, initial="other"
    )
    pays = forms.BooleanField(
        label=_("Pays for the household"),
        required=False,
        help_text=_("Whoever paid so far does no longer."),
    )
    primary = forms.BooleanField(
        label=_("Main household"),
        required=False,
        initial=True,
        help_text=_("Where the member lives and is written to. Everybody has one at most."),
    )
    field_order = ("household", "member", "kinship", "pays", "primary", "from_on", "to_on", "move")

    @staticmethod
    def initial_of(link: HouseholdMember) -> dict[str, Any]:
        names = ("kinship", "pays", "primary", "from_on", "to_on")
        return {name: getattr(link, name) for name in names}


class JoinHouseholdForm(HouseholdPlaceForm):
    """On the karte: into which household."""

    household = household_field(_("Household"))


class AddToHouseholdForm(HouseholdPlaceForm):
    """On the household's page: who comes in."""

    member = member_field(_("Member"), "person")


class SeatsForm(forms.Form):
    seats = forms.IntegerField(
        label=_("Seats"),
        required=False,
        min_value=0,
        max_value=100_000,
        help_text=_("How many people may be named. Empty: as many as they like."),
    )


class AffiliationForm(DatedForm):
    """What somebody is in an organisation."""

    posts = forms.MultipleChoiceField(
        label=_("Posts"),
        choices=Post.choices,
        required=False,
        widget=forms.CheckboxSelectMultiple,
    )
    title = FoldedField(label=_("Position"), max_length=100)
    has_seat = forms.BooleanField(label=_("Takes a seat"), required=False, initial=True)
    field_order = ("person", "organisation", "posts", "title", "has_seat", "from_on", "to_on")

    @staticmethod
    def initial_of(link: Affiliation) -> dict[str, Any]:
        names = ("posts", "title", "has_seat", "from_on", "to_on")
        return {name: getattr(link, name) for name in names}


class NewPersonForm(AffiliationForm):
    person = member_field(_("Person"), "person")


class NewOrganisationForm(AffiliationForm):
    organisation = member_field(_("Organisation"), "organisation")


class GuardianshipForm(DatedForm):
    """Who answers for whom."""

    tie = forms.ChoiceField(
        label=_("Kinship"), choices=Tie.choices, widget=forms.RadioSelect, initial="guardian"
    )
    even_if_adult = forms.BooleanField(
        label=_("Record it although the member is not known to be under 18"), required=False
    )
    field_order = ("other", "tie", "from_on", "to_on", "even_if_adult")

    def __init__(self, *args: Any, warned: bool = False, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        if not warned:
            del self.fields["even_if_adult"]

    @staticmethod
    def initial_of(link: Guardianship) -> dict[str, Any]:
        return {name: getattr(link, name) for name in ("tie", "from_on", "to_on")}


class NewGuardianForm(GuardianshipForm):
    other = member_field(_("Guardian"), "person")


class NewWardForm(GuardianshipForm):
    other = member_field(_("Minor"), "person")
