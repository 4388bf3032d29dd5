"""What a request leaves in the log."""

import logging

import pytest
from django.test import Client
from django.urls import reverse

pytestmark = pytest.mark.django_db


def test_no_link_that_sets_a_password_and_no_search_word_is_logged(
    client: Client, caplog: pytest.LogCaptureFixture
) -> None:
    logging.getLogger("enishi").addHandler(caplog.handler)
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
