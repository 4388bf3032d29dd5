"""Random rules over awkward members: the SQL answer against the plain evaluation."""

from datetime import UTC, datetime, timedelta

import pytest
from django.db import connection
from hypothesis import HealthCheck, Phase, given, settings
from hypothesis import strategies as st

from enishi.core import clock
from enishi.core.models import Organisation
from enishi.members.conditions import parse
from enishi.members.models import Member

from . import people
from .reference import World, holds
from .strategies import contacts, fields, rules

pytestmark = pytest.mark.django_db

MOMENTS = [
    datetime(2026, 11, 20, 15, 0, 0, tzinfo=UTC),  # midnight in Tokyo
    datetime(2026, 11, 20, 14, 59, 59, 999999, tzinfo=UTC),
    datetime(2026, 11, 21, 3, 0, tzinfo=UTC),
    datetime(2026, 11, 30, 14, 59, tzinfo=UTC),
    datetime(2027, 2, 28, 3, 0, tzinfo=UTC),  # the eve of 29 February that does not come
    datetime(2027, 3, 1, 0, 0, tzinfo=UTC),
    datetime(2028, 2, 29, 2, 0, tzinfo=UTC),
    datetime(2026, 3, 31, 1, 0, tzinfo=UTC),
    datetime(2026, 3, 31, 15, 0, tzinfo=UTC),
    datetime(2026, 12, 31, 15, 30, tzinfo=UTC),
    datetime(2026, 5, 30, 22, 0, tzinfo=UTC),
]


CALL = {"field": "channel", "op": "eq", "value": "phone"}


def answers(trees, moment):
    """Rule after rule: the ids for which it holds, all asked in one query. For everybody, or one by
    one for a few, the answer is the same."""
    from enishi.members.conditions import Moment

    at = Moment(moment, *zone_and_year())
    found = _asked(trees, at)
    if any("has" in str(tree) for tree in trees):
        assert _asked(trees, at.of_few()) == found
    return found


def _asked(trees, at):
    asked = [parse(tree).where(at) for tree in trees]
    columns = ", ".join(f"({one.sql})" for one in asked)
    params = [value for one in asked for value in one.params]
    with connection.cursor() as cursor:
        cursor.execute(f"SELECT m.id, {columns} FROM members_member m", params)
        rows = cursor.fetchall()
    for one, column in zip(asked, zip(*(row[1:] for row in rows), strict=True), strict=True):
        assert not (one.total and None in column), one
    return [{row[0] for row in rows if row[n + 1]} for n in range(len(trees))]


def smallest(tree, moment, everybody):
    """The smallest part of a rule that differs, and whom it differs on."""
    for below in [*tree.get("all", []), *tree.get("any", []), *filter(None, [tree.get("not")])]:
        if told := smallest(below, moment, everybody):
            return told
    [found] = answers([tree], moment)
    wanted = {pk for pk, one in everybody.items() if holds(tree, one, World(moment))}
    wrong = [vars(everybody[pk]) for pk in sorted(found ^ wanted)[:2]]
    return f"{moment}: {tree}\nfound {len(found)}, wanted {len(wanted)}: {wrong}" if wrong else ""


def zone_and_year():
    from zoneinfo import ZoneInfo

    organisation = Organisation.current()
    return ZoneInfo(organisation.zone), organisation.fiscal_year_start


@pytest.mark.slow
@pytest.mark.parametrize("ends", [fields(), st.one_of(fields(), contacts())], ids=["fields", "has"])
def test_sql_says_what_the_rule_means(ends):
    everybody = people.populate()
    checked = 0

    @settings(
        max_examples=150,
        deadline=None,
        phases=(Phase.generate,),  # a failing rule is small and printed; shrinking takes minutes
        suppress_health_check=list(HealthCheck),
    )
    @given(trees=st.lists(rules(ends), min_size=10, max_size=25), moment=st.sampled_from(MOMENTS))
    def check(trees, moment):
        nonlocal checked
        world = World(moment)
        for tree, found in zip(trees, answers(trees, moment), strict=True):
            wanted = {pk for pk, person in everybody.items() if holds(tree, person, world)}
            assert found == wanted, smallest(tree, moment, everybody)
            checked += 1

    check()
    assert checked > 1000


def test_a_queryset_of_a_rule_is_the_same_set():
    people.populate(60)
    tree = {
        "all": [
            {"field": "age", "op": "gte", "value": 20},
            {
                "not": {
                    "has": "contact",
                    "where": [{"field": "channel", "op": "eq", "value": "phone"}],
                }
            },
        ]
    }
    with clock.at(datetime(2026, 11, 21, 3, 0, tzinfo=UTC)):
        rule = parse(tree)
        found = set(rule.members().values_list("pk", flat=True))
        [wanted] = answers([tree], clock.now())
        assert found == wanted
        inner = Member.objects.filter(pk__in=rule.members().values("pk"))
        assert set(inner.values_list("pk", flat=True)) == wanted
        assert rule.count() == rule.count(timeout_ms=5000) == len(wanted)
        gone = rule.members().first()
        Member.objects.filter(pk=gone.pk).update(deleted_at=clock.now() - timedelta(days=1))
        assert parse(tree).count() == len(wanted) - 1
