"""What came back, and what it was found to mean."""

from django.conf import settings
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.views.decorators.http import require_safe

from enishi.accounts.permissions import OfficeRequest, requires
from enishi.core.pages import BadCursor, capped_count, page
from enishi.messaging.models import MailSettings, Report

TONES = {
    Report.Kind.HARD: "bad",
    Report.Kind.COMPLAINT: "bad",
    Report.Kind.SOFT: "wait",
    Report.Kind.FULL: "wait",
    Report.Kind.BLOCKED: "wait",
}


@requires("messages.view")
@require_safe
def index(request: OfficeRequest) -> HttpResponse:
    """The newest first; narrowed by kind."""
    kind = request.GET.get("kind", "")
    found = Report.objects.filter(kind=kind) if kind in Report.Kind.values else Report.objects.all()
    try:
        shown = page(found, sort=["-at"], cursor=request.GET.get("cursor", ""), limit=50)
    except BadCursor:
        return redirect("messaging:returned")
    context = {
        "page": shown,
        "rows": [(one, TONES.get(Report.Kind(one.kind), "")) for one in shown.items],
        "count": capped_count(found),
        "kinds": Report.Kind.choices,
        "kind": kind,
        "mail": MailSettings.current(),
        "receiver": settings.INBOUND_SMTP,
        "imap": bool(settings.INBOUND_IMAP),
    }
    return render(request, "messaging/office/returned.html", context)
