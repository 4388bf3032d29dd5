"""Households, people of organisations, guardians: dated, counted, never double."""

import threading
from datetime import date, timedelta

import pytest
from django.db import connection

from enishi.audit.models import HistoryEntry
from enishi.members import actions
from enishi.members.models import Affiliation, HouseholdMember, Member

from .conftest import TODAY

pytestmark = pytest.mark.django_db


def person(name, born=None, **more):
    values = {"family_name": name, "given_name": "子", "birth_date": born, **more}
    return actions.add({k: v for k, v in values.items() if v is not None}, by=None)


class TestHouseholds:
    def test_the_first_one_pays_until_another_does(self, hanako, jiro, sato):
        household = actions.make_household(hanako, by=sato)
        assert household.number == "H00001"
        assert household.name == "山田家"
        first = household.links.get()
        assert (first.pays, first.primary, first.kinship) == (True, True, "head")
        actions.add_to_household(household, jiro, kinship="spouse", pays=True, by=sato)
        first.refresh_from_db()
        assert not first.pays
        assert actions.make_household(person("別"), by=sato).number == "H00002"

    def test_one_main_household_at_a_time(self, hanako, jiro, sato):
        one = actions.make_household(hanako, by=sato)
        other = actions.make_household(jiro, by=sato)
        with pytest.raises(actions.Refused, match="山田家"):
            actions.add_to_household(other, hanako, by=sato)
        actions.add_to_household(other, hanako, primary=False, by=sato)
        link = other.links.get(member=hanako)
        with pytest.raises(actions.Refused):
            actions.change_household_link(link, primary=True, by=sato)
        actions.change_household_link(link, primary=True, from_on=TODAY, move=True, by=sato)
        assert one.links.get(member=hanako).to_on == TODAY

    def test_twice_in_one_household_is_refused_unless_after_each_other(self, hanako, sato):
        household = actions.make_household(hanako, from_on=date(2020, 1, 1), by=sato)
        with pytest.raises(actions.Refused):
            actions.add_to_household(household, hanako, by=sato)
        actions.leave_household(household.links.get(), on=date(2024, 1, 1), by=sato)
        again = actions.add_to_household(household, hanako, from_on=date(2025, 1, 1), by=sato)
        assert household.links.at(date(2024, 6, 1)).count() == 0
        assert household.links.at(TODAY).get() == again

    def test_companies_do_not_live_together(self, hanako, aoi, sato):
        household = actions.make_household(hanako, by=sato)
        with pytest.raises(actions.Refused):
            actions.add_to_household(household, aoi, by=sato)

    def test_it_ends_no_earlier_than_it_begins(self, hanako, sato):
        household = actions.make_household(hanako, from_on=TODAY, by=sato)
        with pytest.raises(actions.Invalid) as wrong:
            actions.leave_household(household.links.get(), on=TODAY - timedelta(1), by=sato)
        assert "to_on" in wrong.value.errors


class TestSeats:
    def test_seats_are_counted_and_refused(self, aoi, hanako, jiro, taro, sato):
        actions.set_seats(aoi, 2, by=sato)
        one = actions.affiliate(aoi, hanako, posts=["billing", "representative"], by=sato)
        assert one.posts == ["representative", "billing"]
        actions.affiliate(aoi, jiro, by=sato)
        assert actions.seats_of(aoi) == (2, 2)
        with pytest.raises(actions.Refused, match="2"):
            actions.affiliate(aoi, taro, by=sato)
        actions.affiliate(aoi, taro, has_seat=False, by=sato)
        with pytest.raises(actions.Refused):
            actions.set_seats(aoi, 1, by=sato)
        actions.end_affiliation(one, on=TODAY, by=sato)
        actions.set_seats(aoi, 1, by=sato)
        actions.set_seats(aoi, None, by=sato)
        assert actions.seats_of(aoi) == (1, None)

    def test_a_seat_that_gets_free_can_be_promised(self, aoi, hanako, jiro, taro, sato):
        actions.set_seats(aoi, 1, by=sato)
        later = TODAY + timedelta(days=30)
        actions.affiliate(aoi, hanako, to_on=later, by=sato)
        with pytest.raises(actions.Refused):
            actions.affiliate(aoi, jiro, from_on=TODAY + timedelta(days=29), by=sato)
        actions.affiliate(aoi, jiro, from_on=later, by=sato)
        with pytest.raises(actions.Refused):
            actions.affiliate(aoi, taro, by=sato)

    def test_one_may_belong_to_several(self, aoi, hanako, sato):
        other = actions.add({"organisation_name": "株式会社べに"}, by=sato)
        actions.affiliate(aoi, hanako, by=sato)
        actions.affiliate(other, hanako, by=sato)
        with pytest.raises(actions.Refused):
            actions.affiliate(aoi, hanako, by=sato)
        with pytest.raises(actions.Refused):
            actions.affiliate(hanako, aoi, by=sato)
        assert hanako.organisation_links.count() == 2


@pytest.mark.slow
@pytest.mark.django_db(transaction=True)
def test_the_last_seat_goes_to_one(aoi, sato):
    actions.set_seats(aoi, 3, by=sato)
    people = [person(f"会{n}") for n in range(8)]
    refused = []

    def take(one):
        try:
            actions.affiliate(aoi, one, by=None)
        except actions.Refused as no:
            refused.append(no)
        finally:
            connection.close()

    threads = [threading.Thread(target=take, args=[one]) for one in people]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert Affiliation.objects.count() == 3
    assert len(refused) == 5


class TestGuardians:
    def test_only_minors_have_one_unless_confirmed(self, hanako, sato):
        child = person("山田", born=date(2010, 5, 1))
        link = actions.name_guardian(child, hanako, tie="mother", by=sato)
        assert actions.is_minor(child)
        for adult in (person("大人", born=date(2008, 11, 21)), person("不明")):
            with pytest.raises(actions.Refused, match="18"):
                actions.name_guardian(adult, hanako, by=sato)
            actions.name_guardian(adult, hanako, even_if_adult=True, by=sato)
        with pytest.raises(actions.Refused):
            actions.name_guardian(child, child, by=sato)
        actions.end_guardianship(link, by=sato)
        assert not child.guardian_links.open().exists()

    def test_born_on_a_leap_day(self):
        child = person("閏", born=date(2012, 2, 29))
        assert actions.comes_of_age(child) == date(2030, 3, 1)


def test_history_tells(hanako, aoi, sato):
    actions.affiliate(aoi, hanako, by=sato)
    entry = HistoryEntry.objects.about(hanako).first()
    assert entry.fact == "members.AffiliationBegan"
    assert "株式会社あおい" in entry.sentence


def test_the_bin_keeps_and_the_purge_takes_relations(hanako, aoi, sato):
    actions.affiliate(aoi, hanako, by=sato)
    actions.make_household(hanako, by=sato)
    actions.delete(hanako, by=sato)
    assert Affiliation.objects.count() == 1
    Member.objects.filter(pk=hanako.pk).delete()
    assert not Affiliation.objects.exists()
    assert not HouseholdMember.objects.exists()
