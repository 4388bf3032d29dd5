"""``enishi bench roll``: the office's list, search and karte and the API's list, on a large roll.

Every request goes through the whole of Django: middleware, session, rights, template. Beside each
stands the best SQL written by hand for the same question, over the same connection.
"""

# ruff: noqa: E501, S608 (statements of this file only, with placeholders for values)

import os
import random
import resource
from collections.abc import Callable, Iterable
from datetime import timedelta
from typing import Any
from urllib.parse import urlencode

from django.test import Client
from django.urls import reverse

from enishi.accounts.models import ApiToken, User
from enishi.core import clock
from enishi.core.bench import Report, bench
from enishi.core.bulk import rows
from enishi.core.japanese import prefectures
from enishi.core.pages import page
from enishi.members.models import Member, MemberType, Status
from enishi.members.search import grams, terms

from . import ground
from .asking import Asked, ask, beside, getting, percentiles, signed_in

TIMES = 60
LIST_MS, SEARCH_MS, KARTE_MS = 50, 150, 60
_WARM = 5

_COLUMNS = "member.*, type.name, owner.name"
_FROM = (
    " FROM members_member AS member JOIN members_membertype AS type ON type.id = member.type_id"
    " LEFT JOIN accounts_user AS owner ON owner.id = member.owner_id WHERE member.deleted_at IS NULL"
)
_FIRST = " ORDER BY member.number, member.id LIMIT 51"


@bench("roll")
def roll(report: Report) -> None:
    """List, search, karte and API on a million members (or ENISHI_BENCH_MEMBERS)."""
    wanted = ground.members_wanted()
    with ground.seeded(wanted) as took:
        if took:
            # The two-minute promise is for a million.
            report.measure(
                "seed: everything",
                sum(took.values()),
                "s",
                budget=120 * wanted / ground.USUAL if wanted >= ground.USUAL else None,
                note=", ".join(f"{step} {s:.0f}" for step, s in took.items() if s >= 1),
            )
        _measure(report)


def _measure(report: Report) -> None:
    dice = random.Random(1)  # noqa: S311
    office, api = signed_in(), _token()
    trip = percentiles(lambda _: rows("SELECT 1"), [None] * TIMES)
    report.measure("SELECT 1, there and back", trip[1], "ms", note=f"p50 {trip[0]:.2f}")
    for name, budget, questions in _office_questions(dice):
        ask(report, f"office: {name}", office, questions, budget)
    for name, budget, questions in _api_questions(dice):
        ask(report, f"api: {name}", api, questions, budget)
    peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024
    report.measure("memory of this process, peak", peak, "MB")
    busy = os.getloadavg()[1]
    report.measure("load of the machine (5 minutes)", busy, "", note="above 2: others worked too")


# Who asks


def _token() -> Callable[[str], None]:
    token, secret = ApiToken.mint(
        name="bench", scopes=["members:read"], expires_at=clock.now() + timedelta(hours=1)
    )
    token.per_minute = 1_000_000
    token.by = User.objects.get(email="bench@example.invalid")
    token.save()
    return getting(Client(headers={"host": "localhost", "authorization": f"Bearer {secret}"}))


# What is asked


def _list(base: str = "", **params: str) -> str:
    return f"{base or reverse('members:list')}?{urlencode(params)}"


def _office_questions(dice: random.Random) -> Iterable[tuple[str, float, list[Asked]]]:
    first = f"SELECT {_COLUMNS}{_FROM}{_FIRST}"
    yield "first page", LIST_MS, [beside(_list(), first)] * TIMES
    sorts = ["kana", "-kana", "-joined_on", "-left_on", "birth_date", "-updated_at", "member_type"]
    yield (
        "first page, every order",
        LIST_MS,
        [Asked(_list(sort=sorts[i % len(sorts)])) for i in range(TIMES)],
    )
    yield "page far inside, by number", LIST_MS, _far_inside("number", "number", dice)
    yield "page far inside, by kana", LIST_MS, _far_inside("sorting_name", "kana", dice)
    statuses = list(Status)
    yield (
        "filter: status",
        LIST_MS,
        [
            beside(
                _list(status=status),
                f"SELECT {_COLUMNS}{_FROM} AND member.status = %s{_FIRST}",
                [str(status)],
            )
            for status in (statuses[i % len(statuses)] for i in range(TIMES))
        ],
    )
    yield "filter: type and prefecture", LIST_MS, _by_type_and_prefecture(dice)
    yield (
        "filter: status, by kana",
        LIST_MS,
        [Asked(_list(status=statuses[i % len(statuses)], sort="kana")) for i in range(TIMES)],
    )
    for name, words in _searches(dice):
        yield (
            f"search: {name}",
            SEARCH_MS,
            [_best_search(word) for word in words],
        )
    ids = [pk for (pk,) in _some("id", dice)]
    yield (
        "karte",
        KARTE_MS,
        [
            beside(
                reverse("members:karte", args=[pk]),
                f"SELECT {_COLUMNS}{_FROM} AND member.id = %s",
                [pk],
            )
            for pk in dice.choices(ids, k=TIMES)
        ],
    )


