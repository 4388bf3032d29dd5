"""The roll of the demo organisation as it stood two months ago, entered in bulk."""

import random
from collections.abc import Iterator, Sequence
from copy import deepcopy
from dataclasses import asdict, dataclass
from datetime import date, datetime, time, timedelta

from django.utils import timezone

from enishi.accounts.models import User
from enishi.core import clock
from enishi.core.bulk import run
from enishi.members import numbers, search
from enishi.members.models import (
    Contact,
    FurtherAddress,
    FurtherEmail,
    LeaveReason,
    Member,
    MemberTag,
    MemberType,
    Note,
    NumberCounter,
    StatusPeriod,
    Tag,
)

from . import lives, people, towns
from .lives import Stretch
from .remarks import HOBBIES, NOTES, TAGS, TALKS

RECENT = timedelta(days=60)  # what happened since then is done by the actions, see replay.py
HOME = {"宮城県": 420, "東京都": 90, "山形県": 45, "福島県": 60, "岩手県": 50, "神奈川県": 40}
VARIANTS = {
    "高橋": "髙橋",
    "斎藤": "齋藤",
    "渡辺": "渡邊",
    "山崎": "山﨑",
    "浜田": "濱田",
    "沢田": "澤田",
}
DUES = {
    lives.REGULAR: 12_000,
    lives.ASSOCIATE: 6_000,
    lives.STUDENT: 3_000,
    lives.SUPPORTING: 30_000,
    lives.CORPORATE: 50_000,
}


@dataclass
class Story:
    """Somebody of the demo: the fields, the whole life, and the row once it is made."""

    person: people.Person
    life: list[Stretch]
    member: Member | None = None


def enter(count: int, staff: Sequence[User], dice: random.Random) -> list[Story]:
    """Enter everybody who was there before the recent weeks; returns the stories of all."""
    today = clock.today()
    stories = list(_stories(count, today, dice))
    stories += _doubles(stories, today, dice)
    stories += _waiting(today, dice)
    cutoff = today - RECENT
    settled = [story for story in stories if lives.before(story.life, cutoff)]
    settled.sort(key=lambda story: story.life[0].since)
    types = {found.name: found for found in MemberType.objects.all()}
    _number(settled, types)
    for story in settled:
        assert story.member is not None
        _describe(story, lives.before(story.life, cutoff), types, staff, dice)
    Member.objects.bulk_create([story.member for story in settled if story.member])
    _enter_periods(settled, cutoff, types, staff, dice)
    run("INSERT INTO members_searchentry (member_id, search) SELECT id, search FROM members_member")
    members = [story.member for story in settled if story.member]
    _tag(members, dice)
    _remark(members, staff, dice)
    _further(members, dice)
    return stories


# Who they are


def _stories(count: int, today: date, dice: random.Random) -> Iterator[Story]:
    weights = {**towns.POPULATION, **HOME}
    places = towns.towns(1_500, weights, dice)
    taken: set[str] = set()
    for joined in lives.joining_days(count, today, dice):
        town = dice.choice(places)
        kind = dice.choices(
            (lives.REGULAR, lives.ASSOCIATE, lives.STUDENT, lives.SUPPORTING, lives.CORPORATE),
            (58, 15, 9, 11, 7),
        )[0]
        if kind == lives.CORPORATE or (kind == lives.SUPPORTING and dice.random() < 0.2):
            person = people.an_organisation(dice, taken=taken, town=town)
        else:
            age = (
                dice.randint(18, 22) if kind == lives.STUDENT else int(dice.triangular(20, 80, 52))
            )
            person = people.a_person(dice, joined=joined, age=age, town=town)
        yield Story(person, lives.a_life(dice, joined=joined, member_type=kind, today=today))


