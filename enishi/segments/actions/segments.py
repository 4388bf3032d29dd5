"""Saving segments, changing them, deleting them."""

from collections.abc import Callable, Collection
from typing import Any

from django.conf import settings
from django.contrib.auth.models import AnonymousUser
from django.db import connection, transaction
from django.utils import translation
from django.utils.translation import gettext as _

from enishi.accounts.models import User
from enishi.core import clock, japanese
from enishi.core.facts import announce
from enishi.members.conditions import INSTANT, Rule, RuleFaults, parse
from enishi.members.fields.indexes import index_needed
from enishi.members.models import Member
from enishi.segments.conditions import named_in, within
from enishi.segments.facts import (
    SegmentChanged,
    SegmentCreated,
    SegmentDeleted,
    SegmentExceptionMade,
)
from enishi.segments.models import ManualMember, Moving, Segment, SegmentVersion
from enishi.ui.written import listed

from .refusals import InUse, Invalid
from .touching import leaning_on, touch_segments
from .uses import uses_of

By = User | AnonymousUser | None
LONGEST_NAME = 100
LONGEST_DESCRIPTION = 2000
MOST_EXCEPTIONS = 10_000
_LOCK = 0x7365676D  # rules are changed one after the other, so that two changes make no circle


@transaction.atomic
def create(
    *,
    name: str,
    rule: Any,
    description: str = "",
    kind: str = Segment.Kind.STORED,
    ready: str = "",
    by: By,
) -> Segment:
    """Save a question. Raises RuleFaults, Invalid."""
    _one_at_a_time()
    read = _read(rule, by)
    segment = Segment(
        name=_name(name),
        description=_description(description),
        kind=_kind(kind),
        rule=rule,
        ready=ready,
        by=_user(by),
        created_at=clock.now(),
        **_columns(read),
    )
    segment.save()
    _keep_version(segment, by)
    announce(SegmentCreated(about=segment, rule=rule, by=_user(by)))
    touch_segments([segment.pk])
    index_needed(segment.fields)
    return segment


def locked(segment: Segment) -> Segment:
    """The segment as it is now; nobody else changes any before this transaction ends."""
    _one_at_a_time()
    return Segment.objects.select_for_update(no_key=True).get(pk=segment.pk)


@transaction.atomic
def change(segment: Segment, *, by: By, **values: Any) -> Segment:
    """Change ``name``, ``description``, ``rule`` or ``kind``; each change makes a new version.

    Raises RuleFaults, Invalid.
    """
    segment = locked(segment)
    clean: dict[str, Callable[[Any], Any]] = {
        "name": _name,
        "description": _description,
        "kind": _kind,
        "rule": lambda rule: rule,
    }
    wanted = {key: clean[key](value) for key, value in values.items() if value is not None}
    changes = {
        key: (getattr(segment, key), value)
        for key, value in wanted.items()
        if getattr(segment, key) != value
    }
    if not changes:
        return segment
    for key, (_old, new) in changes.items():
        setattr(segment, key, new)
    segment.version += 1
    segment.updated_at = clock.now()
    columns = {*changes, "version", "updated_at"}
    if "rule" in changes:
        found = _columns(_read(segment.rule, by, segment))
        for key, value in (found | {"rule_at": clock.now(), "problem": ""}).items():
            setattr(segment, key, value)
        columns |= {*found, "rule_at", "problem"}
    if "kind" in changes:
        columns |= _change_kind(segment)
    segment.save(update_fields=columns)
    _keep_version(segment, by)
    announce(SegmentChanged(about=segment, changes=changes, version=segment.version, by=_user(by)))
    if {"rule", "kind"} & changes.keys():
        touch_segments([segment.pk])
    if "rule" in changes:
        _pass_on(segment)
        index_needed(segment.fields)
    return segment


@transaction.atomic
def delete(segment: Segment, *, by: By) -> None:
    """Delete a segment that nothing uses. Raises InUse with the list."""
    _one_at_a_time()
    segment = Segment.objects.select_for_update().get(pk=segment.pk)
    if uses := uses_of([segment])[segment.pk]:
        raise InUse(uses=listed(uses))
    announce(SegmentDeleted(about=segment, rule=segment.rule, by=_user(by)))
    segment.delete()


