"""Small temporary tables of names, towns and lives, from which SQL draws by the hash of an id.

A name fills as many slots as its share; equal ids draw equal names on every machine.
"""

import random
from collections.abc import Iterable, Sequence
from itertools import product
from typing import Any

from enishi.core import clock
from enishi.core.bulk import copy_rows, run
from enishi.core.japanese import search_text
from enishi.members.demo import lives, names, people, towns
from enishi.members.models import LeaveReason, MemberType

SLOTS = 4096
GIVEN_SLOTS = 64  # for each generation and gender
TOWNS = 16_384

_TYPES = {  # share in per cent, and whether it is for organisations
    lives.REGULAR: (60, False),
    lives.ASSOCIATE: (15, False),
    lives.STUDENT: (9, False),
    lives.SUPPORTING: (10, False),
    lives.CORPORATE: (6, True),
}
TABLES = ("family", "given", "town", "organisation", "day", "nature")


def lay_out() -> None:
    """Make and fill the tables ``seed_…``; they vanish with the session's transaction."""
    dice = random.Random(2011)  # noqa: S311
    name_columns = "text text, kana text, latin text, search text"
    _table("family", name_columns, (_columns(name) for name in spread(names.FAMILY_NAMES, SLOTS)))
    given = product(names.MALE_NAMES, (names.MALE_NAMES, names.FEMALE_NAMES))
    _table(
        "given",
        name_columns,
        (_columns(name) for key, table in given for name in spread(table[key], GIVEN_SLOTS)),
    )
    places = towns.towns(12_000, towns.POPULATION, dice)
    dice.shuffle(places)
    _table(
        "town",
        "postal_code text, prefecture text, city text, town text, area text, search text",
        (
            (
                p.postal_code,
                p.prefecture,
                p.city,
                p.town,
                towns.AREA_CODES.get(p.prefecture, "03"),
                search_text(p.city),
            )
            for p in (places * 2)[:TOWNS]
        ),
    )
    taken: set[str] = set()
    firms = [people.an_organisation(dice, taken=taken, town=places[0]) for _ in range(1024)]
    _table(
        "organisation",
        "name text, kana text, search text",
        (
            (f.organisation_name, f.organisation_name_kana, search_text(f.organisation_name))
            for f in firms
        ),
    )
    days = lives.joining_days(SLOTS, clock.today(), dice)
    _table("day", "day date", ((day,) for day in days))
    _table("nature", "age int, type_id bigint, kind text, reason_id bigint", _natures(dice))


def _natures(dice: random.Random) -> Iterable[tuple[Any, ...]]:
    """What sort of members there are: age on joining, type, kind, and why they would leave."""
    types = {
        name: MemberType.objects.get_or_create(name=name, defaults={"for_organisations": firms})[0]
        for name, (_, firms) in _TYPES.items()
    }
    reasons = [LeaveReason.objects.get_or_create(name=name)[0].pk for name in lives.REASONS]
    shares = [share for share, _ in _TYPES.values()]
    for name in dice.choices(list(types), shares, k=SLOTS):
        young = name == lives.STUDENT
        yield (
            dice.randint(18, 24) if young else int(dice.triangular(20, 82, 47)),
            types[name].pk,
            "organisation" if types[name].for_organisations else "person",
            dice.choices(reasons, list(lives.REASONS.values()))[0],
        )


def spread(table: Sequence[names.Name], slots: int) -> list[names.Name]:
    """The names, each as often as its share of ``slots`` says, at least once."""
    total = sum(name.weight for name in table)
    found = [n for n in table for _ in range(max(1, round(n.weight / total * slots)))]
    return (found + list(table) * (slots // len(table) + 1))[:slots]


def _columns(name: names.Name) -> tuple[str, str, str, str]:
    return name.text, name.kana, people.romaji(name.kana), search_text(name.text)


def _table(name: str, columns: str, values: Iterable[tuple[Any, ...]]) -> None:
    run(f"CREATE TEMPORARY TABLE seed_{name} (slot int PRIMARY KEY, {columns}) ON COMMIT DROP")
    names_ = ["slot", *(column.split()[0] for column in columns.split(", "))]
    numbered = [(i, *row) for i, row in enumerate(values)]  # before COPY: making them may ask
    copy_rows(f"seed_{name}", names_, numbered)
    run(f"ANALYZE seed_{name}")
