"""One's own account: name, language, devices; password and second step are allauth's pages."""

from allauth.mfa.models import Authenticator
from allauth.usersessions.models import UserSession
from django.conf import settings
from django.contrib.auth import update_session_auth_hash
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils.http import url_has_allowed_host_and_scheme
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_POST

from enishi.accounts import actions
from enishi.accounts.forms import OwnDetails
from enishi.accounts.models import LANGUAGES
from enishi.accounts.permissions import OPEN_OFFICE, OfficeRequest, public, requires, signed_in
from enishi.ui.toasts import say


@requires(OPEN_OFFICE)
@require_http_methods(["GET", "HEAD", "POST"])
def account(request: OfficeRequest) -> HttpResponse:
    form = OwnDetails(request.POST or None, instance=request.user)
    if request.method == "POST" and form.is_valid():
        user = actions.change_own_details(request.user, **form.cleaned_data)
        response = redirect("accounts:own")
        _keep_language(response, user.language)
        say(request, _("Your details are saved."))
        return response
    return render(
        request,
        "accounts/office/own.html",
        {
            "form": form,
            "second_steps": Authenticator.objects.filter(user=request.user).exclude(
                type=Authenticator.Type.RECOVERY_CODES
            ),
            "devices": sorted(
                UserSession.objects.purge_and_list(request.user),
                key=lambda device: device.last_seen_at,
                reverse=True,
            ),
        },
    )


@requires(OPEN_OFFICE)
@require_POST
def sessions(request: OfficeRequest) -> HttpResponse:
    """Sign out everywhere else; this device stays."""
    actions.end_sessions(request.user, by=request.user)
    request.user.refresh_from_db()
    update_session_auth_hash(request, request.user)
    UserSession.objects.create_from_request(request)
    say(request, _("You are signed out on every other device."))
    return redirect("accounts:own")


@public
@require_POST
def language(request: HttpRequest) -> HttpResponse:
    """Switch the language, for this browser and for the user who has signed in."""
    chosen = request.POST.get("language", "")
    back = request.POST.get("next", "")
    if not url_has_allowed_host_and_scheme(back, {request.get_host()}, request.is_secure()):
        back = "/"
    response = redirect(back)
    if chosen in dict(LANGUAGES):
        if request.user.is_authenticated:
            actions.change_own_details(request.user, language=chosen)
        _keep_language(response, chosen)
    return response


@signed_in
def email(_request: HttpRequest) -> HttpResponse:
    """allauth's page for several addresses is not for us: an administrator changes the address."""
    return redirect("accounts:own")


def _keep_language(response: HttpResponse, chosen: str) -> None:
    response.set_cookie(
        settings.LANGUAGE_COOKIE_NAME,
        chosen,
        max_age=365 * 24 * 3600,
        secure=settings.LANGUAGE_COOKIE_SECURE,
        samesite="Lax",
        httponly=True,
    )