@transaction.atomic
def put_by_hand(
    segment: Segment, members: Collection[int], *, included: bool | None, note: str = "", by: By
) -> int:
    """Put members into the segment whatever its rule says, keep them out (False), or leave them to
    the rule again (None); returns how many moved. Raises Invalid."""
    segment = Segment.objects.select_for_update(no_key=True).get(pk=segment.pk)
    ids = list(Member.objects.present().filter(pk__in=members).values_list("pk", flat=True))
    before = ManualMember.objects.filter(segment=segment)
    if included is None:
        moved = before.filter(member__in=ids).delete()[0]
    else:
        if before.exclude(member__in=ids).count() + len(ids) > MOST_EXCEPTIONS:
            reason = _("At most %(most)s exceptions: make a tag and ask about it in the rule.")
            raise Invalid({"members": reason % {"most": MOST_EXCEPTIONS}})
        same = set(before.filter(included=included).values_list("member", flat=True))
        ids = [pk for pk in ids if pk not in same]
        moved = len(ids)
        ManualMember.objects.bulk_create(
            [
                ManualMember(
                    segment=segment,
                    member_id=pk,
                    included=included,
                    note=japanese.fold(note)[:200],
                    by=_user(by),
                )
                for pk in ids
            ],
            update_conflicts=True,
            unique_fields=["segment", "member"],
            update_fields=["included", "note", "by", "at"],
        )
    if moved:
        announce(
            SegmentExceptionMade(
                about=segment, count=moved, included=included, members=ids, by=_user(by)
            )
        )
        touch_segments([segment.pk, *leaning_on(segment.pk)], ids)
    return moved


# Reading and refusing


def _read(rule: Any, by: By, segment: Segment | None = None) -> Rule:
    with within(segment):
        return parse(rule, by=by)


def _columns(rule: Rule) -> dict[str, Any]:
    """What the answer depends on."""
    found = rule.mentions()
    moving = Moving.NOT
    if found.moves:
        moving = Moving.ALWAYS if INSTANT in found.moves else Moving.DAILY
    return {
        "fields": sorted(found.fields),
        "kinds": sorted(found.kinds),
        "sources": sorted(found.sources),
        "parents": named_in(rule),
        "moving": moving,
        "sentences": sentences_of(rule),
    }


def sentences_of(rule: Rule) -> dict[str, str]:
    """What a rule means, in every language of the office."""
    said = {}
    for language, _label in settings.LANGUAGES:
        with translation.override(language):
            said[language] = rule.sentence()
    return said


def _pass_on(segment: Segment) -> None:
    """Segments that ask about this one depend on what its new rule mentions."""
    above = leaning_on(segment.pk)
    for one in Segment.objects.filter(pk__in=above):
        try:
            found = _columns(_read(one.rule, None, one))
        except RuleFaults as faults:
            found = {"problem": faults.faults[0].reason[:500]}
        Segment.objects.filter(pk=one.pk).update(**found)
    touch_segments(above)


def _change_kind(segment: Segment) -> set[str]:
    """From live to stored its members are looked for; from stored to live they are forgotten."""
    segment.refreshed_at = segment.next_due = segment.count = segment.counted_at = None
    if segment.kind == Segment.Kind.LIVE:
        segment.links.all().delete()
        segment.pending.all().delete()
    return {"refreshed_at", "next_due", "count", "counted_at"}


def _keep_version(segment: Segment, by: By) -> None:
    SegmentVersion.objects.create(
        segment=segment,
        version=segment.version,
        name=segment.name,
        rule=segment.rule,
        kind=segment.kind,
        at=clock.now(),
        by=_user(by),
    )


def _name(text: Any) -> str:
    name = japanese.fold(text) if isinstance(text, str) else ""
    if not name:
        raise Invalid({"name": _("Write the name.")})
    if len(name) > LONGEST_NAME or "\x00" in name:
        reason = _("This is too long: at most %(longest)s characters, here are %(length)s.")
        raise Invalid({"name": reason % {"longest": LONGEST_NAME, "length": len(name)}})
    return name


def _description(text: Any) -> str:
    written = japanese.as_written(text) if isinstance(text, str) else ""
    if len(written) > LONGEST_DESCRIPTION:
        reason = _("This is too long: at most %(longest)s characters, here are %(length)s.")
        length = {"longest": LONGEST_DESCRIPTION, "length": len(written)}
        raise Invalid({"description": reason % length})
    return written


def _kind(kind: Any) -> str:
    if kind not in Segment.Kind.values:
        sentence = _("“%(value)s” is none of: %(choices)s.")
        choices = ", ".join(Segment.Kind.values)
        raise Invalid({"kind": sentence % {"value": str(kind)[:50], "choices": choices}})
    return str(kind)


def _user(by: By) -> User | None:
    return by if isinstance(by, User) else None


def _one_at_a_time() -> None:
    with connection.cursor() as cursor:
        cursor.execute("SELECT pg_advisory_xact_lock(%s)", [_LOCK])
