"""The sensitive values of one member, shown when somebody asks for them; each look is logged."""

from django.http import Http404, HttpResponse
from django.shortcuts import get_object_or_404, render
from django.views.decorators.http import require_GET

from enishi.accounts.permissions import OfficeRequest, requires
from enishi.core.sealing import CannotBeOpened, is_sealed
from enishi.members import actions
from enishi.members.fields.sealed import sealed_fields
from enishi.members.models import Member

from .words import said


@requires("members.view")
@require_GET
def values(request: OfficeRequest, pk: int) -> HttpResponse:
    """What the sensitive fields of the member hold that whoever asks may see."""
    member = get_object_or_404(Member, pk=pk)
    found = actions.see_sensitive(member, by=request.user)
    if not found:
        raise Http404
    fields = sealed_fields()
    missing = str(CannotBeOpened())
    facts = [
        (fields[key], missing if is_sealed(value) else said(fields[key], value))
        for key, value in found.items()
    ]
    context = {"member": member, "facts": facts}
    return render(request, "members/office/sensitive.html", context)
