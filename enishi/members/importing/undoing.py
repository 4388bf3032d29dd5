"""Taking an import back: what it added goes, what it changed is as before.

Rows that somebody has edited since, or hung something onto, stand in the way: either nothing is
undone, or (``leave_edited``) everything else.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from django.db import connection, transaction
from django.db.models import ProtectedError
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from enishi.core import clock
from enishi.core.bulk import rows
from enishi.core.facts import announce
from enishi.core.models import Job
from enishi.members.actions.by_themselves import kept_by_themselves
from enishi.members.facts import ImportUndone
from enishi.members.fields.homes import home_of
from enishi.members.models import (
    NAMES_STAY,
    Field,
    Import,
    ImportChange,
    Member,
    MemberType,
    SearchEntry,
    StatusPeriod,
)
from enishi.ui.written import listed

from . import refusals
from .actions import By, Reporting, one_at_a_time
from .refusals import NotNow

OWN_ROWS = {StatusPeriod, SearchEntry, ImportChange}  # rows of a member that undoing sees to


@dataclass(frozen=True)
class Obstacle:
    """A member that cannot be undone. ``why`` is 'edited', 'deleted' or 'used'."""

    member_id: int
    number: str
    name: str
    why: str


class InTheWay(refusals.InTheWay):
    """Members were edited since the import, so nothing was undone."""

    def __init__(self, count: int, first: list[Obstacle]) -> None:
        self.count = count
        self.first = first
        super().__init__()

    @property
    def details(self) -> dict[str, Any]:
        """The first members in the way, for programs."""
        rows = [{"id": o.member_id, "number": o.number, "why": o.why} for o in self.first]
        return {"in_the_way": rows, "count": self.count}

    def __str__(self) -> str:
        numbers = listed(obstacle.number for obstacle in self.first[:10])
        return ngettext(
            "%(count)s member was edited since the import (%(numbers)s), so nothing was undone."
            " You can undo all others.",
            "%(count)s members were edited since the import (%(numbers)s), so nothing was undone."
            " You can undo all others.",
            self.count,
        ) % {"count": self.count, "numbers": numbers + ("…" if self.count > 10 else "")}


@transaction.atomic
def undo(of: Import, *, by: By, leave_edited: bool = False) -> Job:
    """Undo in the background. Raises NotNow, and InTheWay without ``leave_edited``."""
    from .jobs import undo_import

    of = Import.objects.select_for_update().get(pk=of.pk)
    if of.state != Import.State.DONE:
        raise NotNow
    if not leave_edited:
        refuse_obstacles(of)
    of.state, of.problem = Import.State.UNDOING, ""
    of.job = undo_import.enqueue(by=by, about=of, import_id=of.pk, leave_edited=leave_edited)
    of.save(update_fields=["state", "problem", "job"])
    return of.job


def refuse_obstacles(of: Import) -> None:
    """Raise InTheWay when anything stands in the way of undoing all of ``of``."""
    first = obstacles(of, limit=100)
    if first:
        count = len(first) if len(first) < 100 else _count_obstacles(of)
        raise InTheWay(count, first)


def obstacles(of: Import, *, limit: int = 100) -> list[Obstacle]:
    """The first members that stand in the way, by number."""
    with connection.cursor() as cursor:
        cursor.execute(
            f"SELECT id, number, name, why FROM ({_obstacles()}) o ORDER BY number LIMIT %(limit)s",
            {"of": of.pk, "limit": limit},
        )
        return [Obstacle(*row) for row in cursor.fetchall()]


def _count_obstacles(of: Import) -> int:
    with connection.cursor() as cursor:
        cursor.execute(f"SELECT count(*) FROM ({_obstacles()}) o", {"of": of.pk})
        return int(cursor.fetchone()[0])


def _obstacles() -> str:
    used = " OR ".join(
        f"EXISTS (SELECT 1 FROM {table} x"
        f' WHERE x."{rel.field.column}" = m.id AND NOT ({_by_themselves(table)}))'
        for rel in Member._meta.related_objects
        if rel.related_model not in OWN_ROWS and rel.field.column
        for table in [rel.related_model._meta.db_table]
    )
    name = (
        "coalesce(nullif(trim(m.family_name || ' ' || m.given_name), ''), m.organisation_name)"
        " AS name"
    )
    why = (
        "CASE WHEN m.deleted_at IS NOT NULL THEN 'deleted'"
        " WHEN {edited} THEN 'edited' ELSE 'used' END"
    )
    new = "m.version <> coalesce(c.after_version, 1)"
    return (
        f"SELECT m.id, m.number, {name}, {why.format(edited=new)} AS why FROM members_member m"
        " LEFT JOIN members_importchange c ON c.member_id = m.id AND c.of_id = %(of)s"
        f" WHERE m.origin_id = %(of)s AND (m.deleted_at IS NOT NULL OR {new} OR {used or 'false'})"
        f" UNION ALL SELECT m.id, m.number, {name},"
        f" {why.format(edited='true')} AS why FROM members_importchange c"
        " JOIN members_member m ON m.id = c.member_id WHERE c.of_id = %(of)s"
        " AND m.origin_id IS DISTINCT FROM %(of)s"
        " AND (m.version <> c.after_version OR m.deleted_at IS NOT NULL)"
    )


def _by_themselves(table: str) -> str:
    """SQL of the rows of ``table`` (alias ``x``) that nobody has made: they go with it."""
    return kept_by_themselves.get(table, "false")


def run_undo(of: Import, progress: Reporting, *, leave_edited: bool = False) -> dict[str, int]:
    """Undo at once; returns how many members were removed, restored and left."""
    with transaction.atomic():
        one_at_a_time()
        of = Import.objects.select_for_update().get(pk=of.pk)
        if of.state == Import.State.UNDONE:
            return {"removed": 0, "restored": 0, "left": 0}
        if of.state not in (Import.State.DONE, Import.State.UNDOING):
            raise NotNow
        if not leave_edited:
            refuse_obstacles(of)
        progress.say(_("Undoing the import"))
        with connection.cursor() as cursor:
            values: dict[str, Any] = {"of": of.pk, "now": clock.now()}
            cursor.execute("SET LOCAL work_mem = '128MB'")
            cursor.execute(
                "CREATE TEMPORARY TABLE kept ON COMMIT DROP AS"
                f" SELECT DISTINCT id FROM ({_obstacles()}) o",
                values,
            )
            restored = _restore(cursor, of, values)
            removed = _remove(cursor, values)
            cursor.execute("SELECT count(*) FROM kept")
            left = int(cursor.fetchone()[0])
            cursor.execute("DROP TABLE kept")
        _forget_made(of)
        of.state, of.undone_at = Import.State.UNDONE, clock.now()
        of.save(update_fields=["state", "undone_at"])
        announce(ImportUndone(about=of, by=of.by, file=of.name, removed=removed, restored=restored))
    return {"removed": removed, "restored": restored, "left": left}


def _restore(cursor: Any, of: Import, values: dict[str, Any]) -> int:
    """Put back what was overwritten. The version still rises: a form opened before must clash."""
    first = ImportChange.objects.filter(of=of).exclude(before={}).values_list("before", flat=True)
    before = first.first()
    if before is None:
        return 0
    columns = [name for name in before if name != "periods"]
    cursor.execute(
        "CREATE TEMPORARY TABLE restoring ON COMMIT DROP AS SELECT c.member_id, c.before,"
        " c.after_version FROM members_importchange c JOIN members_member m ON m.id = c.member_id"
        " WHERE c.of_id = %(of)s AND c.before <> '{}' AND c.member_id NOT IN (SELECT id FROM kept)",
        values,
    )
    if "periods" in before:
        cursor.execute(
            "DELETE FROM members_statusperiod p USING restoring c WHERE p.member_id = c.member_id"
        )
        cursor.execute(
            "INSERT INTO members_statusperiod SELECT p.* FROM restoring c, LATERAL"
            " jsonb_populate_recordset(NULL::members_statusperiod, c.before -> 'periods') p"
        )
    sets = ", ".join(f"{name} = r.{name}" for name in columns)
    if "family_name" not in columns:
        sets = f"{sets}, {NAMES_STAY}"
    cursor.execute(
        f"UPDATE members_member m SET {sets}, version = m.version + 1, updated_at = %(now)s"
        " FROM restoring c, LATERAL jsonb_populate_record(NULL::members_member, c.before) r"
        " WHERE m.id = c.member_id",
        values,
    )
    restored = int(cursor.rowcount)
    if "search" in columns:
        cursor.execute(
            "UPDATE members_searchentry e SET search = c.before ->> 'search' FROM restoring c"
            " WHERE e.member_id = c.member_id AND e.search <> c.before ->> 'search'"
        )
    # What earlier imports left is there again, so those can be undone too.
    cursor.execute(
        "UPDATE members_importchange e SET after_version = c.after_version + 1 FROM restoring c"
        " WHERE e.member_id = c.member_id AND e.after_version = c.after_version - 1"
    )
    cursor.execute(
        "INSERT INTO members_importchange (of_id, member_id, before, after_version)"
        " SELECT m.origin_id, m.id, '{}', m.version FROM restoring c"
        " JOIN members_member m ON m.id = c.member_id"
        " WHERE m.origin_id IS NOT NULL AND c.after_version = 2"
    )
    cursor.execute(
        "DELETE FROM members_importchange e USING restoring c"
        " WHERE e.of_id = %(of)s AND e.member_id = c.member_id",
        values,
    )
    cursor.execute("DROP TABLE restoring")
    return restored


def _remove(cursor: Any, values: dict[str, Any]) -> int:
    cursor.execute(
        "CREATE TEMPORARY TABLE going ON COMMIT DROP AS SELECT id FROM members_member"
        " WHERE origin_id = %(of)s AND id NOT IN (SELECT id FROM kept)",
        values,
    )
    cursor.execute("ANALYZE going")
    for table, rows_of in kept_by_themselves.items():
        cursor.execute(
            f"DELETE FROM {table} x USING going WHERE x.member_id = going.id AND ({rows_of})"
        )
    for table, column in (
        ("members_importchange", "member_id"),
        ("members_statusperiod", "member_id"),
        ("members_searchentry", "member_id"),
        ("members_member", "id"),
    ):
        cursor.execute(f"DELETE FROM {table} t USING going WHERE t.{column} = going.id")
    removed = int(cursor.rowcount)
    cursor.execute(
        "DELETE FROM members_searchpending p WHERE NOT EXISTS"
        " (SELECT 1 FROM members_member m WHERE m.id BETWEEN p.from_id AND p.to_id)"
    )
    cursor.execute("DROP TABLE going")
    return removed


def _forget_made(of: Import) -> None:
    """Types and own fields that the import created go again, unless somebody uses them."""
    for made in MemberType.objects.filter(pk__in=of.made.get("types", [])):
        if not StatusPeriod.objects.filter(type=made).exists():
            try:
                with transaction.atomic():
                    made.delete()
            except ProtectedError:
                continue
    for own in Field.objects.filter(pk__in=of.made.get("fields", [])):
        if not Member.objects.filter(data__has_key=own.key).exists():
            own.delete()
    forget_choices(of.made)


def forget_choices(made: Mapping[str, Any]) -> None:
    """Choices that an import added go again, but for those that somebody has."""
    added: dict[str, list[str]] = made.get("choices", {})
    for field in Field.objects.filter(pk__in=added).select_for_update():
        home = home_of(field.table)
        if home is None:
            continue
        used = rows(
            f"SELECT DISTINCT c FROM {home.table} m, jsonb_array_elements_text("
            " CASE jsonb_typeof(m.data -> %(key)s) WHEN 'array' THEN m.data -> %(key)s"
            " ELSE jsonb_build_array(m.data -> %(key)s) END) c"
            f" WHERE {home.rows} AND m.data ? %(key)s",
            {"key": field.key},
        )
        gone = set(added[str(field.pk)]) - {value for (value,) in used}
        field.choices = [one for one in field.choices if one["value"] not in gone]
        field.save(update_fields=["choices"])
