"""Why a member belongs or does not: every condition with its verdict and the values behind it."""

from collections.abc import Iterator
from typing import TYPE_CHECKING, Any

from django.db import connection

from .moment import Moment
from .tree import End, Node
from .where import Where

if TYPE_CHECKING:
    from enishi.members.models import Member


def explained(node: Node, member: "Member", at: Moment) -> dict[str, Any]:
    """One query for everything."""
    ends = list(node.ends())
    asked: list[Where] = [node.where(at)]
    names: list[list[str]] = []
    for end in ends:
        asked.append(end.where(at))
        behind = end.leaf.because(at)
        names.append(list(behind))
        asked += behind.values()
    row = iter(_row(asked, member))
    matches = bool(next(row))
    found = iter(
        [
            {"verdict": bool(next(row)), "values": {name: next(row) for name in behind}}
            for behind in names
        ]
    )
    return {"matches": matches, "because": _told(node, found)}


def _row(asked: list[Where], member: "Member") -> tuple[Any, ...]:
    """All expressions for one member, as JSON."""
    columns = ", ".join(f"to_jsonb({one.sql})" for one in asked)
    query = f"SELECT jsonb_build_array({columns}) FROM members_member m WHERE m.id = %s"
    params = [value for one in asked for value in one.params]
    if len(asked) > 90:  # a function takes a hundred arguments at most
        rows = " UNION ALL ".join(
            f"SELECT {n}, to_jsonb({one.sql}) FROM members_member m WHERE m.id = %s"
            for n, one in enumerate(asked)
        )
        params = [value for one in asked for value in (*one.params, member.pk)]
        query = f"SELECT jsonb_agg(found ORDER BY n) FROM ({rows}) AS every (n, found)"
    else:
        params.append(member.pk)
    with connection.cursor() as cursor:
        cursor.execute(query, params)
        row = cursor.fetchone()
    import json

    if row is None or row[0] is None:
        return (False,) + (None,) * (len(asked) - 1)
    return tuple(json.loads(row[0]) if isinstance(row[0], str) else row[0])


def _told(node: Node, found: Iterator[dict[str, Any]]) -> dict[str, Any]:
    if isinstance(node, End):
        told = next(found)
        return {**node.tree, "sentence": node.sentence(), **told}
    below = [_told(one, found) for one in node.nodes]
    verdicts = [one["verdict"] for one in below]
    match node.word:
        case "not":
            return {"not": below[0], "verdict": not verdicts[0]}
        case "all":
            return {"all": below, "verdict": all(verdicts)}
    return {"any": below, "verdict": any(verdicts)}
