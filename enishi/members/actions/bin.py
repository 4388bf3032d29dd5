"""The bin is emptied: who has lain in it for 30 days is deleted for good."""

from datetime import timedelta

from django.db import transaction
from django.db.models import ProtectedError

from enishi.core import clock
from enishi.core.facts import announce
from enishi.members import numbers
from enishi.members.facts import MembersPurged
from enishi.members.models import FieldFile, Member, MemberFile, SearchEntry

from .files import forget_content

KEPT_FOR = timedelta(days=30)
MOST = 500  # a night; a mistake is noticed before it has eaten the roll


@transaction.atomic
def purge_bin(*, most: int = MOST) -> int:
    """Delete at most ``most`` members whose 30 days are over, with all that hangs on them.

    Their numbers are not given again. Whoever another part of the roll still needs stays.
    """
    due = Member.objects.binned().select_for_update()
    due = due.filter(deleted_at__lt=clock.now() - KEPT_FOR)
    gone: list[Member] = []
    ids: list[int] = []  # theirs, and of those who were merged into them
    for member in due.order_by("deleted_at", "pk")[:most]:
        pk, merged_in = member.pk, list(Member.objects.filter(merged_into=member))
        of_both = [pk, *(merged.pk for merged in merged_in)]
        files: list[MemberFile | FieldFile] = [
            *MemberFile.objects.filter(member=member),
            *FieldFile.objects.filter(member=member),
        ]
        try:
            with transaction.atomic():
                SearchEntry.objects.filter(pk=pk).delete()
                for merged in merged_in:
                    files += MemberFile.objects.filter(member=merged)
                    merged.delete()
                member.delete()
        except ProtectedError:
            continue
        for file in files:
            forget_content(file)
        gone.append(member)
        ids += of_both
    if gone:
        said = [member.number for member in gone]
        numbers.never_again(said, {m.joined_on for m in gone if m.joined_on})
        announce(MembersPurged(about=None, count=len(said), numbers=said, members=ids, by=None))
    return len(gone)
