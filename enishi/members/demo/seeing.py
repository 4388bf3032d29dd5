"""The saved views of the demo."""

from typing import Any

from enishi.accounts.models import User
from enishi.members import actions

VIEWS: tuple[tuple[str, dict[str, Any], list[str], str], ...] = (
    (
        "一年目の会員",
        {
            "all": [
                {"field": "status", "op": "eq", "value": "active"},
                {"field": "joined_on", "op": "within", "value": {"last": 1, "unit": "year"}},
            ]
        },
        ["name", "kana", "member_type", "joined_on", "tags", "owner"],
        "-joined_on",
    ),
    (
        "今月が誕生日",
        {
            "all": [
                {"field": "status", "op": "eq", "value": "active"},
                {"field": "birth_date", "op": "anniversary", "value": {"this": "month"}},
            ]
        },
        ["name", "kana", "birth_date", "phones", "email"],
        "birth_date",
    ),
    (
        "連絡先が分からない",
        {
            "all": [
                {"field": "status", "op": "eq", "value": "active"},
                {"field": "email", "op": "empty"},
                {"field": "phone", "op": "empty"},
                {"field": "mobile", "op": "empty"},
            ]
        },
        [],
        "kana",
    ),
)


def look(by: User) -> None:
    """Three lists that an office looks at again and again, shared by ``by``."""
    for name, rule, columns, sort in VIEWS:
        actions.save_view(name=name, rule=rule, columns=columns, sort=sort, shared=True, by=by)
