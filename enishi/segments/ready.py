"""Scores as fields of rules, and the four segments that come ready made."""

from functools import partial
from typing import Any

from django.db import transaction
from django.utils import translation
from django.utils.translation import gettext_lazy as _

from enishi.members.conditions import Subject, Type, more_field

from .actions.segments import create
from .models import Group, Score, Segment
from .starters import ACTIVE

_SCORE = "(SELECT {column} FROM segments_score sc WHERE sc.member_id = m.id)"

DESCRIBED = {
    Group.CHAMPION: _("Take part on many days of the year, and did so in the last 90 days."),
    Group.STEADY: _("Take part now and then, and did so in the last 90 days."),
    Group.AT_RISK: _("Took part before, but have become quiet: now is the time to write to them."),
    Group.DORMANT: _("Have not been heard of for more than half a year."),
}


def _subject(name: str, column: str, kind: Type = Type.NUMBER, **more: Any) -> Subject:
    field: Any = Score._meta.get_field(column)
    sql = _SCORE.format(column=f'sc."{column}"')
    return Subject(f"score.{name}", field.verbose_name, kind, sql, **more)


def put_fields() -> None:
    """Make the scores known to rules."""
    groups = partial(_subject, "group", "group", Type.CHOICE, choices=tuple(Group.choices))
    more_field("score.group", groups)
    columns = (("activity", "activity"), ("r", "recency"), ("f", "frequency"), ("m", "monetary"))
    for name, column in columns:
        more_field(f"score.{name}", partial(_subject, name, column))


@transaction.atomic
def put_segments() -> list[Segment]:
    """Make those of the four that are not there."""
    made = []
    there = set(Segment.objects.exclude(ready="").values_list("ready", flat=True))
    for group in Group:
        if group.value in there:
            continue
        with translation.override("ja"):
            made.append(
                create(
                    name=_NAMES[group],
                    description=str(DESCRIBED[group]),
                    rule={
                        "all": [
                            ACTIVE,
                            {"field": "score.group", "op": "in", "value": [group.value]},
                        ]
                    },
                    ready=group.value,
                    by=None,
                )
            )
    return made


_NAMES = {
    Group.CHAMPION: "優良会員",
    Group.STEADY: "安定会員",
    Group.AT_RISK: "離反予兆",
    Group.DORMANT: "休眠会員",
}
