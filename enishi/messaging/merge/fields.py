"""What a template may name."""

from collections.abc import Mapping
from dataclasses import dataclass, field

from django.utils.functional import Promise

Label = str | Promise


@dataclass(frozen=True)
class Fields:
    """The catalogue of a template: key → label, and lists that it may go through."""

    labels: Mapping[str, Label] = field(default_factory=dict)
    lists: Mapping[str, "Fields"] = field(default_factory=dict)
    list_labels: Mapping[str, Label] = field(default_factory=dict)

    def __or__(self, other: "Fields") -> "Fields":
        return Fields(
            {**self.labels, **other.labels},
            {**self.lists, **other.lists},
            {**self.list_labels, **other.list_labels},
        )


def honorific_of(*, organisation: bool, language: str = "ja") -> str:
    """敬称: 様 for a person, 御中 for an organisation; nothing in other languages."""
    if not language.startswith("ja"):
        return ""
    return "御中" if organisation else "様"
