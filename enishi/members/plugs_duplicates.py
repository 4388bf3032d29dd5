"""What duplicates and merges hang in: the karte's panel, and a search after every import."""

from typing import Any

from django.http import HttpRequest
from django.template.loader import render_to_string

from enishi.core.facts import reacts_to
from enishi.members.actions.consents import settle_consents
from enishi.members.around import around
from enishi.members.duplicates.jobs import scan_soon
from enishi.members.facts import ImportCommitted, MembersMerged, MergeUndone
from enishi.members.models import Member, Merge
from enishi.ui.registry import may, panel


@panel("karte.facts", order=90, right="members.view")
def merged(request: HttpRequest, member: Member) -> str:
    """Who was merged into this member, and the way back."""
    if "merged" not in around(member):
        return ""
    merges = list(
        Merge.objects.filter(drop__merged_into=member, undone_at=None).select_related("drop")
    )
    if not merges:
        return ""
    may_edit = member.deleted_at is None and may(request, "members.edit")
    context = {"merges": merges, "may_edit": may_edit}
    return render_to_string("members/office/panels/merged.html", context, request)


@reacts_to(ImportCommitted)
def look_for_duplicates(_fact: ImportCommitted) -> None:
    """Whoever came with the list may have been there before."""
    scan_soon()


def consents_anew(fact: Any) -> None:
    """What holds now follows the ledger of consents, and ledgers have just moved."""
    settle_consents([fact.about.pk, fact.dropped.pk])


for _fact_type in (MembersMerged, MergeUndone):
    reacts_to(_fact_type)(consents_anew)
