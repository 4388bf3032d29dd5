"""Rows about a member that an app makes without anybody: they are no use that somebody makes of it.

An import that is taken back takes them along; rows that somebody made stand in its way.
"""

kept_by_themselves: dict[str, str] = {
    "members_task": "x.rule_id IS NOT NULL AND x.done_at IS NULL AND x.reopened_at IS NULL"
    " AND x.contact_id IS NULL"
}


def by_itself(table: str, rows: str = "true") -> None:
    """Register those of ``table`` that fulfil the SQL ``rows`` (alias ``x``). Its column of the
    member is ``member_id``. Call it in plugs.py."""
    kept_by_themselves[table] = rows
