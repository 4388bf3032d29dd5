"""Walk the OpenAPI document: every operation refuses the unknown and the wrongly scoped."""

import json

import pytest

from enishi.accounts.models import ApiToken

METHODS = {"get", "post", "put", "patch", "delete"}
SAMPLE = {"date": "2026-01-01"}


def operations():
    from enishi.project.api import api

    schema = json.loads(json.dumps(api.get_openapi_schema(), default=str))
    for path, item in schema["paths"].items():
        for method, operation in item.items():
            if method in METHODS:
                yield method, path, operation


def address(path):
    import re

    return re.sub(r"\{[^}]+\}", "1", path)


@pytest.fixture
def every_operation(db):
    found = list(operations())
    assert len(found) > 20
    return found


def test_without_a_token_401(client, every_operation):
    for method, path, _ in every_operation:
        response = getattr(client, method)(address(path))
        assert response.status_code == 401, (method, path, response.status_code)
        assert response["Content-Type"].startswith("application/problem+json"), (method, path)


def test_with_the_wrong_scope_403(client, every_operation):
    token, secret = ApiToken.mint(name="no scope", scopes=["nothing:read"])
    token.save()
    for method, path, _ in every_operation:
        response = getattr(client, method)(
            address(path),
            data="{}",
            content_type="application/json",
            headers={"authorization": f"Bearer {secret}"},
        )
        assert response.status_code in {403, 422}, (method, path, response.status_code)
        assert response["Content-Type"].startswith("application/problem+json"), (method, path)
        if response.status_code == 422:  # the body is read first; a scope is never granted by it
            assert method in {"post", "put", "patch"}, (method, path)


def test_every_operation_says_what_it_does(every_operation):
    for method, path, operation in every_operation:
        assert operation.get("summary"), (method, path)
        assert operation.get("description"), (method, path)
