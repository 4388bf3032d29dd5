"""Walk the OpenAPI document: every operation refuses the unknown and answers with a problem."""

import json
import re
from collections.abc import Iterator
from dataclasses import dataclass
from functools import cache
from typing import Any

import pytest
from django.test import Client

from enishi.accounts.models import ApiToken

METHODS = {"get", "post", "put", "patch", "delete"}
JSON = "application/json"


@dataclass(frozen=True)
class Operation:
    """One method on one path."""

    method: str
    path: str
    spec: dict[str, Any]

    @property
    def scope(self) -> str:
        return next(iter(next(iter(self.spec["security"][0].values()))), "")

    @property
    def takes(self) -> str:
        """The kind of body, '' for none."""
        return next(iter(self.spec.get("requestBody", {}).get("content", {})), "")

    def address(self, value: str = "999999999") -> str:
        return re.sub(r"\{[^}]+\}", value, self.path)

    def call(self, client: Client, address: str = "", **more: Any) -> Any:
        return getattr(client, self.method)(address or self.address(), **more)

    def send(self, client: Client, body: str, address: str = "", **more: Any) -> Any:
        """Call it with a body, also where none belongs."""
        there = address or self.address()
        return client.generic(self.method.upper(), there, body, content_type=JSON, **more)

    def __str__(self) -> str:
        return f"{self.method.upper()} {self.path}"


@cache
def document() -> dict[str, Any]:
    from enishi.project.api import api

    read: dict[str, Any] = json.loads(json.dumps(api.get_openapi_schema(), default=str))
    return read


def operations() -> Iterator[Operation]:
    for path, item in document()["paths"].items():
        for method, spec in item.items():
            if method in METHODS:
                yield Operation(method, path, spec)


@pytest.fixture
def every(db: None) -> list[Operation]:
    found = list(operations())
    assert len(found) > 20
    return found


def is_problem(response: Any, status: int) -> bool:
    if not response.headers["Content-Type"].startswith("application/problem+json"):
        return False
    body = response.json()
    sentence = body.get("detail", "")
    return bool(response.status_code == status == body["status"] and sentence and body["title"])


def test_every_operation_says_what_it_does_and_needs(every):
    for operation in every:
        assert operation.spec.get("summary"), operation
        assert operation.spec.get("description"), operation
        assert operation.scope or operation.path.endswith("/token"), f"{operation} needs no scope."
        assert {"401", "403", "422"} <= set(operation.spec["responses"]), operation


def test_operation_ids_are_unique(every):
    ids = [operation.spec["operationId"] for operation in every]
    assert len(ids) == len(set(ids))


def test_without_a_token_401(client, every):
    for operation in every:
        assert is_problem(operation.call(client), 401), operation
        wrong = operation.call(client, headers={"authorization": "Bearer eni_wrong"})
        assert is_problem(wrong, 401), operation


def test_with_the_wrong_scope_403_before_the_body_is_read(client, every):
    token, secret = ApiToken.mint(name="no scope", scopes=["nothing:read"])
    token.save()
    for operation in every:
        if not operation.scope:
            continue
        for body in ("{}", "{broken"):
            response = operation.send(client, body, headers={"authorization": f"Bearer {secret}"})
            assert is_problem(response, 403), (operation, body, response.status_code)


def test_a_token_can_do_no_more_than_its_maker(office, every):
    from .conftest import staff

    looker = staff("kimura@example.jp", "木村 誠", "read_only")
    token, secret = ApiToken.mint(name="木村の連携", scopes=["*"], by=looker)
    token.save()
    client = office.program(secret)
    for operation in every:
        if operation.scope and not operation.scope.endswith(":read"):
            response = operation.send(client, "{}")
            assert is_problem(response, 403), (operation, response.status_code)


def test_what_is_not_there_is_404(office, every):
    client = office.program()
    for operation in every:
        if "{" not in operation.path or operation.method not in {"get", "delete"}:
            continue
        response = operation.call(client)
        assert is_problem(response, 404), (operation, response.status_code)


def test_a_broken_body_is_refused(office, every):
    client = office.program()
    member = str(office.members[0].pk)
    for operation in every:
        if operation.takes != JSON:
            continue
        for body in ("{broken", "[]", '"text"', "12", "null", '{"id": {"a": []}, "x": []}'):
            response = operation.send(client, body, operation.address(member))
            assert response.status_code < 500, (operation, body)
            if body == "{broken":
                assert response.status_code in {400, 404, 422}, (operation, response.status_code)


def test_odd_parameters_are_refused(office, every):
    client = office.program()
    odd = ("", "0", "-1", "abc", "9" * 30, "\x00", "😀", "' OR 1=1 --", "2026-13-45", "%", "_")
    for operation in every:
        if operation.method != "get":
            continue
        address = operation.address(str(office.members[0].pk))
        for parameter in operation.spec.get("parameters", []):
            if parameter["in"] != "query":
                continue
            for value in odd:
                response = operation.call(client, address, data={parameter["name"]: value})
                assert response.status_code in {200, 400, 404, 422}, (
                    operation,
                    parameter["name"],
                    value,
                    response.status_code,
                )
                if response.status_code != 200:
                    assert is_problem(response, response.status_code), operation


def test_odd_addresses_are_problems(office):
    client = office.program()
    for odd in ("0", "-1", "abc", "9" * 30, "%00", "1%2F2", "..", "members"):
        response = client.get(f"/api/v1/members/{odd}")
        assert response.status_code in {400, 404, 422}, (odd, response.status_code)
        assert is_problem(response, response.status_code), odd
    assert is_problem(client.get("/api/v1/nothing/here"), 404)
    assert is_problem(client.put("/api/v1/members"), 405)


def test_the_document_is_public_and_says_where_to_get_in(client, db):
    response = client.get("/api/v1/openapi.json")
    assert response.status_code == 200
    read = response.json()
    assert read["openapi"].startswith("3.")
    assert read["components"]["securitySchemes"]["TokenAuth"]["scheme"] == "bearer"
