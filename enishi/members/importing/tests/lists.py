"""What the tests of imports share: a list from text, and the whole roll as plain values."""

from pathlib import Path
from typing import Any

from django.core.files import File
from django.core.files.base import ContentFile

from enishi.members.importing import actions
from enishi.members.models import Import, Member, SearchEntry, StatusPeriod

DATA = Path(__file__).parents[3] / "core" / "japanese" / "tests" / "data"
ROSTER = DATA / "roster-a.csv"
TRUTH = DATA / "roster-a.truth.json.gz"


def started(content: str | bytes | Path, name: str = "list.csv", **options: Any) -> Import:
    """An import of this content, mapped as proposed."""
    if isinstance(content, Path):
        with content.open("rb") as file:
            of = actions.start(File(file), content.name, by=None)
    else:
        raw = content.encode() if isinstance(content, str) else content
        of = actions.start(ContentFile(raw), name, by=None)
    return actions.set_mapping(of, **options) if options else of


def imported(content: str | bytes | Path, name: str = "list.csv", **options: Any) -> Import:
    """The same, committed; wrong rows are left out."""
    of = started(content, name, **{"skip_errors": True, **options})
    actions.run_commit(of, actions.Quiet())
    of.refresh_from_db()
    return of


def reasons(of: Import) -> list[tuple[int, str, str]]:
    """Line, heading and msgid of every problem."""
    return [(p.line, p.heading, p.msgid) for p in of.problems.select_related("of")]


def the_roll() -> dict[str, Any]:
    """Every value of every member, period and search entry, but for ids, versions and times."""
    left_out = {"id", "version", "created_at", "updated_at", "origin_id", "search"}
    periods: dict[int, list[Any]] = {}
    for p in StatusPeriod.objects.order_by("from_on"):
        periods.setdefault(p.member_id, []).append(
            (p.status, p.type_id, p.from_on, p.to_on, p.reason_id, p.note)
        )
    found = {}
    for member in Member.objects.all():
        values = {
            f.attname: getattr(member, f.attname)
            for f in Member._meta.concrete_fields
            if f.attname not in left_out
        }
        found[member.number] = {
            **values,
            "periods": periods.get(member.pk),
            "search": member.search,
        }
    found["entries"] = sorted(SearchEntry.objects.values_list("search", flat=True))
    return found
