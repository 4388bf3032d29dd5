"""Files kept with a member. They have no public address: every download passes here."""

from django.http import HttpResponse
from django.http.response import HttpResponseBase
from django.shortcuts import get_object_or_404
from django.utils.translation import gettext_lazy as _
from django.views.decorators.http import require_GET, require_POST

from enishi.accounts.permissions import OfficeRequest, requires
from enishi.members import actions
from enishi.members.forms.contacts import FileForm
from enishi.members.models import MemberFile
from enishi.members.serving import served
from enishi.ui import toasts

from .contacts import back, dialog, member_of


@requires("members.edit")
def files(request: OfficeRequest, pk: int) -> HttpResponse:
    """Add a file."""
    member = member_of(pk)
    form = FileForm(request.POST, request.FILES) if request.method == "POST" else FileForm()
    if form.is_bound and form.is_valid():
        try:
            actions.add_file(member, file=form.cleaned_data["file"], by=request.user)
        except actions.Refused as no:
            form.add_error("file", str(no))
        else:
            return back(pk, "files")
    return dialog(request, member, form, _("Add a file"), verb=_("Add"))


@requires("members.view")
@require_GET
def file(_request: OfficeRequest, pk: int, file: int) -> HttpResponseBase:
    """Hand out one file, always as a download: nothing that was uploaded runs on our pages."""
    found = get_object_or_404(MemberFile, pk=file, member__pk=pk, member__deleted_at=None)
    return served(found)


@requires("members.edit")
@require_POST
def file_deletion(request: OfficeRequest, pk: int, file: int) -> HttpResponse:
    found = get_object_or_404(MemberFile, pk=file, member_id=pk)
    actions.delete_file(found, by=request.user)
    toasts.say(request, _("The file was deleted."))
    return back(pk, "files")
