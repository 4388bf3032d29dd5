import pytest
from django.utils.translation import override

from enishi.audit.models import HistoryEntry
from enishi.members import actions as members
from enishi.members.models import Field
from enishi.records import actions, ready
from enishi.records.models import Database, Record

pytestmark = pytest.mark.django_db


def refused(act) -> dict[str, str]:
    with pytest.raises(actions.Refused) as caught:
        act()
    return dict(caught.value.errors)


def test_values_are_read_as_offices_write_them(requests, hanako, sato):
    made = actions.add_record(
        requests,
        {"subject": "会報", "asked_on": "令和8年4月1日", "copies": "１２", "sent": "○"},
        member=hanako,
        by=sato,
    )
    assert made.data == {"subject": "会報", "asked_on": "2026-04-01", "copies": 12, "sent": True}
    assert str(made) == "会報"
    [entry] = HistoryEntry.objects.about(made)
    assert entry.fact == "records.RecordAdded"


def test_all_that_is_wrong_is_told_at_once(requests):
    wrong = {"subject": "", "asked_on": "昭和66年2月30日", "copies": 0, "nonsense": 1}
    errors = refused(lambda: actions.add_record(requests, wrong, by=None))
    assert set(errors) == {"data.subject", "data.asked_on", "data.copies", "data.nonsense"}
    assert not Record.objects.exists()


def test_a_unique_value_is_there_once_and_free_again_after_deletion(requests):
    first = actions.add_record(requests, {"subject": "a", "code": "7"}, by=None)
    again = {"subject": "b", "code": "7"}
    assert set(refused(lambda: actions.add_record(requests, again, by=None))) == {"data.code"}
    actions.delete_record(first, by=None)
    actions.add_record(requests, again, by=None)
    assert set(refused(lambda: actions.restore_record(first, by=None))) == {"data.code"}


def test_a_database_says_whether_its_records_belong_to_members(requests, hanako):
    for rule, member in (("must", None), ("not", hanako)):
        actions.change_database(requests, of_member=rule, by=None)
        database = Database.objects.get()
        errors = refused(
            lambda d=database, m=member: actions.add_record(d, {"subject": "x"}, member=m, by=None)
        )
        assert "member" in errors


def test_who_was_slower_sees_what_the_other_wrote(requests, sato):
    made = actions.add_record(requests, {"subject": "a", "copies": 1}, by=None)
    actions.change_record(made, {"subject": "b"}, version=1, by=sato)
    actions.change_record(made, {"copies": 2}, version=1, by=None)  # another field: no clash
    with pytest.raises(actions.Clash) as caught:
        actions.change_record(made, {"subject": "c"}, version=1, by=None)
    assert caught.value.fields == {"data.subject": ("b", "c")}
    made.refresh_from_db()
    assert made.data == {"subject": "b", "copies": 2}
    assert made.version == 3


def test_a_deleted_database_comes_back_with_its_records(requests):
    actions.add_record(requests, {"subject": "a"}, by=None)
    actions.delete_database(requests, by=None)
    with pytest.raises(actions.DatabaseGone):
        actions.add_record(requests, {"subject": "b"}, by=None)
    actions.restore_database(requests, by=None)
    assert Record.objects.present().count() == 1


def test_sensitive_values_stay_out_of_history(requests, sato):
    field = Field.objects.get(table="requests", key="remarks")
    members.edit_field(field, personal="sensitive", by=sato)
    made = actions.add_record(requests, {"subject": "a"}, by=sato)
    actions.change_record(made, {"remarks": "ひみつ"}, by=sato)
    assert "ひみつ" not in str(list(HistoryEntry.objects.values_list("values", flat=True)))
    assert "ヒミツ" not in Record.objects.get().search


def test_ready_databases_can_be_made_twice(sato):
    for template in ready.TEMPLATES:
        first, second = ready.make(template, by=sato), ready.make(template, by=sato)
        assert first.key != second.key
        assert [f.key for f in second.fields] == [field[0] for field in template.fields]
        with override("en"):
            said = [str(template), *(str(c) for f in first.fields for c in f.known_choices)]
            assert all(word.isascii() for word in said), "every name is there in English"


def test_the_demo_has_records(hanako):
    from enishi.records.demo import fill

    fill()
    fill()
    assert Record.objects.count() == 150
