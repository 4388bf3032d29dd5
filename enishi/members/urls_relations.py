"""Addresses of households, affiliations and guardians."""

from django.urls import include, path

from .views.office import households, relations

_member = [
    path("people/", relations.people, name="people"),
    path("seats/", relations.seats, name="seats"),
    path("affiliations/", relations.affiliations, name="affiliations"),
    path("affiliations/<int:link>/", relations.affiliation, name="affiliation"),
    path(
        "affiliations/<int:link>/removal/",
        relations.affiliation_removal,
        name="affiliation_removal",
    ),
    path("guardians/", relations.guardianships, name="guardianships"),
    path("guardians/<int:link>/", relations.guardianship, name="guardianship"),
    path(
        "guardians/<int:link>/removal/", relations.guardianship_removal, name="guardianship_removal"
    ),
    path("households/", households.places, name="places"),
    path("households/new/", households.new_household, name="new_household"),
    path("households/<int:link>/", households.place, name="place"),
    path("households/<int:link>/removal/", households.place_removal, name="place_removal"),
]
_households = [
    path("", households.households, name="households"),
    path("choices/", relations.household_choices, name="household_choices"),
    path("<int:pk>/", households.household, name="household"),
    path("<int:pk>/edit/", households.household_edit, name="household_edit"),
    path("<int:pk>/deletion/", households.household_deletion, name="household_deletion"),
    path("<int:pk>/members/", households.household_members, name="household_members"),
]
urlpatterns = [
    path("office/members/choices/", relations.choices, name="choices"),
    path("office/members/<int:pk>/", include(_member)),
    path("office/households/", include(_households)),
]
