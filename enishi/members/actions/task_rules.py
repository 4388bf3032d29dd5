"""Rules that make tasks by themselves: a kind says for whom one is due, the rule how and whose.

A higher app adds a kind of its own::

    rule_kind("arrears", _("Dues unpaid for so many days"), title=_("Ask for the dues"), days=30,
              sql="SELECT member_id, 'invoice:' || id, %(today)s::date FROM billing_invoice …")

The SQL gives rows of (member id, key, due day); ``%(today)s``, ``%(days)s`` and ``%(since)s`` (30
days before the rule was made, so that a new rule does not dig up the past) are filled in, and so is
``%(zone)s``, the organisation's. A rule makes one task for a key, ever: running it again changes
nothing. ``over`` is SQL of when a task ``t`` about the member ``m`` is no longer to be done: the
application was decided, the inquiry answered. Such a task is done by itself.
"""

from dataclasses import dataclass
from datetime import timedelta
from typing import Any

from django.db import transaction
from django.utils import timezone
from django.utils.functional import Promise
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from enishi.accounts.models import User
from enishi.core import bulk, clock, japanese
from enishi.core.facts import announce
from enishi.members import facts
from enishi.members.models import TaskRule

from .refusals import Invalid, RuleUnknown
from .relations import differences
from .roll import By

BACK = timedelta(days=30)
MOST_DAYS = 730


@dataclass(frozen=True)
class RuleKind:
    """When a task is made. ``label`` reads with the number of days before it: 「7日前: …」."""

    key: str
    label: str | Promise
    title: str | Promise
    days: int
    sql: str
    over: str = "false"


KINDS: dict[str, RuleKind] = {}


def rule_kind(
    key: str,
    label: str | Promise,
    *,
    title: str | Promise,
    days: int,
    sql: str,
    over: str = "false",
) -> RuleKind:
    """Register a kind of rule; ``title`` and ``days`` are proposed for a new rule of it."""
    KINDS[key] = RuleKind(key, label, title, days, sql, over)
    return KINDS[key]


# The next day on which ``column`` returns; 29 February returns on 1 March in other years.
_RETURNS = """
SELECT m.id, '{key}:' || m.id || ':' || extract(year FROM day.day)::int, day.day
FROM generate_series(%(today)s::date, %(today)s::date + %(days)s::int, '1 day') AS days(at)
CROSS JOIN LATERAL (SELECT days.at::date AS day) AS day
JOIN members_member m
  ON to_char(m.{column}, 'MMDD') = to_char(day.day, 'MMDD')
  OR (to_char(m.{column}, 'MMDD') = '0229' AND to_char(day.day, 'MMDD') = '0301'
      AND to_char(day.day - 1, 'MMDD') = '0228')
WHERE m.deleted_at IS NULL AND m.status IN ('active', 'suspended') AND m.{column} < day.day
"""
_WAITS = """
SELECT m.id, '{status}:' || p.id, %(today)s::date
FROM members_member m
JOIN members_statusperiod p ON p.member_id = m.id AND p.status = '{status}'
  AND p.from_on <= %(today)s::date AND (p.to_on IS NULL OR p.to_on > %(today)s::date)
WHERE m.deleted_at IS NULL AND m.status = '{status}'
  AND p.from_on <= %(today)s::date - %(days)s::int AND p.from_on >= %(since)s::date
"""

_GONE = "m.status NOT IN ('active', 'suspended') OR m.deceased_on IS NOT NULL"

