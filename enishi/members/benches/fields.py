"""``enishi bench fields``: sixty own fields on a million members, five hundred on the same roll."""

# ruff: noqa: S608 (statements of this file only, with placeholders for values)

import csv
import os
import random
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from urllib.parse import urlencode

from django.conf import settings
from django.core.files import File
from django.db import connection, transaction
from django.urls import reverse

from enishi.core.bench import Report, bench
from enishi.core.bulk import rows, run
from enishi.members.fields.indexes import ensure_index
from enishi.members.importing import actions
from enishi.members.models import Field, Member, as_choices

from . import ground
from .asking import Asked, ask, signed_in

NAME = "enishi_bench_fields"
TYPED, MANY = 60, 500
IMPORTED = 50_000
TIMES = 40
LIST_MS, KARTE_MS, SORTED_MS, ROWS = 50, 60, 150, 15_000
CHOICES = ("nurse", "teacher", "clerk", "student", "other")
# A value of each type, made in SQL of the member's id ``m.id`` and the field's number ``%(n)s``.
_VALUES = {
    "integer": "to_jsonb((hashint8(m.id * 61 + {n}) & 1048575))",
    "choice": "to_jsonb(('{{" + ",".join(CHOICES) + "}}'::text[])"
    "[1 + (hashint8(m.id * 67 + {n}) & 1023) %% 5])",
    "date": "to_jsonb(date '1980-01-01' + ((hashint8(m.id * 71 + {n}) & 16383)))",
    "text": "to_jsonb('value ' || (hashint8(m.id * 73 + {n}) & 65535))",
    "boolean": "to_jsonb((hashint8(m.id * 79 + {n}) & 1) = 1)",
    "money": "to_jsonb((hashint8(m.id * 83 + {n}) & 255) * 500)",
}
KINDS = list(_VALUES)


@bench("fields")
def fields(report: Report) -> None:
    """Filter and sort by an indexed own field; list, karte, edit and import with very many."""
    with ground.seeded(ground.members_wanted(), name=NAME):
        _define(TYPED)
        if rows("SELECT 1 FROM members_member WHERE NOT data ? 'f059' LIMIT 1"):
            _fill()
        get = signed_in()
        number, choice = Field.objects.get(key="f000"), Field.objects.get(key="f001")
        for field, sort in ((number, False), (number, True), (choice, False)):
            ensure_index(field, sort=sort)
        base = reverse("members:list")
        for name, questions in _typed_questions(random.Random(3)):  # noqa: S311
            ask(report, name, get, [Asked(f"{base}?{urlencode(q)}") for q in questions], SORTED_MS)
        with transaction.atomic():
            _many(report, get)
            transaction.set_rollback(True)


def _typed_questions(dice: random.Random) -> Iterator[tuple[str, list[dict[str, str]]]]:
    top = 1048575
    starts = [dice.randrange(top) for _ in range(TIMES)]
    yield (
        f"{TYPED} fields: filter by number",
        [{"data.f000_from": str(n), "data.f000_to": str(n + 200)} for n in starts],
    )
    yield (
        f"{TYPED} fields: filter by choice",
        [{"data.f001": CHOICES[n % len(CHOICES)]} for n in starts],
    )
    yield f"{TYPED} fields: sorted", [{"sort": ("", "-")[n % 2] + "data.f000"} for n in starts]
    yield (
        f"{TYPED} fields: filter by choice, sorted",
        [{"data.f001": CHOICES[n % len(CHOICES)], "sort": "data.f000"} for n in starts],
    )


