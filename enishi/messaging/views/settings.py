"""How mail leaves: what the environment says, what the office sets, and a trial."""

from django.conf import settings
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_POST

from enishi.accounts.permissions import OfficeRequest, requires
from enishi.core.models import Organisation
from enishi.messaging import actions
from enishi.messaging.forms import MailForm
from enishi.messaging.models import MailSettings
from enishi.ui import clashes, toasts

TEMPLATES = "messaging/office"


def how_mail_leaves() -> str:
    """One sentence about EMAIL_URL."""
    match settings.MAIL_TRANSPORT:
        case "smtp":
            server = f"{settings.EMAIL_HOST}:{settings.EMAIL_PORT}"
            return _("Mail leaves by the mail server %(server)s.") % {"server": server}
        case "anymail":
            return _("Mail leaves by %(service)s.") % {"service": settings.MAIL_ESP.capitalize()}
    return _("Mail does not leave: it stays in the built-in mailbox until EMAIL_URL is set.")


@requires("messages.configure")
@require_http_methods(["GET", "HEAD", "POST"])
def details(request: OfficeRequest) -> HttpResponse:
    form = MailForm(request.POST or None, instance=MailSettings.current())
    if request.method == "POST" and form.is_valid():
        answer = clashes.saved(
            request,
            form,
            locked=clashes.the_only(MailSettings),
            now=lambda row: clashes.held(MailForm(instance=row)),
            save=lambda _row: actions.change_mail_settings(by=request.user, **form.cleaned_data),
            heading=_("Mail"),
            back=reverse("messaging:settings"),
            said=_("The mail settings are saved."),
        )
        if answer is not None:
            return answer
    organisation = Organisation.current()
    context = {
        "form": form,
        "settings": MailSettings.current(),
        "sentence": how_mail_leaves(),
        "leaves": settings.MAIL_TRANSPORT != "mailbox",
        "sender": actions.default_sender(),
        "missing": [
            label
            for label, value in (
                (_("the name of the organisation"), organisation.name),
                (_("the address of the organisation"), organisation.address),
                (_("an e-mail address or phone"), organisation.email or organisation.phone),
            )
            if not value
        ]
        if not MailSettings.current().footer
        else [],
        "receiver": settings.INBOUND_SMTP,
        "imap": bool(settings.INBOUND_IMAP),
        "sms": settings.SMS_PROVIDER,
    }
    code = 422 if form.is_bound else 200
    return render(request, f"{TEMPLATES}/settings.html", context, status=code)


@requires("messages.configure")
@require_POST
def trial(request: OfficeRequest) -> HttpResponse:
    """A mail to oneself."""
    message = actions.send(
        to=request.user.email,
        to_name=request.user.name,
        subject=_("A trial mail from Enishi"),
        text=_("If you can read this, mail leaves as it should."),
        by=request.user,
    )
    toasts.say(request, _("A trial mail to %(address)s is on its way.") % {"address": message.to})
    return redirect("messaging:message", message.pk)
