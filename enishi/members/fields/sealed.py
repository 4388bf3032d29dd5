"""Own fields of sensitive classes: their values lie sealed in ``Member.data``.

Whoever reads ``data`` sees sealed texts, which every type of field draws as dots. ``opened`` gives
the values, for those who may see them; ``sealed`` is what is stored. A value is bound to the
member and the field.
"""

import copy
import json
from collections.abc import Iterable, Mapping
from typing import Any

from django.db import connection

from enishi.core.bulk import rows
from enishi.core.sealing import CannotBeOpened, is_newest, is_sealed, seal, unseal
from enishi.members.models import Field, Member

from .known import fields_of

Data = dict[str, Any]
STEP = 2_000  # members whose values are sealed or opened at once


def sealed_fields() -> dict[str, Field]:
    """The own fields of members whose values are sealed, by key; retired ones included."""
    return {field.key: field for field in fields_of(retired=True) if field.sealed}


def about(member: int, key: str) -> str:
    """What a sealed value is bound to."""
    return f"member:{member}:{key}"


def opened(member: int, data: Mapping[str, Any]) -> Data:
    """``data`` with its sealed values opened. What cannot be opened stays as it is."""
    return {key: _opened(about(member, key), value) for key, value in data.items()}


def sealed(member: int, data: Mapping[str, Any]) -> Data:
    """``data`` as it is stored: values of sensitive fields sealed."""
    wanted = sealed_fields()
    return {
        key: seal_value(value, about(member, key)) if key in wanted else value
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


def same(key: str, one: Any, other: Any, member: int) -> bool:
    """Whether two stored values of a member say the same."""
    bound = about(member, key)
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


def reseal(where: str = "true", params: Iterable[Any] = ()) -> int:
    """Bring the stored values of the members ``where`` in the form that their fields ask for now:
    sealed with the newest key, or open. Returns how many members changed."""
    wanted = sealed_fields()
    changed = 0
    last = 0
    while found := rows(
        "SELECT m.id, m.data FROM members_member m WHERE m.id > %s AND m.data <> '{}'"
        f" AND ({where}) ORDER BY m.id LIMIT {STEP} FOR UPDATE",
        [last, *params],
    ):
        last = found[-1][0]
        new = []
        for pk, data in found:
            data = json.loads(data) if isinstance(data, str) else data  # noqa: PLW2901
            after = {key: _as_asked(pk, key, value, wanted) for key, value in data.items()}
            if after != data:
                new.append((pk, json.dumps(after, ensure_ascii=False)))
        if new:
            with connection.cursor() as cursor:
                cursor.execute(
                    "UPDATE members_member m SET data = n.data FROM unnest(%s::bigint[],"
                    " %s::jsonb[]) AS n (id, data) WHERE m.id = n.id",
                    [[pk for pk, _data in new], [data for _pk, data in new]],
                )
        changed += len(new)
    return changed


def _as_asked(member: int, key: str, value: Any, wanted: Mapping[str, Field]) -> Any:
    bound = about(member, key)
    if key not in wanted:
        return _opened(bound, value)
    if is_sealed(value) and is_newest(value):
        return value
    return seal_value(_opened(bound, value), bound)
