"""The last two months of the demo, done by the same actions as in the office: so history has them."""

import random
from collections.abc import Callable, Sequence
from dataclasses import asdict
from datetime import date, datetime, timedelta
from functools import partial

from enishi.accounts.models import User
from enishi.core import clock
from enishi.members.actions import contacts, members, status
from enishi.members.models import LeaveReason, Member, MemberType

from . import lives, people, towns
from .lives import Stretch
from .remarks import NOTES, TALKS, Talk
from .roll import HOME, RECENT, Story, moment, own_fields

Deed = tuple[datetime, Callable[[User], object]]


def play(stories: Sequence[Story], staff: Sequence[User], dice: random.Random) -> None:
    """Do what happened lately, in the order in which it happened, at the time of day it happened."""
    today = clock.today()
    deeds: list[Deed] = []
    for story in stories:
        deeds += _of_life(story, today, dice)
    here = [s.member for s in stories if s.member and s.member.status == "active"]
    deeds += _edits(here, today, dice)
    for at, deed in sorted(deeds, key=lambda deed: deed[0]):
        with clock.at(at):
            deed(dice.choice(staff[:2]))


def _of_life(story: Story, today: date, dice: random.Random) -> list[Deed]:
    deeds: list[Deed] = []
    for before, stretch in zip([None, *story.life], story.life, strict=False):
        if stretch.since < today - RECENT:
            continue
        if stretch.since > today:  # a plan, written down some days ago
            earliest = max(today - timedelta(days=40), before.since if before else today)
            day = earliest + timedelta(days=dice.randint(0, (today - earliest).days))
        else:
            day = stretch.since
        at = moment(day, dice)
        if deeds and at <= deeds[-1][0]:
            at = deeds[-1][0] + timedelta(minutes=1)
        deeds.append((at, partial(_do, story, before, stretch, dice)))
    return deeds


def _do(story: Story, before: Stretch | None, now: Stretch, dice: random.Random, by: User) -> None:
    """The action that brings a life from ``before`` to ``now``."""
    if story.member is None:
        story.member = _enter(story, now, dice, by)
        return
    member, on, note = story.member, now.since, now.note
    reason = LeaveReason.objects.filter(name=now.reason).first()
    match now.status:
        case "provisional":
            status.approve(member, on=on, note=note, by=by)
        case "refused":
            status.refuse(member, on=on, note=note, by=by)
        case "suspended":
            status.suspend(member, on=on, note=note, by=by)
        case "left" if now.reason == lives.DECEASED:
            status.mark_deceased(member, on=on, reason=reason, by=by)
        case "left":
            status.leave(member, on=on, reason=reason, note=note, by=by)
        case "active" if before and before.status == "suspended":
            status.resume(member, on=on, note=note, by=by)
        case "active" if before and before.status == "left":
            status.rejoin(member, on=on, note=note, by=by)
        case "active" if before and before.status == "active":
            to = MemberType.objects.get(name=now.type)
            status.change_type(member, to=to, on=on, note=note, by=by)
        case _:
            status.join(member, on=on, note=note, by=by)


def _enter(story: Story, now: Stretch, dice: random.Random, by: User) -> Member:
    values = {
        name: value for name, value in asdict(story.person).items() if value and name != "data"
    }
    values["member_type"] = now.type
    values["data"] = own_fields(story.person, now.type, dice)
    if now.status == "applicant":
        return status.apply(values, by=by)
    return members.add({**values, "joined_on": now.since}, by=by)


def _edits(here: Sequence[Member], today: date, dice: random.Random) -> list[Deed]:
    """Small changes of everyday: people move, change their mail address, call the office."""
    places = towns.towns(80, HOME, dice)
    deeds: list[Deed] = []
    for number, member in enumerate(dice.sample(list(here), len(here) // 13)):
        at = moment(today - timedelta(days=dice.randint(0, RECENT.days - 5)), dice)
        if number % 5 == 0:
            town = dice.choice(places)
            moved: dict[str, object] = {
                "postal_code": town.postal_code,
                "prefecture": town.prefecture,
                "city": town.city,
                "address_line": f"{town.town}{towns.block(dice)}",
                "building": towns.building(dice),
            }
            deeds.append((at, partial(_change, member, moved)))
        elif number % 5 == 1:
            values: dict[str, object] = {"mobile": towns.mobile(dice)}
            deeds.append((at, partial(_change, member, values)))
        elif number % 5 == 2:
            name = people.romaji(member.given_name_kana or "メール")
            address = f"{name}.{dice.randint(10, 99)}@{dice.choice(people.MAIL_DOMAINS)}"
            deeds.append((at, partial(_change, member, {"email": address})))
        elif number % 5 == 3:
            deeds.append((at, partial(_note, member, dice.choice(NOTES))))
        else:
            deeds.append((at, partial(_talk, member, dice.choice(TALKS[:6]))))
    return deeds


def _change(member: Member, values: dict[str, object], by: User) -> None:
    members.change(member, values, by=by)


def _note(member: Member, text: str, by: User) -> None:
    contacts.add_note(member, text=text, by=by)


def _talk(member: Member, talk: Talk, by: User) -> None:
    contacts.add_contact(
        member, **{name: value for name, value in asdict(talk).items() if value}, by=by
    )
