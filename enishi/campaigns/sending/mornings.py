"""When a mail's turn comes where its reader lives."""

from datetime import datetime
from functools import lru_cache
from importlib.resources import files
from typing import Any

from django.utils import timezone
from pydantic_core import to_json

from enishi.campaigns.models import Campaign
from enishi.core.bulk import rows

# A start that is so little late still counts for the day.
_GRACE = "interval '1 hour'"


@lru_cache(maxsize=1)
def zones() -> dict[str, str]:
    """Country → its time zone; of several the one in which most people live (tz database)."""
    found: dict[str, str] = {}
    listed = files("tzdata").joinpath("zoneinfo/zone.tab").read_text(encoding="utf-8")
    for line in listed.splitlines():
        if not line.startswith("#"):
            country, _place, zone = line.split("\t")[:3]
            found.setdefault(country, zone)
    return found


def turn_sql(campaign: Campaign, member: str, now: datetime) -> tuple[str, list[Any]]:
    """SQL of the time before which nothing leaves to the member of the expression ``member``.

    Without a local time it is now; with one it is the next time that the clocks of the member's
    country show it.
    """
    if campaign.local_time is None:
        return "%s::timestamptz", [now]
    known = {name for (name,) in rows("SELECT name FROM pg_timezone_names")}
    every = {country: zone for country, zone in zones().items() if zone in known}
    sql = f"""(
        SELECT greatest(here.now, (here.today + here.hour + CASE
                   WHEN here.today + here.hour < here.clock - {_GRACE}
                   THEN interval '1 day' ELSE interval '0' END) AT TIME ZONE here.zone)
          FROM (SELECT named.zone, said.now, said.hour, said.now AT TIME ZONE named.zone AS clock,
                       date_trunc('day', said.now AT TIME ZONE named.zone) AS today
                  FROM (SELECT %s::timestamptz AS now, %s::time AS hour) said,
                       (SELECT coalesce(%s::jsonb ->> lives.country, %s) AS zone
                          FROM members_member lives WHERE lives.id = {member}) named) here)"""  # noqa: S608
    home = timezone.get_current_timezone_name()
    return sql, [now, campaign.local_time, to_json(every).decode(), home]
