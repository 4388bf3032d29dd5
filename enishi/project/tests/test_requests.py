"""What a request leaves in the log."""

import json
import logging

import pytest
from django.db import IntegrityError, connection
from django.test import Client
from django.urls import reverse

from enishi.accounts.models import User
from enishi.project.logs import JsonLine

pytestmark = pytest.mark.django_db


def test_no_link_that_sets_a_password_and_no_search_word_is_logged(
    client: Client, caplog: pytest.LogCaptureFixture, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(logging.getLogger("enishi"), "handlers", [caplog.handler])
    caplog.set_level(logging.INFO, "enishi.requests")
    link = reverse(
        "account_reset_password_from_key", kwargs={"uidb36": "1", "key": "difu6z-a5c0f1115120"}
    )
    client.get(link)
    client.get("/office/members/?search=hanako%40example.jp", headers={"Referer": "/?q=hanako"})

    lines = [record for record in caplog.records if record.message == "request"]
    assert lines[0].path == "/accounts/password/reset/key/1-…/"  # type: ignore[attr-defined]
    written = "".join(str(record.__dict__) for record in caplog.records)
    assert "a5c0f1115120" not in written
    assert "hanako" not in written


def test_a_row_that_the_database_refuses_is_not_logged() -> None:
    secrets = ("山田", "秘密", "二行目")
    row = [secrets[0], "\n".join(secrets[1:])]
    try:
        with connection.cursor() as cursor:
            cursor.execute("CREATE TEMPORARY TABLE roll (name text CHECK (name = ''), note text)")
            cursor.execute("INSERT INTO roll VALUES (%s, %s)", row)
    except IntegrityError as error:
        record = logging.makeLogRecord({"msg": "x", "exc_info": (type(error), error, None)})
    line = json.loads(JsonLine().format(record))
    assert "violates check constraint" in line["error"]
    assert line["error"].count("DETAIL: …") == 2
    assert not {word for word in secrets if word in line["error"]}


def test_nobody_but_who_has_signed_in_sends_long_forms(client: Client, sato: User) -> None:
    form = "note=" + "%E7%B8%81" * 200_000
    kind = "application/x-www-form-urlencoded"
    for path in (reverse("account_login"), "/office/members/new/"):
        assert client.post(path, form, content_type=kind).status_code == 400
    assert (
        client.post(reverse("account_login"), "x=" + "y" * 9000, content_type=kind).status_code
        == 200
    )
    client.force_login(sato)
    assert client.post("/office/members/new/", form, content_type=kind).status_code == 422
