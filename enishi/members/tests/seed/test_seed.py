"""A seeded roll is as consistent as one that was entered by hand."""

from collections import Counter

import pytest
from django.db import connection

from enishi.core import clock
from enishi.members import search
from enishi.members.models import Field, Member, MemberTag, NumberCounter, StatusPeriod
from enishi.members.numbers import next_number
from enishi.members.seed import NotYet, seed
from enishi.members.timeline import Span, at, problem

pytestmark = pytest.mark.django_db


def quiet(_text: str) -> None:
    pass


@pytest.fixture
def seeded() -> None:
    seed(1_000, say=quiet)


def spans(member: Member) -> list[Span]:
    return [Span(p.status, p.type_id, p.from_on, p.to_on) for p in member.periods.all()]


@pytest.mark.usefixtures("seeded")
def test_periods_follow_each_other_and_agree_with_the_member():
    today = clock.today()
    for member in Member.objects.prefetch_related("periods"):
        life = spans(member)
        assert not problem(life), (member, problem(life))
        assert at(life, today).status == member.status
        assert at(life, today).type_id == member.type_id
        if member.status == "left":
            assert member.left_on == life[-1].from_on
        if member.joined_on:
            assert member.joined_on == life[0].from_on
            assert member.birth_date is None or member.birth_date < member.joined_on


@pytest.mark.usefixtures("seeded")
def test_everybody_is_found_as_if_entered_in_the_office():
    for member in Member.objects.all()[:200]:
        assert member.search == search.text_of(member)
    some = Member.objects.exclude(email="")[0]
    assert some in Member.objects.search(some.family_name_kana)
    assert list(Member.objects.search(some.email)) == [some]


@pytest.mark.usefixtures("seeded")
def test_it_looks_like_an_association():
    statuses = Counter(Member.objects.values_list("status", flat=True))
    assert statuses["active"] > 500
    assert statuses["left"] > 150
    assert statuses["suspended"] > 2
    types = Counter(Member.objects.values_list("type__name", flat=True))
    assert types.most_common(1)[0][0] == "正会員"
    assert set(types) == {"正会員", "準会員", "学生会員", "賛助会員", "法人会員"}


@pytest.mark.usefixtures("seeded")
def test_numbers_go_on_where_they_ended():
    seed(500, say=quiet)
    assert Member.objects.count() == 1_500
    assert Member.objects.values("number").distinct().count() == 1_500
    some = Member.objects.select_related("type").first()
    assert not Member.objects.filter(number=next_number(some.type)).exists()
    assert sum(NumberCounter.objects.values_list("last", flat=True)) == 1_501


@pytest.mark.usefixtures("seeded")
def test_loading_into_bare_tables_leaves_every_index_and_constraint(monkeypatch):
    def shape() -> list[tuple[str, str]]:
        with connection.cursor() as cursor:
            cursor.execute(
                "SELECT conname, pg_get_constraintdef(oid) FROM pg_constraint"
                " WHERE conrelid::regclass::text LIKE 'members_%%' UNION ALL"
                " SELECT indexname, indexdef FROM pg_indexes WHERE tablename LIKE 'members_%%'"
                " ORDER BY 1, 2",
                [],
            )
            return cursor.fetchall()

    before = shape()
    monkeypatch.setattr("enishi.members.seed.loading.BARE_FROM", 1)
    seed(1_001, say=quiet)
    assert shape() == before
    assert Member.objects.count() == 2_001
    assert StatusPeriod.objects.filter(to_on=None).count() == 2_001


def test_activities_are_refused_with_a_sentence_where_nothing_keeps_them(monkeypatch):
    monkeypatch.setattr("enishi.members.seed.loading.SEEDERS", {})
    with pytest.raises(NotYet):
        seed(10, 10, say=quiet)
    assert not Member.objects.exists()


@pytest.mark.usefixtures("seeded")
def test_own_fields_and_tags_can_be_asked_for():
    assert Field.objects.get(key="job").type == "text"
    nurses = Member.objects.filter(data__job="看護師").count()
    assert 40 < nurses < 140
    assert 20 < MemberTag.objects.filter(tag__name="優良").count() < 90
