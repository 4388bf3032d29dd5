"""The merge and its undoing."""

from collections.abc import Mapping
from dataclasses import replace
from datetime import date
from typing import Any

from django.db import transaction

from enishi.core import clock
from enishi.core.facts import announce
from enishi.core.sealing import is_sealed
from enishi.members import search
from enishi.members.actions.refusals import InTheBin
from enishi.members.actions.roll import By, by_id, keep_spans, locked, spans_of
from enishi.members.actions.roll import keep as save
from enishi.members.facts import MembersMerged, MergeUndone
from enishi.members.fields import OWN, fields_of
from enishi.members.fields.computing import computed
from enishi.members.fields.sealed import about, moved, same, seal_value, sealed_fields
from enishi.members.models import DuplicatePair, Field, FurtherEmail, Member, Merge, Purpose
from enishi.members.timeline import with_type

from . import periods, places
from . import refusals as no
from .choosing import PERIODS, Values, put_value, settled, value_of
from .links import links_back, links_follow
from .proposing import BOTH, DROP
from .rows import move_all, move_back


@transaction.atomic
def merge(
    keep: Member,
    drop: Member,
    *,
    choices: Mapping[str, Any] | None = None,
    score: int | None = None,
    by: By,
) -> Merge:
    """Make ``drop`` a part of ``keep``: values as chosen (see ``choosing.settled``), all rows.

    ``drop`` is then in no list; its number leads to ``keep``. Raises a Refused.
    """
    keep, drop = _both(keep, drop)
    if keep.kind != drop.kind:
        raise no.PersonAndOrganisation
    choices = choices or {}
    journal = Merge(keep=keep, drop=drop, choices=dict(choices), score=score)
    journal.by_id = by_id(by)
    journal.save()
    links_follow(journal)
    for member in (keep, drop):
        member.refresh_from_db(fields=["data"])
    values = _resealed(settled(keep, drop, choices, by), keep, drop)
    journal.values = {
        name: {"before": _plain(value_of(keep, name)), "after": _plain(value)}
        for name, value in values.items()
    }
    journal.made = _emails(keep, drop, values)
    places.make_room(journal, by=by)
    move_all(journal)
    places.take_over(journal, by=by)
    columns = {put_value(keep, name, value) for name, value in values.items()}
    columns |= _one_membership(journal, str(choices.get(PERIODS, BOTH)), values.get("type_id"))
    columns |= _worked_out(keep)
    drop.deleted_at, drop.merged_into = clock.now(), keep
    drop.save(update_fields=["deleted_at", "merged_into"])
    journal.save(update_fields=["values", "periods", "made", "places"])
    save(keep, columns | {"search"})
    _search_again(keep)
    for side in ("first", "second"):
        DuplicatePair.objects.filter(**{side: drop}).delete()
    announce(
        MembersMerged(
            about=keep,
            dropped=drop,
            number=drop.number,
            merge=journal.pk,
            changes=_told(journal.values),
            version=keep.version,
            by=by,
        )
    )
    return journal


@transaction.atomic
def undo_merge(merge: Merge, *, by: By) -> Merge:
    """Make two members of one again, as they would be had they never been merged.

    What was edited on the keeper since stays with the keeper; everything else is as before. Raises
    a Refused.
    """
    merge = Merge.objects.select_for_update().get(pk=merge.pk)
    if merge.undone_at is not None:
        raise no.AlreadyUndone
    keep, drop = _locked(merge.keep_id, merge.drop_id)
    if keep.merged_into_id is not None:
        into = Member.objects.get(pk=keep.merged_into_id)
        raise no.MergedOnwards(number=keep.number, into=into.number)
    later = Merge.objects.filter(keep=keep, undone_at=None, pk__gt=merge.pk).order_by("-pk").first()
    if later is not None:
        raise no.LaterMerge(number=later.drop.number)

    drop.deleted_at = drop.merged_into = None
    left = move_back(merge)
    places.give_back(merge, by=by)
    for row in merge.made:
        FurtherEmail.objects.filter(
            pk=row["id"], member=keep, email=row["email"], purpose=row["purpose"]
        ).delete()
    told: dict[str, Any] = {}
    columns = set()
    for name, kept in merge.values.items():
        now = _plain(value_of(keep, name))
        if _same(name, now, kept["after"], keep) and kept["after"] != kept["before"]:
            columns.add(put_value(keep, name, _read(name, kept["before"])))
            told |= _told({name: {"before": now, "after": kept["before"]}})
    columns |= _two_memberships(merge, keep) | _worked_out(keep)
    merge.undone_at, merge.undone_by_id = clock.now(), by_id(by)
    merge.save(update_fields=["undone_at", "undone_by"])
    # Days may have come while the dropped member rested.
    own = spans_of(drop)
    moved = keep_spans(drop, own, own) if own else set()
    save(drop, moved | {"deleted_at", "merged_into"})
    save(keep, columns | {"search"})
    links_back(merge)
    for member in (keep, drop):
        member.refresh_from_db(fields=["data"])
        _search_again(member)
    announce(
        MergeUndone(
            about=keep,
            dropped=drop,
            number=drop.number,
            merge=merge.pk,
            left=left,
            changes=told,
            version=keep.version,
            by=by,
        )
    )
    return merge


