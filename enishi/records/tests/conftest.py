from datetime import date
from typing import Any

import pytest
from django.test import Client

from enishi.accounts.models import ApiToken
from enishi.core import clock
from enishi.members.actions import add_field
from enishi.records import actions
from enishi.records.models import Database

TODAY = date(2026, 11, 21)


@pytest.fixture(autouse=True)
def the_day():
    with clock.at(TODAY):
        yield


@pytest.fixture
def requests(sato: Any) -> Database:
    """資料請求: a text, a choice, a date, a number, yes or no, and a long text."""
    made = actions.add_database(name="資料請求", key="requests", by=sato)
    for key, label, kind, more in (
        ("subject", "件名", "text", {"required": True}),
        ("state", "状態", "choice", {"choices": ["未対応", "対応中", "完了"]}),
        ("asked_on", "請求日", "date", {}),
        ("copies", "部数", "integer", {"least": 1}),
        ("code", "受付番号", "text", {"unique": True}),
        ("sent", "発送済み", "boolean", {}),
        ("remarks", "備考", "long_text", {}),
    ):
        add_field(table=made.key, key=key, label_ja=label, type=kind, **more, by=sato)
    return made


@pytest.fixture
def office(sato: Any) -> Client:
    client = Client()
    client.force_login(sato)
    return client


@pytest.fixture
def program(sato: Any) -> Any:
    token, secret = ApiToken.mint(name="test", scopes=["*"], by=sato)
    token.save()
    client = Client(headers={"authorization": f"Bearer {secret}"})

    def ask(method: str, path: str, body: Any = None, **headers: str) -> Any:
        more = {} if body is None else {"data": body, "content_type": "application/json"}
        return getattr(client, method)(f"/api/v1/{path}", headers=headers, **more)

    return ask
