"""Two who turn out to be one: what they belonged to follows, and nothing clashes."""

import pytest

from enishi.members import actions
from enishi.members.models import Affiliation, HouseholdMember, Task

pytestmark = pytest.mark.django_db


def test_relations_and_tasks_follow(twice, aoi, hanako, sato):
    keep, drop = twice
    household = actions.make_household(hanako, by=sato)
    actions.add_to_household(household, drop, kinship="child", by=sato)
    actions.affiliate(aoi, drop, title="課長", by=sato)
    actions.add_task(title="電話", member=drop, by=sato)
    merge = actions.merge(keep, drop, by=sato)
    assert HouseholdMember.objects.get(kinship="child").member == keep
    assert Affiliation.objects.get().person == keep
    assert Task.objects.get().member == keep
    actions.undo_merge(merge, by=sato)
    assert Affiliation.objects.get().person == drop


def test_both_were_recorded(twice, aoi, hanako, sato):
    """Where both stood in one household and one firm, one place of each is left."""
    keep, drop = twice
    household = actions.make_household(hanako, by=sato)
    for one in twice:
        actions.add_to_household(household, one, kinship="child", by=sato)
        actions.affiliate(aoi, one, by=sato)
    actions.set_seats(aoi, 2, by=sato)
    merge = actions.merge(keep, drop, by=sato)
    assert keep.household_links.open().count() == 1
    assert keep.organisation_links.open().count() == 1
    actions.undo_merge(merge, by=sato)
    assert HouseholdMember.objects.filter(kinship="child").count() == 2
    assert Affiliation.objects.count() == 2
