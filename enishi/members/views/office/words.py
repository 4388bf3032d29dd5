"""How the office words what it shows about a member."""

from typing import Any

from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from enishi.core import clock
from enishi.members.fields import names_for, type_of, visible_fields
from enishi.members.fields.types import NOBODY, Names
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


def said(field: Field, value: Any, names: Names = NOBODY) -> str:
    """The value of an own field as the office reads it; ``names`` of what it may link to."""
    return "" if value in (None, "", [], {}) else type_of(field).show(field, value, names)


def own_facts(user: Any, member: Member) -> list[tuple[str, list[tuple[Field, str]]]]:
    """What is filled in of the own fields that ``user`` may see: section → field and value."""
    fields = [one.own for one in visible_fields(user).values() if one.own is not None]
    filled = [field for field in fields if member.data.get(field.key) is not None]
    names = names_for(filled, [member.data])
    sections: dict[str, list[tuple[Field, str]]] = {}
    for field in sorted(filled, key=lambda field: bool(field.section)):
        if text := said(field, member.data[field.key], names):
            sections.setdefault(field.section, []).append((field, text))
    return list(sections.items())
