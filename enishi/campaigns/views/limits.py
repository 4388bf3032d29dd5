"""How fast mail may leave, and with what new campaigns begin."""

from typing import Any

from django import forms
from django.http import HttpResponse
from django.shortcuts import render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.http import require_http_methods

from enishi.accounts.permissions import OfficeRequest, requires
from enishi.campaigns import actions
from enishi.campaigns.models import SendingLimits
from enishi.core.japanese import fold
from enishi.ui import clashes

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

    def __init__(self, given: Any = None, *, limits: SendingLimits) -> None:
        names = (*actions.LIMITS, "quiet_from", "quiet_to")
        start = {name: getattr(limits, name) for name in names}
        self._rates = {domain: f"{rate:g}" for domain, rate in sorted(limits.domains.items())}
        lines = [f"{domain} {rate}" for domain, rate in self._rates.items()]
        super().__init__(given, initial={**start, "domains": "\n".join(lines)})

    in_parts = frozenset({"domains"})

    def kept(self) -> dict[str, Any]:
        """What it is filled with, in the shape of the clean values."""
        return {**self.initial, "domains": self._rates}

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
    form = LimitsForm(request.POST or None, limits=row)
    if request.method == "POST" and form.is_valid():
        answer = clashes.saved(
            request,
            form,
            locked=clashes.the_only(SendingLimits),
            now=lambda row: LimitsForm(limits=row).kept(),
            save=lambda _row: actions.change_limits(form.cleaned_data, by=request.user),
            heading=_("Sending limits"),
            back=reverse("campaigns:limits"),
            said=_("The sending limits are saved."),
        )
        if answer is not None:
            return answer
    context = {"form": form, "limits": row}
    code = 422 if form.is_bound else 200
    return render(request, "campaigns/office/limits.html", context, status=code)
