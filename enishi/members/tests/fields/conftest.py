"""Sato keeps fields of every type."""

from collections.abc import Callable
from datetime import date
from typing import Any

import pytest

from enishi.accounts.models import Role, User
from enishi.accounts.roles import put_ready_roles
from enishi.core import clock
from enishi.members import actions
from enishi.members.models import Field, Member

TODAY = date(2026, 11, 21)
TYPES = [kind for kind in Field.Type.values if kind not in ("record", "computed")]
CHOICES = [
    {"value": "s", "label": "小", "label_en": "Small"},
    {"value": "m", "label": "中（ふつう）", "label_en": "Medium"},
    {"value": "l", "label": "大・特大", "label_en": "Large, extra"},
]


@pytest.fixture(autouse=True)
def the_day():
    with clock.at(TODAY):
        yield


@pytest.fixture
def sato(db):
    put_ready_roles()
    user = User.objects.create_user("sato@example.jp", name="佐藤", is_staff=True)
    user.roles.add(Role.objects.get(key="administrator"))
    return user


@pytest.fixture
def made(sato) -> Callable[..., Field]:
    """Make a field of a type; its key is the type's name unless one is given."""

    def make(kind: str, key: str = "", **said: Any) -> Field:
        if kind in ("choice", "choices"):
            said.setdefault("choices", CHOICES)
        key = key or kind
        return actions.add_field(key=key, label_ja=f"独自{key}", type=kind, by=sato, **said)

    return make


@pytest.fixture
def every_type(made) -> dict[str, Field]:
    return {kind: made(kind) for kind in TYPES}


@pytest.fixture
def hanako(sato) -> Member:
    return actions.add({"family_name": "山田", "given_name": "花子", "number": "M1"}, by=sato)


@pytest.fixture
def taro(sato) -> Member:
    return actions.add({"family_name": "田中", "given_name": "太郎", "number": "M2"}, by=sato)
