"""Where the two of a merge stand besides: in the household, the firm and the family of a third."""

from datetime import date, timedelta
from typing import Any

from enishi.accounts.models import User
from enishi.members import actions
from enishi.members.models import Affiliation, Guardianship, Household, HouseholdMember, Member

KINSHIPS = ("other", "head", "child")
POSTS = ("representative", "contact", "billing")
HOME = "紹介家"


def edit_places(keep: Member, how: str, what: Any, by: User) -> None:
    home = Household.objects.filter(name=HOME).first()
    links = HouseholdMember.objects.filter(household=home, to_on=None)
    posts = Affiliation.objects.filter(person=keep, to_on=None).first()
    mine = links.filter(member=keep).first()
    match how:
        case "pays":
            link = mine if what == "keep" else links.exclude(member=keep).first()
            if link is not None and link.member.merged_into_id is None:
                actions.change_household_link(link, pays=True, by=by)
        case "kinship" if mine:
            actions.change_household_link(mine, kinship=what, by=by)
        case "leave_home" if mine:
            actions.leave_household(mine, on=date(2026, 11, 1), by=by)
        case "posts" if posts:
            actions.change_affiliation(posts, posts=what, by=by)
        case "leave_firm" if posts:
            actions.end_affiliation(posts, on=date(2026, 11, 1), by=by)
        case "tie":
            for link in Guardianship.objects.filter(guardian=keep):
                actions.change_guardianship(link, tie=what, by=by)


def put_places(third: Member, made: list[tuple[Member, dict[str, Any]]], by: User) -> None:
    """The household, the firm and the child of a third, and who of the two stands there."""
    home = actions.make_household(third, name=HOME, by=by)
    said = {"kind": "organisation", "organisation_name": "株式会社あおい"}
    firm = actions.add(said, by=by)
    child = actions.add({"family_name": "紹介", "birth_date": date(2015, 1, 1)}, by=by)
    for member, hanging in made:
        since = None if hanging["since"] is None else date(2015, 1, 1) + timedelta(hanging["since"])
        if hanging["home"] is not None:
            kinship, pays, primary = hanging["home"]
            primary = primary and not hanging["household"]
            actions.add_to_household(
                home, member, kinship=kinship, pays=pays, primary=primary, from_on=since, by=by
            )
        if hanging["firm"] is not None:
            posts, seat = hanging["firm"]
            actions.affiliate(firm, member, posts=posts, has_seat=seat, from_on=since, by=by)
        if hanging["ward"] is not None:
            actions.name_guardian(child, member, tie=hanging["ward"], from_on=since, by=by)


def somebody_pays(home: Household) -> bool:
    """Somebody who is on the roll."""
    payer = home.links.filter(pays=True, to_on=None).first()
    return payer is not None and payer.member.merged_into_id is None
