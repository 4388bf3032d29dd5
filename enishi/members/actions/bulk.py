"""One field of many members at once: previewed, done in the background, undone from a journal.

Set-based: who is chosen is frozen first, then journal and members are written in steps, all or
nothing, and one fact tells of the whole.
"""

import json
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from django.db import connection, transaction
from django.utils.translation import gettext as _

from enishi.accounts.models import User
from enishi.core import clock
from enishi.core.bulk import rows, run
from enishi.core.facts import announce
from enishi.members import facts, search
from enishi.members.conditions import Holds, Where
from enishi.members.exporting.selection import selected
from enishi.members.fields import Definition, Sort, Wrong, editable_fields, type_of
from enishi.members.fields.computing import recompute
from enishi.members.models import NAMES_STAY, BulkEdit, Member, MemberQuerySet, Tag

from .halves import all_or_nothing
from .refusals import Invalid, Refused
from .roll import By, by_id

AT_ONCE = 2_000  # members up to which it is done while one waits
STEP = 10_000
PART = 5_000  # of a change over two connections
TAGS, OWNER = "tags", "owner"
# Their values belong to one member each, or have actions of their own.
NOT_IN_BULK = search.COLUMNS | {"kind", "member_type", "joined_on", "left_on", "birth_date"}
_NOT_TYPED = (Sort.FILE, Sort.IMAGE, Sort.ADDRESS)


class NotInBulk(Refused):
    """This field cannot be set for many members at once."""

    status = 422


class AlreadyUndone(Refused):
    """This change was undone before."""


class NotDoneYet(Refused):
    """This change is still being made. Wait until it is done, or cancel it."""


@dataclass(frozen=True)
class Effect:
    """What a change of many would do."""

    chosen: int
    changed: int


def bulk_fields(user: By) -> dict[str, Definition]:
    """The fields that ``user`` may set for many members at once, by key."""
    return {
        key: one
        for key, one in editable_fields(user).items()
        if key not in NOT_IN_BULK
        and not one.sealed
        and one.sort not in _NOT_TYPED
        and not (one.own is not None and one.own.unique)
    }


def clean_value(field: str, value: Any, by: By) -> tuple[Any, str]:
    """The value as it is kept, and as people read it. Raises NotInBulk or Invalid."""
    definition = bulk_fields(by).get(field)
    if definition is None:
        raise NotInBulk
    try:
        found = definition.clean(value)
    except Wrong as wrong:
        raise Invalid({"value": wrong.reason}) from wrong
    if definition.own is not None:
        if found is None and definition.own.required:
            raise Invalid({"value": _("This must be filled in.")})
        said = "" if found is None else type_of(definition.own).said(definition.own, found)
        return found, said
    labels = dict(definition.choices)
    shown = str(labels.get(found, found)) if found else ""
    return getattr(found, "pk", found), shown


def bulk_effect(members: MemberQuerySet, field: str, value: Any, by: By) -> Effect:
    """How many are chosen, and how many of them hold something else."""
    found, _shown = clean_value(field, value, by)
    target = _target(field, by)
    other = Holds(Where(target.differs("m"), tuple(target.differing(found)), total=True))
    return Effect(members.order_by().count(), members.order_by().filter(other).count())


@transaction.atomic
def set_on_many(field: str, value: Any, *, filters: Mapping[str, Any], by: By) -> BulkEdit:
    """Set a field of all members that ``filters`` choose. The owner is the field ``owner``.

    Few are done at once, many in the background. Raises NotInBulk, Invalid, FiltersUnclear.
    """
    found, shown = clean_value(field, value, by)
    edit = BulkEdit(field=field, value=found, shown=shown[:300])
    return _begin(edit, filters, by)


@transaction.atomic
def tag_many(tag: Tag, *, off: bool = False, filters: Mapping[str, Any], by: By) -> BulkEdit:
    """Put a tag on all members that ``filters`` choose, or take it off them; as ``set_on_many``."""
    verb = BulkEdit.Verb.TAKE if off else BulkEdit.Verb.PUT
    edit = BulkEdit(field=TAGS, verb=verb, value=tag.pk, shown=tag.name)
    return _begin(edit, filters, by)


