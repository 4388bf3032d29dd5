"""What segments hear of: whatever changes members, what they did, or what rules can name."""

from collections.abc import Collection
from typing import Any

from enishi.accounts.facts import OrganisationChanged
from enishi.activity.facts import ActivitiesForgotten, ActivitiesStored, KindChanged, VisitsClaimed
from enishi.core.facts import Fact, reacts_to
from enishi.members import facts as roll
from enishi.members.models import Field, LeaveReason, Member, MemberType, Tag
from enishi.records import facts as records
from enishi.records.models import Database, Record

from .actions.touching import touch, touch_segments
from .models import Moving, Segment

_TOLD_OTHERWISE = (VisitsClaimed, roll.FoundNotSame, roll.FoundPerhapsSame)
MEMBERSHIP = frozenset({"status", "member_type", "joined_on", "left_on", "deceased_on"})
_STAMPS = frozenset({"updated_at"})


@reacts_to(Fact)
def look_at_members_again(fact: Fact) -> None:
    """Whatever happened to one member: the segments that mention it must test that member.

    A fact that nobody has told us about is taken to touch everything, which is always right.
    """
    if not isinstance(fact.about, Member) or isinstance(fact, _TOLD_OTHERWISE):
        return
    members = [fact.about.pk]
    if isinstance(fact, roll.MembersMerged | roll.MergeUndone):
        members.append(fact.dropped.pk)
    if isinstance(fact, roll.MemberChanged):
        fields = _STAMPS.union(fact.changes)
        if MEMBERSHIP & fields:
            fields |= MEMBERSHIP
        touch(
            members=members,
            fields=fields | _computed(),
            any_source=bool(MEMBERSHIP & fields),
        )
    elif isinstance(fact, roll.StatusChanged):
        touch(members=members, fields=MEMBERSHIP | _STAMPS | _computed(), any_source=True)
    elif isinstance(fact, roll.MemberTagged | roll.MemberUntagged):
        touch(members=members, fields=["tags"])
    elif isinstance(fact, _ATTACHED):
        touch(members=members, any_source=True)
    else:
        touch(members=members, everything=True)


_ATTACHED = (
    roll.NoteWritten,
    roll.NoteChanged,
    roll.NoteDeleted,
    roll.ContactRecorded,
    roll.ContactChanged,
    roll.ContactDeleted,
    roll.FileAdded,
    roll.FileDeleted,
)


def _computed() -> frozenset[str]:
    """Own fields that are worked out of others change with them."""
    keys = Field.objects.filter(type="computed").values_list("key", flat=True)
    return frozenset(f"data.{key}" for key in keys)


@reacts_to(roll.PlannedChangesCame)
def look_after_a_new_day(fact: roll.PlannedChangesCame) -> None:
    touch(members=fact.members, fields=MEMBERSHIP | _STAMPS | _computed(), any_source=True)


@reacts_to(roll.MembersTagged)
def look_at_tagged(_fact: roll.MembersTagged) -> None:
    touch(members=None, fields=["tags"])


@reacts_to(roll.OwnerGiven)
def look_at_owned(_fact: roll.OwnerGiven) -> None:
    touch(members=None, fields=["owner", *_STAMPS])


def look_at_the_field(fact: Any) -> None:
    touch(members=None, fields={fact.field, *_STAMPS, *_computed()})


for _bulk_fact in (roll.FieldSetOnMany, roll.BulkEditUndone):
    reacts_to(_bulk_fact)(look_at_the_field)


@reacts_to(roll.ConsentsRecorded)
def look_at_consents(_fact: roll.ConsentsRecorded) -> None:
    touch(members=None, any_source=True)


def look_at_records_again(fact: Any) -> None:
    """Records of a member, also of the one to whom a record belonged before."""
    if not isinstance(fact.about, Record):
        return
    members = {fact.member, *getattr(fact, "changes", {}).get("member", ())}
    found = {one for one in members if isinstance(one, int)}
    touch(members=found, sources=[f"record.{fact.about.database.key}"])


for _record_fact in (
    records.RecordAdded,
    records.RecordChanged,
    records.RecordDeleted,
    records.RecordRestored,
):
    reacts_to(_record_fact)(look_at_records_again)


def look_at_the_database(fact: Fact) -> None:
    if isinstance(fact.about, Database):
        touch(members=None, sources=[f"record.{fact.about.key}"])


for _database_fact in (
    records.DatabaseChanged,
    records.DatabaseDeleted,
    records.DatabaseRestored,
):
    reacts_to(_database_fact)(look_at_the_database)


def look_at_everybody(_fact: Fact) -> None:
    """Nobody can say whom it concerns and what of them."""
    touch(members=None, everything=True)


for _fact_type in (roll.ImportCommitted, roll.ImportUndone, roll.MembersSeeded):
    reacts_to(_fact_type)(look_at_everybody)


def look_at_lists_again(fact: Fact) -> None:
    """A rule may name an entry of a list by its name."""
    match fact.about:
        case Tag():
            touch(members=None, fields=["tags"])
        case MemberType():
            touch(members=None, fields=["member_type"])
        case Field(key=key):
            touch(members=None, fields=[f"data.{key}"])
        case LeaveReason():
            touch(members=None, any_source=True)


for _list_fact in (roll.ListEntryAdded, roll.ListEntryChanged, roll.ListEntryDeleted):
    reacts_to(_list_fact)(look_at_lists_again)


@reacts_to(ActivitiesStored)
def look_at_the_active(fact: ActivitiesStored) -> None:
    touch(members=fact.members, kinds=fact.kinds)


@reacts_to(KindChanged)
def look_at_the_kind(fact: KindChanged) -> None:
    touch(members=None, kinds=[getattr(fact.about, "key", "")])


@reacts_to(ActivitiesForgotten)
def look_after_the_past_went(_fact: ActivitiesForgotten) -> None:
    _everything_with_kinds()


@reacts_to(OrganisationChanged)
def look_by_another_clock(_fact: Any) -> None:
    """The zone or the fiscal year may be another one: what time decides is asked anew."""
    _whole(Segment.objects.stored().exclude(moving=Moving.NOT).values_list("pk", flat=True))


def _everything_with_kinds() -> None:
    _whole(Segment.objects.stored().exclude(kinds=[]).values_list("pk", flat=True))


def _whole(segments: Collection[int]) -> None:
    if found := list(segments):
        touch_segments(found)
