"""How fast mail may leave, and with what new campaigns begin."""

from typing import Any

from django import forms
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.http import require_http_methods

from enishi.accounts.permissions import OfficeRequest, requires
from enishi.campaigns import actions
from enishi.campaigns.models import SendingLimits
from enishi.core.japanese import fold
from enishi.core.refusals import Refusal
from enishi.ui import toasts

_TIME = forms.TimeInput(attrs={"type": "time"}, format="%H:%M")


class LimitsForm(forms.Form):
    """All of it on one page."""

    per_second = forms.IntegerField(
        label=gettext_lazy("Mails a second, altogether"),
        min_value=0,
        help_text=gettext_lazy("0: as fast as the mail server takes them."),
    )
    per_sender = forms.IntegerField(
        label=gettext_lazy("Mails a second, from each sender address"), min_value=0
    )
    connections = forms.IntegerField(
        label=gettext_lazy("Connections to the mail server, each process"),
        min_value=1,
        max_value=50,
        help_text=gettext_lazy("Many mail services allow only a few."),
    )
    domains = forms.CharField(
        label=gettext_lazy("Slower for some domains"),
        required=False,
        widget=forms.Textarea(attrs={"rows": 5, "spellcheck": "false"}),
        help_text=gettext_lazy("One a line, with mails a second: docomo.ne.jp 5"),
    )
    quiet_from = forms.TimeField(label=gettext_lazy("Quiet from"), required=False, widget=_TIME)
    quiet_to = forms.TimeField(label=gettext_lazy("Quiet until"), required=False, widget=_TIME)
    late_hours = forms.IntegerField(
        label=gettext_lazy("Do not start if late by (hours)"), min_value=1, max_value=720
    )

    def clean_domains(self) -> dict[str, str]:
        found: dict[str, str] = {}
        for line in self.cleaned_data["domains"].splitlines():
            words = fold(line).replace(",", " ").split()
            if not words:
                continue
            if len(words) != 2:
                sentence = _("Write the domain and a number: “%(line)s”")
                raise forms.ValidationError(sentence % {"line": line[:60]})
            found[words[0]] = words[1]
        return found


@requires("campaigns.configure")
@require_http_methods(["GET", "HEAD", "POST"])
def limits(request: OfficeRequest) -> HttpResponse:
    """Senders keep to what is saved here within seconds."""
    row = SendingLimits.current()
    names = (*actions.LIMITS, "quiet_from", "quiet_to")
    start: dict[str, Any] = {name: getattr(row, name) for name in names}
    lines = [f"{domain} {rate:g}" for domain, rate in sorted(row.domains.items())]
    form = LimitsForm(request.POST or None, initial={**start, "domains": "\n".join(lines)})
    if request.method == "POST" and form.is_valid():
        try:
            actions.change_limits(form.cleaned_data, by=request.user)
        except Refusal as refusal:
            for name, sentence in refusal.errors.items():
                form.add_error(name if name in form.fields else None, sentence)
        else:
            toasts.say(request, _("The sending limits are saved."))
            return redirect("campaigns:limits")
    code = 422 if form.is_bound else 200
    return render(request, "campaigns/office/limits.html", {"form": form}, status=code)
