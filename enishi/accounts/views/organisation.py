"""The organisation's own details."""

from django.http import HttpResponse
from django.shortcuts import render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods

from enishi.accounts import actions
from enishi.accounts.forms import OrganisationDetails
from enishi.accounts.permissions import OfficeRequest, requires
from enishi.core.models import Organisation
from enishi.ui import clashes

from . import may_change


@requires("organisation.view")
@require_http_methods(["GET", "HEAD", "POST"])
def details(request: OfficeRequest) -> HttpResponse:
    may = may_change(request, "organisation.configure")
    form = OrganisationDetails(request.POST or None, instance=Organisation.current())
    answer = clashes.saved(
        request,
        form,
        locked=clashes.the_only(Organisation),
        now=lambda row: clashes.held(OrganisationDetails(instance=row)),
        save=lambda _row: actions.change_organisation(by=request.user, **form.cleaned_data),
        heading=_("Organisation"),
        back=reverse("accounts:organisation"),
        said=_("The organisation's details are saved."),
    )
    if answer is not None:
        return answer
    context = {"form": form, "may": may, "organisation": Organisation.current()}
    return render(request, "accounts/office/organisation.html", context)
