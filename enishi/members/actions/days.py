"""A new day begins: what was planned for it becomes true."""

from django.db import transaction

from enishi.core import clock
from enishi.core.bulk import rows
from enishi.core.facts import announce
from enishi.members.facts import PlannedChangesCame
from enishi.members.models import NAMES_STAY

_TURN = f"""
    UPDATE members_member m
    SET status = period.status, type_id = period.type_id, updated_at = %(now)s, {NAMES_STAY}
    FROM members_statusperiod AS period
    WHERE period.member_id = m.id
        AND period.from_on <= %(today)s
        AND (period.to_on IS NULL OR period.to_on > %(today)s)
        AND (m.status <> period.status OR m.type_id <> period.type_id)
    RETURNING m.id
"""  # noqa: S608
_MOST_NAMED = 200  # history names this many


@transaction.atomic
def turn_the_day() -> int:
    """Give every member the status and type of today's period; returns how many moved.

    One statement for all; run again it changes nothing.
    """
    moved = [pk for (pk,) in rows(_TURN, {"today": clock.today(), "now": clock.now()})]
    if moved:
        announce(
            PlannedChangesCame(
                about=None,
                on=clock.today(),
                count=len(moved),
                members=moved[:_MOST_NAMED],
                by=None,
            )
        )
    return len(moved)
