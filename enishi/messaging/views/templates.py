"""Texts of the system's own mails: read, rewritten, tried out, put back."""

from typing import Any

from django import forms
from django.http import Http404, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, pgettext_lazy
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from enishi.accounts.permissions import OfficeRequest, requires
from enishi.core.mail import SYSTEM, SystemMail
from enishi.messaging import actions
from enishi.messaging.models import OwnTemplate
from enishi.ui import clashes, toasts

TEMPLATES = "messaging/office"
LANGUAGES = {
    "ja": pgettext_lazy("language", "Japanese"),
    "en": pgettext_lazy("language", "English"),
}


class WordingForm(forms.Form):
    """Subject and text of a mail, with merge fields."""

    subject = forms.CharField(label=gettext_lazy("Subject"), max_length=300)
    text = forms.CharField(
        label=pgettext_lazy("mail", "Text"),
        max_length=50_000,
        strip=False,
        widget=forms.Textarea(attrs={"rows": 18}),
    )


def _mail(key: str, language: str) -> SystemMail:
    mail = SYSTEM.get(key)
    if mail is None or language not in LANGUAGES:
        raise Http404
    return mail


@requires("messages.configure")
@require_safe
def index(request: OfficeRequest) -> HttpResponse:
    """Every mail that the system sends by itself."""
    own = {(row.key, row.language): row for row in OwnTemplate.objects.all()}
    rows = [
        {
            "mail": mail,
            "languages": [
                (code, label, (mail.key, code) in own) for code, label in LANGUAGES.items()
            ],
        }
        for mail in sorted(SYSTEM.values(), key=lambda mail: mail.key)
    ]
    return render(request, f"{TEMPLATES}/templates.html", {"rows": rows})


@requires("messages.configure")
@require_http_methods(["GET", "HEAD", "POST"])
def template(request: OfficeRequest, key: str, language: str) -> HttpResponse:
    mail = _mail(key, language)
    subject, text = actions.wording_of(mail, language)
    form = WordingForm(request.POST or None, initial={"subject": subject, "text": text})
    for field in form.fields.values():
        field.widget.attrs["lang"] = language
    if request.method == "POST" and form.is_valid():
        answer = clashes.saved(
            request,
            form,
            locked=lambda: actions.locked_wording(mail, language),
            now=lambda wording: dict(zip(("subject", "text"), wording, strict=True)),
            save=lambda _wording: actions.change_template(
                mail, language, by=request.user, **form.cleaned_data
            ),
            heading=mail.label,
            back=reverse("messaging:template", args=[key, language]),
            about=OwnTemplate.objects.filter(key=key, language=language).first(),
            said=_("The text is saved. It is used from the next mail on."),
        )
        if answer is not None:
            return answer
    context = {
        "mail": mail,
        "language": language,
        "languages": LANGUAGES.items(),
        "form": form,
        "place": f"messaging.template:{key}.{language}",
        "own": OwnTemplate.objects.filter(key=key, language=language).first(),
        "fields": [(f"{{{{ {name} }}}}", label) for name, label in mail.all_fields.items()],
        **_example(mail, language, subject, text),
    }
    code = 422 if form.is_bound else 200
    return render(request, f"{TEMPLATES}/template.html", context, status=code)


def _example(mail: SystemMail, language: str, subject: str, text: str) -> dict[str, Any]:
    """The mail with example values; the mistakes where it cannot be made."""
    try:
        title, body = actions.rendered(mail, subject, text, mail.examples, language)
    except actions.merge.Faults as wrong:
        return {"faults": wrong.faults}
    return {"title": title, "body": body}


@requires("messages.configure")
@require_POST
def preview(request: OfficeRequest, key: str, language: str) -> HttpResponse:
    """The mail as it would be with what is in the form now."""
    mail = _mail(key, language)
    subject, text = request.POST.get("subject", "")[:300], request.POST.get("text", "")[:50_000]
    return render(request, f"{TEMPLATES}/_preview.html", _example(mail, language, subject, text))


@requires("messages.configure")
@require_POST
def default(request: OfficeRequest, key: str, language: str) -> HttpResponse:
    """Back to the text that comes with Enishi."""
    actions.reset_template(_mail(key, language), language, by=request.user)
    toasts.say(request, _("The text is the default again."))
    return redirect("messaging:template", key, language)