rule_kind(
    "unanswered",
    gettext_lazy("Inquiry unanswered for so many days"),
    title=gettext_lazy("Answer the inquiry"),
    days=2,
    sql="""
SELECT c.member_id, 'contact:' || c.id, %(today)s::date
FROM members_contact c JOIN members_member m ON m.id = c.member_id AND m.deleted_at IS NULL
WHERE c.direction = 'in' AND c.outcome = '' AND c.next_action = '' AND c.next_on IS NULL
  AND c.at < (%(today)s::date - %(days)s::int + 1)::timestamp AT TIME ZONE %(zone)s
  AND c.at >= %(since)s::timestamp AT TIME ZONE %(zone)s
  AND NOT EXISTS (
      SELECT FROM members_contact later
      WHERE later.member_id = c.member_id AND later.direction = 'out' AND later.at >= c.at)
""",
    over="""
EXISTS (SELECT FROM members_contact c WHERE 'contact:' || c.id = t.key AND (
    c.outcome <> '' OR c.next_action <> '' OR c.next_on IS NOT NULL OR EXISTS (
        SELECT FROM members_contact later
        WHERE later.member_id = c.member_id AND later.direction = 'out' AND later.at >= c.at)))
OR NOT EXISTS (SELECT FROM members_contact c WHERE 'contact:' || c.id = t.key)
""",
)
rule_kind(
    "applicant",
    gettext_lazy("Application undecided for so many days"),
    title=gettext_lazy("Decide on the application"),
    days=3,
    sql=_WAITS.format(status="applicant"),
    over="m.status <> 'applicant'",
)
rule_kind(
    "provisional",
    gettext_lazy("Provisional member for so many days"),
    title=gettext_lazy("Ask what is still missing"),
    days=14,
    sql=_WAITS.format(status="provisional"),
    over="m.status <> 'provisional'",
)
rule_kind(
    "birthday",
    gettext_lazy("So many days before the birthday"),
    title=gettext_lazy("Send a birthday card"),
    days=7,
    sql=_RETURNS.format(key="birthday", column="birth_date"),
    over=_GONE,
)
rule_kind(
    "anniversary",
    gettext_lazy("So many days before the day of joining returns (yearly renewal)"),
    title=gettext_lazy("Confirm the renewal"),
    days=30,
    sql=_RETURNS.format(key="anniversary", column="joined_on"),
    over=_GONE,
)
rule_kind(
    "of_age",
    gettext_lazy("So many days before somebody with a guardian turns 18"),
    title=gettext_lazy("Guide them to a membership of their own"),
    days=30,
    sql="""
SELECT m.id, 'of_age:' || m.id, (m.birth_date + interval '18 years')::date
FROM members_member m
WHERE m.deleted_at IS NULL AND m.status <> 'left'
  AND (m.birth_date + interval '18 years')::date
      BETWEEN %(today)s::date AND %(today)s::date + %(days)s::int
  AND EXISTS (SELECT FROM members_guardianship g WHERE g.ward_id = m.id
              AND (g.to_on IS NULL OR g.to_on > %(today)s::date))
""",
    over=_GONE,
)


def _params(rule: TaskRule) -> dict[str, Any]:
    since = timezone.localdate(rule.created_at) - BACK
    zone = timezone.get_current_timezone_name()
    return {"today": clock.today(), "days": rule.days, "since": since, "zone": zone}


def due_now(kind: str, days: int) -> int:
    """For how many members a new rule would make a task at once. Raises RuleUnknown."""
    if kind not in KINDS:
        raise RuleUnknown
    rule = TaskRule(kind=kind, days=days, created_at=clock.now())
    counted = bulk.rows(f"SELECT count(*) FROM ({KINDS[kind].sql}) AS due", _params(rule))  # noqa: S608 - our own text
    return int(counted[0][0])


