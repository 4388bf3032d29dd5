"""Changing how fast mail may leave."""

import re
from collections.abc import Mapping
from datetime import time
from typing import Any

from django.db import transaction
from django.utils.translation import gettext as _

from enishi.accounts.models import User
from enishi.campaigns.facts import SendingLimitsChanged
from enishi.campaigns.models import SendingLimits
from enishi.core.facts import announce

from .refusals import Invalid

LIMITS = {  # name → least, most
    "per_second": (0, 100_000),
    "per_sender": (0, 100_000),
    "connections": (1, 50),
    "late_hours": (1, 720),
}
MOST_DOMAINS = 200
_DOMAIN = re.compile(r"(?=.{1,253}$)[a-z0-9-]{1,63}(\.[a-z0-9-]{1,63})+")


@transaction.atomic
def change_limits(values: Mapping[str, Any], *, by: User | None) -> SendingLimits:
    """Save what is given; senders keep to it within seconds. Raises Invalid.

    ``values``: LIMITS, ``domains`` (domain → mails a second), ``quiet_from``, ``quiet_to``.
    """
    SendingLimits.objects.get_or_create(pk=1)
    row = SendingLimits.objects.select_for_update().get(pk=1)
    cleaned = _cleaned(values)
    changes = {
        name: (_plain(getattr(row, name)), _plain(value))
        for name, value in cleaned.items()
        if getattr(row, name) != value
    }
    for name in changes:
        setattr(row, name, cleaned[name])
    if (row.quiet_from is None) != (row.quiet_to is None):
        raise Invalid({"quiet_to": _("Write both ends of the quiet hours, or none.")})
    if changes:
        row.save(update_fields=list(changes))
        announce(SendingLimitsChanged(about=row, by=by, changes=changes))
    return row


def _cleaned(values: Mapping[str, Any]) -> dict[str, Any]:
    errors: dict[str, str] = {}
    kept: dict[str, Any] = {}
    for name, value in values.items():
        try:
            kept[name] = _clean(name, value)
        except ValueError as error:
            errors[name] = str(error)
    if errors:
        raise Invalid(errors)
    return kept


def _clean(name: str, value: Any) -> Any:
    if name in LIMITS:
        return _number(value, *LIMITS[name])
    if name == "domains":
        return _domains(value)
    if name in ("quiet_from", "quiet_to"):
        return _time(value)
    raise ValueError(_("There is no such field."))


def _number(value: Any, least: int, most: int) -> int:
    try:
        number = int(value)
    except (TypeError, ValueError) as error:
        raise ValueError(_("Write a whole number.")) from error
    if not least <= number <= most:
        reason = _("Write a number from %(least)d to %(most)d.")
        raise ValueError(reason % {"least": least, "most": most})
    return number


def _time(value: Any) -> time | None:
    if value in (None, "") or isinstance(value, time):
        return value or None
    try:
        return time.fromisoformat(str(value))
    except ValueError as error:
        raise ValueError(_("Write a time such as 21:00.")) from error


def _domains(value: Any) -> dict[str, float]:
    if not isinstance(value, Mapping) or len(value) > MOST_DOMAINS:
        raise ValueError(_("Send up to 200 domains with their mails a second."))
    found: dict[str, float] = {}
    for written, rate in value.items():
        domain = str(written).strip().lower().removeprefix("@")
        if not _DOMAIN.fullmatch(domain):
            raise ValueError(_("“%(domain)s” is not a domain.") % {"domain": domain[:60]})
        try:
            number = float(rate)
        except (TypeError, ValueError):
            number = 0
        if not 0.01 <= number <= 100_000:
            reason = _("Write how many mails a second %(domain)s takes, such as 5.")
            raise ValueError(reason % {"domain": domain})
        found[domain] = number
    return found


def _plain(value: Any) -> Any:
    return value.isoformat(timespec="minutes") if isinstance(value, time) else value