def _begin(edit: BulkEdit, filters: Mapping[str, Any], by: By) -> BulkEdit:
    from enishi.members.bulk_jobs import change_many

    members = selected(filters, by=by)  # refuses filters that cannot be read
    edit.by_id, edit.filters = by_id(by), dict(filters)
    edit.save()
    if members.order_by()[: AT_ONCE + 1].count() <= AT_ONCE:
        do_bulk_edit(edit)
    else:
        edit.job = change_many.enqueue(by=by, about=edit, edit_id=edit.pk)
        edit.save(update_fields=["job"])
    return edit


def do_bulk_edit(edit: BulkEdit, progress: Any = None) -> BulkEdit:
    """Make the change, keep what stood there, tell of it once. Outside of a transaction a field of
    many is set over two connections (``halves``); begun anew, what was done is not done again."""
    members = selected(edit.filters, by=edit.by)
    if edit.field == TAGS:
        with transaction.atomic():
            return _tag(edit, members, progress)
    ids = [pk for (pk,) in members.order_by("pk").values_list("pk")]
    parts = [ids[start : start + PART] for start in range(0, len(ids), PART)]
    all_or_nothing(parts, _setting(edit), progress)
    with transaction.atomic():
        edit.count = edit.rows.count()
        edit.save(update_fields=["count"])
        _follow(edit)
        if edit.field == OWNER:
            owner = User.objects.filter(pk=edit.value or 0).first()
            announce(facts.OwnerGiven(about=owner, count=edit.count, by=edit.by))
        else:
            announce(
                facts.FieldSetOnMany(
                    about=edit, field=edit.field, shown=edit.shown, count=edit.count, by=edit.by
                )
            )
    return edit


def _tag(edit: BulkEdit, members: MemberQuerySet, progress: Any) -> BulkEdit:
    edit.count = _in_steps(_freeze(members), progress, _tagging(edit))
    edit.save(update_fields=["count"])
    tag = Tag.objects.get(pk=edit.value or 0)
    off = edit.verb == BulkEdit.Verb.TAKE
    announce(facts.MembersTagged(about=tag, count=edit.count, taken_off=off, by=edit.by))
    return edit


@transaction.atomic
def undo_bulk_edit(edit: BulkEdit, *, by: By) -> BulkEdit:
    """Put back what stood there; few at once, many in the background. Raises AlreadyUndone,
    NotDoneYet, and NotInBulk for a field that ``by`` may not change."""
    from enishi.members.bulk_jobs import undo_many

    edit = BulkEdit.objects.select_for_update(of=("self",)).get(pk=edit.pk)
    if edit.undone_at is not None or (edit.undo_job is not None and edit.undo_job.is_open):
        raise AlreadyUndone
    if edit.count is None:
        raise NotDoneYet
    if edit.field != TAGS and edit.field not in bulk_fields(by):
        raise NotInBulk
    if edit.count <= AT_ONCE:
        return do_undo(edit, by=by)
    edit.undo_job = undo_many.enqueue(by=by, about=edit, edit_id=edit.pk, by_id=by_id(by))
    edit.save(update_fields=["undo_job"])
    return edit


@transaction.atomic
def do_undo(edit: BulkEdit, *, by: By, progress: Any = None) -> BulkEdit:
    """Whoever was changed by somebody since is left as they are, and counted."""
    total = _chosen(
        "SELECT row_number() OVER (ORDER BY member_id), member_id, old"
        " FROM members_bulkeditrow WHERE edit_id = %s",
        [edit.pk],
    )
    step = _untagging if edit.field == TAGS else _restoring
    restored = _in_steps(total, progress, step(edit))
    edit.undone_at, edit.left_out = clock.now(), total - restored
    edit.save(update_fields=["undone_at", "left_out"])
    _follow(edit)
    announce(
        facts.BulkEditUndone(
            about=edit, field=edit.field, count=restored, left_out=edit.left_out, by=by
        )
    )
    return edit


