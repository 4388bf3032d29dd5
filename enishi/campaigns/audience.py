"""Whom a campaign reaches: segments and rules, minus exclusions, and why some drop out."""

import json
import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from django.utils.functional import Promise
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from enishi.accounts.models import User
from enishi.core.bulk import rows
from enishi.core.refusals import Refusal
from enishi.members.conditions import NO, RuleFaults, Where, parse, some
from enishi.members.models import Status
from enishi.members.models.consents import consented_sql
from enishi.messaging.actions import suppressed_sql
from enishi.segments.actions import named_in

from .body.checking import segments_in
from .models import Campaign

MOST = 50  # segments and rules in each list

REASONS: dict[str, str | Promise] = {
    "excluded": gettext_lazy("excluded from the audience"),
    "left": gettext_lazy("no member any more"),
    "deceased": gettext_lazy("deceased"),
    "no_address": gettext_lazy("no e-mail address"),
    "suppressed": gettext_lazy("the address is suppressed"),
    "no_consent": gettext_lazy("no consent to advertising"),
    "shared_address": gettext_lazy("another member has the same address"),
    "deleted": gettext_lazy("deleted"),
    "cancelled": gettext_lazy("the sending was cancelled"),
    "left_alone": gettext_lazy("uncertain, and not sent again"),
}


class BadAudience(Refusal):
    """The audience cannot be read. Correct the places that are named."""

    status = 422

    def __init__(self, errors: Mapping[str, str]) -> None:
        self.errors = dict(errors)
        super().__init__()


@dataclass(frozen=True)
class Audience:
    """Two questions about members, as SQL over ``m``, and whether one of them names the other."""

    include: Where
    exclude: Where
    is_empty: bool = False


def read(audience: Any, by: User | None = None) -> Audience:
    """The audience of JSON. Raises BadAudience with ``audience.include[0]…`` for each fault."""
    errors: dict[str, str] = {}
    found: dict[str, list[Where]] = {"include": [], "exclude": []}
    if not isinstance(audience, Mapping) or not set(audience) <= set(found):
        raise BadAudience({"audience": _("Send {“include”: […], “exclude”: […]}.")})
    for side, wheres in found.items():
        items = audience.get(side) or []
        if not isinstance(items, list) or len(items) > MOST:
            errors[f"audience.{side}"] = _("Send a list of segments and rules.")
            continue
        for number, item in enumerate(items):
            tree = item if isinstance(item, Mapping) else {"in_segment": item}
            try:
                wheres.append(parse(tree, by=by).where())
            except RuleFaults as faults:
                for fault in faults.faults:
                    path = f".{fault.path}" if fault.path and isinstance(item, Mapping) else ""
                    errors[f"audience.{side}[{number}]{path}"] = fault.reason
    if errors:
        raise BadAudience(errors)
    include = [Where(f"({one.sql})", one.params, one.total) for one in found["include"]]
    return Audience(some(include) if include else NO, some(found["exclude"]), is_empty=not include)


def segments_of(audience: Mapping[str, Any]) -> list[int]:
    """The segments that an audience names itself."""
    items = [*(audience.get("include") or []), *(audience.get("exclude") or [])]
    return [int(one) for one in items if not isinstance(one, Mapping) and str(one).isdecimal()]


def segments_used(campaign: Campaign) -> set[int]:
    """The segments that a campaign asks about, wherever in its audience and its bodies."""
    bodies = [campaign.body, *(one.body for one in campaign.variants.all())]
    found = {*segments_of(campaign.audience), *named_in(campaign.audience)}
    return found.union(*(segments_in(body) for body in bodies if body))


def uses_field(campaign: Campaign, key: str) -> bool:
    """Whether the campaign's audience asks about an own field, or its text tells its value."""
    bodies = [campaign.body, *(one.body for one in campaign.variants.all() if one.body)]
    said = json.dumps([campaign.subject, campaign.text_part, *bodies], ensure_ascii=False)
    told = re.search(rf"\bmember\.(?:data\.)?{re.escape(key)}(?!\w)", said)
    return bool(told) or json.dumps(f"data.{key}") in json.dumps([campaign.audience, *bodies])


def dropping(campaign: Campaign, address: str = "m.email") -> Where:
    """SQL of why the member ``m`` must not get the campaign, '' if nothing speaks against it.

    Asked when the audience is counted, when it is frozen, and again when each mail is about to
    leave: this is the one gate that advertising without consent cannot pass.
    """
    suppressed, params = suppressed_sql(address)
    cases: list[tuple[str, str, list[Any]]] = [
        ("m.deleted_at IS NOT NULL", "deleted", []),
        ("m.deceased_on IS NOT NULL", "deceased", []),
        (f"m.status IN ('{Status.LEFT}', '{Status.REFUSED}')", "left", []),
        (f"{address} = '' OR strpos({address}, '@') = 0", "no_address", []),
    ]
    if campaign.is_advertising:
        agreed: str = "FALSE"
        values: list[Any] = []
        if campaign.topic_id is not None:
            agreed, values = consented_sql(campaign.topic_id)
        cases.append((f"NOT ({agreed})", "no_consent", values))
    cases.append((suppressed, "suppressed", params))
    sql = " ".join(f"WHEN {condition} THEN '{reason}'" for condition, reason, _values in cases)
    return Where(f"CASE {sql} ELSE '' END", tuple(v for _c, _r, values in cases for v in values))


def chosen_sql(campaign: Campaign, by: User | None = None) -> Where:
    """SQL that selects member, email and reason ('' to be sent) of everybody who is meant."""
    audience = read(campaign.audience, by)
    dropped = dropping(campaign)
    reason = f"CASE WHEN {audience.exclude.sql} THEN 'excluded' ELSE {dropped.sql} END"
    params: tuple[Any, ...] = (*audience.exclude.params, *dropped.params)
    if audience.exclude is NO:
        reason, params = dropped.sql, dropped.params
    chosen = (
        f"SELECT m.id AS member_id, m.email, {reason} AS reason FROM members_member m"  # noqa: S608
        f" WHERE m.deleted_at IS NULL AND ({audience.include.sql})"
    )
    if campaign.shared_address == Campaign.Shared.ONCE:
        chosen = (
            "SELECT member_id, email, CASE WHEN reason = '' AND row_number() OVER ("  # noqa: S608
            "PARTITION BY lower(email), reason = '' ORDER BY member_id) > 1"
            f" THEN 'shared_address' ELSE reason END AS reason FROM ({chosen}) each"
        )
    return Where(chosen, (*params, *audience.include.params))


@dataclass(frozen=True)
class Reach:
    """How many get it, and how many do not, by reason."""

    recipients: int
    dropped: dict[str, int] = field(default_factory=dict)
    sharing: int = 0  # of the recipients: those whose address another one has too

    @property
    def reasons(self) -> list[tuple[str, int]]:
        """Reason in words and how many, the greatest first."""
        ordered = sorted(self.dropped.items(), key=lambda pair: -pair[1])
        return [(str(REASONS.get(reason, reason)), count) for reason, count in ordered]


def reach(campaign: Campaign, by: User | None = None) -> Reach:
    """Count the audience now. Raises BadAudience."""
    chosen = chosen_sql(campaign, by)
    found = rows(
        "SELECT reason, count(*), count(*) - count(DISTINCT lower(email))"  # noqa: S608
        f" FROM ({chosen.sql}) chosen GROUP BY reason",
        list(chosen.params),
    )
    counts = {reason: count for reason, count, _shared in found}
    sharing = next((shared for reason, _count, shared in found if reason == ""), 0)
    return Reach(counts.pop("", 0), counts, sharing)
