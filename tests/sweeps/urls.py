"""Every URL of the installation, with what is needed to open it."""

from collections.abc import Iterator
from typing import Any

from django.urls import URLPattern, get_resolver, reverse

# Pages of other people's code. Each has its own gate, named here and tested in its own test.
FOREIGN = ("account_", "mfa_", "usersessions_", "api-1", "socialaccount_", "idp:")
UUID = "00000000-0000-4000-8000-000000000000"
SAMPLE: dict[str, Any] = {"pk": 1, "code": "1000001", "action": "leave", "key": "leave"}


def every_url(patterns: Any = None, namespace: str = "") -> Iterator[tuple[str, URLPattern]]:
    for pattern in get_resolver().url_patterns if patterns is None else patterns:
        if isinstance(pattern, URLPattern):
            yield f"{namespace}{pattern.name}", pattern
        else:
            inner = f"{namespace}{pattern.namespace}:" if pattern.namespace else namespace
            yield from every_url(pattern.url_patterns, inner)


def ours() -> list[tuple[str, URLPattern]]:
    return [(n, p) for n, p in every_url() if not n.startswith(FOREIGN)]


def path_of(name: str, pattern: URLPattern) -> str:
    def value(key: str, converter: Any) -> Any:
        if type(converter).__name__ == "UUIDConverter":
            return UUID
        return SAMPLE.get(key, 1 if type(converter).__name__ == "IntConverter" else "sample")

    return reverse(name, kwargs={k: value(k, c) for k, c in pattern.pattern.converters.items()})
