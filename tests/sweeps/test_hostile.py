"""Requests that no page of ours sends. None may break the office, none may get what is not its."""

from collections.abc import Iterator

import pytest
from django.http import QueryDict
from django.test import Client

from .conftest import staff
from .urls import ours

ODD = {
    "q": [
        "",
        " ",
        "\x00",
        "'",
        '"; DROP TABLE members_member; --',
        "%",
        "_",
        "\\",
        "９",
        "𠮷",
        "a" * 500,
    ],
    "sort": ["nothing", "-", "--pk", "password", "by__password", "", "-joined_on", "search"],
    "cursor": ["x", "AAAA", "e30=", "[]", "%00", "\x00", "9" * 40],
    "page": ["-1", "0", "99999999999999999999", "abc"],
    "status": ["nothing", "active", "' OR '1'='1"],
    "state": ["nothing", "\x00"],
    "since": ["2026-13-45", "昭和99年", "\x00"],
    "as_of": ["0000-00-00", "9999-12-31", "昨日"],
    "columns": ["password", "number", "\x00"],
    "filter": ["{", "a:b:c", "[]"],
    "type": ["abc", "-1", "9" * 40],
    "tag": ["abc", "-1", "9" * 40],
    "by": ["abc", "-1", "9" * 40],
}
READING = {"members:karte", "members:timeline", "members:import_rows"}  # of one thing, by query
PAGES = [url for url in ours() if url.path().startswith("/office/")]


@pytest.fixture
def looked_up(monkeypatch) -> set[str]:
    """Which odd parameters somebody has looked up; all of them by who goes through a whole query.
    What a page never looks up cannot break it, and is not sent to it."""
    names: set[str] = set()

    def watch(method: str, *, one: bool) -> None:
        inner = getattr(QueryDict, method)

        def watched(self: QueryDict, *args: object, **more: object) -> object:
            names.update(ODD.keys() & {args[0]} if one else ODD)
            return inner(self, *args, **more)

        monkeypatch.setattr(QueryDict, method, watched)

    for method in ("__getitem__", "__contains__", "getlist"):
        watch(method, one=True)
    for method in ("__iter__", "keys", "values", "items", "lists"):
        watch(method, one=False)
    return names


def odd_queries(looked_up: set[str]) -> Iterator[dict[str, str]]:
    """All at once, until every value had its turn; then two of each alone."""
    turn = 0
    while any(turn < len(ODD[name]) for name in looked_up):
        yield {name: values[turn % len(values)] for name, values in ODD.items()}
        turn += 1
    yield from ({name: value} for name in sorted(looked_up) for value in ODD[name][:2])


@pytest.mark.slow
def test_odd_parameters_break_no_page(office, looked_up):
    client = office.client()
    client.raise_request_exception = False
    broken = []
    hard = 0
    for url in PAGES:
        if url.converters and url.name not in READING:
            continue
        address = url.path(office.members[0].pk)
        looked_up.clear()
        if client.get(address).status_code != 200:
            continue
        hard += looked_up == ODD.keys()
        for parameters in odd_queries(looked_up):
            response = client.get(address, parameters)
            if response.status_code >= 500 or response.status_code == 403:
                broken.append(f"{address} {parameters}: {response.status_code}"[:300])
    assert not broken, "\n".join(broken)
    assert hard > 5, "lists go through the whole query, so they have to bear everything"


@pytest.mark.slow
def test_empty_and_odd_forms_break_no_page(office):
    client = office.client()
    client.raise_request_exception = False
    broken = []
    for url in PAGES:
        for number in (office.members[1].pk, 999_999_999):
            address = url.path(number)
            for body in ({}, {"version": "x", "pk": "-1", "on": "昨日"}, {"ids": ["a", "-1"]}):
                response = client.post(address, body)
                if response.status_code >= 500:
                    broken.append(f"POST {address} {body}: {response.status_code}")
    assert not broken, "\n".join(broken)


