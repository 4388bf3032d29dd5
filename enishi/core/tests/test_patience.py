"""A question that takes too long is given up, and the limit with it."""

import pytest
from django.db import DataError, transaction

from enishi.core.bulk import TooSlow, patience, rows, run

pytestmark = pytest.mark.django_db


def limit() -> str:
    return str(rows("SHOW statement_timeout")[0][0])


@pytest.fixture
def usual() -> str:
    return limit()


def test_a_quick_question_is_answered(usual: str) -> None:
    with patience(60_000):
        assert (limit(), rows("SELECT 1")) == ("1min", [(1,)])
    assert limit() == usual


def test_a_slow_one_is_given_up_and_the_transaction_goes_on(usual: str) -> None:
    run("CREATE TEMPORARY TABLE kept AS SELECT 7 AS n")
    with pytest.raises(TooSlow), patience(200):
        rows("SELECT pg_sleep(5)")
    assert (limit(), rows("SELECT n FROM kept")) == (usual, [(7,)])


def test_what_is_wrong_with_a_question_is_told_as_usual(usual: str) -> None:
    with pytest.raises(DataError), patience(60_000):
        rows("SELECT 1 / 0")
    assert limit() == usual


def test_a_machine_too_busy_to_take_the_limit_back_in_time(
    usual: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    back, tries = transaction.savepoint_rollback, []

    def stalls(savepoint: str) -> None:
        tries.append(savepoint)
        if len(tries) == 1:
            rows("SELECT pg_sleep(5)")
        back(savepoint)

    monkeypatch.setattr(transaction, "savepoint_rollback", stalls)
    with patience(500):
        pass
    assert len(tries) == 2
    assert (limit(), rows("SELECT 1")) == (usual, [(1,)])
