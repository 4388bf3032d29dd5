from datetime import date

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import Client

from enishi.accounts.models import ApiToken
from enishi.members import actions
from enishi.members.models import Member

pytestmark = pytest.mark.django_db

URL = "/api/v1/members"


class Program:
    """A program with a token."""

    def __init__(self, by, *scopes):
        token, self.secret = ApiToken.mint(name="test", scopes=list(scopes), by=by)
        token.save()
        self.client = Client()

    def __call__(self, method, path, body=None, **headers):
        return getattr(self.client, method)(
            path if path.startswith("/") else f"{URL}/{path}",
            **({} if body is None else {"data": body}),
            **({"content_type": "application/json"} if method != "get" else {}),
            headers={
                "Authorization": f"Bearer {self.secret}", "Accept-Language": "en", **headers
            },
        )  # fmt: skip


@pytest.fixture
def program(sato):
    return Program(sato, "*")


def test_enter_read_change_delete(program, sato):
    response = program(
        "post",
        URL,
        {
            "family_name": "山田",
            "given_name": "花子",
            "family_name_kana": "やまだ",
            "birth_date": "S60.4.1",
            "member_type": "学生会員",
            "joined_on": "2021-04-01",
            "tags": ["役員", "幹事"],
            "owner": "sato@example.jp",
        },
    )
    assert response.status_code == 201, response.content
    made = response.json()
    assert made["number"] == "M202100001"
    assert made["family_name_kana"] == "ヤマダ"
    assert (made["birth_date"], made["status"]) == ("1985-04-01", "active")
    assert (made["member_type"], made["joined_on"]) == ("学生会員", "2021-04-01")
    assert (made["tags"], made["owner"]) == (["幹事", "役員"], "sato@example.jp")

    for key in (made["id"], made["number"]):
        response = program("get", f"{key}")
        assert response.json() == made
        assert response["ETag"] == '"1"'
    response = program("patch", f"{made['id']}", made)
    assert response.status_code == 200, response.content
    assert response.json() == made
    response = program("patch", f"{made['id']}", {"city": "仙台市", "tags": []})
    assert (response.json()["city"], response.json()["tags"]) == ("仙台市", [])

    assert program("delete", f"{made['id']}").status_code == 204
    assert program("get", f"{made['id']}").status_code == 404
    assert program("get", "/api/v1/bin").json()["items"][0]["id"] == made["id"]
    assert program("post", f"{made['id']}/restoration").status_code == 200
    assert program("get", f"{made['id']}").status_code == 200


def test_wrong_input_is_told_by_field(program):
    response = program("post", URL, {"family_name": "林", "email": "x", "nonsense": 1})
    assert response.status_code == 422
    assert response["Content-Type"] == "application/problem+json"
    errors = {error["field"]: error["message"] for error in response.json()["errors"]}
    assert set(errors) == {"email", "nonsense"}
    assert errors["email"].startswith("“x” is not an e-mail address.")


@pytest.mark.parametrize(
    "body",
    [[], "x", 5, None, {"family_name": {"a": 1}}, {"data": []}, {"tags": "x"}, {"tags": [1]},
     {"joined_on": []}, {"family_name": ["a"]}, {"version": "x"}, {"kind": 7}, {"data": {"": 1}},
     {"number": 2**70}, {"": ""}, {"\ud800": 1}, {"data": {"\ud800": 1}}, {"note": "\ud800"}],
)  # fmt: skip
def test_nothing_that_is_sent_breaks_it(program, hanako, body):
    for method, path in (("post", URL), ("patch", f"{hanako.pk}")):
        response = program(method, path, body)
        assert response.status_code in (200, 201, 422, 400), response.content


def test_two_programs_clash(program, hanako):
    assert program("patch", f"{hanako.pk}", {"city": "石巻市", "version": 1}).status_code == 200
    response = program("patch", f"{hanako.pk}", {"city": "塩竈市"}, **{"If-Match": '"1"'})
    assert response.status_code == 409
    said = response.json()
    assert said["clash"] == {"city": {"base": "仙台市青葉区", "theirs": "石巻市", "mine": "塩竈市"}}
    assert said["version"] == 2
    response = program("patch", f"{hanako.pk}", {"phone": "0221234567", "version": 1})
    assert response.status_code == 200
    assert response.json()["city"] == "石巻市"


def test_a_version_that_cannot_be_is_refused(program, hanako):
    for headers, body in (({"If-Match": "new"}, {}), ({}, {"version": 7})):
        response = program("patch", f"{hanako.pk}", {"city": "塩竈市", **body}, **headers)
        assert response.status_code == 422
    response = program("patch", f"{hanako.pk}", {"city": "塩竈市"}, **{"If-Match": "*"})
    assert response.status_code == 200


