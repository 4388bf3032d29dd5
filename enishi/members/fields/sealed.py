"""Own fields of sensitive classes: their values lie sealed in ``data``, of members and of records.

Whoever reads ``data`` sees sealed texts, which every type of field draws as dots. ``opened`` gives
the values, for those who may see them; ``sealed`` is what is stored. A value is bound to the
member (or with ``table``, the key of a database, to the record) and the field.
"""

import copy
import json
from collections.abc import Iterable, Mapping
from typing import Any

from django.db import connection

from enishi.core.bulk import rows
from enishi.core.sealing import CannotBeOpened, is_newest, is_sealed, seal, unseal
from enishi.members.models import Field, Member

from .homes import home_of
from .known import fields_of

Data = dict[str, Any]
STEP = 2_000  # members whose values are sealed or opened at once


def sealed_fields(table: str = "") -> dict[str, Field]:
    """The own fields whose values are sealed, by key; retired ones included."""
    return {field.key: field for field in fields_of(table, retired=True) if field.sealed}


def about(row: int, key: str, table: str = "") -> str:
    """What a sealed value is bound to."""
    return f"record:{row}:{key}" if table else f"member:{row}:{key}"


def opened(row: int, data: Mapping[str, Any], table: str = "") -> Data:
    """``data`` with its sealed values opened. What cannot be opened stays as it is."""
    return {key: _opened(about(row, key, table), value) for key, value in data.items()}


def sealed(row: int, data: Mapping[str, Any], table: str = "") -> Data:
    """``data`` as it is stored: values of sensitive fields sealed."""
    wanted = sealed_fields(table)
    return {
        key: seal_value(value, about(row, key, table)) if key in wanted else value
        for key, value in data.items()
    }


def seal_value(value: Any, bound: str) -> Any:
    """A value sealed for ``bound``; an empty one, or one that is sealed already, as it is."""
    if value is None or is_sealed(value):
        return value
    return seal(json.dumps(value, ensure_ascii=False), bound)


def moved(value: Any, key: str, *, source: int, target: int) -> Any:
    """A stored value of one member as another has it. Raises CannotBeOpened."""
    if not is_sealed(value):
        return value
    return seal(unseal(value, about(source, key)), about(target, key))


def same(key: str, one: Any, other: Any, row: int, table: str = "") -> bool:
    """Whether two stored values of a member (with ``table``: of a record) say the same."""
    bound = about(row, key, table)
    return bool(one == other or _opened(bound, one) == _opened(bound, other))


def with_opened(member: Member) -> Member:
    """A copy of ``member`` whose sealed values are open. It is never saved."""
    if not any(map(is_sealed, member.data.values())):
        return member
    shown = copy.copy(member)
    shown.data = opened(member.pk, member.data)
    shown.partly_hidden = True
    return shown


def _opened(bound: str, value: Any) -> Any:
    if not is_sealed(value):
        return value
    try:
        return json.loads(unseal(value, bound))
    except CannotBeOpened:
        return value


def reseal(where: str = "true", params: Iterable[Any] = (), table: str = "") -> int:
    """Bring the stored values of the rows ``where`` in the form that their fields ask for now:
    sealed with the newest key, or open. Returns how many rows changed."""
    home = home_of(table)
    if home is None:
        return 0
    wanted = sealed_fields(table)
    changed = 0
    last = 0
    while found := rows(
        f"SELECT m.id, m.data FROM {home.table} m WHERE m.id > %s AND m.data <> '{{}}'"
        f" AND {home.rows} AND ({where}) ORDER BY m.id LIMIT {STEP} FOR UPDATE",
        [last, *params],
    ):
        last = found[-1][0]
        new = []
        for pk, data in found:
            data = json.loads(data) if isinstance(data, str) else data  # noqa: PLW2901
            after = {k: _as_asked(about(pk, k, table), k, v, wanted) for k, v in data.items()}
            if after != data:
                new.append((pk, json.dumps(after, ensure_ascii=False)))
        if new:
            with connection.cursor() as cursor:
                cursor.execute(
                    f"UPDATE {home.table} m SET data = n.data FROM unnest(%s::bigint[],"
                    " %s::jsonb[]) AS n (id, data) WHERE m.id = n.id",
                    [[pk for pk, _data in new], [data for _pk, data in new]],
                )
        changed += len(new)
    return changed


def _as_asked(bound: str, key: str, value: Any, wanted: Mapping[str, Field]) -> Any:
    if key not in wanted:
        return _opened(bound, value)
    if is_sealed(value) and is_newest(value):
        return value
    return seal_value(_opened(bound, value), bound)
