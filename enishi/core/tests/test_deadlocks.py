"""What met a deadlock is done anew."""

import threading
from collections.abc import Callable, Iterator

import pytest
from django.db import connection

from enishi.core.bulk import Prepared, again_on_deadlock, rows, run

pytestmark = pytest.mark.django_db(transaction=True)


@pytest.fixture
def pair() -> Iterator[None]:
    run("CREATE TABLE deadlock_pair AS SELECT id, 0 AS times FROM generate_series(1, 2) AS id")
    yield
    run("DROP TABLE deadlock_pair")


def add(number: int) -> None:
    run("UPDATE deadlock_pair SET times = times + 1 WHERE id = %s", [number])


def together(*works: Callable[[], None]) -> list[Exception]:
    failed: list[Exception] = []

    def one(work: Callable[[], None]) -> None:
        try:
            work()
        except Exception as error:  # noqa: BLE001 - the test looks at it
            failed.append(error)
        finally:
            connection.close()

    threads = [threading.Thread(target=one, args=(work,)) for work in works]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(30)
    return failed


def test_two_that_wait_for_each_other_both_end_well(pair: None) -> None:
    both = threading.Barrier(2)
    tries: list[int] = []

    def crossing(first: int, second: int) -> Callable[[], None]:
        begun: list[bool] = []

        def work() -> None:
            tries.append(first)
            add(first)
            if not begun:
                begun.append(True)
                both.wait(10)
            add(second)

        return lambda: again_on_deadlock(work)

    assert together(crossing(1, 2), crossing(2, 1)) == []
    assert len(tries) >= 3  # one of them again, and once more where the other is slow to go on
    assert rows("SELECT sum(times) FROM deadlock_pair") == [(4,)]


def test_a_statement_that_is_asked_ahead_too(pair: None) -> None:
    """It locks one row after the other; the other transaction comes the other way."""
    locked = threading.Event()

    def ahead() -> None:
        asked = Prepared(
            "UPDATE deadlock_pair SET times = times + 1 FROM (SELECT id AS one, pg_sleep($1::float)"
            " FROM generate_series(1, 2) AS id OFFSET 0) AS s WHERE deadlock_pair.id = s.one"
            " RETURNING id"
        )
        asked.ask(0.5)
        locked.set()
        assert sorted(asked.answer()) == [1, 2]

    def other_way() -> None:
        def work() -> None:
            add(2)
            rows("SELECT pg_sleep(1.2)")
            add(1)

        locked.wait(10)
        again_on_deadlock(work)

    assert together(ahead, other_way) == []
    assert rows("SELECT sum(times) FROM deadlock_pair") == [(4,)]
