"""Two people edit one member: which fields did both change?"""

from collections.abc import Mapping
from datetime import date
from typing import Any

from enishi.audit.models import HistoryEntry
from enishi.members.models import ImportChange, Member

from .refusals import Clashing

_STATUS_COLUMNS = ("status", "joined_on", "left_on", "type", "deceased_on")


def clashes(
    member: Member, version: int, touched: Mapping[str, tuple[Any, Any]]
) -> dict[str, Clashing]:
    """Of the fields in ``touched`` (name → now, wanted), those changed since ``version`` by others.

    What others changed is read from history and from the journal of imports. Where those do not
    tell about every version in between, any difference counts.
    """
    if not touched:
        return {}
    bases, seen = _changed_since(member, version)
    complete = seen >= set(range(version + 1, member.version + 1))
    return {
        "member_type" if name == "type" else name: Clashing(bases.get(name), now, wanted)
        for name, (now, wanted) in touched.items()
        if name in bases or not complete
    }


def _changed_since(member: Member, version: int) -> tuple[dict[str, Any], set[int]]:
    """Field → its value at ``version``, and the versions that are accounted for."""
    bases: dict[str, Any] = {}
    seen: set[int] = set()
    entries = HistoryEntry.objects.about(member).filter(values__version__gt=version)
    for values in entries.order_by("pk").values_list("values", flat=True):
        seen.add(values["version"])
        changes = values.get("changes")
        if changes is None:
            for name in _STATUS_COLUMNS:
                bases.setdefault(name, None)
            continue
        for name, pair in changes.items():
            bases.setdefault("type" if name == "member_type" else name, pair[0] if pair else None)
    for row in ImportChange.objects.filter(member=member, after_version__gt=version):
        seen.add(row.after_version)
        for name, value in row.before.items():
            if name == "data" and isinstance(value, Mapping):
                keys = {*value, *member.data}
                for key in keys:
                    if value.get(key) != member.data.get(key):
                        bases.setdefault(f"data.{key}", value.get(key))
            elif value != _plain(getattr(member, name, None)):
                bases.setdefault("type" if name in ("type_id", "member_type") else name, value)
    return bases, seen


def _plain(value: Any) -> Any:
    """A value as the journal of imports writes it."""
    return value.isoformat() if isinstance(value, date) else getattr(value, "pk", value)
