"""Is it alive, is it ready, and its numbers."""

import secrets
import shutil
from collections.abc import Callable
from datetime import timedelta

from django.conf import settings
from django.db import Error, connection
from django.http import HttpRequest, HttpResponse, HttpResponseBase, JsonResponse

from enishi.accounts.permissions import public
from enishi.core import clock

_LEAST_DISK = 200 * 1024 * 1024
_migrated = False


@public
def live(request: HttpRequest) -> HttpResponse:  # noqa: ARG001
    """The process answers."""
    return JsonResponse({"live": True})


@public
def ready(request: HttpRequest) -> HttpResponse:  # noqa: ARG001
    """Whether everything works that work needs, with reasons where it does not."""
    reasons = reasons_against()
    return JsonResponse({"ready": not reasons, "reasons": reasons}, status=503 if reasons else 200)


def reasons_against() -> list[str]:
    """Why the installation is not ready: sentences in English, none when it is."""
    global _migrated  # noqa: PLW0603
    reasons = []
    if shutil.disk_usage(settings.DATA_DIR).free < _LEAST_DISK:
        reasons.append("disk: less than 200 MB are free in the data folder")
    try:
        with connection.cursor() as cursor:
            cursor.execute("SELECT to_regclass('procrastinate_workers')")
            has_queue = cursor.fetchone() != (None,)
            heartbeat = None
            if has_queue:
                cursor.execute("SELECT max(last_heartbeat) FROM procrastinate_workers")
                (heartbeat,) = cursor.fetchone() or (None,)
        if not _migrated:
            from .database import is_current

            _migrated = is_current()
    except Error:
        return [*reasons, "database: it does not answer"]
    if not _migrated:
        reasons.append("migrations: the database is not up to date; run enishi migrate")
    if heartbeat is None or heartbeat < clock.now() - timedelta(seconds=30):
        reasons.append("worker: no job worker has given a sign of life in the last 30 seconds")
    return reasons


@public
def metrics(request: HttpRequest) -> HttpResponse:
    """Prometheus metrics: for this machine, or with ENISHI_METRICS_TOKEN as bearer token."""
    from . import metrics as numbers

    if not _may_read_metrics(request):
        return HttpResponse("Send ENISHI_METRICS_TOKEN as a bearer token.\n", status=403)
    return HttpResponse(numbers.text(), content_type=numbers.CONTENT_TYPE)


def _may_read_metrics(request: HttpRequest) -> bool:
    token = settings.METRICS_TOKEN
    if token:
        given = request.headers.get("Authorization", "").removeprefix("Bearer ")
        return secrets.compare_digest(given.encode(), token.encode())
    forwarded = "X-Forwarded-For" in request.headers or "Forwarded" in request.headers
    return not forwarded and request.META.get("REMOTE_ADDR") in ("127.0.0.1", "::1")


_VIEWS = {"/health/live": live, "/health/ready": ready, "/metrics": metrics}


def before_all(
    get_response: Callable[[HttpRequest], HttpResponseBase],
) -> Callable[[HttpRequest], HttpResponseBase]:
    """Answer before sessions and hosts are looked at: a probe has neither, and must not fail."""

    def respond(request: HttpRequest) -> HttpResponseBase:
        view = _VIEWS.get(request.path)
        return view(request) if view else get_response(request)

    return respond
