"""How the office words what it shows about a member."""

from typing import Any

from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from enishi.core import clock
from enishi.members.models import Field, Member, Status

TONES = {
    Status.APPLICANT: "wait",
    Status.PROVISIONAL: "info",
    Status.ACTIVE: "good",
    Status.SUSPENDED: "wait",
    Status.LEFT: "",
    Status.REFUSED: "",
}


def tenure(member: Member) -> str:
    """How long the membership has lasted, or lasted: 12年3か月; '' when it is not known."""
    if member.joined_on is None:
        return ""
    until = min(member.left_on or clock.today(), clock.today())
    months = (until.year - member.joined_on.year) * 12 + until.month - member.joined_on.month
    if until.day < member.joined_on.day:
        months -= 1
    if months < 0:
        return ""
    if months == 0:
        return _("less than a month")
    years, rest = divmod(months, 12)
    words = []
    if years:
        words.append(ngettext("%(n)d year", "%(n)d years", years) % {"n": years})
    if rest or not years:
        words.append(ngettext("%(n)d month", "%(n)d months", rest) % {"n": rest})
    return (
        _("%(years)s %(months)s") % {"years": words[0], "months": words[1]}
        if words[1:]
        else words[0]
    )


def said(field: Field, value: Any) -> str:
    """The value of an own field as the office reads it."""
    from enishi.ui.written import jdate, money, number

    if value in (None, "", []):
        return ""
    if field.type == Field.Type.BOOLEAN:
        return _("Yes") if value else _("No")
    if field.type == Field.Type.CHOICES:
        return "、".join(value) if isinstance(value, list) else str(value)
    if field.type == Field.Type.MONEY:
        return str(money(value))
    if field.type == Field.Type.INTEGER:
        return str(number(value))
    if field.type == Field.Type.DATE:
        from django.utils.dateparse import parse_date

        return str(jdate(parse_date(value)))
    return str(value)
