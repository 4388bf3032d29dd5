"""Two people edit one thing in a small form: nothing is lost, and nobody overwrites by accident.

A form that edits something carries what it was filled with (``{% was_read form %}``, signed). When
it comes back, the view locks the thing and asks::

    with transaction.atomic():
        note = Note.objects.select_for_update().get(pk=pk)
        if clash := clashes.look(request, form, initial_of(note)):
            return clash.answer(request, heading=_("Edit the note"), back=url, who=…)
        actions.change_note(note, **form.cleaned_data, by=request.user)

Fields that only others changed keep their new value: ``look`` puts it into ``cleaned_data``. Where
both changed the same field, the page shows both values and lets whoever saves choose.
"""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date, datetime, time
from typing import Any

from django import forms
from django.core import signing
from django.db.models import Model
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils.functional import Promise

READ, KEEP = "read", "keep_"
_SALT = "enishi.ui.clashes"


@dataclass(frozen=True)
class Row:
    """One field that both changed."""

    name: str
    label: str
    mine: str
    theirs: str


@dataclass
class TwoEdits:
    """The fields that both changed. ``read``: what the next save compares with."""

    rows: list[Row]
    read: dict[str, Any]
    posted: list[tuple[str, str]] = field(default_factory=list)

    def answer(
        self,
        request: HttpRequest,
        *,
        heading: str | Promise,
        back: str,
        who: str = "",
        thing: str | Promise = "",
    ) -> HttpResponse:
        """The page on which one chooses; ``back`` leads away without saving."""
        context = {
            "clash": self,
            "read": signing.dumps(self.read, salt=_SALT, compress=True),
            "heading": heading,
            "back": back,
            "who": who,
            "thing": thing,
        }
        return render(request, "ui/office/clash.html", context, status=409)


def read_values(form: forms.BaseForm) -> str:
    """What the form was filled with, signed, for its hidden field ``read``."""
    if form.is_bound and READ in form.data:
        return str(form.data[READ])
    values = {name: plain(form.get_initial_for_field(f, name)) for name, f in form.fields.items()}
    return signing.dumps(values, salt=_SALT, compress=True)


def look(request: HttpRequest, form: forms.Form, now: Mapping[str, Any]) -> TwoEdits | None:
    """The clash of a valid form with what its thing holds ``now`` (by name of the form's fields).

    Without one, the fields that this user did not touch are set to what they are now.
    """
    try:
        base: dict[str, Any] = signing.loads(request.POST.get(READ, ""), salt=_SALT)
    except signing.BadSignature:
        return None  # a program, or a page from before: what it says counts
    rows = []
    for name, value in now.items():
        if name not in form.cleaned_data or name not in base:
            continue
        theirs, mine, read = plain(value), plain(form.cleaned_data[name]), base[name]
        if request.POST.get(KEEP + name) == "theirs":
            mine = read
        if mine == read:
            form.cleaned_data[name] = value
        elif theirs not in (read, mine):
            label = form.fields[name].label or name
            rows.append(Row(name, str(label), said(form, name, mine), said(form, name, theirs)))
    if not rows:
        return None
    seen = base | {row.name: plain(now[row.name]) for row in rows}
    return TwoEdits(rows, seen, _carried(request))


def plain(value: Any) -> Any:
    """A value as JSON, so that equal values are equal however they were written."""
    if value is None:
        return ""
    if isinstance(value, bool):
        return value
    if isinstance(value, Model):
        return str(value.pk)
    if isinstance(value, datetime | date):
        return value.isoformat()
    if isinstance(value, time):
        return value.strftime("%H:%M")
    if isinstance(value, list | tuple | set | frozenset) or hasattr(value, "iterator"):
        items = value.iterator() if hasattr(value, "iterator") else value
        return sorted(str(plain(one)) for one in items)
    return "\n".join(str(value).strip().splitlines())


def said(form: forms.Form, name: str, value: Any) -> str:
    """A plain value as people read it: the label of a choice, not its key."""
    choices = getattr(form.fields[name], "choices", None)
    values = value if isinstance(value, list) else [value]
    if isinstance(value, bool):
        return "✓" if value else "—"
    if choices is None:
        return "、".join(map(str, values))
    labels = {str(getattr(key, "value", key)): str(label) for key, label in choices}
    return "、".join(labels.get(str(one), str(one)) for one in values if one != "")


def _carried(request: HttpRequest) -> list[tuple[str, str]]:
    """Everything that was typed, to travel along while the choice is made."""
    return [
        (name, value)
        for name, values in request.POST.lists()
        for value in values
        if name not in {"csrfmiddlewaretoken", READ} and not name.startswith(KEEP)
    ]
