"""How the small forms of the office save: what is refused stands beside the fields, and what
somebody else saved meanwhile is shown instead of lost."""

from collections.abc import Callable, Mapping
from typing import Any, TypeVar

from django import forms
from django.db import models, transaction
from django.http import HttpResponse
from django.shortcuts import redirect
from django.utils.functional import Promise

from enishi.accounts.permissions import OfficeRequest
from enishi.audit.models import HistoryEntry
from enishi.members import actions
from enishi.ui import clashes

T = TypeVar("T", bound=models.Model)


def tried(form: forms.Form, act: Callable[[], object]) -> bool:
    """Whether ``act`` went through; what it refuses becomes an error of the form."""
    try:
        with transaction.atomic():
            act()
    except actions.Invalid as invalid:
        for name, sentence in invalid.errors.items():
            form.add_error(name if name in form.fields else None, sentence)
    except actions.Refused as no:
        form.add_error(None, str(no))
    else:
        return True
    return False


def saved(
    request: OfficeRequest,
    form: forms.Form,
    *,
    locked: Callable[[], T],
    now: Callable[[T], Mapping[str, Any]],
    save: Callable[[T], object],
    heading: str | Promise,
    back: str,
    about: models.Model | None = None,
) -> HttpResponse | None:
    """Save a valid form; the answer, or None when something was refused.

    ``now`` says what the locked row holds, by the names of the form's fields. ``about``: whose
    history tells who saved last, the row itself unless another is named.
    """
    with transaction.atomic():
        row = locked()
        clash = clashes.look(request, form, now(row))
        if clash is None:
            return redirect(back) if tried(form, lambda: save(row)) else None
    last = HistoryEntry.objects.about(about or row).first()
    who = last.by_label if last is not None else ""
    return clash.answer(request, heading=heading, back=back, who=who, thing=str(about or row))
