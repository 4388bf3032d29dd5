"""Numbers for Prometheus, summed over all web processes of this machine."""

import os
from collections.abc import Iterable

from prometheus_client import CONTENT_TYPE_LATEST, CollectorRegistry, Histogram, generate_latest
from prometheus_client.core import GaugeMetricFamily
from prometheus_client.metrics_core import Metric
from prometheus_client.registry import Collector

CONTENT_TYPE = CONTENT_TYPE_LATEST
_own = CollectorRegistry()
REQUEST_SECONDS = Histogram(
    "enishi_request_seconds",
    "Server time of a request, by view and status.",
    ("view", "status"),
    registry=_own,
    buckets=(0.005, 0.01, 0.025, 0.05, 0.1, 0.15, 0.25, 0.5, 1, 2.5, 5, 10),
)


def text() -> bytes:
    """All metrics in the text format."""
    registry = _own
    if os.environ.get("PROMETHEUS_MULTIPROC_DIR"):
        from prometheus_client.multiprocess import MultiProcessCollector

        registry = CollectorRegistry()
        MultiProcessCollector(registry)  # type: ignore[no-untyped-call]
    asked = CollectorRegistry()
    asked.register(_Database())
    return generate_latest(registry) + generate_latest(asked)


class _Database(Collector):
    """What only the database knows."""

    def collect(self) -> Iterable[Metric]:
        from django.db import connection
        from django.db.models import Count

        from enishi.core.models import Job

        jobs = GaugeMetricFamily(
            "enishi_jobs", "Jobs by state (ended ones: 90 days).", labels=["state"]
        )
        found = dict(Job.objects.values_list("state").annotate(Count("pk")).order_by())
        for state in Job.State.values:
            jobs.add_metric([state], found.get(state, 0))
        yield jobs
        with connection.cursor() as cursor:
            cursor.execute(
                "SELECT pg_database_size(current_database()),"
                " (SELECT count(*) FROM pg_stat_activity WHERE datname = current_database()),"
                " (SELECT count(*) FROM procrastinate_workers"
                "   WHERE last_heartbeat > now() - interval '30 seconds')"
            )
            size, connections, workers = cursor.fetchone() or (0, 0, 0)
        yield GaugeMetricFamily("enishi_database_bytes", "Size of the database.", value=size)
        yield GaugeMetricFamily(
            "enishi_database_connections", "Open connections.", value=connections
        )
        yield GaugeMetricFamily("enishi_workers", "Job workers that are alive.", value=workers)
