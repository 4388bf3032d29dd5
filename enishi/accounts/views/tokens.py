"""Keys for programs."""

from datetime import timedelta

from django.http import HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from enishi.accounts import actions
from enishi.accounts.api import WORDS
from enishi.accounts.forms import Token
from enishi.accounts.models import ApiToken
from enishi.accounts.permissions import ACTIONS, AREAS, OfficeRequest, requires
from enishi.core import clock
from enishi.core.refusals import Refusal
from enishi.ui.toasts import say


@requires("tokens.view")
@require_safe
def index(request: OfficeRequest) -> HttpResponse:
    tokens = ApiToken.objects.select_related("by").order_by("-pk")
    return render(
        request,
        "accounts/office/tokens.html",
        {"tokens": tokens, "may": request.user.has_right("tokens.configure"), "now": clock.now()},
    )


@requires("tokens.configure")
@require_http_methods(["GET", "HEAD", "POST"])
def new(request: OfficeRequest) -> HttpResponse:
    groups = [
        (
            area.label,
            [
                (f"{area.key}:{WORDS[action]}", ACTIONS[action])
                for action in area.actions
                if f"{area.key}.{action}" in request.user.rights
            ],
        )
        for area in AREAS.values()
        if area.key != "office"
    ]
    groups = [(label, scopes) for label, scopes in groups if scopes]
    scopes = [scope for _label, found in groups for scope, _action in found]
    form = Token(request.POST or None, scopes=scopes)
    if request.method == "POST" and form.is_valid():
        days = form.cleaned_data["days"]
        try:
            token, secret = actions.make_token(
                name=form.cleaned_data["name"],
                scopes=form.cleaned_data["scopes"],
                by=request.user,
                expires_at=clock.now() + timedelta(days=days) if days else None,
            )
        except Refusal as refused:
            form.add_error(None, str(refused))
        else:
            page = {"token": token, "secret": secret}
            return render(request, "accounts/office/made_token.html", page)
    chosen = request.POST.getlist("scopes")
    page = {"form": form, "groups": groups, "chosen": chosen}
    return render(request, "accounts/office/new_token.html", page)


@requires("tokens.configure")
@require_POST
def revocation(request: OfficeRequest, pk: int) -> HttpResponse:
    token = get_object_or_404(ApiToken, pk=pk)
    actions.revoke_token(token, by=request.user)
    say(request, _("The token “%(name)s” is revoked.") % {"name": token.name})
    return redirect("accounts:tokens")
