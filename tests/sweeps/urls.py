"""Every URL of the installation, with what is needed to open it."""

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

from django.urls import URLPattern, get_resolver, reverse

# Pages of other people's code. Each has its own gate, named here and tested in its own test.
FOREIGN = ("account_", "mfa_", "usersessions_", "api-1", "socialaccount_", "idp:")
UUID = "00000000-0000-4000-8000-000000000000"
SAMPLE: dict[str, Any] = {"code": "1000001", "action": "leave", "key": "leave"}


@dataclass(frozen=True)
class Url:
    """A named address, and what its view says about who may open it."""

    name: str
    pattern: URLPattern
    converters: dict[str, Any]

    @property
    def permission(self) -> str | None:
        return getattr(self.pattern.callback, "permission", None)

    def path(self, number: int = 1) -> str:
        """The address; ``number`` stands for whatever id it asks for."""

        def value(key: str, converter: Any) -> Any:
            if type(converter).__name__ == "UUIDConverter":
                return UUID
            return SAMPLE.get(key, number if type(converter).__name__ == "IntConverter" else "x")

        return reverse(self.name, kwargs={k: value(k, c) for k, c in self.converters.items()})

    def __str__(self) -> str:
        return self.name


def every_url(
    patterns: Any = None, namespace: str = "", converters: dict[str, Any] | None = None
) -> Iterator[Url]:
    for pattern in get_resolver().url_patterns if patterns is None else patterns:
        inside = {**(converters or {}), **pattern.pattern.converters}
        if isinstance(pattern, URLPattern):
            yield Url(f"{namespace}{pattern.name}", pattern, inside)
        else:
            inner = f"{namespace}{pattern.namespace}:" if pattern.namespace else namespace
            yield from every_url(pattern.url_patterns, inner, inside)


def ours() -> list[Url]:
    """Our own pages that have a name; one without a name only leads on from an old address."""
    return [url for url in every_url() if not url.name.startswith(FOREIGN) and url.pattern.name]