def _many(report: Report, get: Callable[[str], None]) -> None:
    """Five hundred fields, filled in for the first thousand; everything is rolled back."""
    _define(MANY)
    first = [pk for (pk,) in rows("SELECT id FROM members_member ORDER BY number, id LIMIT 1000")]
    values = ", ".join(
        f"'{key}', {_VALUES[kind].format(n=n)}"
        for n, (key, kind) in enumerate(_keys(MANY))
        if n >= TYPED
    )
    for part in _pieces(values):
        run(
            f"UPDATE members_member m SET data = data || jsonb_build_object({part})"
            " WHERE id = ANY(%s)",
            [first],
        )
    columns = [f"data.{key}" for key, _kind in _keys(20)]
    url = f"{reverse('members:list')}?{urlencode({'columns': ','.join(columns)})}"
    ask(report, f"{MANY} fields: list with 20 of them", get, [Asked(url)] * TIMES, 2 * LIST_MS)
    some = first[:TIMES]
    kartes = [Asked(reverse("members:karte", args=[pk])) for pk in some]
    ask(report, f"{MANY} fields: karte, all filled in", get, kartes, 2 * KARTE_MS)
    edits = [Asked(reverse("members:edit", args=[pk])) for pk in some]
    ask(report, f"{MANY} fields: edit form", get, edits, 2 * KARTE_MS)
    rate = _imported()
    report.measure(
        f"{MANY} fields: import with 20 of them",
        rate,
        "rows/s",
        budget=ROWS / 2,
        at_least=True,
        note=f"{IMPORTED:,} rows",
    )


def _pieces(values: str) -> Iterator[str]:
    """At most forty pairs at once: a function takes a hundred arguments."""
    pairs = values.split(", 'f")
    pairs = [pairs[0], *(f"'f{pair}" for pair in pairs[1:])]
    for start in range(0, len(pairs), 40):
        yield ", ".join(pairs[start : start + 40])


def _keys(count: int) -> list[tuple[str, str]]:
    return [(f"f{n:03}", KINDS[n % len(KINDS)]) for n in range(count)]


def _define(count: int) -> None:
    there = set(Field.objects.values_list("key", flat=True))
    Field.objects.bulk_create(
        Field(
            key=key,
            label_ja=f"項目{key[1:]}",
            label=f"Field {key[1:]}",
            type=kind,
            choices=as_choices(CHOICES) if kind == "choice" else [],
            section=f"区分{n // 20 + 1}",
            order=n,
        )
        for n, (key, kind) in enumerate(_keys(count))
        if key not in there
    )


def _fill() -> None:
    """All members get a value of each typed field."""
    values = ", ".join(
        f"'{key}', {_VALUES[kind].format(n=n)}" for n, (key, kind) in enumerate(_keys(TYPED))
    )
    made = " || ".join(f"jsonb_build_object({part})" for part in _pieces(values))
    ground.say("filling own fields …")
    run(f"UPDATE members_member m SET data = {made}", {})
    with connection.cursor() as cursor:
        cursor.execute("VACUUM (FULL, ANALYZE) members_member")


def _imported() -> float:
    """Rows a second of a list whose twenty columns are mostly own fields."""
    with _list() as path:
        began = time.perf_counter()
        with path.open("rb") as file:
            of = actions.start(File(file), path.name, by=None)
        of = actions.set_mapping(of, skip_errors=True)
        actions.run_commit(of, actions.Quiet())
        took = time.perf_counter() - began
    of.refresh_from_db()
    assert of.counts["new"] == IMPORTED, of.counts
    last = Member.objects.latest("pk")
    assert len(last.data) >= 16, last.data
    return IMPORTED / took


@contextmanager
def _list() -> Iterator[Path]:
    path = Path(settings.FILE_UPLOAD_TEMP_DIR) / f"bench-fields-{os.getpid()}.csv"
    own = _keys(MANY)[-16:]
    shown = {
        "integer": lambda n: f"{n:,}",
        "choice": lambda n: CHOICES[n % 5],
        "date": lambda n: f"昭和{n % 60 + 2}年{n % 12 + 1}月{n % 28 + 1}日",
        "text": lambda n: f"値{n}",
        "boolean": lambda n: "○×"[n % 2],
        "money": lambda n: f"¥{n % 90:,}00",
    }
    try:
        with path.open("w", encoding="utf-8", newline="") as file:
            lines = csv.writer(file)
            lines.writerow(
                ["会員番号", "氏名", "フリガナ", "メールアドレス"]
                + [f"項目{key[1:]}" for key, _kind in own]
            )
            lines.writerows(
                [f"X{n:07}", "山田 太郎", "ヤマダ タロウ", f"x{n}@example.jp"]
                + [shown[kind](n) for _key, kind in own]
                for n in range(IMPORTED)
            )
        yield path
    finally:
        path.unlink(missing_ok=True)
