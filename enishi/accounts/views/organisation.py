"""The organisation's own details."""

from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods

from enishi.accounts import actions
from enishi.accounts.forms import OrganisationDetails
from enishi.accounts.permissions import OfficeRequest, requires
from enishi.core.models import Organisation
from enishi.ui.toasts import say

from . import may_change


@requires("organisation.view")
@require_http_methods(["GET", "HEAD", "POST"])
def details(request: OfficeRequest) -> HttpResponse:
    may = may_change(request, "organisation.configure")
    form = OrganisationDetails(request.POST or None, instance=Organisation.current())
    if request.method == "POST" and form.is_valid():
        actions.change_organisation(by=request.user, **form.cleaned_data)
        say(request, _("The organisation's details are saved."))
        return redirect("accounts:organisation")
    return render(request, "accounts/office/organisation.html", {"form": form, "may": may})
