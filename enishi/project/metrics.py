"""Numbers for Prometheus. Each process counts for itself; the database knows the rest."""

from prometheus_client import CollectorRegistry, Histogram

REGISTRY = CollectorRegistry()
REQUEST_SECONDS = Histogram(
    "enishi_request_seconds",
    "Server time of a request, by view and status.",
    ("view", "status"),
    registry=REGISTRY,
    buckets=(0.005, 0.01, 0.025, 0.05, 0.1, 0.15, 0.25, 0.5, 1, 2.5, 5, 10),
)