# Where a value lies


@dataclass(frozen=True)
class _Target:
    """A column of members, or a key in ``data``; values are compared as they are kept."""

    column: str = ""
    key: str = ""

    def now(self, alias: str) -> str:
        """The present value as JSON; for an own field NULL where there is none."""
        return f"({alias}.data -> %s)" if self.key else f"to_jsonb({alias}.{self.column})"

    @property
    def params(self) -> list[Any]:
        return [self.key] if self.key else []

    def differs(self, alias: str) -> str:
        return f"{self.now(alias)} IS DISTINCT FROM %s::jsonb"

    def differing(self, value: Any) -> list[Any]:
        return [*self.params, self.kept(value)]

    def kept(self, value: Any) -> str | None:
        """A value as ``now`` gives it. to_jsonb(NULL) is NULL, not a JSON null."""
        return None if value is None else json.dumps(value, ensure_ascii=False)

    def assignment(self, value: str) -> str:
        """SQL that sets the field to the JSON expression ``value`` (NULL: to nothing)."""
        if self.key:
            with_it = f"m.data || jsonb_build_object(%s::text, {value})"
            return f"data = CASE WHEN {value} IS NULL THEN m.data - %s::text ELSE {with_it} END"
        kind = Member._meta.get_field(self.column).db_type(connection)
        return f"{self.column} = ({value} #>> '{{}}')::{kind}"

    def assigning(self, *value: Any) -> list[Any]:
        """Parameters of ``assignment`` whose ``value`` takes these."""
        return [*value, self.key, self.key, *value] if self.key else list(value)


def _target(field: str, by: By) -> _Target:
    definition = bulk_fields(by).get(field)
    if definition is None:
        raise NotInBulk
    if definition.own is not None:
        return _Target(key=definition.own.key)
    column: Any = Member._meta.get_field(definition.column)
    return _Target(column=column.column)


# Steps


def _freeze(members: MemberQuerySet) -> int:
    """Who is chosen, numbered; returns how many."""
    query, params = members.order_by("pk").values("pk").query.sql_with_params()
    return _chosen(
        f"SELECT row_number() OVER (ORDER BY id), id, NULL FROM ({query}) AS found (id)", params
    )


def _chosen(query: str, params: Any) -> int:
    """Fill the work table, which vanishes with the transaction, from number, id and old value."""
    with connection.cursor() as cursor:
        cursor.execute("DROP TABLE IF EXISTS bulk_chosen")
        cursor.execute(
            "CREATE TEMPORARY TABLE bulk_chosen (n bigint, id bigint, old jsonb) ON COMMIT DROP"
        )
        cursor.execute(f"INSERT INTO bulk_chosen {query}", params)
        count = int(cursor.rowcount)
        cursor.execute("CREATE INDEX ON bulk_chosen (n)")
        cursor.execute("ANALYZE bulk_chosen")
    return count


def _in_steps(total: int, progress: Any, step: Callable[[int, int], int]) -> int:
    """Run ``step(from, to)`` over the frozen ones; returns how many were changed."""
    if progress is not None:
        progress.start(total)
    changed = 0
    for start in range(1, total + 1, STEP):
        changed += step(start, start + STEP)
        if progress is not None:
            progress.stop_if_cancelled()
            progress.at(min(start + STEP - 1, total))
    return changed


_RANGE = "t.n >= %s AND t.n < %s"
_THESE = f"bulk_chosen t WHERE {_RANGE}"
# They are numbered in the order of their ids: no step need look at the members before it.
_BETWEEN = (
    f"m.id BETWEEN (SELECT min(t.id) FROM {_THESE}) AND (SELECT max(t.id) FROM {_THESE})"
    f" AND {_RANGE}"
)


