"""A fact becomes a history entry: what may be kept, in a form that stays readable."""

import dataclasses
import secrets
from collections.abc import Mapping
from datetime import date, datetime, time, timedelta
from decimal import Decimal
from enum import Enum
from typing import Any
from uuid import UUID

from django.db.models import Model
from django.utils.functional import Promise

from enishi.core import clock
from enishi.core.facts import Fact
from enishi.core.origin import origin

from .chain import seal_after_commit
from .models import HistoryEntry

LONGEST_TEXT = 2000
LONGEST_LIST = 200


def record(fact: Fact) -> HistoryEntry:
    """Write the fact down, in the transaction that made it true."""
    here = origin()
    by_label = str(fact.by) if fact.by is not None else ""
    if here.via:
        by_label = f"{by_label} [{here.via}]" if by_label else here.via
    entry = HistoryEntry.objects.create(
        at=clock.now(),
        fact=name_of(type(fact)),
        area=name_of(type(fact)).split(".")[0],
        about_type=fact.about._meta.label_lower if fact.about is not None else "",
        about_id=str(fact.about.pk) if fact.about is not None else "",
        about_label=str(fact.about)[:300] if fact.about is not None else "",
        by_id=fact.by.pk if fact.by is not None else None,
        by_label=by_label[:300],
        values=values_of(fact),
        fields=_changed_fields(fact),
        request_id=here.request_id[:64],
        ip=here.ip[:45],
        salt=secrets.token_hex(16),
    )
    seal_after_commit()
    return entry


def name_of(fact_type: type[Fact]) -> str:
    """How history calls a kind of fact: ``members.MemberLeft``."""
    parts = fact_type.__module__.split(".")
    app = parts[1] if parts[0] == "enishi" and len(parts) > 1 else parts[0]
    return f"{app}.{fact_type.__name__}"


def values_of(fact: Fact) -> dict[str, Any]:
    """The fact's own fields as JSON. What is private keeps its name and loses its values."""
    values: dict[str, Any] = {}
    for field in dataclasses.fields(fact):
        if field.name in {"about", "by"} or field.name in fact.private:
            continue
        value = getattr(fact, field.name)
        if field.name == "changes" and isinstance(value, Mapping):
            values["changes"] = {
                str(name): None if name in fact.private else plain(pair)
                for name, pair in value.items()
            }
        else:
            values[field.name] = plain(value)
    return values


def plain(value: Any) -> Any:
    """``value`` as JSON: dates in ISO form, rows as id and label, long texts cut."""
    if value is None or isinstance(value, bool | int | float):
        return value
    if isinstance(value, Model):
        return {"type": value._meta.label_lower, "id": str(value.pk), "label": str(value)[:300]}
    if isinstance(value, Enum):
        return plain(value.value)
    if isinstance(value, datetime | date | time):
        return value.isoformat()
    if isinstance(value, Decimal | UUID | timedelta | Promise):
        return str(value)
    if isinstance(value, str):
        text = value.replace("\x00", "")
        return text if len(text) <= LONGEST_TEXT else text[:LONGEST_TEXT] + "…"
    if isinstance(value, Mapping):
        return {str(key): plain(inner) for key, inner in list(value.items())[:LONGEST_LIST]}
    if isinstance(value, set | frozenset):
        return plain(sorted(value, key=str))
    if isinstance(value, list | tuple):
        return [plain(inner) for inner in value[:LONGEST_LIST]]
    if dataclasses.is_dataclass(value) and not isinstance(value, type):
        return {f.name: plain(getattr(value, f.name)) for f in dataclasses.fields(value)}
    return str(value)[:LONGEST_TEXT]


def _changed_fields(fact: Fact) -> list[str]:
    changes = getattr(fact, "changes", None)
    return sorted(str(name)[:100] for name in changes) if isinstance(changes, Mapping) else []