def _api_questions(dice: random.Random) -> Iterable[tuple[str, float, list[Asked]]]:
    base = "/api/v1/members"
    first = f"SELECT {_COLUMNS}{_FROM}{_FIRST}"
    yield "list", LIST_MS, [beside(_list(base=base), first)] * TIMES
    yield (
        "list, status and kana",
        LIST_MS,
        [Asked(_list(base=base, status=list(Status)[i % 6], sort="kana")) for i in range(TIMES)],
    )
    yield "list, page far inside", LIST_MS, _far_inside("number", "number", dice, base)
    words = dict(_searches(dice))
    yield (
        "search: kana",
        SEARCH_MS,
        [
            Asked(_list(base=base, search=word))
            for word in words["タナカ, ﾀﾅｶ, たなか and other kana"]
        ],
    )


def _some(columns: str, dice: random.Random, where: str = "true") -> list[tuple[Any, ...]]:
    """These columns of up to two thousand members, drawn from the whole roll."""
    [[low, high]] = rows("SELECT min(id), max(id) FROM members_member")
    ids = [dice.randint(low, high) for _ in range(2_000)]
    return rows(
        f"SELECT {columns} FROM members_member WHERE id = ANY(%s) AND deleted_at IS NULL AND {where}"
        " ORDER BY id",
        [ids],
    )


def _far_inside(column: str, sort: str, dice: random.Random, base: str = "") -> list[Asked]:
    """Pages that begin somewhere in the middle, by the cursor that paging would have led to."""
    order = f"member.{column}, member.id"
    statement = f"SELECT {_COLUMNS}{_FROM} AND ({order}) > (%s, %s) ORDER BY {order} LIMIT 51"
    asked = []
    some = _some(column, dice)
    for (value,) in dice.choices(some, k=TIMES):
        got = page(Member.objects.filter(**{f"{column}__gte": value}), sort=[column], limit=50)
        if not got.next:
            continue
        last = got.items[-1]
        params = [getattr(last, column), last.pk]
        asked.append(beside(_list(sort=sort, cursor=got.next, base=base), statement, params))
    return asked


def _by_type_and_prefecture(dice: random.Random) -> list[Asked]:
    types = list(MemberType.objects.filter(members__isnull=False).distinct())
    asked = []
    for _ in range(TIMES):
        kind, place = dice.choice(types), dice.choice(prefectures)
        statement = f"SELECT {_COLUMNS}{_FROM} AND type_id = %s AND prefecture = %s{_FIRST}"
        path = _list(member_type=str(kind.pk), prefecture=place)
        asked.append(beside(path, statement, [kind.pk, place]))
    return asked


def _searches(dice: random.Random) -> Iterable[tuple[str, list[str]]]:
    """Words as people type them, drawn from the people who are there."""
    columns = "family_name, given_name, family_name_kana, email, mobile, number"
    some = _some(columns, dice, "email <> '' AND mobile <> ''")
    drawn = [dice.choice(some) for _ in range(TIMES)]
    kana = ["タナカ", "ﾀﾅｶ", "たなか", "ワタナベ", "サイトウ"]
    yield "タナカ, ﾀﾅｶ, たなか and other kana", kana + [row[2] for row in drawn[len(kana) :]]
    yield "田中", ["田中", "高橋", "渡邊"] + [row[0] for row in drawn[3:]]
    yield "田中 太 (name and a part)", ["田中 太"] + [f"{r[0]} {r[1][0]}" for r in drawn[1:]]
    yield "田中太郎 (whole name)", [f"{row[0]}{row[1]}" for row in drawn]
    yield "part of an e-mail", [row[3].partition("@")[0] for row in drawn]
    yield "short part of an e-mail", [row[3][:4] for row in drawn]
    yield (
        "phone, any writing",
        [
            row[4] if i % 2 else f"{row[4][:3]}-{row[4][3:7]}-{row[4][7:]}"
            for i, row in enumerate(drawn)
        ],
    )
    yield "last four digits of a phone", [row[4][-4:] for row in drawn]
    yield "member number", [row[5] for row in drawn]
    yield "nothing fits", [f"存在しない{i}" for i in range(TIMES)]


def _best_search(text: str) -> Asked:
    """The list's question and two ways to answer it: by the n-grams, or along the numbers."""
    words = terms(text)
    likes = "".join(" AND member.search LIKE %s" for _ in words)
    patterns = [f"%{word}%" for word in words]
    wanted = sorted(set().union(*(grams(word) for word in words)))
    walk = f"SELECT {_COLUMNS}{_FROM}{likes}{_FIRST}"
    through = (
        f"SELECT {_COLUMNS}{_FROM} AND member.id = ANY(ARRAY(SELECT member_id"
        f" FROM members_searchentry WHERE members_grams(search) @> %s::text[])){likes}{_FIRST}"
    )
    ways: list[tuple[str, list[Any]]] = [(walk, patterns)]
    if wanted:
        ways.append((through, [wanted, *patterns]))
    return Asked(_list(search=text), tuple(ways))
