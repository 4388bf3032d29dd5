"""What a list is asked for: all values of a name."""

from collections.abc import Mapping
from typing import Any, Protocol


class Params(Protocol):
    """A QueryDict, or anything that gives all values of a name."""

    def getlist(self, key: str) -> list[str]: ...


class PlainParams:
    """A mapping, read like a QueryDict."""

    def __init__(self, values: Mapping[str, Any]) -> None:
        self.values = values

    def getlist(self, key: str) -> list[str]:
        found = self.values.get(key)
        if found is None:
            return []
        return [str(v) for v in found] if isinstance(found, list | tuple) else [str(found)]
