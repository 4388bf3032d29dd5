"""The API's root: problems, limits, and the page that explains it."""

import json

import pytest
from django.http import Http404
from ninja import NinjaAPI, Schema
from pydantic import Field

from enishi.accounts.models import ApiToken
from enishi.core import clock
from enishi.project.api import api
from enishi.project.api.problems import answer_problems_in, answer_with_problems

pytestmark = pytest.mark.django_db
JA = {"accept-language": "ja"}
EN = {"accept-language": "en"}


@pytest.fixture
def secret():
    token, secret = ApiToken.mint(name="店", scopes=["members:read"], per_minute=3)
    token.save()
    return secret


def problem(response, status):
    assert response.status_code == status
    assert response["Content-Type"] == "application/problem+json"
    body = json.loads(response.content)
    assert body["status"] == status
    assert body["detail"]
    assert body["title"]
    return body


def test_no_token_or_a_wrong_one(client):
    response = client.get("/api/v1/token", headers=JA)
    assert problem(response, 401)["title"] == "認証されていません"
    assert response["WWW-Authenticate"].startswith("Bearer")
    wrong = client.get("/api/v1/token", headers=EN | {"authorization": "Bearer eni_x"})
    assert problem(wrong, 401)["title"] == "Not signed in"


def test_limits_stand_in_the_headers(client, secret):
    headers = {"authorization": f"Bearer {secret}"}
    with clock.at(clock.now().replace(second=5)):  # counted by the minute: all in one
        for left in (2, 1, 0):
            response = client.get("/api/v1/token", headers=headers)
            assert response.status_code == 200
            assert response["RateLimit-Limit"] == "3"
            assert response["RateLimit-Remaining"] == str(left)
        response = client.get("/api/v1/token", headers=headers)
    problem(response, 429)
    assert 0 < int(response["Retry-After"]) <= 60
    assert response["RateLimit-Remaining"] == "0"


def test_addresses_and_methods_that_do_not_exist(client):
    problem(client.get("/api/v1/nothing/at/all"), 404)
    problem(client.post("/api/v1/nothing/at/all", data="{}", content_type="application/json"), 404)
    response = client.delete("/api/v1/token")
    problem(response, 405)
    assert "GET" in response["Allow"]


def test_the_document_is_public_and_names_scopes(client):
    schema = client.get("/api/v1/openapi.json").json()
    assert schema["openapi"].startswith("3.1")
    assert schema["components"]["securitySchemes"]["TokenAuth"]["scheme"] == "bearer"
    operation = schema["paths"]["/api/v1/token"]["get"]
    assert operation["security"] == [{"TokenAuth": []}]
    assert "application/problem+json" in operation["responses"]["401"]["content"]
    assert {"400", "409", "422", "429"} < operation["responses"].keys()
    assert "413" not in operation["responses"]
    assert "413" in schema["paths"]["/api/v1/members"]["post"]["responses"]


def test_the_page_explains_every_operation_without_a_script(client):
    page = client.get("/api/v1/docs").content.decode()
    for path in api.get_openapi_schema(path_prefix="/api/v1")["paths"]:
        assert path in page
    assert "<script>" not in page
    assert client.get("/api/v1/").url == "/api/v1/docs"


class Body(Schema):
    name: str = Field(min_length=2)
    age: int
    joined: str | None = None


def trial(rf, view, body=b"", **headers):
    made = NinjaAPI(
        urls_namespace=f"{view.__name__}-{len(body)}-{id(body)}", docs_url=None, openapi_url=None
    )
    answer_problems_in(made)
    made.post("/x")(view)
    (pattern,) = [p for p in made.urls[0] if str(p.pattern) == "x"]
    request = rf.post("/api/v1/x", data=body, content_type="application/json", headers=headers)
    return answer_with_problems(pattern.callback)(request)


def test_wrong_fields_by_name_and_sentence(rf):
    def wrong_fields(request, data: Body):
        return {}

    body = problem(trial(rf, wrong_fields, b'{"name": "x", "age": "old"}'), 422)
    assert body["errors"] == [
        {"field": "name", "message": "短すぎます。2文字以上にしてください。"},
        {"field": "age", "message": "整数にしてください。"},
    ]


def test_broken_characters_are_refused_everywhere_with_their_place(client):
    token, secret = ApiToken.mint(name="店", scopes=["*"])
    token.save()

    def sent(path, body):
        headers = EN | {"authorization": f"Bearer {secret}"}
        answer = client.post(path, data=body, content_type="application/json", headers=headers)
        return [error["field"] for error in problem(answer, 422)["errors"]]

    for broken in (r"\ud800", r"x\u0000", r"\uDFFFy"):
        assert sent("/api/v1/campaigns", f'{{"name": "{broken}"}}') == ["name"]
        explain = f'{{"rule": {{"all": []}}, "member": "{broken}"}}'
        assert sent("/api/v1/segments/explain", explain) == ["member"]
        rule = f'{{"rule": {{"all": [{{"all": []}}, {{"field": "{broken}"}}]}}}}'
        assert sent("/api/v1/segments/count", rule) == ["rule.all[1].field"]
        assert sent("/api/v1/views", f'{{"name": "x", "rule": {{"{broken}": 1}}}}') == ["rule"]
    whole = client.post(
        "/api/v1/segments/count",
        data=r'{"rule": {"field": "city", "op": "eq", "value": "\ud842\udfb7 \\u0000"}}',
        content_type="application/json",
        headers={"authorization": f"Bearer {secret}"},
    )
    assert whole.status_code == 200


def test_a_body_that_cannot_be_read(rf):
    def unreadable(request, data: Body):
        return {}

    assert problem(trial(rf, unreadable, b"{"), 422)["errors"][0]["field"] == ""
    assert problem(trial(rf, unreadable, b"[]"), 422)["errors"][0]["field"] == "name"


def test_something_missing_and_something_broken(rf):
    def missing(request):
        raise Http404

    def broken(request):
        raise ZeroDivisionError("secret words")

    problem(trial(rf, missing), 404)
    assert "secret" not in trial(rf, broken).content.decode()
    problem(trial(rf, broken), 500)
