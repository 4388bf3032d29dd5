"""Why an action on databases and records is refused."""

from collections.abc import Mapping
from typing import Any

from enishi.core.refusals import Refusal


class Refused(Refusal):
    """This cannot be done."""


class Invalid(Refused):
    """Some values cannot be kept. Correct them and try again."""

    status = 422

    def __init__(self, errors: Mapping[str, str]) -> None:
        self.errors = dict(errors)
        super().__init__()


class KeyTaken(Refused):
    """There is a database with this key already. Choose another one."""

    status = 422

    def __init__(self) -> None:
        super().__init__()
        self.errors = {"key": self.reason}


class DatabaseGone(Refused):
    """This database is in the bin. Take it back first."""


class Clash(Refused):
    """Somebody else has changed the same fields in the meantime. Choose which values to keep."""

    # ``fields``: ``data.<key>`` or ``member`` → (value now, value wanted).

    def __init__(self, fields: Mapping[str, tuple[Any, Any]], version: int) -> None:
        self.fields = dict(fields)
        self.version = version
        super().__init__()

    @property
    def details(self) -> dict[str, Any]:
        clash = {key: {"theirs": now, "mine": mine} for key, (now, mine) in self.fields.items()}
        return {"version": self.version, "clash": clash}
