"""Requests through the whole of Django, timed; beside each the best SQL for the same question."""

import statistics
import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Any

from django.conf import settings
from django.db import OperationalError, transaction
from django.test import Client

from enishi.accounts.models import Role, User
from enishi.core.bench import Report, p95
from enishi.core.bulk import rows, run

_WARM = 5


@dataclass(frozen=True)
class Asked:
    """One request and the same question in SQL."""

    path: str
    ways: Sequence[tuple[str, Sequence[Any]]] = ()  # statements with their parameters


def beside(path: str, statement: str, params: Sequence[Any] = ()) -> Asked:
    return Asked(path, ((statement, params),))


def ask(
    report: Report,
    name: str,
    get: Callable[[str], None],
    questions: Sequence[Asked],
    budget: float,
) -> None:
    began = time.process_time()
    middle, high = percentiles(lambda asked: get(asked.path), questions)
    cpu = (time.process_time() - began) * 1000 / (len(questions) + _WARM)
    bare = p95([best(asked) for asked in questions[:20]]) if questions[0].ways else None
    report.measure(
        name,
        high,
        "ms",
        budget=budget,
        baseline=bare,
        note=f"p50 {middle:.1f}, of it Python {cpu:.0f}",
    )


def percentiles(work: Callable[[Any], object], questions: Sequence[Any]) -> tuple[float, float]:
    """The median and the 95th percentile of milliseconds, the first few asked twice."""
    took = []
    for warm, question in [
        *((True, q) for q in questions[:_WARM]),
        *((False, q) for q in questions),
    ]:
        began = time.perf_counter()
        work(question)
        if not warm:
            took.append((time.perf_counter() - began) * 1000)
    return statistics.median(took), p95(took)


def signed_in() -> Callable[[str], None]:
    user, _made = User.objects.get_or_create(
        email="bench@example.invalid", defaults={"name": "Bench", "is_staff": True}
    )
    user.roles.add(Role.objects.get(key="administrator"))
    client = Client(headers={"host": "localhost", "accept-language": "ja"})
    client.force_login(user)
    return getting(client)


def getting(client: Client) -> Callable[[str], None]:
    secure = bool(getattr(settings, "SECURE_SSL_REDIRECT", False))

    def get(path: str) -> None:
        response = client.get(path, secure=secure)
        if response.status_code != 200:
            raise RuntimeError(f"{path} answered {response.status_code}.")

    return get


def best(asked: Asked) -> float:
    """Milliseconds of the quickest way; one that takes longer than a second is given up."""
    took = []
    for statement, params in asked.ways:
        began = time.perf_counter()
        try:
            with transaction.atomic():
                if len(asked.ways) > 1:
                    run("SET LOCAL statement_timeout = '1s'")
                rows(statement, params)
        except OperationalError:
            pass
        took.append((time.perf_counter() - began) * 1000)
    return min(took)