def _both(keep: Member, drop: Member) -> tuple[Member, Member]:
    if keep.pk == drop.pk:
        raise no.MergeWithOneself
    keep, drop = _locked(keep.pk, drop.pk)
    if keep.merged_into_id is not None or drop.merged_into_id is not None:
        raise no.AlreadyMerged
    if keep.deleted_at is not None or drop.deleted_at is not None:
        raise InTheBin
    return keep, drop


def _locked(keep_id: int, drop_id: int) -> tuple[Member, Member]:
    """Both, locked in the order of their ids, so that two merges never wait for each other."""
    found = {pk: locked(Member(pk=pk), in_bin=True) for pk in sorted((keep_id, drop_id))}
    return found[keep_id], found[drop_id]


def _emails(keep: Member, drop: Member, values: Values) -> list[dict[str, Any]]:
    """The e-mail address that gives way stays as a further one. Returns the row for the journal."""
    chosen = values.get("email", keep.email)
    other = drop.email if chosen == keep.email else keep.email
    have = FurtherEmail.objects.filter(member__in=(keep, drop), email=other)
    if not other or other == chosen or have.exists():
        return []
    row = FurtherEmail.objects.create(member=keep, purpose=Purpose.OTHER, email=other)
    return [{"id": row.pk, "email": row.email, "purpose": str(row.purpose)}]


def _one_membership(journal: Merge, side: str, type_id: int | None) -> set[str]:
    """Combine the periods; returns the columns of ``keep`` that moved."""
    keep = journal.keep
    mine, theirs = spans_of(keep), spans_of(journal.drop)
    new = mine
    if side == DROP:
        new = [replace(span, pk=None) for span in theirs]
    elif side == BOTH:
        new = periods.combined(mine, theirs)
    if type_id is not None:
        new = with_type(new, clock.today(), type_id, journal.by_id)
    if new == mine:
        return set()
    before = periods.kept_rows(keep)
    columns = keep_spans(keep, mine, new)
    joined, left = periods.dates(new)
    for name, day in (("joined_on", joined), ("left_on", left)):
        if getattr(keep, name) != day:
            journal.values[name] = {"before": _plain(getattr(keep, name)), "after": _plain(day)}
            setattr(keep, name, day)
            columns.add(name)
    journal.periods = {"before": before, "after": periods.plain(spans_of(keep))}
    return columns


def _two_memberships(merge: Merge, keep: Member) -> set[str]:
    """The keeper's periods as they would be without the merge; returns the columns that moved."""
    if not merge.periods:
        return set()
    now = spans_of(keep)
    before, after = periods.read(merge.periods["before"]), periods.read(merge.periods["after"])
    back = periods.without(before, after, now)
    if back == before:
        periods.put_back(keep, merge.periods["before"])
        return keep_spans(keep, back, back)
    return keep_spans(keep, now, back)


def _worked_out(member: Member) -> set[str]:
    """Computed fields follow the others; returns the columns that moved."""
    before, member.data = member.data, computed(fields_of(), member, member.data)
    return {"data"} if member.data != before else set()


def _search_again(member: Member) -> None:
    member.search = search.text_of(member)
    member.save(update_fields=["search"])
    search.remember(member)


# Values in the journal


def _plain(value: Any) -> Any:
    return value.isoformat() if isinstance(value, date) else value


def _read(name: str, value: Any) -> Any:
    if value is not None and name in ("birth_date", "joined_on", "left_on", "deceased_on"):
        return date.fromisoformat(value)
    return value


def _key(name: str) -> str:
    return {"type_id": "member_type"}.get(name, name.removesuffix("_id"))


def _told(values: Mapping[str, Mapping[str, Any]]) -> dict[str, Any]:
    """Changes as history shows them; what is sensitive without values."""
    own = fields_of(retired=True)
    silent = {OWN + one.key for one in own if one.personal != Field.Personal.ORDINARY}
    return {
        _key(name): None if name in silent else (kept["before"], kept["after"])
        for name, kept in values.items()
    }


def _resealed(values: Values, keep: Member, drop: Member) -> Values:
    """Sealed values of ``drop`` as ``keep`` has them, and what was written sealed."""
    wanted = sealed_fields()
    found = dict(values)
    for name, value in values.items():
        key = name.removeprefix(OWN)
        if name.startswith(OWN) and key in wanted:
            theirs = value is not None and value == drop.data.get(key)
            source = drop.pk if theirs else keep.pk
            found[name] = seal_value(value, about(keep.pk, key))
            if is_sealed(value):
                found[name] = moved(value, key, source=source, target=keep.pk)
    return found


def _same(name: str, now: Any, then: Any, member: Member) -> bool:
    if not name.startswith(OWN):
        return bool(now == then)
    return same(name.removeprefix(OWN), now, then, member.pk)
