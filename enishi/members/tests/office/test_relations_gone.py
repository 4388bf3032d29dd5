"""Whoever is in the bin, merged away, dead or has left, as relations show it."""

import pytest

from enishi.core import clock
from enishi.members import actions
from enishi.members.models import LeaveReason

pytestmark = pytest.mark.django_db


@pytest.fixture
def twice(sato):
    values = {"family_name": "山田", "given_name": "太郎", "joined_on": "2020-04-01"}
    return actions.add(values, by=sato), actions.add(values, by=sato)


@pytest.fixture
def aoi(sato):
    said = {
        "kind": "organisation",
        "member_type": "法人会員",
        "organisation_name": "株式会社あおい",
    }
    return actions.add(said, by=sato)


def test_whoever_is_gone_holds_no_seat_and_stands_nowhere_twice(twice, aoi, hanako, sato, office):
    keep, drop = twice
    household = actions.make_household(drop, by=sato)
    actions.add_to_household(household, keep, kinship="child", by=sato)
    for one in twice:
        actions.affiliate(aoi, one, by=sato)
    actions.set_seats(aoi, 2, by=sato)
    merge = actions.merge(keep, drop, by=sato)
    assert actions.seats_of(aoi) == (1, 2)
    actions.affiliate(aoi, hanako, by=sato)  # the seat is free again
    page = office.get(f"/office/households/{household.pk}/").content.decode()
    assert f"/office/members/{drop.pk}/" not in page
    assert "会費を支払う人がいません" not in page, "whoever goes on pays"
    people = office.get(f"/office/members/{aoi.pk}/people/").content.decode()
    assert f"/office/members/{drop.pk}/" not in people
    actions.undo_merge(merge, by=sato)
    assert actions.seats_of(aoi) == (3, 2)
    actions.delete(hanako, by=sato)
    assert actions.seats_of(aoi) == (2, 2)


@pytest.mark.parametrize(
    ("way", "said"), [("bin", "ごみ箱に入っています"), ("death", "亡くなっています"),
                      ("leave", "退会しています")],
)  # fmt: skip
def test_whoever_pays_and_is_gone_is_told_of(hanako, sato, office, way, said):
    household = actions.make_household(hanako, by=sato)
    page = f"/office/households/{household.pk}/"
    assert said not in office.get(page).content.decode()
    match way:
        case "bin":
            actions.delete(hanako, by=sato)
        case "death":
            actions.mark_deceased(hanako, on=clock.today(), by=sato)
        case _:
            reason = LeaveReason.objects.first() or LeaveReason.objects.create(name="転居")
            actions.leave(hanako, on=clock.today(), reason=reason, by=sato)
    assert said in office.get(page).content.decode()