def test_the_list(program, hanako, taro, jiro, aoi):
    said = program("get", f"{URL}?search=タナカ").json()
    assert [m["number"] for m in said["items"]] == [taro.number]
    assert (said["next"], said["count"]) == (None, {"value": 1, "exact": True})
    first = program("get", f"{URL}?sort=kana&limit=2").json()
    assert first["count"] == {"value": 4, "exact": True}
    second = program("get", f"{URL}?sort=kana&limit=2&cursor={first['next']}").json()
    assert second["next"] is None
    kana = [m["kana"] for m in first["items"] + second["items"]]
    assert kana == sorted(kana)
    assert len(program("get", f"{URL}?status=left,suspended").json()["items"]) == 2
    assert len(program("get", f"{URL}?as_of=2024-03-31&status=active").json()["items"]) == 4


@pytest.mark.parametrize(
    "query",
    ["status=x", "sort=x", "limit=0", "limit=9999", "limit=x", "cursor=x", "nonsense=1",
     "joined_on_from=x", "as_of=never"],
)  # fmt: skip
def test_a_query_that_cannot_be_read_is_refused(program, hanako, query):
    response = program("get", f"{URL}?{query}")
    assert response.status_code == 422, query
    assert response.json()["errors"][0]["field"] == query.split("=")[0]


def test_as_many_queries_for_many_members(program, sato, django_assert_max_num_queries):
    for _ in range(12):
        actions.add({"family_name": "林"}, by=sato)
    with django_assert_max_num_queries(15):
        assert len(program("get", URL).json()["items"]) == 12


class TestStatus:
    def test_steps_are_nouns(self, program, sato):
        made = program("post", URL, {"family_name": "林", "status": "applicant"}).json()
        key = made["id"]
        for step, status in [
            ("approval", "provisional"),
            ("joining", "active"),
            ("suspension", "suspended"),
        ]:
            response = program("post", f"{key}/{step}", {})
            assert (response.status_code, response.json()["status"]) == (200, status)
        assert program("delete", f"{key}/suspension").json()["status"] == "active"
        response = program("post", f"{key}/leave", {"on": "2027-03-31", "reason": "転居"})
        assert (response.json()["status"], response.json()["left_on"]) == ("active", "2027-03-31")
        assert program("delete", f"{key}/leave").json()["left_on"] is None
        response = program("post", f"{key}/leave", {"note": "引越し"})
        assert response.json()["status"] == "left"
        assert program("post", f"{key}/rejoining", {}).json()["status"] == "active"
        response = program("post", f"{key}/type", {"member_type": "学生会員"})
        assert response.json()["member_type"] == "学生会員"
        periods = program("get", f"{key}/periods").json()
        assert periods[-1]["member_type"] == "学生会員"
        assert program("post", f"{key}/death", {}).json()["deceased_on"] == "2026-11-21"

    def test_what_does_not_fit_is_a_conflict(self, program, hanako):
        response = program("post", f"{hanako.pk}/approval", {})
        assert response.status_code == 409
        assert response.json()["detail"] == "This is possible for applicants only."

    def test_wrong_days_reasons_and_types(self, program, hanako):
        for path, body, field in [
            ("leave", {"on": "never"}, "on"),
            ("leave", {"reason": "nonsense"}, "reason"),
            ("suspension", {"until": "x"}, "until"),
            ("type", {"member_type": "x"}, "member_type"),
            ("type", {}, "member_type"),
        ]:
            response = program("post", f"{hanako.pk}/{path}", body)
            assert response.status_code == 422, path
            assert response.json()["errors"][0]["field"] == field


def test_notes_contacts_files_and_the_rest(program, hanako, sato, suzuki):
    note = program("post", f"{hanako.pk}/notes", {"text": "x", "private": True}).json()
    actions.add_note(hanako, text="hers", private=True, by=suzuki)
    assert [n["text"] for n in program("get", f"{hanako.pk}/notes").json()] == ["x"]
    path = f"{hanako.pk}/notes/{note['id']}"
    assert program("patch", path, {"pinned": True}).json()["pinned"] is True
    assert program("delete", path).status_code == 204
    assert program("delete", path).status_code == 404

    said = {"channel": "phone", "direction": "in", "subject": "会費", "next_on": "R9.1.5"}
    contact = program("post", f"{hanako.pk}/contacts", said).json()
    assert contact["next_on"] == "2027-01-05"
    path = f"{hanako.pk}/contacts/{contact['id']}"
    assert program("patch", path, {"outcome": "済"}).json()["outcome"] == "済"
    assert program("delete", path).status_code == 204
    response = program("post", f"{hanako.pk}/contacts", {"channel": "telepathy"})
    assert response.status_code == 422

    email = {"purpose": "work", "email": "Hanako@Company.example"}
    made = program("post", f"{hanako.pk}/emails", email).json()
    assert made["email"] == "hanako@company.example"
    assert program("get", f"{hanako.pk}/emails").json() == [made]
    assert program("delete", f"{hanako.pk}/emails/{made['id']}").status_code == 204
    address = {"purpose": "billing", "postal_code": "980-0811", "city": "仙台市"}
    made = program("post", f"{hanako.pk}/addresses", address).json()
    assert made["postal_code"] == "9800811"
    assert program("delete", f"{hanako.pk}/addresses/{made['id']}").status_code == 204

    tags = program("put", f"{hanako.pk}/tags", {"tags": ["役員"]}).json()
    assert tags == program("get", f"{hanako.pk}/tags").json() == {"tags": ["役員"]}
    facts = program("get", f"{hanako.pk}/history?limit=3").json()
    assert facts["items"][0]["fact"] == "members.MemberTagged"
    assert facts["next"]


