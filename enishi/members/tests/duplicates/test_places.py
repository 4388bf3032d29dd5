"""Two who are one stand in one household, firm or family: whoever goes on takes over what is said.

And after undoing both stand where they stood, with what was changed in between.
"""

from datetime import date

import pytest

from enishi.audit.models import HistoryEntry
from enishi.members import actions
from enishi.members.models import Affiliation, Guardianship, Household, HouseholdMember, Member
from enishi.members.tests.roll.conftest import *  # noqa: F403 - the cast on the roll

pytestmark = pytest.mark.django_db


@pytest.fixture
def home(twice, hanako, sato):
    """The dropped one is the head who pays; the keeper stands there as well, and Hanako."""
    keep, drop = twice
    household = actions.make_household(drop, from_on=date(2015, 4, 1), by=sato)
    actions.add_to_household(household, keep, from_on=date(2020, 4, 1), by=sato)
    actions.add_to_household(household, hanako, kinship="spouse", by=sato)
    return household


def payer(household: Household) -> Member | None:
    link = household.links.filter(pays=True, to_on=None).first()
    return link.member if link else None


def place(member: Member) -> HouseholdMember:
    return HouseholdMember.objects.get(member=member)


class TestWhoPays:
    def test_whoever_goes_on_pays(self, home, twice, sato):
        keep, drop = twice
        before = list(HouseholdMember.objects.order_by("pk").values())
        merge = actions.merge(keep, drop, by=sato)
        assert payer(home) == keep
        mine = place(keep)
        assert (mine.kinship, mine.primary, mine.from_on) == ("head", True, date(2015, 4, 1))
        told = HistoryEntry.objects.get(fact="members.HouseholdPlaceChanged")
        assert told.about_id == str(keep.pk)
        actions.undo_merge(merge, by=sato)
        assert list(HouseholdMember.objects.order_by("pk").values()) == before

    def test_somebody_else_pays_since(self, home, twice, hanako, sato):
        keep, drop = twice
        merge = actions.merge(keep, drop, by=sato)
        actions.change_household_link(place(hanako), pays=True, by=sato)
        actions.undo_merge(merge, by=sato)
        assert payer(home) == hanako
        assert place(drop).kinship == "head"
        assert place(keep).kinship == "other"

    def test_the_keeper_left_the_household_since(self, home, twice, sato):
        keep, drop = twice
        merge = actions.merge(keep, drop, by=sato)
        actions.leave_household(place(keep), on=date(2026, 1, 1), by=sato)
        actions.undo_merge(merge, by=sato)
        assert payer(home) == drop
        assert (place(keep).pays, place(keep).to_on) == (False, date(2026, 1, 1))

    def test_what_was_corrected_since_stays(self, home, twice, sato):
        keep, drop = twice
        merge = actions.merge(keep, drop, by=sato)
        actions.change_household_link(place(keep), kinship="parent", by=sato)
        actions.undo_merge(merge, by=sato)
        assert place(keep).kinship == "parent"
        assert payer(home) == drop

    def test_the_household_is_gone_since(self, home, twice, sato):
        merge = actions.merge(*twice, by=sato)
        actions.delete_household(home, by=sato)
        actions.undo_merge(merge, by=sato)
        assert not HouseholdMember.objects.exists()

    def test_two_households(self, twice, hanako, sato):
        """Each paid for one: the keeper pays for both, and lives in the own one."""
        keep, drop = twice
        mine, theirs = (actions.make_household(one, by=sato) for one in twice)
        actions.add_to_household(theirs, hanako, by=sato)
        before = list(HouseholdMember.objects.order_by("pk").values())
        merge = actions.merge(keep, drop, by=sato)
        assert payer(mine) == payer(theirs) == keep
        assert mine.links.get().primary
        assert not theirs.links.get(member=keep).primary
        actions.undo_merge(merge, by=sato)
        assert list(HouseholdMember.objects.order_by("pk").values()) == before

    def test_the_keeper_moved_to_the_other_household_since(self, twice, sato):
        keep, drop = twice
        mine, theirs = (actions.make_household(one, by=sato) for one in twice)
        merge = actions.merge(keep, drop, by=sato)
        there = theirs.links.get(member=keep)
        actions.change_household_link(there, primary=True, move=True, by=sato)
        actions.undo_merge(merge, by=sato)
        assert payer(theirs) == drop
        assert theirs.links.get().primary
        assert not mine.links.open().exists()


