"""Moving a scheduled campaign: dragged to another day of the calendar, or by its form."""

from datetime import date, datetime

from django import forms
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.urls import reverse
from django.utils import timezone
from django.utils.http import urlencode
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST

from enishi.accounts.permissions import OfficeRequest, requires
from enishi.campaigns import actions
from enishi.campaigns.models import Campaign
from enishi.core.refusals import Refusal
from enishi.ui import toasts
from enishi.ui.written import jdatetime

from .campaigns import found


@requires("campaigns.send")
@require_POST
def schedule(request: OfficeRequest, pk: int) -> HttpResponse:
    """``at`` is another time; ``day`` another day at the same time; ``was`` the time that the page
    showed. The way back has ``back`` and ``was`` in its address."""
    row = found(pk)
    try:
        at, was = _wanted(request, row), _told(request, "was")
        before = row.send_at
        moved = actions.reschedule(row, at=at, by=request.user, was=was)
    except (Refusal, forms.ValidationError) as no:
        errors = no.errors.values() if isinstance(no, Refusal) else ()
        said = str(no) if isinstance(no, Refusal) else " ".join(no.messages)
        toasts.refuse(request, " ".join([said, *map(str, errors)]))
        return _back(request, row)
    assert moved.send_at is not None
    words = _("“%(name)s” will be sent on %(at)s.")
    undo = ""
    if before is not None and before != moved.send_at:
        asked = {"at": before.isoformat(), "was": moved.send_at.isoformat()}
        if month := _told_text(request, "month"):
            asked["month"] = month
        undo = f"{reverse('campaigns:schedule', args=[pk])}?{urlencode(asked)}"
    toasts.say(request, words % {"name": moved.name, "at": jdatetime(moved.send_at)}, undo=undo)
    return _back(request, moved)


def _told_text(request: HttpRequest, name: str) -> str:
    return (request.POST.get(name) or request.GET.get(name) or "")[:40]


def _told(request: HttpRequest, name: str) -> datetime | None:
    """A time from the form, or from the address of the way back."""
    if not (text := _told_text(request, name)):
        return None
    try:
        at = datetime.fromisoformat(text)
    except ValueError as error:
        raise forms.ValidationError(_("Write when it should be sent.")) from error
    return at if timezone.is_aware(at) else timezone.make_aware(at)


def _wanted(request: HttpRequest, row: Campaign) -> datetime:
    if text := _told_text(request, "day"):
        if row.send_at is None:
            raise actions.NoLongerScheduled
        try:
            return actions.same_hour(row, date.fromisoformat(text))
        except (ValueError, OverflowError) as error:
            raise forms.ValidationError(_("Write when it should be sent.")) from error
    at = _told(request, "at")
    if at is None:
        raise forms.ValidationError(_("Write when it should be sent."))
    return at


def _back(request: HttpRequest, row: Campaign) -> HttpResponse:
    """To the month of the calendar that one came from, or to the campaign."""
    if month := _told_text(request, "month"):
        asked = urlencode({"view": "calendar", "month": month})
        return redirect(f"{reverse('campaigns:list')}?{asked}#campaign-{row.pk}")
    return redirect(row)
