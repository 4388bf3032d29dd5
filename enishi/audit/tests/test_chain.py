"""The chain finds every change that is made behind its back."""

import threading

import pytest
from django.db import connection, connections, transaction
from django.db.utils import DatabaseError
from typer.testing import CliRunner

from enishi.accounts.models import User
from enishi.audit import chain
from enishi.audit.models import ChainHead, HistoryEntry
from enishi.core import clock
from enishi.core.facts import announce

from .conftest import Waved

pytestmark = pytest.mark.django_db(transaction=True)


@pytest.fixture
def five(sato):
    for number in range(5):
        with transaction.atomic():
            announce(Waved(about=sato, by=sato, note=f"no. {number}"))
    assert HistoryEntry.objects.unsealed().count() == 0
    assert chain.verify().problem == ""
    return list(HistoryEntry.objects.order_by("seal_no"))


def sql(statement, *params):
    with connection.cursor() as cursor:
        cursor.execute(statement, params)


def test_entries_are_sealed_after_commit_without_gaps(five):
    assert [entry.seal_no for entry in five] == [1, 2, 3, 4, 5]
    assert five[0].prev_hash == chain.GENESIS
    assert [entry.prev_hash for entry in five[1:]] == [entry.hash for entry in five[:-1]]
    head = ChainHead.objects.get()
    assert (head.seal_no, head.hash) == (5, five[-1].hash)


@pytest.mark.parametrize(
    "change",
    [
        "about_label = 'Somebody else'",
        'values = \'{"note": "never"}\'',
        "by_label = 'Suzuki'",
        "by_id = NULL",
        "at = at + interval '1 microsecond'",
        "fact = 'members.MemberLeft'",
        "fields = '{name}'",
        "ip = '192.0.2.1'",
        "digest = repeat('0', 64)",
        "hash = repeat('0', 64)",
    ],
)
def test_a_changed_entry_is_named(five, change):
    sql(f"UPDATE audit_historyentry SET {change} WHERE id = %s", five[2].pk)
    verdict = chain.verify()
    assert (verdict.problem, verdict.entry) == ("changed", five[2].pk)


def test_a_changed_entry_with_a_new_hash_breaks_the_next_link(five):
    entry = five[2]
    sql("UPDATE audit_historyentry SET by_label = 'x' WHERE id = %s", entry.pk)
    with connection.cursor() as cursor:
        cursor.execute(
            f"SELECT {chain._PRIVATE}, {chain._PUBLIC} FROM audit_historyentry WHERE id = %s",
            [entry.pk],
        )
        private, public = cursor.fetchone()
    digest = chain.digest_of(private)
    forged = chain.link(entry.prev_hash, entry.seal_no, digest, public)
    sql(
        "UPDATE audit_historyentry SET digest = %s, hash = %s WHERE id = %s",
        digest,
        forged,
        entry.pk,
    )
    verdict = chain.verify()
    assert (verdict.problem, verdict.entry) == ("forged", five[3].pk)


def test_a_removed_entry_is_missed(five):
    sql("DELETE FROM audit_historyentry WHERE id = %s", five[2].pk)
    verdict = chain.verify()
    assert (verdict.problem, verdict.entry, verdict.count) == ("missing", five[3].pk, 2)


def test_a_removed_end_is_missed(five):
    sql("DELETE FROM audit_historyentry WHERE seal_no > 3")
    assert (chain.verify().problem, chain.verify().count) == ("cut", 3)
    sql("DELETE FROM audit_historyentry")
    assert chain.verify().problem == "cut"


def test_a_changed_head_is_noticed(five):
    sql("UPDATE audit_chainhead SET hash = repeat('a', 64)")
    assert chain.verify().problem == "head"
    sql("DELETE FROM audit_chainhead")
    assert chain.verify().problem == "head"


