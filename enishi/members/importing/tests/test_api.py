"""Imports and exports by programs."""

import json
from collections.abc import Callable
from typing import Any

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import Client

from enishi.accounts.models import ApiToken, User
from enishi.members.models import Member

pytestmark = pytest.mark.django_db

LIST = "会員番号,氏名,生年月日,謎\n1,山田 花子,1985-04-01,x\n2,林 愛,昭和66年2月30日,y\n"


class Program:
    """A client with a token."""

    def __init__(self, client: Client, *scopes: str, by: User | None = None) -> None:
        token, secret = ApiToken.mint(name="test", scopes=list(scopes), by=by)
        token.save()
        self.client = client
        self.headers = {"Authorization": f"Bearer {secret}", "Accept-Language": "ja"}

    def get(self, path: str) -> Any:
        return self.client.get(f"/api/v1/{path}", headers=self.headers)

    def post(self, path: str, body: Any = None) -> Any:
        return self.client.post(
            f"/api/v1/{path}",
            json.dumps(body) if body is not None else None,
            content_type="application/json",
            headers=self.headers,
        )

    def send(self, content: str | bytes = LIST, **options: Any) -> Any:
        raw = content.encode() if isinstance(content, str) else content
        file = SimpleUploadedFile("名簿.csv", raw)
        return self.client.post("/api/v1/imports", {"file": file, **options}, headers=self.headers)


@pytest.fixture
def program(client: Client) -> Program:
    return Program(client, "members:read", "members:write", "members:export")


def test_a_list_is_checked_committed_and_undone(
    program: Program, run_jobs: Callable[[], Any]
) -> None:
    sent = program.send(on_error="skip")
    assert sent.status_code == 201, sent.content
    number = sent.json()["id"]
    assert sent.json()["state"] == "checking"
    run_jobs()

    seen = program.get(f"imports/{number}").json()
    assert seen["state"] == "checked"
    assert seen["counts"] == {
        "rows": 2, "new": 1, "changed": 0, "same": 0, "wrong": 1, "ignored": 0,
    }  # fmt: skip
    [error] = seen["errors"]
    assert (error["line"], error["column"], error["value"]) == (3, "生年月日", "昭和66年2月30日")
    assert "昭和" in error["reason"]
    [row] = program.get(f"imports/{number}/rows?kind=new").json()
    assert (row["line"], row["number"]) == (2, "1")
    assert not Member.objects.exists()

    assert program.post(f"imports/{number}/commit").status_code == 202
    run_jobs()
    assert program.get(f"imports/{number}").json()["state"] == "done"
    assert Member.objects.get().data == {"謎": "x"}
    again = program.post(f"imports/{number}/commit")
    assert again.status_code == 409
    assert again["Content-Type"] == "application/problem+json"

    assert program.post(f"imports/{number}/undo", {"leave_edited": False}).status_code == 202
    run_jobs()
    assert program.get(f"imports/{number}").json()["state"] == "undone"
    assert not Member.objects.exists()
    assert [one["id"] for one in program.get("imports").json()["items"]] == [number]


def test_wrong_rows_stop_the_import_and_are_told(
    program: Program, run_jobs: Callable[[], Any]
) -> None:
    number = program.send(commit="true").json()["id"]
    run_jobs_that_fail(run_jobs)
    seen = program.get(f"imports/{number}").json()
    assert seen["state"] == "checked"
    assert seen["problem"]
    assert len(seen["errors"]) == 1
    assert not Member.objects.exists()


def run_jobs_that_fail(run_jobs: Callable[[], Any]) -> None:
    with pytest.raises(Exception, match=r"."):
        run_jobs()


def test_edited_members_in_the_way_are_named(program: Program, run_jobs: Callable[[], Any]) -> None:
    number = program.send(commit="true", on_error="skip").json()["id"]
    run_jobs()
    Member.objects.update(version=2)
    refused = program.post(f"imports/{number}/undo")
    assert refused.status_code == 409
    assert "1" in refused.json()["detail"]


def test_mapping_by_heading(program: Program, run_jobs: Callable[[], Any]) -> None:
    sent = program.send(mapping=json.dumps({"謎": "note"}), on_error="skip", commit="true")
    assert sent.status_code == 201
    run_jobs()
    assert Member.objects.get().note == "x"


@pytest.mark.parametrize(
    ("content", "options", "field"),
    [
        (b"\x89PNG\x00\x00", {}, "file"),
        (LIST, {"key": "email"}, "mapping"),
        (LIST, {"mapping": "no json"}, "mapping"),
        (LIST, {"mapping": '{"1": "nonsense"}'}, "mapping"),
        (LIST, {"on_error": "perhaps"}, "on_error"),
    ],
)
def test_what_cannot_be_taken_is_422(
    program: Program, content: str | bytes, options: dict[str, str], field: str
) -> None:
    refused = program.send(content, **options)
    assert refused.status_code == 422, refused.content
    assert [error["field"] for error in refused.json()["errors"]] == [field]
    assert all(error["message"] for error in refused.json()["errors"])


def test_scopes_and_rights(client: Client, suzuki: User) -> None:
    assert client.post("/api/v1/imports").status_code == 401
    assert Program(client, "members:read").send().status_code == 403
    assert Program(client, "members:write", by=suzuki).send().status_code == 403
    assert Program(client, "members:read").post("exports", {}).status_code == 403


def test_an_export_is_made_and_fetched(program: Program, run_jobs: Callable[[], Any]) -> None:
    program.send(commit="true", on_error="skip")
    run_jobs()
    made = program.post("exports", {"columns": ["number", "family_name"], "reason": "総会"})
    assert made.status_code == 202, made.content
    number = made.json()["id"]
    assert program.get(f"exports/{number}/file").status_code == 404
    run_jobs()
    assert program.get(f"exports/{number}").json()["state"] == "done"
    content = b"".join(program.get(f"exports/{number}/file").streaming_content)
    assert content.decode("utf-8-sig").splitlines()[1:] == ["1,山田"]
    assert program.post("exports", {"columns": ["x"]}).status_code == 422
    assert program.post("exports", {"filters": {"joined_on_from": "x"}}).status_code == 422
