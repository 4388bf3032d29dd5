"""New rows of a list that look like somebody who is on the roll already."""

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

from django.db import transaction
from django.utils.translation import gettext as _

from enishi.core.bulk import raw_cursor
from enishi.members.duplicates import THRESHOLD, Odds, alike, reasons
from enishi.members.duplicates.blocks import Blocks
from enishi.members.duplicates.folding import COLUMNS, Person, of_values
from enishi.members.duplicates.scan import everybody, people
from enishi.members.duplicates.scoring import verdict
from enishi.members.fields import as_seen, hidden_groups, visible_fields
from enishi.members.models import Import, Member

from . import staging
from .actions import Reporting, plan_of
from .staging import table

FEW = 300  # rows up to which each is looked up by itself; more: the whole roll is read once
KEPT = 200  # of them the page and the API tell; the number of all is kept


@dataclass(frozen=True)
class Alike:
    """A row of the file, and the member who is probably meant."""

    line: int
    name: str
    member: Member
    score: int
    why: str


def look(of: Import, progress: Reporting) -> int:
    """Look for them and keep what was found with the import; returns how many rows."""
    with transaction.atomic():
        if of.counts.get("new", 0) == 0 or not staging.exists(of):
            found = []
        else:
            progress.say(_("Looking for members who are there already"))
            found = _one_by_one(of) if of.counts["new"] <= FEW else _all(of, progress)
        found.sort(key=lambda row: (-row[2], row[0]))
        of.refresh_from_db(fields=["found", "counts"])
        of.found["alike"] = found[:KEPT]
        of.counts["alike"] = len({line for line, *_rest in found})
        of.save(update_fields=["found", "counts"])
    return int(of.counts["alike"])


def told(of: Import, limit: int = KEPT, *, by: Any = None) -> list[Alike]:
    """What ``look`` found, for people, without what ``by`` may not see."""
    fields = visible_fields(by, retired=True)
    hidden = hidden_groups(by, fields)
    kept = of.found.get("alike", [])[:limit]
    members = Member.objects.select_related("type").in_bulk(
        [member_id for _, member_id, *_r in kept]
    )
    return [
        Alike(
            line,
            name,
            as_seen(members[pk], by, fields),
            score,
            reasons.summary(reasons.seen(reasons.read(why), hidden)),
        )
        for line, pk, score, name, why in kept
        if pk in members
    ]


Found = list[Any]  # line, member id, score, name, reasons


def _staged(of: Import) -> Iterator[tuple[int, list[Any]]]:
    """Line and values (in the order of COLUMNS) of the rows that would be new members."""
    there = plan_of(of).columns
    names = [f"s.{name}" if name in there else "NULL" for name in COLUMNS]
    names[0] = "NULL"
    with raw_cursor() as cursor:
        cursor.execute(
            f"DECLARE staged NO SCROLL CURSOR FOR SELECT s.line, {', '.join(names)}"
            f" FROM {table(of)} s WHERE s.line > 0 AND NOT EXISTS"
            f" (SELECT 1 FROM {table(of)}_match x WHERE x.line = s.line)"
        )
        while batch := cursor.execute("FETCH 5000 FROM staged").fetchall():
            for line, *values in batch:
                yield line, values
        cursor.execute("CLOSE staged")


def _name(one: Person, values: list[Any]) -> str:
    firm = values[COLUMNS.index("organisation_name")] or ""
    return (f"{firm} " if one.is_firm else "") + " ".join(filter(None, one.written))


def _one_by_one(of: Import) -> list[Found]:
    odds = Odds.current()
    found = []
    for line, values in list(_staged(of)):
        said = dict(zip(COLUMNS, values, strict=True))
        for like in alike(said, least=THRESHOLD, most=1, odds=odds):
            why = reasons.kept(like.reasons)
            name = _name(of_values(values), values)
            found.append([line, like.member.pk, like.score, name.strip(), why])
    return found


def _all(of: Import, progress: Reporting) -> list[Found]:
    """Everybody and all new rows in one pass; rows of the file are not compared with each other."""
    blocks = Blocks()
    for one in everybody():
        blocks.add(one)
    progress.stop_if_cancelled()
    new: dict[int, tuple[int, Person, str]] = {}
    for at, (line, values) in enumerate(_staged(of), 1):
        one = of_values(values)._replace(id=-at)
        new[-at] = (line, one, _name(one, values))
        blocks.add(one)
    pairs = [(low, high) for low, high in blocks.pairs().iter_rows() if low < 0 < high]
    progress.stop_if_cancelled()
    known = people({high for _low, high in pairs})
    odds = Odds.current()
    best: dict[int, Found] = {}
    for low, high in pairs:
        line, one, name = new[low]
        score, why = verdict(one, known[high], odds)
        if score >= THRESHOLD and (line not in best or best[line][2] < score):
            best[line] = [line, high, score, name.strip(), reasons.kept(why)]
    return list(best.values())
