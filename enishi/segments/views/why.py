"""Why somebody is in or out, as people read it."""

from dataclasses import dataclass, field
from datetime import date, datetime
from typing import Any

from django.utils.translation import gettext as _
from django.utils.translation import pgettext, pgettext_lazy

from enishi.accounts.models import User
from enishi.members.conditions import Rule, RuleFaults, Subject, Type, fields_for
from enishi.members.models import Member
from enishi.segments.conditions import rule_of, seen_by
from enishi.segments.models import ManualMember, Segment
from enishi.ui.written import jdate, jdatetime, listed, number


@dataclass
class Told:
    """One part of a rule with its verdict: a group with parts below it, or a condition."""

    verdict: bool
    text: str
    values: list[tuple[str, str]] = field(default_factory=list)
    below: "list[Told]" = field(default_factory=list)


def told_of_rule(rule: Rule, member: Member, by: User | None) -> Told:
    """The whole rule for one member."""
    return _Teller(member, by).of(rule.explain(member)["because"])


def told_of_segment(segment: Segment, member: Member, by: User | None) -> Told:
    """The same for a segment, with what was done by hand. Raises RuleFaults."""
    told = told_of_rule(rule_of(segment, by), member, by)
    by_hand = ManualMember.objects.filter(segment=segment, member=member).first()
    if by_hand is None:
        return told
    text = pgettext("segment", "Put in by hand") if by_hand.included else _("Kept out by hand")
    values = [(_("Reason"), by_hand.note)] if by_hand.note else []
    return Told(by_hand.included, text, values, [told])


class _Teller:
    def __init__(self, member: Member, by: User | None) -> None:
        self.member = member
        self.by = by
        self.fields = fields_for(by)

    def of(self, part: dict[str, Any]) -> Told:
        verdict = bool(part["verdict"])
        if "all" in part:
            return Told(verdict, _("All of these hold"), below=[self.of(p) for p in part["all"]])
        if "any" in part:
            below = [self.of(p) for p in part["any"]]
            return Told(verdict, _("At least one of these holds"), below=below)
        if "not" in part:
            return Told(verdict, _("This does not hold"), below=[self.of(part["not"])])
        told = Told(verdict, part["sentence"], self._values(part))
        if "in_segment" in part:
            told.below = self._inside(part["in_segment"])
        return told

    def _inside(self, number_: Any) -> list[Told]:
        segment = Segment.objects.filter(pk=int(number_)).first()
        if segment is None or not seen_by([segment], self.by):
            return []
        try:
            return [told_of_segment(segment, self.member, self.by)]
        except RuleFaults:
            return []

    def _values(self, part: dict[str, Any]) -> list[tuple[str, str]]:
        found = []
        for name, value in part.get("values", {}).items():
            subject = self.fields.get(name) if "field" in part else None
            label = "" if "field" in part else str(_LABELS.get(name, name))
            found.append((label, shown(value, subject)))
        return found


_LABELS = {
    "times": pgettext_lazy("because", "Times"),
    "first": pgettext_lazy("because", "First"),
    "last": pgettext_lazy("because", "Last"),
    "since": pgettext_lazy("because", "Since"),
}


def shown(value: Any, subject: Subject | None = None) -> str:
    """A value of an explanation as one reads it."""
    if value is None or value in ("", []):
        return _("(empty)")
    if isinstance(value, bool):
        return _("Yes") if value else _("No")
    if isinstance(value, list):
        return listed(shown(one, subject) for one in value)
    if subject is not None and subject.names is not None and subject.type == Type.LINK:
        return subject.names.label(int(value)) or str(value)
    if subject is not None and subject.choices:
        return str(dict(subject.choices).get(str(value), value))
    if isinstance(value, int | float):
        return number(value)
    return _moment(str(value))


def _moment(text: str) -> str:
    """An instant or a day in ISO form as people write it; anything else as it is."""
    if len(text) < 10 or text[4:5] != "-" or text[7:8] != "-":
        return text
    try:
        if len(text) == 10:
            return jdate(date.fromisoformat(text))
        return jdatetime(datetime.fromisoformat(text))
    except ValueError:
        return text