def test_nobody_is_found_under_a_number_that_is_not_there(office):
    client = office.client()
    for url in PAGES:
        if not any(type(kind).__name__ == "IntConverter" for kind in url.converters.values()):
            continue
        address = url.path(999_999_999)
        response = client.get(address)
        if response.status_code == 302:
            response = client.get(response.url)
        assert response.status_code in {404, 405}, address


def test_parts_of_another_member_are_not_found(office):
    """A note, contact or file opens only below the member it belongs to."""
    hanako, other = office.members[0], office.members[6]
    client = office.client()
    parts = {
        "notes": hanako.notes.get().pk,
        "contacts": hanako.contacts.get().pk,
        "files": hanako.files.get().pk,
    }
    for kind, number in parts.items():
        address = f"/office/members/{other.pk}/{kind}/{number}/"
        for method in ("get", "post"):
            assert getattr(client, method)(address).status_code in {404, 405}, address


@pytest.mark.parametrize(
    "address",
    ["/accounts/login/", "/office/members/new/", "/api/v1/members", "/accounts/language/"],
)
def test_a_body_beyond_the_limit_is_refused(office, address, settings):
    settings.DATA_UPLOAD_MAX_MEMORY_SIZE = 2**20
    client = office.client()
    client.raise_request_exception = False
    headers = {"authorization": f"Bearer {office.secret}"} if address.startswith("/api") else {}
    kind = "application/json" if headers else "application/x-www-form-urlencoded"
    response = client.post(address, b"a" * (2**20 + 1), content_type=kind, headers=headers)
    assert 400 <= response.status_code < 500


def test_a_thousand_and_one_fields_are_refused(office):
    client = office.client()
    body = "&".join(f"a{number}=1" for number in range(1100))
    response = client.post(
        "/office/members/new/", body, content_type="application/x-www-form-urlencoded"
    )
    assert response.status_code == 400


def test_a_form_without_its_secret_is_refused(office):
    client = Client(enforce_csrf_checks=True)
    client.force_login(office.administrator)
    for url in PAGES:
        address = url.path(office.members[0].pk)
        assert client.post(address).status_code == 403, address


def test_sign_in_leads_to_no_other_site(db, client):
    user = staff("takeda@example.jp", "武田 花", "administrator")
    user.set_password("correct horse battery")
    user.save()
    for there in (
        "https://evil.example/",
        "//evil.example",
        "javascript:alert(1)",
        "/\\evil.example",
    ):
        response = client.post(
            "/accounts/login/",
            {"login": user.email, "password": "correct horse battery", "next": there},
        )
        assert response.status_code == 302
        assert "evil" not in response.url, there
        assert not response.url.startswith("javascript"), there
        client.logout()


@pytest.mark.parametrize(
    "secret",
    [
        "secret.key",
        "../secret.key",
        "postgres/postgresql.conf",
        "..%2fsecret.key",
        "%2e%2e/secret.key",
    ],
)
def test_the_data_folder_is_not_served(db, client, secret):
    for prefix in ("/static/", "/media/", "/files/", "/static/enishi/"):
        assert client.get(prefix + secret).status_code == 404


def test_safety_headers_stand_on_every_kind_of_answer(office):
    addresses = ("/", "/accounts/login/", "/office/", "/nothing", "/api/v1/members", "/health/live")
    for address in addresses:
        headers = office.client().get(address).headers
        if address == "/health/live":
            continue  # answered before all else; it says one word
        assert "unsafe" not in headers["Content-Security-Policy"], address
        assert "frame-ancestors 'none'" in headers["Content-Security-Policy"], address
        assert headers["X-Content-Type-Options"] == "nosniff", address
        assert headers["Referrer-Policy"] == "same-origin", address
        assert headers["X-Frame-Options"] == "DENY", address
        assert headers["Cross-Origin-Opener-Policy"] == "same-origin", address
        assert "geolocation=()" in headers["Permissions-Policy"], address
        assert "no-store" in headers["Cache-Control"], address
