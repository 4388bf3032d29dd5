"""A change of many over two connections: all or nothing, and done once when it is begun anew."""

import threading

import pytest

from enishi.audit.models import HistoryEntry
from enishi.core.progress import JobCancelled
from enishi.members import actions
from enishi.members.actions import bulk
from enishi.members.models import BulkEdit, Member, MemberType

pytestmark = pytest.mark.django_db(transaction=True)
MANY = 60


@pytest.fixture
def crowd(monkeypatch):
    monkeypatch.setattr(bulk, "PART", 7)
    kind = MemberType.objects.first() or MemberType.objects.create(name="正会員")
    people = [Member(number=f"M{n:03}", type=kind, family_name="佐藤") for n in range(MANY)]
    return Member.objects.bulk_create(people)


@pytest.fixture
def edit(sato):
    return BulkEdit.objects.create(field="city", value="仙台市", shown="仙台市", by=sato)


def cities():
    return sorted(Member.objects.values_list("city", flat=True))


class Told:
    """A progress that does what it is told to after so many."""

    def __init__(self, after=MANY, error=None):
        self.after, self.error, self.seen, self.total = after, error, 0, 0

    def start(self, total):
        self.total = total

    def at(self, done):
        self.seen = done

    def stop_if_cancelled(self):
        if self.error is not None and self.seen >= self.after:
            raise self.error


def test_both_halves_are_written_and_told_once(crowd, edit, monkeypatch):
    threads = set()
    setting = bulk._setting

    def watched(one):
        step = setting(one)

        def stepping(ids):
            threads.add(threading.get_ident())
            step(ids)

        return stepping

    monkeypatch.setattr(bulk, "_setting", watched)
    before, told = HistoryEntry.objects.count(), Told()
    bulk.do_bulk_edit(edit, told)
    assert (edit.count, told.total, told.seen) == (MANY, MANY, MANY)
    assert threading.get_ident() not in threads
    assert cities() == ["仙台市"] * MANY
    assert set(Member.objects.values_list("version", flat=True)) == {crowd[0].version + 1}
    assert HistoryEntry.objects.count() == before + 1
    actions.undo_bulk_edit(edit, by=edit.by)
    assert cities() == [""] * MANY


def test_what_fails_in_one_half_undoes_the_other(crowd, edit, monkeypatch):
    setting = bulk._setting

    def failing(one):
        step = setting(one)

        def stepping(ids):
            step(ids)
            if crowd[-1].pk in ids:
                raise RuntimeError("the last part")

        return stepping

    monkeypatch.setattr(bulk, "_setting", failing)
    with pytest.raises(RuntimeError, match="the last part"):
        bulk.do_bulk_edit(edit)
    assert cities() == [""] * MANY
    assert edit.rows.count() == 0


def test_cancelled_nothing_has_happened(crowd, edit):
    with pytest.raises(JobCancelled):
        bulk.do_bulk_edit(edit, Told(after=14, error=JobCancelled()))
    assert cities() == [""] * MANY
    assert edit.rows.count() == 0


def test_begun_anew_it_does_the_rest_and_leaves_later_changes(crowd, edit):
    """As after a kill between the last words of the two halves."""
    bulk._setting(edit)([one.pk for one in crowd[:30]])
    actions.change(crowd[0], {"city": "名古屋市"}, by=edit.by)
    bulk.do_bulk_edit(edit)
    assert edit.count == MANY
    assert cities() == sorted(["名古屋市", *["仙台市"] * (MANY - 1)])
    actions.undo_bulk_edit(edit, by=edit.by)
    assert cities() == sorted(["名古屋市", *[""] * (MANY - 1)])
