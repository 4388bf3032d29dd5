"""Measurements that an app offers to ``enishi bench``; declared in the app's ``benches.py``."""

import time
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import asdict, dataclass, field
from typing import Any


@dataclass
class Measure:
    """One number. ``budget`` is the most allowed, or the least where ``at_least``; None: no rule.

    ``baseline`` is what the bare machine does with the same work, in the same unit.
    """

    name: str
    value: float
    unit: str
    budget: float | None = None
    at_least: bool = False
    baseline: float | None = None
    note: str = ""

    @property
    def is_kept(self) -> bool | None:
        """Whether the budget is kept; None without one."""
        if self.budget is None:
            return None
        return self.value >= self.budget if self.at_least else self.value <= self.budget


@dataclass
class Report:
    """What a bench writes its numbers into."""

    bench: str
    measures: list[Measure] = field(default_factory=list)

    def measure(self, name: str, value: float, unit: str, **more: Any) -> None:
        """Keep a number; ``more`` are fields of Measure."""
        self.measures.append(Measure(name, value, unit, **more))

    def times(
        self, name: str, work: Callable[[], object], *, repeat: int = 20, **more: Any
    ) -> None:
        """Keep the 95th percentile of how long ``work`` takes, in milliseconds."""
        work()
        took = []
        for _ in range(repeat):
            began = time.perf_counter()
            work()
            took.append((time.perf_counter() - began) * 1000)
        self.measure(name, p95(took), "ms", note=f"p95 of {repeat}", **more)

    @contextmanager
    def stopwatch(self, name: str, unit: str = "s", **more: Any) -> Iterator[None]:
        """Keep how many seconds the block takes."""
        began = time.perf_counter()
        yield
        self.measure(name, time.perf_counter() - began, unit, **more)

    def as_dict(self) -> dict[str, Any]:
        """For JSON."""
        return {
            "bench": self.bench,
            "measures": [{**asdict(m), "kept": m.is_kept} for m in self.measures],
        }


BENCHES: dict[str, Callable[[Report], None]] = {}


def bench(name: str) -> Callable[[Callable[[Report], None]], Callable[[Report], None]]:
    """Declare a bench: ``@bench("roll") def roll(report): …``."""

    def decorator(function: Callable[[Report], None]) -> Callable[[Report], None]:
        BENCHES[name] = function
        return function

    return decorator


def p95(values: Sequence[float]) -> float:
    """The 95th percentile, the higher neighbour where it falls between two."""
    ordered = sorted(values)
    return ordered[min(len(ordered) - 1, -(-len(ordered) * 95 // 100) - 1)]
