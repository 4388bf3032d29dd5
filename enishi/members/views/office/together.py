"""What the karte shows of relations: the panel, and their lines in the timeline."""

from collections.abc import Iterable
from datetime import date, datetime, time
from typing import Any

from django.utils import timezone
from django.utils.translation import gettext as _

from enishi.accounts.permissions import OfficeRequest
from enishi.core import clock
from enishi.members import actions
from enishi.members.around import around
from enishi.members.fields import hidden_groups
from enishi.members.models import (
    Affiliation,
    Guardianship,
    HouseholdMember,
    Kind,
    Member,
)
from enishi.ui.registry import TimelineEntry
from enishi.ui.written import listed

FEW = 8


def relations_of(member: Member, by: Any) -> dict[str, Any]:
    """What the panel shows: what holds today or will; what has ended is in the timeline."""
    if member.kind == Kind.ORGANISATION:
        return _of_organisation(member)
    links = around(member)
    mine: list[HouseholdMember] = []
    guardians: list[Guardianship] = []
    wards: list[Guardianship] = []
    organisations: list[Affiliation] = []
    if "homes" in links:
        homes = HouseholdMember.objects.open().filter(member=member).select_related("household")
        mine = list(homes.order_by("-primary", "pk"))
    if "guardians" in links:
        ties = Guardianship.objects.open().with_present("guardian").filter(ward=member)
        guardians = list(ties.select_related("guardian"))
    if "wards" in links:
        ties = Guardianship.objects.open().with_present("ward").filter(guardian=member)
        wards = list(ties.select_related("ward"))
    if "jobs" in links:
        jobs = Affiliation.objects.open().with_present("organisation").filter(person=member)
        organisations = list(jobs.select_related("organisation"))
    inside: dict[int, list[HouseholdMember]] = {link.household_id: [] for link in mine}
    if inside:
        others = HouseholdMember.objects.open().with_present("member")
        others = others.filter(household__in=inside)
        for link in others.select_related("member").order_by("-pays", "pk"):
            inside[link.household_id].append(link)
    ages = "birth" not in hidden_groups(by)
    minor = ages and actions.is_minor(member)
    return {
        "organisation": False,
        "ages": ages,
        "homes": [{"link": link, "people": inside[link.household_id]} for link in mine],
        "organisations": organisations,
        "guardians": guardians,
        "wards": wards,
        "minor": minor,
        "orphan": minor and not guardians,
        "allowed": None,
    }


def _of_organisation(member: Member) -> dict[str, Any]:
    found = Affiliation.objects.open().with_present("person").filter(organisation=member)
    found = found.select_related("person")
    people = sorted(found[:200], key=lambda link: (not link.posts, link.pk))
    taken, allowed = actions.seats_of(member)
    return {
        "organisation": True,
        "people": people[:FEW],
        "more_people": len(people) > FEW,
        "taken": taken,
        "allowed": allowed,
        "seat_tone": "wait" if allowed is not None and taken >= allowed else "",
    }


def relation_lines(
    _request: OfficeRequest, member: Member, before: datetime | None, _limit: int
) -> Iterable[TimelineEntry]:
    """When relations of the member began and ended, seen from this member's side."""
    told = []
    links = around(member)
    homes = member.household_links.select_related("household", "by") if "homes" in links else ()
    for home in homes:
        words = {"other": home.household.name}
        told += _turns(
            home,
            "home",
            _("Came into the household “%(other)s”") % words,
            _("Left the household “%(other)s”") % words,
        )
    jobs = member.organisation_links.select_related("organisation", "by") if "jobs" in links else ()
    for job in jobs:
        words = {"other": job.organisation.name}
        began = _("Belongs to %(other)s") % words
        posts = listed([*([job.title] if job.title else []), *job.posts_said])
        told += _turns(
            job,
            "building",
            f"{began} ({posts})" if posts else began,
            _("Left %(other)s") % words,
        )
    people = member.people_links.select_related("person", "by")[:200] if "people" in links else ()
    for place in people:
        words = {"other": place.person.name}
        told += _turns(
            place,
            "users",
            _("%(other)s came to the organisation") % words,
            _("%(other)s left the organisation") % words,
        )
    guardians = (
        member.guardian_links.select_related("guardian", "by") if "guardians" in links else ()
    )
    for tie in guardians:
        words = {"other": tie.guardian.name, "tie": tie.get_tie_display()}
        told += _turns(
            tie,
            "shield",
            _("Guardian: %(other)s (%(tie)s)") % words,
            _("%(other)s is no longer guardian") % words,
        )
    wards = member.ward_links.select_related("ward", "by") if "wards" in links else ()
    for tie in wards:
        words = {"other": tie.ward.name}
        told += _turns(
            tie,
            "shield",
            _("Guardian of %(other)s") % words,
            _("No longer guardian of %(other)s") % words,
        )
    return [entry for entry in told if before is None or entry.at < before]


def _turns(
    link: HouseholdMember | Affiliation | Guardianship, icon: str, began: str, ended: str
) -> list[TimelineEntry]:
    by, now = str(link.by or ""), clock.now()
    at = _start(link.from_on) if link.from_on else link.recorded_at
    turns = [TimelineEntry(at, icon, began, by, whole_day=bool(link.from_on), ahead=at > now)]
    if link.to_on:
        end = _start(link.to_on)
        turns.append(TimelineEntry(end, icon, ended, whole_day=True, ahead=end > now))
    return turns


def _start(day: date) -> datetime:
    return timezone.make_aware(datetime.combine(day, time.min))
