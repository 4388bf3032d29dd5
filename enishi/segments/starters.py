"""Rules to begin with: the questions that most offices ask."""

from dataclasses import dataclass
from typing import Any

from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

from enishi.accounts.models import User
from enishi.members.conditions import RuleFaults, parse

ACTIVE = {"field": "status", "op": "in", "value": ["active"]}


def _last(days: int) -> dict[str, Any]:
    return {"last": days, "unit": "day"}


def _never(kind: str, days: int) -> dict[str, Any]:
    return {"did": kind, "times": {"op": "eq", "value": 0}, "within": _last(days)}


@dataclass(frozen=True)
class Starter:
    """A ready rule that becomes a segment of one's own."""

    key: str
    name: str | Promise
    text: str | Promise
    icon: str
    rule: dict[str, Any]


STARTERS = (
    Starter(
        "dormant",
        _("Dormant members"),
        _("No mail opened, no page seen and no sign-in for half a year"),
        "mood-empty",
        {
            "all": [
                ACTIVE,
                _never("mail.opened", 180),
                _never("site.viewed", 180),
                _never("site.signed_in", 180),
            ]
        },
    ),
    Starter(
        "champions",
        _("Champions"),
        _("Take part often, and did so lately"),
        "star",
        {"all": [ACTIVE, {"field": "score.group", "op": "in", "value": ["champion"]}]},
    ),
    Starter(
        "renewal",
        _("Anniversary of joining is near"),
        _("Joined on a day that comes round within the next 30 days"),
        "refresh",
        {
            "all": [
                ACTIVE,
                {"field": "joined_on", "op": "anniversary", "value": {"next": 30, "unit": "day"}},
            ]
        },
    ),
    Starter(
        "birthday",
        _("Birthday this month"),
        _("For a greeting or a small present"),
        "cake",
        {
            "all": [
                ACTIVE,
                {"field": "birth_date", "op": "anniversary", "value": {"this": "month"}},
            ]
        },
    ),
    Starter(
        "overdue",
        _("Dues not paid"),
        _("An invoice is past its day"),
        "receipt-yen",
        {
            "all": [
                {"has": "invoice", "where": [{"field": "status", "op": "eq", "value": "overdue"}]}
            ]
        },
    ),
    Starter(
        "opened",
        _("Opened but did not click"),
        _("Opened a mail in the last 30 days and clicked no link"),
        "mail-opened",
        {"all": [ACTIVE, {"did": "mail.opened", "within": _last(30)}, _never("mail.clicked", 30)]},
    ),
    Starter(
        "joined",
        _("Joined this fiscal year"),
        _("To welcome them, and to see whether they stay"),
        "user-plus",
        {
            "all": [
                ACTIVE,
                {"field": "joined_on", "op": "within", "value": {"this": "fiscal_year"}},
            ]
        },
    ),
    Starter(
        "unreachable",
        _("Cannot be reached by mail"),
        _("No e-mail address is known: to be written to by post"),
        "mail",
        {"all": [ACTIVE, {"field": "email", "op": "empty"}]},
    ),
)


def starters_for(by: User | None) -> list[Starter]:
    """Those that can be asked here: what no app knows of yet is left out."""
    found = []
    for one in STARTERS:
        try:
            parse(one.rule, by=by)
        except RuleFaults:
            continue
        found.append(one)
    return found


def starter(key: str, by: User | None) -> Starter | None:
    return next((one for one in starters_for(by) if one.key == key), None)
