"""Two people edit one thing: what only others changed stays, what both changed is asked."""

from collections.abc import Mapping
from dataclasses import replace
from typing import Any

from django import forms
from django.db.models import Model
from django.http import HttpResponse
from django.utils.functional import Promise

from enishi.accounts.permissions import OfficeRequest
from enishi.audit.models import HistoryEntry
from enishi.campaigns.body.blocks import words_of
from enishi.ui import clashes

BLOCKS = ("blocks", "b_blocks")


def asked(
    request: OfficeRequest,
    form: forms.Form,
    now: Mapping[str, Any],
    about: Model,
    heading: str | Promise,
) -> HttpResponse | None:
    """The page on which one chooses, or None when nothing clashes with the locked ``about``."""
    clash = clashes.look(request, form, now)
    if clash is None:
        return None
    clash.rows = [
        replace(row, mine=words_of(row.mine), theirs=words_of(row.theirs))
        if row.name in BLOCKS
        else row
        for row in clash.rows
    ]
    last = HistoryEntry.objects.about(about).first()
    return clash.answer(
        request,
        heading=heading,
        back=about.get_absolute_url(),  # type: ignore[attr-defined]
        who=last.by_label if last is not None else "",
        thing=str(about),
    )


def version_of(request: OfficeRequest) -> int | None:
    """The version that a page without ``was_read`` began from; one that has it compares fields."""
    version = request.POST.get("version", "")
    if clashes.READ in request.POST or len(version) > 9:
        return None
    return int(version) if version.isascii() and version.isdigit() else None