class TestPosts:
    def test_the_keeper_has_the_posts_of_both(self, twice, aoi, sato):
        keep, drop = twice
        actions.affiliate(aoi, keep, posts=["billing"], has_seat=False, by=sato)
        actions.affiliate(aoi, drop, posts=["representative"], title="課長", by=sato)
        before = list(Affiliation.objects.order_by("pk").values())
        merge = actions.merge(keep, drop, by=sato)
        link = Affiliation.objects.get(person=keep)
        assert (link.posts, link.title, link.has_seat) == (
            ["representative", "billing"], "課長", True,
        )  # fmt: skip
        assert actions.seats_of(aoi)[0] == 1
        actions.undo_merge(merge, by=sato)
        assert list(Affiliation.objects.order_by("pk").values()) == before

    def test_posts_given_since_stay(self, twice, aoi, sato):
        keep, drop = twice
        actions.affiliate(aoi, keep, posts=["billing"], by=sato)
        actions.affiliate(aoi, drop, posts=["representative"], by=sato)
        merge = actions.merge(keep, drop, by=sato)
        link = Affiliation.objects.get(person=keep)
        actions.change_affiliation(link, posts=["representative", "contact"], by=sato)
        actions.undo_merge(merge, by=sato)
        assert Affiliation.objects.get(person=keep).posts == ["contact"]
        assert Affiliation.objects.get(person=drop).posts == ["representative"]

    def test_two_organisations_with_one_person(self, aoi, hanako, sato):
        said = {"kind": "organisation", "organisation_name": "あおい株式会社"}
        other = actions.add(said, by=sato)
        actions.affiliate(aoi, hanako, posts=["contact"], by=sato)
        actions.affiliate(other, hanako, posts=["billing"], by=sato)
        merge = actions.merge(aoi, other, by=sato)
        assert Affiliation.objects.get(organisation=aoi).posts == ["contact", "billing"]
        actions.undo_merge(merge, by=sato)
        assert Affiliation.objects.get(organisation=aoi).posts == ["contact"]


def test_both_are_guardians_of_one_child(twice, sato):
    keep, drop = twice
    child = actions.add({"family_name": "山田", "birth_date": date(2015, 1, 1)}, by=sato)
    actions.name_guardian(child, keep, by=sato)
    actions.name_guardian(child, drop, tie="father", from_on=date(2019, 4, 1), by=sato)
    before = list(Guardianship.objects.order_by("pk").values())
    merge = actions.merge(keep, drop, by=sato)
    link = Guardianship.objects.get(guardian=keep)
    assert (link.tie, link.from_on) == ("father", date(2019, 4, 1))
    actions.undo_merge(merge, by=sato)
    assert list(Guardianship.objects.order_by("pk").values()) == before


def test_one_child_entered_twice(hanako, sato):
    values = {"family_name": "山田", "given_name": "一", "birth_date": date(2015, 1, 1)}
    keep, drop = (actions.add(values, by=sato) for _ in range(2))
    for child, tie in ((keep, "guardian"), (drop, "mother")):
        actions.name_guardian(child, hanako, tie=tie, by=sato)
    merge = actions.merge(keep, drop, by=sato)
    assert Guardianship.objects.get(ward=keep).tie == "mother"
    actions.undo_merge(merge, by=sato)
    assert Guardianship.objects.get(ward=keep).tie == "guardian"
