"""The places of two who are one: in households, in organisations, beside wards and guardians.

Where both stand in the same place, the dropped member's row waits with that member (``rows``).
What it says and the keeper's does not is taken over: a household whose payer is merged away is
paid for by whoever goes on, an organisation keeps its representative, its contact and its bills.
"""

from datetime import date
from typing import Any

from django.db import IntegrityError, transaction

from enishi.core.facts import announce
from enishi.members import facts
from enishi.members.actions.relations import Link
from enishi.members.actions.roll import By
from enishi.members.models import (
    Affiliation,
    Guardianship,
    HouseholdMember,
    Kinship,
    Merge,
    Post,
    Tie,
)

_PLACES: dict[str, type[Link]] = {
    model._meta.db_table: model for model in (HouseholdMember, Affiliation, Guardianship)
}
_BESIDE = {  # column of the member, by the table → whom or what the place is at
    ("members_householdmember", "member_id"): "household_id",
    ("members_affiliation", "person_id"): "organisation_id",
    ("members_affiliation", "organisation_id"): "person_id",
    ("members_guardianship", "guardian_id"): "ward_id",
    ("members_guardianship", "ward_id"): "guardian_id",
}
_UNSAID = (Tie.GUARDIAN, Tie.OTHER)


def make_room(merge: Merge, *, by: By) -> None:
    """The keeper has a main household: the other one's becomes a further household.

    Call it before the rows move.
    """
    open_ones = HouseholdMember.objects.filter(to_on=None)
    mine = open_ones.filter(member=merge.keep_id)
    if not mine.filter(primary=True).exists():
        return
    theirs = open_ones.filter(member=merge.drop_id, primary=True)
    for link in theirs.exclude(household__in=mine.values("household")).select_for_update():
        _change(merge, link, {"primary": False}, by=by)


def take_over(merge: Merge, *, by: By) -> None:
    """Let the keeper's places say what the rows say that could not follow. Call it after."""
    for kept in merge.rows.filter(table__in=_PLACES):
        places = _PLACES[kept.table].objects.select_for_update()
        beside = _BESIDE[kept.table, kept.column]
        for theirs in places.filter(pk__in=[key for [key] in kept.parked]).order_by("pk"):
            same = {kept.column: merge.keep_id, beside: getattr(theirs, beside), "to_on": None}
            mine = places.filter(**same).first()
            if mine is not None and (values := _taken(mine, theirs)):
                if values.get("pays"):
                    _change(merge, theirs, {"pays": False}, by=by)
                _change(merge, mine, values, by=by)


def give_back(merge: Merge, *, by: By) -> None:
    """Undo both, where nobody has changed it since. Call it when the rows are back."""
    for one in reversed(merge.places):
        places = _PLACES[one["table"]].objects.select_for_update()
        link = places.filter(pk=one["id"]).first()
        if link is None:
            continue
        values = {
            name: _read(name, _before(_plain(getattr(link, name)), before, one["after"][name]))
            for name, before in one["before"].items()
        }
        values = {name: value for name, value in values.items() if value != getattr(link, name)}
        if values:
            _save(merge, link, values, by=by)


def _before(now: Any, before: Any, after: Any) -> Any:
    if isinstance(now, list):
        return [post for post in now if post in before or post not in after]
    return before if now == after else now


def _taken(mine: Any, theirs: Any) -> dict[str, Any]:
    """What the keeper's row is to say from now on."""
    found: dict[str, Any] = {}
    match mine:
        case HouseholdMember():
            found["pays"] = mine.pays or theirs.pays
            head = theirs.kinship == Kinship.HEAD
            found["kinship"] = (
                theirs.kinship if head or mine.kinship == Kinship.OTHER else mine.kinship
            )
            others = HouseholdMember.objects.filter(member=mine.member_id, to_on=None, primary=True)
            found["primary"] = mine.primary or (theirs.primary and not others.exists())
        case Affiliation():
            found["posts"] = [post for post in Post.values if post in {*mine.posts, *theirs.posts}]
            found["title"] = mine.title or theirs.title
            found["has_seat"] = mine.has_seat or theirs.has_seat
        case Guardianship():
            found["tie"] = theirs.tie if mine.tie in _UNSAID else mine.tie
            if theirs.tie == Tie.OTHER:
                found["tie"] = mine.tie
    found["from_on"] = min(filter(None, (mine.from_on, theirs.from_on)), default=None)
    return {name: value for name, value in found.items() if value != getattr(mine, name)}


def _change(merge: Merge, link: Link, values: dict[str, Any], *, by: By) -> None:
    before = {name: _plain(getattr(link, name)) for name in values}
    if _save(merge, link, values, by=by):
        after = {name: _plain(value) for name, value in values.items()}
        merge.places.append(
            {"table": link._meta.db_table, "id": link.pk, "before": before, "after": after}
        )


def _save(merge: Merge, link: Link, values: dict[str, Any], *, by: By) -> bool:
    """Whether the database took it: somebody else may pay by now."""
    changes = {}
    for name, value in values.items():
        changes[name] = (_plain(getattr(link, name)), _plain(value))
        setattr(link, name, value)
    try:
        with transaction.atomic():
            link.save(update_fields=list(values))
    except IntegrityError:
        link.refresh_from_db()
        return False
    if not (isinstance(link, HouseholdMember) and link.member_id == merge.drop_id):
        _tell(link, changes, by)
    return True


def _tell(link: Link, changes: dict[str, tuple[Any, Any]], by: By) -> None:
    match link:
        case HouseholdMember():
            announce(
                facts.HouseholdPlaceChanged(
                    about=link.member, household=link.household, changes=changes, by=by
                )
            )
        case Affiliation():
            announce(
                facts.AffiliationChanged(
                    about=link.person, organisation=link.organisation, changes=changes, by=by
                )
            )
        case Guardianship():
            announce(
                facts.GuardianshipChanged(
                    about=link.ward, guardian=link.guardian, changes=changes, by=by
                )
            )


def _plain(value: Any) -> Any:
    return value.isoformat() if isinstance(value, date) else value


def _read(name: str, value: Any) -> Any:
    return date.fromisoformat(value) if name == "from_on" and value else value