def _doubles(stories: Sequence[Story], today: date, dice: random.Random) -> list[Story]:
    """The same people once more, written a little differently, as happens in every office."""
    doubles = []
    here = [s for s in stories if s.person.kind == "person" and s.person.birth_date]
    for story in dice.sample(here, len(here) // 70):
        twin = deepcopy(story.person)
        way = dice.randrange(4)
        twin.family_name = VARIANTS.get(twin.family_name, twin.family_name)
        if way == 0:
            twin.email = ""
        elif way == 1 and twin.gender == "female":
            twin.former_name = twin.family_name
            married = people.a_family_name(dice)
            twin.family_name, twin.family_name_kana = married.text, married.kana
        elif way == 2:
            twin.building, twin.mobile = "", ""
        else:
            twin.birth_date = None
        joined = story.life[0].since + timedelta(days=dice.randint(200, 1500))
        if joined < today - RECENT:
            doubles.append(Story(twin, [Stretch("active", lives.REGULAR, joined)]))
    return doubles


def _waiting(today: date, dice: random.Random) -> list[Story]:
    """Applicants of the last weeks: most wait, some are approved, a few were refused."""
    places = towns.towns(60, HOME, dice)
    waiting = []
    for number in range(24):
        applied = today - timedelta(days=dice.randint(1, 20))
        person = people.a_person(
            dice, joined=today, age=dice.randint(22, 70), town=dice.choice(places)
        )
        kind = dice.choice((lives.REGULAR, lives.REGULAR, lives.ASSOCIATE))
        life = [Stretch("applicant", kind, applied)]
        if number % 4 == 0 and applied < today - timedelta(days=3):
            after = applied + timedelta(days=dice.randint(1, 3))
            status = "refused" if number % 8 == 0 else "provisional"
            note = "申込書の不備" if status == "refused" else ""
            life.append(Stretch(status, kind, after, note=note))
        waiting.append(Story(person, life))
    return waiting


# Their rows


def _number(settled: Sequence[Story], types: dict[str, MemberType]) -> None:
    """Numbers in the order of coming, as the types' patterns would have given them."""
    last: dict[str, int] = {}
    for story in settled:
        first = story.life[0]
        shape = numbers.rendered(types[first.type].number_pattern, first.since)
        last[shape.counter] = last.get(shape.counter, 0) + 1
        story.member = Member(number=shape.number(last[shape.counter]))
    NumberCounter.objects.bulk_create(NumberCounter(prefix=k, last=n) for k, n in last.items())


def _describe(
    story: Story,
    life: Sequence[Stretch],
    types: dict[str, MemberType],
    staff: Sequence[User],
    dice: random.Random,
) -> None:
    """Put everything but the periods on the member."""
    member = story.member
    assert member is not None
    for name, value in asdict(story.person).items():
        setattr(member, name, value)
    now = life[-1]
    member.type, member.status = types[now.type], now.status
    run_began = [s.since for i, s in enumerate(life) if _begins_membership(life, i)]
    member.joined_on = run_began[-1] if run_began else None
    if now.status == "left":
        member.left_on = now.since
        member.deceased_on = now.since if now.reason == lives.DECEASED else None
    if now.type in (lives.CORPORATE, lives.SUPPORTING) or dice.random() < 0.12:
        member.owner = dice.choice(staff[:2])
    member.data = own_fields(story.person, now.type, dice)
    if dice.random() < 0.06:
        member.note = dice.choice(NOTES)
    member.created_at = moment(life[0].since, dice)
    member.updated_at = moment(max(now.since, life[0].since), dice)
    member.search = search.text_of(member)


def _begins_membership(life: Sequence[Stretch], i: int) -> bool:
    on_roll = ("active", "suspended")
    return life[i].status in on_roll and (i == 0 or life[i - 1].status not in on_roll)


def own_fields(person: people.Person, member_type: str, dice: random.Random) -> dict[str, object]:
    """Values of the organisation's own fields."""
    values: dict[str, object] = {"dues": DUES[member_type], "newsletter": dice.random() < 0.7}
    if person.kind == "person":
        if dice.random() < 0.75:
            values["hobbies"] = dice.sample(HOBBIES, dice.randint(1, 3))
        if dice.random() < 0.12:
            values["speaks"] = dice.choice(
                ("英語", "中国語", "韓国語", "英語・フランス語", "ドイツ語")
            )
    return values


def _enter_periods(
    settled: Sequence[Story],
    cutoff: date,
    types: dict[str, MemberType],
    staff: Sequence[User],
    dice: random.Random,
) -> None:
    reasons = {reason.name: reason for reason in LeaveReason.objects.all()}
    periods = []
    for story in settled:
        life = lives.before(story.life, cutoff)
        for stretch, following in zip(life, [*life[1:], None], strict=True):
            periods.append(
                StatusPeriod(
                    member=story.member,
                    status=stretch.status,
                    type=types[stretch.type],
                    from_on=stretch.since,
                    to_on=following.since if following else None,
                    reason=reasons.get(stretch.reason),
                    note=stretch.note,
                    by=dice.choice(staff[:2]),
                    recorded_at=moment(stretch.since, dice),
                )
            )
    StatusPeriod.objects.bulk_create(periods)


def moment(day: date, dice: random.Random) -> datetime:
    """Some time in the office hours of ``day``, but not after now."""
    at = datetime.combine(day, time(9, 0)) + timedelta(minutes=dice.randint(0, 8 * 60))
    return min(timezone.make_aware(at), clock.now())


# What the office has written about them


def _tag(members: Sequence[Member], dice: random.Random) -> None:
    here = [m for m in members if m.status == "active" and m.kind == "person"]
    first_year = min(m.joined_on for m in members if m.joined_on) + timedelta(days=365)
    links = []
    for name, (colour, share) in TAGS.items():
        tag = Tag.objects.create(name=name, colour=colour)
        chosen = dice.sample(here, len(here) * share // 1000)
        if not share:
            chosen = [m for m in here if m.joined_on and m.joined_on < first_year]
        links += [MemberTag(member=member, tag=tag) for member in chosen]
    MemberTag.objects.bulk_create(links)


def _remark(members: Sequence[Member], staff: Sequence[User], dice: random.Random) -> None:
    """Notes, and two years of contacts; some with a next step, done or overdue."""
    today = clock.today()
    here = [m for m in members if m.status in ("active", "suspended")]
    Note.objects.bulk_create(
        Note(
            member=member,
            text=dice.choice(NOTES),
            pinned=dice.random() < 0.1,
            by=dice.choice(staff[:2]),
            at=moment(_since_joining(member, today - timedelta(days=dice.randint(1, 900))), dice),
        )
        for member in dice.sample(here, len(here) // 6)
    )
    contacts = []
    for _ in range(len(here) * 2 // 3):
        member = dice.choice(here[:: 1 + dice.randint(0, 2)])
        talk = dice.choice(TALKS)
        day = _since_joining(member, today - timedelta(days=int(dice.triangular(0, 730, 30))))
        if talk.direction == "in" and talk.channel == "visit" and member.kind == "organisation":
            continue
        open_step = bool(talk.next_action) and day > today - timedelta(days=30)
        contacts.append(
            Contact(
                member=member,
                at=moment(day, dice),
                channel=talk.channel,
                direction=talk.direction,
                subject=talk.subject,
                text=talk.text,
                outcome=talk.outcome,
                next_action=talk.next_action if open_step else "",
                next_on=day + timedelta(days=dice.randint(7, 30)) if open_step else None,
                by=dice.choice(staff[:2]),
            )
        )
    Contact.objects.bulk_create(contacts)


def _since_joining(member: Member, day: date) -> date:
    return max(day, member.joined_on or day)


def _further(members: Sequence[Member], dice: random.Random) -> None:
    """Billing addresses of organisations and work addresses of some people."""
    firms = [m for m in members if m.kind == "organisation"]
    emails = [
        FurtherEmail(member=m, purpose="billing", email=f"keiri.{i + 1}@example.co.jp")
        for i, m in enumerate(dice.sample(firms, len(firms) // 2))
    ]
    FurtherEmail.objects.bulk_create(emails)
    FurtherAddress.objects.bulk_create(
        FurtherAddress(
            member=m,
            purpose="billing",
            addressee=f"{m.organisation_name} 経理部",
            postal_code=m.postal_code,
            prefecture=m.prefecture,
            city=m.city,
            address_line=m.address_line,
            building="本社ビル2階",
        )
        for m in dice.sample(firms, len(firms) // 4)
    )
    for email in emails:  # they are found by these addresses too
        email.member.search = search.text_of(email.member)
    changed = [email.member for email in emails]
    Member.objects.bulk_update(changed, ["search"])
    run(
        "UPDATE members_searchentry SET search = members_member.search FROM members_member"
        " WHERE id = member_id AND id = ANY(%s)",
        [[member.pk for member in changed]],
    )
