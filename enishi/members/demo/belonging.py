"""Families, people of companies and tasks of the demo."""

import random
from collections import defaultdict
from collections.abc import Sequence
from datetime import date, timedelta

from enishi.accounts.models import User
from enishi.core import clock
from enishi.core.bulk import run
from enishi.members import actions
from enishi.members.models import (
    Affiliation,
    Guardianship,
    Household,
    HouseholdMember,
    Kind,
    Kinship,
    Member,
    NumberCounter,
    Post,
    SeatAllowance,
    Task,
    Tie,
)

FAMILIES = 36
TITLES = ("代表取締役", "総務部長", "総務課 主任", "経理課", "広報担当")
WORK = (
    ("会報の発送先リストを確認する", 0),
    ("春の総会の会場に電話する", -2),
    ("会費未納の方へ連絡する", 1),
    ("新入会員の会員証を発送する", 0),
    ("理事会の資料を準備する", 5),
    ("ホームページのお知らせを更新する", 3),
)


def belong(staff: Sequence[User], dice: random.Random) -> None:
    """Put members together. After everything else of the demo, so that nothing is disturbed."""
    here = Member.objects.present().filter(status="active").order_by("pk")
    people = [m for m in here if m.kind == Kind.PERSON]
    _families(people, staff, dice)
    firms = [m for m in here if m.kind == Kind.ORGANISATION]
    _firms(firms, people, staff, dice)
    _tasks(people, staff, dice)


def _families(people: Sequence[Member], staff: Sequence[User], dice: random.Random) -> None:
    named: dict[str, list[Member]] = defaultdict(list)
    for member in people:
        if member.birth_date and member.address and "大学" not in member.note:
            named[member.family_name].append(member)
    today, made = clock.today(), 0
    homes, links, ties, moved = [], [], [], []
    for _family, group in sorted(named.items()):
        group.sort(key=lambda member: member.birth_date or today)
        while len(group) > 1 and made < FAMILIES:
            made += 1
            family = _family_of(group, dice)
            head = family[0]
            home = Household(number=f"H{made:05}", name=f"{head.family_name}家")
            homes.append(home)
            since = head.joined_on
            for at, member in enumerate(family):
                kinship = (Kinship.HEAD, Kinship.SPOUSE, Kinship.CHILD, Kinship.CHILD)[at]
                links.append((home, member, kinship, at == 0, since))
                if at:
                    for part in ("postal_code", "prefecture", "city", "address_line", "building"):
                        setattr(member, part, getattr(head, part))
                    moved.append(member)
                if kinship == Kinship.CHILD:
                    _make_young(member, today, dice)
                    ties.append((head, member))
            if made % 3:
                break
    Household.objects.bulk_create(homes)
    by = staff[1]
    HouseholdMember.objects.bulk_create(
        HouseholdMember(
            household=home, member=member, kinship=kinship, pays=pays, from_on=since, by=by
        )
        for home, member, kinship, pays, since in links
    )
    columns = ["postal_code", "prefecture", "city", "address_line", "building", "birth_date"]
    Member.objects.bulk_update(moved, columns)
    Guardianship.objects.bulk_create(
        Guardianship(
            guardian=head,
            ward=child,
            tie=Tie.MOTHER if head.gender == "female" else Tie.FATHER,
            from_on=child.joined_on,
            by=by,
        )
        for head, child in ties[:-1]  # the last one is left for the office to find
    )
    NumberCounter.objects.update_or_create(prefix="household", defaults={"last": made})


def _family_of(group: list[Member], dice: random.Random) -> list[Member]:
    """A head, a spouse of about the same age, and now and then a child or two."""
    head = group.pop(dice.randrange(len(group)))
    near = sorted(
        group, key=lambda m: abs((m.birth_date or date.min) - (head.birth_date or date.min))
    )
    others = [m for m in near if m.given_name != head.given_name and m.gender != head.gender][:1]
    young = [m for m in group if m not in others and m.given_name != head.given_name]
    others += young[: dice.choice((0, 0, 1, 2))] if others else []
    for member in others:
        group.remove(member)
    return [head, *others]


def _make_young(member: Member, today: date, dice: random.Random) -> None:
    member.birth_date = today - timedelta(days=365 * dice.randint(9, 17) + dice.randint(1, 360))


def _firms(
    firms: Sequence[Member], people: Sequence[Member], staff: Sequence[User], dice: random.Random
) -> None:
    """Two to four people a firm, of whom one represents it; one of them works for two."""
    seats, links = [], []
    pool = dice.sample(list(people), min(len(people), 4 * len(firms)))
    for firm in firms:
        count = min(dice.randint(2, 4), len(pool))
        seats.append(SeatAllowance(organisation=firm, seats=dice.choice((count, 5, 10))))
        for at in range(count):
            person = pool.pop()
            posts = ([Post.REPRESENTATIVE], [Post.CONTACT], [Post.BILLING], [])[at]
            links.append(
                Affiliation(
                    organisation=firm,
                    person=person,
                    posts=[post.value for post in posts],
                    title=TITLES[at],
                    from_on=max(filter(None, (firm.joined_on, person.joined_on)), default=None),
                    by=staff[0],
                )
            )
    if len(firms) > 1 and links:
        second = Affiliation(
            organisation=firms[-1] if links[0].organisation != firms[-1] else firms[0],
            person=links[0].person,
            posts=[],
            title="顧問",
            has_seat=False,
            by=staff[0],
        )
        links.append(second)
    SeatAllowance.objects.bulk_create(seats)
    Affiliation.objects.bulk_create(links)


# The next actions of contacts that were entered in bulk, as the action would have made them.
_STEPS = """
INSERT INTO members_task
    (title, text, due_on, owner_id, member_id, contact_id, by_id, key, created_at, done_at,
     done_by_id)
SELECT COALESCE(NULLIF(c.next_action, ''), c.subject), '', c.next_on, c.by_id, c.member_id, c.id,
       c.by_id, '', c.at,
       CASE WHEN c.next_on < %(today)s::date - 1 OR c.id %% 3 = 0
            THEN LEAST(c.next_on::timestamptz + interval '11 hours', %(now)s) END,
       CASE WHEN c.next_on < %(today)s::date - 1 OR c.id %% 3 = 0 THEN c.by_id END
FROM members_contact c
WHERE c.next_on IS NOT NULL AND NOT EXISTS (SELECT FROM members_task t WHERE t.contact_id = c.id)
"""


def _tasks(people: Sequence[Member], staff: Sequence[User], dice: random.Random) -> None:
    today = clock.today()
    run(_STEPS, {"today": today, "now": clock.now()})
    for at, (title, days) in enumerate(WORK):
        member = dice.choice(people) if "会員証" in title else None
        actions.add_task(
            title=title,
            due_on=today + timedelta(days=days),
            owner=staff[at % 2],
            member=member,
            by=staff[0],
        )
    actions.add_task(title="会員証の用紙を注文する", by=staff[1])
    late = Task.objects.open().filter(due_on__lt=today).order_by("due_on", "pk")
    for task in late[4:]:  # an office is not that late
        task.done_at, task.done_by = clock.now() - timedelta(hours=3), task.owner
        task.save(update_fields=["done_at", "done_by"])
    for kind, days in (("unanswered", 2), ("birthday", 3), ("provisional", 14)):
        actions.add_rule(kind=kind, days=days, by=staff[0])
    actions.make_every_task()
