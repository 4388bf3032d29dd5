"""Tags: making them, putting them on members, taking them off."""

from django.db import transaction
from django.utils.translation import gettext as _

from enishi.core import japanese
from enishi.core.facts import announce
from enishi.members.facts import (
    ListEntryAdded,
    ListEntryChanged,
    ListEntryDeleted,
    MembersTagged,
    MemberTagged,
    MemberUntagged,
)
from enishi.members.models import Member, MemberQuerySet, MemberTag, Tag
from enishi.ui.written import listed

from .lists import name_of
from .refusals import Invalid, NameTaken
from .roll import By, locked

COLOURS = ("blue", "green", "orange", "red", "purple", "teal", "pink", "grey")


@transaction.atomic
def add_tag(*, name: str, colour: str = "blue", by: By) -> Tag:
    name = name_of(name, longest=50)
    _refuse_strange(colour)
    tag, made = Tag.objects.get_or_create(name=name, defaults={"colour": colour})
    if not made:
        raise NameTaken
    announce(ListEntryAdded(about=tag, name=name, by=by))
    return tag


@transaction.atomic
def edit_tag(tag: Tag, *, name: str | None = None, colour: str | None = None, by: By) -> Tag:
    tag = Tag.objects.select_for_update().get(pk=tag.pk)
    wanted = {
        "name": name_of(name, longest=50) if name is not None else tag.name,
        "colour": colour or tag.colour,
    }
    _refuse_strange(wanted["colour"])
    changes = {key: (getattr(tag, key), new) for key, new in wanted.items()}
    changes = {key: pair for key, pair in changes.items() if pair[0] != pair[1]}
    if not changes:
        return tag
    if "name" in changes and Tag.objects.filter(name=wanted["name"]).exists():
        raise NameTaken
    tag.name, tag.colour = wanted["name"], wanted["colour"]
    tag.save(update_fields=["name", "colour"])
    announce(ListEntryChanged(about=tag, changes=changes, by=by))
    return tag


def _refuse_strange(colour: str) -> None:
    if colour not in COLOURS:
        sentence = _("“%(value)s” is none of: %(choices)s.")
        raise Invalid({"colour": sentence % {"value": colour[:50], "choices": listed(COLOURS)}})


@transaction.atomic
def delete_tag(tag: Tag, *, by: By) -> None:
    """Delete a tag; it comes off everybody."""
    announce(ListEntryDeleted(about=tag, name=tag.name, by=by))
    tag.delete()


def tag_named(name: str, *, by: By) -> Tag:
    """The tag of this name, made if there is none yet."""
    folded = japanese.fold(name)
    return Tag.objects.filter(name=folded).first() or add_tag(name=folded, by=by)


@transaction.atomic
def put_tag(member: Member, tag: Tag, *, by: By) -> None:
    """Put a tag on a member; nothing happens if it is there already."""
    member = locked(member)
    _link, made = MemberTag.objects.get_or_create(member=member, tag=tag)
    if made:
        announce(MemberTagged(about=member, tag=tag, by=by))


@transaction.atomic
def take_tag(member: Member, tag: Tag, *, by: By) -> None:
    """Take a tag off a member; nothing happens if it is not there."""
    member = locked(member)
    gone, _ = MemberTag.objects.filter(member=member, tag=tag).delete()
    if gone:
        announce(MemberUntagged(about=member, tag=tag, by=by))


@transaction.atomic
def put_tag_on(members: MemberQuerySet, tag: Tag, *, by: By) -> int:
    """Put a tag on all ``members`` in one go; returns on how many it was not yet."""
    without = members.exclude(tag_links__tag=tag).order_by().values_list("pk", flat=True)
    links = [MemberTag(member_id=pk, tag=tag) for pk in without.iterator(chunk_size=10_000)]
    before = MemberTag.objects.filter(tag=tag).count()
    MemberTag.objects.bulk_create(links, batch_size=5_000, ignore_conflicts=True)
    count = MemberTag.objects.filter(tag=tag).count() - before
    announce(MembersTagged(about=tag, count=count, by=by))
    return count


@transaction.atomic
def take_tag_off(members: MemberQuerySet, tag: Tag, *, by: By) -> int:
    """Take a tag off all ``members`` in one go; returns how many had it."""
    rows = MemberTag.objects.filter(tag=tag, member__in=members.order_by().values("pk"))
    count, _ = rows.delete()
    announce(MembersTagged(about=tag, count=count, taken_off=True, by=by))
    return count
