"""What a comparison means, in plain words."""

from datetime import date, datetime
from decimal import Decimal
from typing import Any

from django.utils.formats import date_format, number_format
from django.utils.translation import gettext as _
from django.utils.translation import ngettext, pgettext

from .comparison import Comparison
from .operators import Counted
from .subjects import Subject, Type
from .windows import Window

MOST_NAMED = 8


def said(asked: Comparison) -> str:
    """“Prefecture is 東京都 or 神奈川県”."""
    subject, op, value = asked.subject, asked.op, asked.value
    field = str(subject.label)
    if op == "empty":
        return _("%(field)s is empty") % {"field": field}
    if op == "not_empty":
        return _("%(field)s is filled in") % {"field": field}
    if op == "within":
        return _("%(field)s is within %(window)s") % {"field": field, "window": value}
    if op == "anniversary":
        return _anniversary(subject, value)
    if op == "days_since":
        return counted_words(_("Days since %(field)s") % {"field": field}, value)
    if op == "between":
        low, high = (shown(subject, one) for one in value)
        words = _("%(field)s is between %(low)s and %(high)s")
        return words % {"field": field, "low": low, "high": high}
    many = isinstance(value, list)
    text = listed(subject, value, all_of=op == "has_all") if many else shown(subject, value)
    return _sentences(subject)[op] % {"field": field, "value": text}


def listed(subject: Subject, values: list[Any], *, all_of: bool = False) -> str:
    """Values with "or" (or "and") between them; long lists are cut."""
    texts = [shown(subject, value) for value in values[:MOST_NAMED]]
    if len(values) > MOST_NAMED:
        rest = len(values) - MOST_NAMED
        texts.append(ngettext("%(n)s more", "%(n)s more", rest) % {"n": rest})
    word = pgettext("list", " and ") if all_of else pgettext("list", " or ")
    return word.join(texts) or pgettext("rule", "nothing")


def shown(subject: Subject, value: Any) -> str:
    """One value as one reads it."""
    if value == "today" and subject.type in (Type.DATE, Type.INSTANT):
        return pgettext("rule", "today")
    if value == "now" and subject.type == Type.INSTANT:
        return pgettext("rule", "now")
    if isinstance(value, bool):
        return _("Yes") if value else _("No")
    if isinstance(value, datetime):
        return date_format(value, "DATETIME_FORMAT")
    if isinstance(value, date):
        return date_format(value)
    if isinstance(value, int | float | Decimal):
        if subject.called is not None and (name := subject.called().get(int(value))):
            return name
        return number_format(value, use_l10n=True, force_grouping=True)
    if isinstance(value, frozenset):
        return _named(subject, value)
    return str(value) or _("(an empty text)")


def _named(subject: Subject, value: frozenset[Any]) -> str:
    if subject.names is not None:
        names = [name for pk in sorted(value) if (name := subject.names.label(pk))]
    else:
        labels = dict(subject.choices)
        names = [str(labels[one]) for one in sorted(value) if one in labels]
        names = names or [str(one) for one in sorted(value)]
    return "/".join(dict.fromkeys(names)) or _("(something that does not exist any more)")


def _sentences(subject: Subject) -> dict[str, str]:
    if subject.type in (Type.DATE, Type.INSTANT, Type.TIME):
        order = {
            "lt": _("%(field)s is before %(value)s"),
            "lte": _("%(field)s is %(value)s or before"),
            "gt": _("%(field)s is after %(value)s"),
            "gte": _("%(field)s is %(value)s or later"),
        }
    else:
        order = {
            "lt": _("%(field)s is less than %(value)s"),
            "lte": _("%(field)s is %(value)s or less"),
            "gt": _("%(field)s is more than %(value)s"),
            "gte": _("%(field)s is %(value)s or more"),
        }
    return {
        **order,
        "before": _("%(field)s is before %(value)s"),
        "after": _("%(field)s is after %(value)s"),
        "on": _("%(field)s is %(value)s"),
        "eq": _("%(field)s is %(value)s"),
        "in": _("%(field)s is %(value)s"),
        "ne": _("%(field)s is not %(value)s"),
        "not_in": _("%(field)s is not %(value)s"),
        "contains": _("%(field)s contains “%(value)s”"),
        "starts_with": _("%(field)s begins with “%(value)s”"),
        "ends_with": _("%(field)s ends with “%(value)s”"),
        "matches": _("%(field)s fits the pattern “%(value)s”"),
        "has_any": _("%(field)s has %(value)s"),
        "has_all": _("%(field)s has all of %(value)s"),
        "has_none": _("%(field)s does not have %(value)s"),
    }


def _anniversary(subject: Subject, value: int | Window) -> str:
    if subject.key == "birth_date":
        what = _("Birthday")
    else:
        what = _("Anniversary of %(field)s") % {"field": subject.label}
    if isinstance(value, Window):
        return _("%(field)s is within %(window)s") % {"field": what, "window": value}
    if value == 0:
        return _("%(field)s is today") % {"field": what}
    words = (
        ngettext("%(field)s was %(n)s day ago", "%(field)s was %(n)s days ago", -value)
        if value < 0
        else ngettext("%(field)s is in %(n)s day", "%(field)s is in %(n)s days", value)
    )
    return words % {"field": what, "n": abs(value)}


def counted_words(what: str, asked: Counted) -> str:
    """“Visits are 2 or more”: a number that is asked for."""
    number = Subject("", what, Type.NUMBER, "")
    many = asked.op in ("in", "not_in", "between")
    value = asked.values if many else asked.values[0]
    return said(Comparison(number, asked.op, value))