def test_a_file_is_sent_and_fetched(program, hanako):
    auth = {"Authorization": f"Bearer {program.secret}"}
    file = SimpleUploadedFile("申込書.pdf", b"%PDF-1.7 x")
    path = f"{URL}/{hanako.pk}/files"
    made = program.client.post(path, {"file": file}, headers=auth)
    assert made.status_code == 201, made.content
    got = program("get", f"{path}/{made.json()['id']}")
    assert b"".join(got.streaming_content) == b"%PDF-1.7 x"
    assert got["Content-Disposition"].startswith("attachment")
    assert got["X-Content-Type-Options"] == "nosniff"
    bad = SimpleUploadedFile("申込書.pdf", b"<html>")
    assert program.client.post(path, {"file": bad}, headers=auth).status_code == 422
    assert program("delete", f"{path}/{made.json()['id']}").status_code == 204


def test_the_offices_lists(program):
    made = program(
        "post", "/api/v1/member-types", {"name": "名誉会員", "number_pattern": "H{seq:3}"}
    ).json()
    path = f"/api/v1/member-types/{made['id']}"
    changed = program("patch", path, {"name": "終身会員", "retired": True, "move": -9}).json()
    assert (changed["name"], changed["retired"]) == ("終身会員", True)
    assert program("get", "/api/v1/member-types").json()[0]["name"] == "終身会員"
    response = program("patch", path, {"number_pattern": "x"})
    assert (response.status_code, response.json()["errors"][0]["field"]) == (422, "number_pattern")
    assert program("post", "/api/v1/member-types", {"name": "終身会員"}).status_code == 422

    reason = program("post", "/api/v1/leave-reasons", {"name": "卒業"}).json()
    path = f"/api/v1/leave-reasons/{reason['id']}"
    assert program("patch", path, {"retired": True}).json()["retired"] is True
    tag = program("post", "/api/v1/tags", {"name": "役員"}).json()
    assert (
        program("patch", f"/api/v1/tags/{tag['id']}", {"colour": "red"}).json()["colour"] == "red"
    )
    assert program("delete", f"/api/v1/tags/{tag['id']}").status_code == 204
    field = program("post", "/api/v1/fields", {"label_ja": "年会費", "type": "money"}).json()
    assert field["key"] == "年会費"
    path = f"/api/v1/fields/{field['id']}"
    assert program("patch", path, {"label": "Dues", "retired": False}).json()["label"] == "Dues"
    made = program("post", URL, {"family_name": "林", "data.年会費": "5千円"}).json()
    assert made["data"] == {"年会費": 5000}


@pytest.mark.parametrize(
    ("scope", "method", "path", "status"),
    [
        ("members:read", "get", "", 200),
        ("members:read", "post", "", 403),
        ("members:write", "get", "", 403),
        ("members:write", "delete", "/{pk}", 403),
        ("members:delete", "delete", "/{pk}", 204),
    ],
)
def test_scopes(sato, hanako, scope, method, path, status):
    response = Program(sato, scope)(method, URL + path.format(pk=hanako.pk), {} or None)
    assert response.status_code == status


def test_no_token(client, hanako):
    assert client.get(URL).status_code == 401
    assert client.get(f"{URL}/{hanako.pk}").status_code == 401


def test_a_member_is_never_somebody_elses(program, hanako, taro):
    note = actions.add_note(taro, text="x", by=None)
    assert program("delete", f"{hanako.pk}/notes/{note.pk}").status_code == 404
    assert program("get", "999999999999999999999999").status_code == 404
    assert program("get", "M2021%00").status_code == 404


def test_left_on_by_the_api(program, hanako):
    response = program("patch", f"{hanako.pk}", {"left_on": "令和8年10月31日"})
    assert response.json()["status"] == "left"
    assert Member.objects.get(pk=hanako.pk).left_on == date(2026, 10, 31)