def test_an_entry_put_in_is_noticed(five):
    columns = (
        "at, fact, area, about_type, about_id, about_label, by_label, values, fields, request_id, "
        "ip, salt, digest, prev_hash, hash"
    )
    sql(
        f"INSERT INTO audit_historyentry ({columns}, seal_no) "
        f"SELECT {columns}, 6 FROM audit_historyentry WHERE seal_no = 5"
    )
    assert chain.verify().problem == "changed"
    sql("DELETE FROM audit_historyentry WHERE seal_no = 6")
    sql(
        f"INSERT INTO audit_historyentry ({columns.replace('at, ', '')}, at) "
        f"SELECT {columns.replace('at, ', '')}, at - interval '1 day' "
        "FROM audit_historyentry WHERE seal_no = 5"
    )
    sql("UPDATE audit_historyentry SET hash = '' WHERE seal_no IS NULL")
    assert chain.verify().problem == "unsealed"


def test_the_running_product_cannot_change_history(five):
    sql("SET application_name = 'enishi web'")
    try:
        for statement in (
            "UPDATE audit_historyentry SET by_label = 'x' WHERE seal_no = 3",
            "UPDATE audit_historyentry SET seal_no = NULL, hash = '' WHERE seal_no = 3",
            "DELETE FROM audit_historyentry WHERE seal_no = 3",
        ):
            with pytest.raises(DatabaseError, match="History never changes"):
                sql(statement)
        with transaction.atomic():
            announce(Waved(about=None, by=None))
        assert chain.verify().count == 6
    finally:
        sql("SET application_name = 'enishi'")


def test_what_a_crash_left_unsealed_is_sealed_later(sato, monkeypatch):
    monkeypatch.setattr("enishi.audit.recording.seal_after_commit", lambda: None)
    with transaction.atomic():
        announce(Waved(about=sato, by=sato))
    assert chain.verify().waiting == 1
    with clock.at(clock.now() + chain.GRACE * 2):
        assert chain.verify().problem == "unsealed"
    assert chain.seal() == 1
    assert chain.verify().count == 1


def test_many_entries_are_sealed_in_batches(sato, monkeypatch):
    monkeypatch.setattr(chain, "BATCH", 7)
    with transaction.atomic():
        for number in range(30):
            announce(Waved(about=sato, by=sato, note=number))
    assert chain.verify().count == 30


def test_many_at_once_make_one_chain(sato):
    def work(number):
        try:
            for turn in range(10):
                with transaction.atomic():
                    announce(Waved(about=None, by=None, note=[number, turn]))
        finally:
            connections.close_all()

    threads = [threading.Thread(target=work, args=(n,)) for n in range(6)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    verdict = chain.verify()
    assert (verdict.problem, verdict.count, verdict.waiting) == ("", 60, 0)


def test_a_long_transaction_holds_nobody_up(sato):
    begun, go_on = threading.Event(), threading.Event()

    def long_import():
        try:
            with transaction.atomic():
                announce(Waved(about=None, by=None, note="import"))
                begun.set()
                go_on.wait(60)
        finally:
            connections.close_all()

    thread = threading.Thread(target=long_import)
    thread.start()
    assert begun.wait(60)
    with transaction.atomic():
        announce(Waved(about=sato, by=sato, note="meanwhile"))
    assert HistoryEntry.objects.get(seal_no=1).values["note"] == "meanwhile"
    go_on.set()
    thread.join()
    assert HistoryEntry.objects.get(seal_no=2).values["note"] == "import"
    assert chain.verify().count == 2


def test_the_command_tells_and_fails(five):
    from enishi.audit.cli import app

    good = CliRunner().invoke(app, ["audit", "verify"])
    assert good.exit_code == 0
    assert good.output.startswith("OK: 5 entries hold; head " + five[-1].hash)
    kept = CliRunner().invoke(app, ["audit", "verify", "--head", five[1].hash])
    assert kept.exit_code == 0
    assert CliRunner().invoke(app, ["audit", "verify", "--head", "0" * 64]).exit_code == 1

    sql("UPDATE audit_historyentry SET by_label = 'x' WHERE id = %s", five[2].pk)
    bad = CliRunner().invoke(app, ["audit", "verify"])
    assert bad.exit_code == 1
    assert f"entry {five[2].pk} (audit.Waved" in bad.output
    assert User.objects.exists()
