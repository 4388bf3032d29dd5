"""Suppressed addresses: looked up by the address, lifted with a reason."""

from django import forms
from django.http import HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, pgettext_lazy
from django.views.decorators.http import require_http_methods

from enishi.accounts.permissions import OfficeRequest, requires
from enishi.core.japanese import Unclear
from enishi.core.japanese import email as clean_email
from enishi.core.pages import BadCursor, capped_count, page
from enishi.messaging import actions
from enishi.messaging.models import Suppression
from enishi.ui import toasts

TEMPLATES = "messaging/office"


class AddressForm(forms.Form):
    """An address to be left alone."""

    address = forms.CharField(label=pgettext_lazy("mail", "Address"), max_length=254)
    detail = forms.CharField(label=gettext_lazy("Reason"), max_length=300)

    def clean_address(self) -> str:
        return _cleaned(self.cleaned_data["address"])


def _cleaned(text: str) -> str:
    try:
        address = clean_email(text) or ""
        actions.addresses.wire(address)
    except (Unclear, actions.BadAddress) as error:
        raise forms.ValidationError(_("This is not an e-mail address.")) from error
    return address


@requires("messages.view")
@require_http_methods(["GET", "HEAD", "POST"])
def index(request: OfficeRequest) -> HttpResponse:
    """The list; ``?address=`` tells about one address; a POST adds one by hand."""
    may = request.user.has_right("messages.configure")
    form = AddressForm(request.POST if may and request.method == "POST" else None)
    if form.is_bound and form.is_valid():
        said = form.cleaned_data
        actions.suppress(
            said["address"],
            reason=Suppression.Reason.MANUAL,
            detail=said["detail"],
            by=request.user,
        )
        toasts.say(request, _("The address is left alone from now on."))
        return redirect("messaging:suppressions")
    asked = request.GET.get("address", "")[:254].strip()
    rows = Suppression.objects.select_related("by", "lifted_by")
    found = rows.of(asked) if asked else rows.in_force()
    try:
        shown = page(found, sort=["-at"], cursor=request.GET.get("cursor", ""), limit=50)
    except BadCursor:
        return redirect("messaging:suppressions")
    context = {
        "page": shown,
        "count": capped_count(found),
        "asked": asked,
        "form": form,
        "may": may,
    }
    code = 422 if form.is_bound else 200
    return render(request, f"{TEMPLATES}/suppressions.html", context, status=code)


class LiftingForm(forms.Form):
    """Why the address may be written to again."""

    reason = forms.CharField(
        label=gettext_lazy("Reason"),
        max_length=500,
        help_text=gettext_lazy("For example: “the member called, the mailbox works again”."),
    )


@requires("messages.configure")
@require_http_methods(["GET", "HEAD", "POST"])
def lifting(request: OfficeRequest, pk: int) -> HttpResponse:
    row = get_object_or_404(Suppression, pk=pk)
    form = LiftingForm(request.POST or None)
    if request.method == "POST" and form.is_valid():
        actions.lift(row, reason=form.cleaned_data["reason"], by=request.user)
        toasts.say(request, _("The address may be written to again."))
        return redirect("messaging:suppressions")
    code = 422 if form.is_bound else 200
    return render(request, f"{TEMPLATES}/lifting.html", {"row": row, "form": form}, status=code)
