"""What members read: their notices, by a signed personal link or signed in.

A GET confirms nothing (mail scanners follow every link); the button under a notice does.
"""

from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST, require_safe

from enishi.accounts.permissions import SignedInRequest, public, signed_in
from enishi.campaigns import actions
from enishi.core.refusals import BrokenLink
from enishi.members.models import Member
from enishi.ui import toasts


def _member(word: str) -> Member:
    pk = actions.read_notices_word(word)
    member = Member.objects.present().filter(pk=pk).first() if pk is not None else None
    if member is None:
        raise BrokenLink
    return member


@public
@require_safe
def notices(request: HttpRequest, word: str) -> HttpResponse:
    """What is shown to this member now."""
    member = _member(word)
    rows = actions.notices_for(member)
    context = {
        "member": member,
        "word": word,
        "rows": rows,
        "urgent": sum(one.is_urgent for one in rows),
    }
    answer = render(request, "campaigns/portal/notices.html", context)
    answer["X-Robots-Tag"] = "noindex"
    return answer


@public
@require_POST
def reading(request: HttpRequest, word: str, pk: int) -> HttpResponse:
    """The member has read it."""
    member = _member(word)
    seen = next((one for one in actions.notices_for(member) if one.notice.pk == pk), None)
    if seen is None:
        raise Http404
    actions.read_notice(seen.notice, member)
    toasts.say(request, _("Thank you. We have noted that you have read it."))
    return redirect("campaigns:my_notices", word)


@signed_in
@require_safe
def own(request: SignedInRequest) -> HttpResponse:
    """The page of whoever has signed in."""
    member = Member.objects.present().filter(user=request.user).order_by("pk").first()
    if member is None:
        raise Http404
    return redirect("campaigns:my_notices", actions.notices_word(member.pk))
