"""Facts that only these tests announce."""

from dataclasses import dataclass
from typing import Any, ClassVar

import pytest

from enishi.accounts.models import User
from enishi.core.facts import Fact


@dataclass(frozen=True, kw_only=True)
class Waved(Fact):
    """Somebody waved."""

    private: ClassVar[frozenset[str]] = frozenset({"secret", "phone"})

    note: Any = ""
    secret: str = ""
    changes: dict[str, Any] | None = None

    history = "%(by)s waved at %(about)s: %(note)s"


@pytest.fixture
def sato(db: Any) -> User:
    return User.objects.create_user("sato@example.jp", name="佐藤")
