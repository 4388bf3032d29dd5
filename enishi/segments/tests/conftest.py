"""A few people and a token, as the tests of segments need them."""

from collections.abc import Callable
from datetime import date
from typing import Any

import pytest
from django.test import Client

from enishi.accounts.models import ApiToken
from enishi.members import actions as roll
from enishi.members.models import Member
from enishi.segments.actions.refreshing import retest, waiting_segments


@pytest.fixture
def people(db: None) -> list[Member]:
    """Six members: three from Tokyo, two from Osaka, one from nowhere."""
    towns = ["東京都", "東京都", "東京都", "大阪府", "大阪府", ""]
    return [
        roll.add(
            {
                "member_type": "正会員",
                "family_name": "会員",
                "given_name": f"{number}号",
                "prefecture": town,
                "birth_date": date(1980 + number * 5, 4, 1),
                "joined_on": date(2015 + number, 4, 1),
            },
            by=None,
        )
        for number, town in enumerate(towns)
    ]


@pytest.fixture
def drain() -> Callable[[], int]:
    """Does what the job does after a commit; returns how many members were tested one by one."""

    def run() -> int:
        tested = 0
        for pk in waiting_segments():
            found = retest(pk)
            tested += (found.tested or 0) if found else 0
        return tested

    return run


@pytest.fixture
def api(db: None) -> Callable[..., Any]:
    """Call it: method, address, body; the token may do everything."""
    token, secret = ApiToken.mint(name="test", scopes=["*"])
    token.save()
    client = Client(headers={"authorization": f"Bearer {secret}"})

    def call(method: str, path: str, body: Any = None) -> Any:
        return client.generic(
            method,
            f"/api/v1/{path}",
            __import__("json").dumps(body) if body is not None else "",
            content_type="application/json",
        )

    return call