def _setting(edit: BulkEdit) -> Callable[[Sequence[int]], None]:
    target = _target(edit.field, None)
    value = target.kept(edit.value)
    query = (
        f"WITH found AS MATERIALIZED (SELECT m.id, m.ctid, m.version, {target.now('m')} AS old"
        f" FROM members_member m WHERE m.id = ANY(%s::bigint[]) AND {target.differs('m')}"
        " AND NOT EXISTS (SELECT FROM members_bulkeditrow r"
        " WHERE r.member_id = m.id AND r.edit_id = %s)),"
        f" changed AS (UPDATE members_member m SET {target.assignment('%s::jsonb')},"
        f" version = m.version + 1, updated_at = %s, {NAMES_STAY}"
        " FROM found f WHERE m.ctid = f.ctid AND m.version = f.version RETURNING f.id, f.old),"
        " kept AS (INSERT INTO members_bulkeditrow (edit_id, member_id, old)"
        " SELECT %s, id, old FROM changed)"
        " SELECT (SELECT count(*) FROM changed), (SELECT count(*) FROM found)"
    )

    def step(ids: Sequence[int]) -> None:
        """Whoever is changed by somebody in the same moment is looked at again."""
        these = [*target.params, f"{{{','.join(map(str, ids))}}}"]
        params = [*these, *target.differing(edit.value), edit.pk]
        params += [*target.assigning(value), clock.now(), edit.pk]
        while True:
            [(changed, found)] = rows(query, params)
            if changed == found:
                return

    return step


def _restoring(edit: BulkEdit) -> Callable[[int, int], int]:
    target = _target(edit.field, None)
    query = (
        f"UPDATE members_member m SET {target.assignment('t.old')},"
        f" version = m.version + 1, updated_at = %s, {NAMES_STAY} FROM bulk_chosen t"
        f" WHERE m.id = t.id AND {_BETWEEN} AND NOT ({target.differs('m')})"
    )

    def step(start: int, end: int) -> int:
        params = [*target.assigning(), clock.now(), *(start, end) * 3]
        return run(query, [*params, *target.differing(edit.value)])

    return step


_PUT = (
    "INSERT INTO members_membertag (member_id, tag_id) SELECT {ids}, %s FROM {these}"
    " ON CONFLICT DO NOTHING RETURNING member_id"
)
_TAKE = (
    "DELETE FROM members_membertag l USING {these} AND l.member_id = {ids} AND l.tag_id = %s"
    " RETURNING l.member_id"
)


def _tagging(edit: BulkEdit) -> Callable[[int, int], int]:
    """Put the tag on or take it off; the journal holds whom it came to or went from."""
    put = edit.verb == BulkEdit.Verb.PUT
    change = (_PUT if put else _TAKE).format(ids="t.id", these=_THESE)
    query = (
        f"WITH changed AS ({change}) INSERT INTO members_bulkeditrow (edit_id, member_id)"
        " SELECT %s, member_id FROM changed"
    )

    def step(start: int, end: int) -> int:
        params = [edit.value, start, end] if put else [start, end, edit.value]
        return run(query, [*params, edit.pk])

    return step


def _untagging(edit: BulkEdit) -> Callable[[int, int], int]:
    if not Tag.objects.filter(pk=edit.value or 0).exists():
        return lambda _start, _end: 0
    put = edit.verb == BulkEdit.Verb.TAKE
    query = (_PUT if put else _TAKE).format(ids="t.id", these=_THESE)

    def step(start: int, end: int) -> int:
        return run(query, [edit.value, start, end] if put else [start, end, edit.value])

    return step


def _follow(edit: BulkEdit) -> None:
    """Search texts and computed fields of the changed members."""
    if edit.field in (TAGS, OWNER):
        return
    changed = "m.id IN (SELECT r.member_id FROM members_bulkeditrow r WHERE r.edit_id = %s)"
    definition = bulk_fields(None).get(edit.field)
    if definition is not None and definition.own is not None and definition.own.searched:
        from enishi.members.importing.searching import refresh

        refresh(changed, [edit.pk])
    recompute(changed, [edit.pk])
