import threading
from datetime import date

import pytest
from django.db import connection, transaction

from enishi.core.models import Organisation
from enishi.members import actions, numbers
from enishi.members.models import Member, MemberType, NumberCounter


@pytest.mark.django_db
@pytest.mark.parametrize(
    ("pattern", "number"),
    [
        ("M{year}{seq:5}", "M202600001"),
        ("{yy}-{seq:4}", "26-0001"),
        ("A{fiscal}-{seq}", "A2026-1"),
        ("{seq:6}X{yy}", "000001X26"),
    ],
)
def test_patterns(pattern, number):
    numbers.check(pattern)
    assert numbers.rendered(pattern, date(2026, 11, 21)).number(1) == number


@pytest.mark.django_db
def test_the_fiscal_year_begins_when_the_organisation_says():
    assert numbers.rendered("F{fiscal}-{seq}", date(2027, 3, 31)).number(1) == "F2026-1"
    Organisation(name="協会", fiscal_year_start=1).save()
    assert numbers.rendered("F{fiscal}-{seq}", date(2027, 3, 31)).number(1) == "F2027-1"


@pytest.mark.parametrize(
    "pattern",
    ["", "M", "M{seq}{seq}", "M{month}{seq}", "M{seq:0}", "M{seq:99}", "M {seq}", "Ｍ{seq}",
     "M{seq", "X" * 40 + "{seq}"],
)  # fmt: skip
def test_a_bad_pattern_is_refused_with_a_sentence(pattern):
    with pytest.raises(numbers.BadPattern) as caught:
        numbers.check(pattern)
    assert caught.value.reason


@pytest.mark.django_db
def test_a_type_refuses_it_too(sato, regular):
    with pytest.raises(actions.Invalid) as caught:
        actions.edit_type(regular, number_pattern="M", by=sato)
    assert set(caught.value.errors) == {"number_pattern"}


@pytest.mark.django_db
def test_each_year_and_type_counts_for_itself(sato, student):
    actions.edit_type(student, number_pattern="S{yy}-{seq:3}", by=sato)

    def number(**values):
        return actions.add({"family_name": "林", **values}, by=sato).number

    assert [number(), number(member_type="学生会員"), number(), number(joined_on="2027-01-05")] == [
        "M202600001",
        "S26-001",
        "M202600002",
        "M202700001",
    ]


@pytest.mark.django_db
def test_imported_numbers_are_skipped_gaps_are_used(sato):
    for seq in [*range(1, 80), 200]:
        actions.add({"family_name": "林", "number": f"M2026{seq:05}"}, by=sato)
    assert actions.number_example("M{year}{seq:5}") == "M202600080"
    assert actions.add({"family_name": "林"}, by=sato).number == "M202600080"


@pytest.mark.django_db
def test_a_number_is_never_given_again(sato):
    member = actions.add({"family_name": "林"}, by=sato)
    actions.delete(member, by=sato)
    Member.objects.filter(pk=member.pk).delete()
    assert actions.add({"family_name": "林"}, by=sato).number == "M202600002"


@pytest.mark.django_db
def test_many_at_once(sato, regular):
    actions.add({"family_name": "林", "number": "M202600003"}, by=sato)
    found = numbers.next_numbers(regular, 4)
    assert found == ["M202600001", "M202600002", "M202600004", "M202600005"]
    assert NumberCounter.objects.get().last == 5


@pytest.mark.django_db
def test_a_number_made_by_a_pattern_is_recognised():
    shape = numbers.rendered("M{year}{seq:5}", date(2026, 1, 1))
    assert shape.seq("M202600012") == 12
    assert shape.seq("M2026123456") == 123456
    assert shape.seq("M20260012") is None
    assert shape.seq("X202600012") is None


@pytest.mark.django_db(transaction=True)
def test_people_who_add_at_once_get_different_numbers():
    MemberType.objects.get_or_create(name="正会員")
    made, problems = [], []

    def add_some():
        try:
            for _ in range(8):
                with transaction.atomic():
                    made.append(actions.add({"family_name": "林"}, by=None).number)
        except Exception as error:  # noqa: BLE001
            problems.append(error)
        finally:
            connection.close()

    threads = [threading.Thread(target=add_some) for _ in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(60)
    assert not problems
    assert len(made) == len(set(made)) == 32
