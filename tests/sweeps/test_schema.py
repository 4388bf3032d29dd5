"""Schemathesis: requests made up from the OpenAPI document. None may break the server."""

from typing import Any

import pytest
import schemathesis
from django.core.handlers.wsgi import WSGIHandler
from django.core.signals import request_finished, request_started
from django.db import close_old_connections, transaction
from hypothesis import HealthCheck, Phase, given, settings

from .test_api import operations

pytestmark = pytest.mark.slow
EXAMPLES = 10  # requests made up for each operation


@pytest.fixture
def schema(office):
    """The document, read over WSGI like every request; the test's own connection stays open."""
    ends = (request_started, request_finished)
    for signal in ends:
        signal.disconnect(close_old_connections)
    yield schemathesis.openapi.from_wsgi("/api/v1/openapi.json", WSGIHandler())
    for signal in ends:
        signal.connect(close_old_connections)


@pytest.mark.parametrize("half", [0, 1])
def test_no_request_breaks_an_operation(schema: Any, office: Any, half: int) -> None:
    broken: list[str] = []
    for wanted in [*operations()][half::2]:
        operation = schema[wanted.path][wanted.method.upper()]

        @settings(
            max_examples=EXAMPLES,
            deadline=None,
            derandomize=True,
            database=None,
            phases=[Phase.explicit, Phase.generate],
            suppress_health_check=list(HealthCheck),
        )
        @given(case=operation.as_strategy())
        def sends(case: Any) -> None:
            with transaction.atomic():
                response = case.call(headers={"Authorization": f"Bearer {office.secret}"})
                transaction.set_rollback(True)
            if response.status_code >= 500 or response.status_code == 401:
                told = case.as_curl_command()[:600]
                broken.append(f"{case.method} {case.path}: {response.status_code}: {told}")

        sends()
    assert not broken, f"{len(broken)} answers:\n" + "\n".join(dict.fromkeys(broken))