@transaction.atomic
def make_tasks(rule: TaskRule) -> int:
    """Make the tasks that are due by one rule, in one statement; returns how many are new."""
    rule = TaskRule.objects.select_for_update().get(pk=rule.pk)
    if rule.retired_at is not None or rule.kind not in KINDS:
        return 0
    count = bulk.run(
        f"""
        INSERT INTO members_task
            (title, text, due_on, owner_id, member_id, rule_id, key, created_at)
        SELECT %(title)s, '', due.due_on, COALESCE(ours.id, theirs.id), m.id, %(rule)s,
               due.key, %(now)s
        FROM ({KINDS[rule.kind].sql}) AS due (member_id, key, due_on)
        JOIN members_member m ON m.id = due.member_id
        LEFT JOIN accounts_user ours ON ours.id = %(owner)s AND ours.is_active AND ours.is_staff
        LEFT JOIN accounts_user theirs
          ON theirs.id = m.owner_id AND theirs.is_active AND theirs.is_staff
        ON CONFLICT (rule_id, key) WHERE NOT (key = '') DO NOTHING
        """,  # noqa: S608 - our own text
        _params(rule)
        | {"title": rule.title, "owner": rule.owner_id, "rule": rule.pk, "now": clock.now()},
    )
    if count:
        announce(facts.TasksMade(about=rule, count=count, by=None))
    return count


@transaction.atomic
def settle_tasks(rule: TaskRule) -> int:
    """Tasks of a rule whose reason is gone are done by themselves; returns how many.

    One that somebody has reopened waits for somebody.
    """
    if rule.kind not in KINDS:
        return 0
    count = bulk.run(
        f"""
        UPDATE members_task t SET done_at = %(now)s FROM members_member m
        WHERE t.rule_id = %(rule)s AND t.done_at IS NULL AND t.reopened_at IS NULL
          AND m.id = t.member_id
          AND ({KINDS[rule.kind].over})
        """,  # noqa: S608 - our own text
        _params(rule) | {"rule": rule.pk, "now": clock.now()},
    )
    if count:
        announce(facts.TasksSettled(about=rule, count=count, by=None))
    return count


def make_every_task() -> int:
    """What all rules ask for today; returns how many tasks are new."""
    for rule in TaskRule.objects.all():
        settle_tasks(rule)
    return sum(make_tasks(rule) for rule in TaskRule.objects.filter(retired_at=None))


@transaction.atomic
def add_rule(
    *, kind: str, days: int, title: str = "", owner: User | None = None, by: By
) -> TaskRule:
    """A new rule; its tasks are for ``owner``, or for each member's own owner."""
    values = _clean(kind=kind, days=days, title=title or str(_kind(kind).title), owner=owner)
    rule = TaskRule.objects.create(**values)
    announce(facts.TaskRuleSet(about=rule, changes={"days": (None, rule.days)}, by=by))
    return rule


@transaction.atomic
def change_rule(rule: TaskRule, *, by: By, **values: Any) -> TaskRule:
    """Change ``days``, ``title`` or ``owner``."""
    rule = TaskRule.objects.select_for_update().get(pk=rule.pk)
    if changes := differences(rule, _clean(**values)):
        rule.save(update_fields=list(changes))
        announce(facts.TaskRuleSet(about=rule, changes=changes, by=by))
    return rule


@transaction.atomic
def retire_rule(rule: TaskRule, *, retired: bool, by: By) -> TaskRule:
    """Stop a rule, or use it again. The tasks that it made stay."""
    rule = TaskRule.objects.select_for_update().get(pk=rule.pk)
    if (rule.retired_at is not None) != retired:
        rule.retired_at = clock.now() if retired else None
        rule.save(update_fields=["retired_at"])
        announce(facts.TaskRuleSet(about=rule, changes={"retired": (not retired, retired)}, by=by))
    return rule


def _kind(key: str) -> RuleKind:
    if key not in KINDS:
        raise RuleUnknown
    return KINDS[key]


def _clean(**values: Any) -> dict[str, Any]:
    if "kind" in values:
        values["kind"] = _kind(values["kind"]).key
    if "days" in values and not 0 <= values["days"] <= MOST_DAYS:
        raise Invalid({"days": _("Write a whole number from 0 to 730.")})
    if "title" in values:
        values["title"] = japanese.fold(values["title"])[:200].replace("\x00", "")
        if not values["title"]:
            raise Invalid({"title": _("Write what is to be done.")})
    return values
