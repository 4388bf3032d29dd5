"""The pages on which the office keeps the fields of members, or of a custom database.

Whoever shows them says where they lie (``Desk``) and guards them: members do so in
``views.office.own_fields``, custom databases in their own views.

    DESK = Desk(table, title, crumbs=[(url, label)], url=lambda page, *args: …, lead=…)

``url(page, *args)`` gives the address of "fields", "new", and with the id of a field of "field",
"retirement", "deletion", "restoration"; and of "order" and "section".
"""

from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from typing import Any

from django.http import HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

from enishi.accounts.models import User
from enishi.accounts.permissions import OfficeRequest
from enishi.members import actions
from enishi.members.models import Field
from enishi.ui import clashes, toasts
from enishi.ui.written import listed

from .forms import form_field, initial
from .office import FieldForm
from .types import TYPES

TEMPLATES = "members/office/fields"
BESIDE = {"choices": "new_choices"}  # a setting that stands elsewhere in the form
# The types as they are offered: in groups, the usual ones first.
OFFERED: tuple[tuple[Any, tuple[str, ...]], ...] = (
    (_("Words"), ("text", "long_text", "choice", "choices", "boolean")),
    (_("Numbers and days"), ("integer", "money", "decimal", "date", "datetime", "time")),
    (_("To reach somebody"), ("email", "phone", "url", "address")),
    (_("Files and links"), ("file", "image", "member", "record", "computed")),
)
_NOTHING = _(
    "Add what only your organisation keeps, for example a qualification or the size of a shirt."
    " Choose below what is to be kept."
)


@dataclass(frozen=True)
class Desk:
    """Where the fields of one table are kept. ``databases`` are those that records link to."""

    table: str
    title: str | Promise
    url: Callable[..., str]
    crumbs: Sequence[tuple[str, str | Promise]] = ()
    lead: str | Promise = ""
    databases: Callable[[], list[tuple[str, str]]] = field(default=list)
    nothing: str | Promise = _NOTHING  # said while there are no fields
    onward: tuple[str, str | Promise] = ("", "")  # address and label of what comes next
    steps: Sequence[str | Promise] = ()  # of making the whole; the fields are the second


def list_page(request: OfficeRequest, desk: Desk) -> HttpResponse:
    """The fields, laid out like the form that they make, and what can be added."""
    rows = list(Field.objects.of(desk.table).exclude(deleted_at__lt=_longest_ago()))
    sections: dict[str, list[dict[str, Any]]] = {"": []}
    for row in rows:
        if row.is_live:
            sections.setdefault(row.section, []).append(_drawn(row, desk))
    context = {
        "desk": desk,
        "sections": [(name, found) for name, found in sections.items() if found or not name],
        "anything": any(sections.values()),
        "retired": [_drawn(r, desk) for r in rows if r.retired_at and not r.deleted_at],
        "deleted": [_drawn(r, desk) for r in rows if r.deleted_at],
        "palette": _palette(desk),
        "new_url": desk.url("new"),
        "order_url": desk.url("order"),
        "section_url": desk.url("section"),
    }
    return render(request, f"{TEMPLATES}/fields.html", context)


def new_page(request: OfficeRequest, desk: Desk) -> HttpResponse:
    """Choose a type, then say what the field is called."""
    wanted = request.POST.get("type") or request.GET.get("type", "")
    offered = {kind["key"] for _label, kinds in _palette(desk) for kind in kinds}
    if wanted not in offered:
        context = {"desk": desk, "palette": _palette(desk), "back": desk.url("fields")}
        return render(request, f"{TEMPLATES}/types.html", context)
    trial = Field(table=desk.table, type=wanted)
    start = {"section": request.GET.get("section", "")[:100]}
    form = FieldForm(request.POST or None, field=trial, databases=desk.databases(), initial=start)
    if request.method == "POST" and form.is_valid():
        said = form.settings
        made = _kept(
            form,
            lambda: actions.add_field(table=desk.table, type=wanted, **said, by=request.user),
        )
        if made:
            toasts.say(request, _("The field was added. It is in the form now."))
            again = desk.url("new") if "again" in request.POST else desk.url("fields")
            return redirect(again)
    return _shown(request, desk, form, trial)


def edit_page(request: OfficeRequest, desk: Desk, pk: int) -> HttpResponse:
    """Change what can be changed of a field."""
    found = field_of(desk, pk)
    form = FieldForm(request.POST or None, field=found, databases=desk.databases())
    if request.method == "POST" and form.is_valid():
        answer = clashes.saved(
            request,
            form,
            locked=lambda: Field.objects.select_for_update().get(pk=pk),
            now=lambda row: FieldForm(field=row, databases=desk.databases()).kept(),
            save=lambda row: _edited(form, row, request.user),
            heading=desk.title,
            back=desk.url("fields"),
            said=_("The field was saved."),
        )
        if answer is not None:
            return answer
    return _shown(request, desk, form, found)


def retirement_of(request: OfficeRequest, desk: Desk, pk: int) -> HttpResponse:
    """Take a field out of use, or back; the values stay."""
    retired = bool(request.POST.get("retired"))
    actions.retire_field(field_of(desk, pk), retired=retired, by=request.user)
    said = _("The field is not used any more.") if retired else _("The field is used again.")
    toasts.say(request, said)
    return redirect(desk.url("fields"))


def deletion_of(request: OfficeRequest, desk: Desk, pk: int) -> HttpResponse:
    """Delete a field with its values; it can be taken back for 30 days."""
    actions.delete_field(field_of(desk, pk), by=request.user)
    toasts.say(request, _("The field was deleted."), undo=desk.url("restoration", pk))
    return redirect(desk.url("fields"))


def restoration_of(request: OfficeRequest, desk: Desk, pk: int) -> HttpResponse:
    """Take a deleted field back, values and all."""
    found = get_object_or_404(Field.objects.of(desk.table), pk=pk)
    actions.restore_field(found, by=request.user)
    toasts.say(request, _("The field is back, with all its values."))
    return redirect(desk.url("fields"))


def order_of(request: OfficeRequest, desk: Desk) -> HttpResponse:
    """Put the fields in order: ``order`` holds "id:section" for each, or ``move`` one "id:step"."""
    if move := request.POST.get("move", ""):
        pk, _sign, step = move.partition(":")
        if pk.isdigit() and step in ("-1", "1"):
            found = field_of(desk, int(pk))
            actions.move_field(found, int(step), by=request.user)
    else:
        places = [one.partition(":") for one in request.POST.getlist("order")[:2_000]]
        wanted = [(int(pk), section) for pk, _sign, section in places if pk.isdigit()]
        actions.place_fields(desk.table, wanted, by=request.user)
    if request.headers.get("HX-Request") == "true":
        return HttpResponse(status=204)
    return redirect(desk.url("fields"))


def section_of(request: OfficeRequest, desk: Desk) -> HttpResponse:
    """Call a section something else."""
    old, new = request.POST.get("section", ""), request.POST.get("name", "")
    try:
        actions.rename_section(desk.table, old[:100], new, by=request.user)
    except actions.Refused as refused:
        toasts.say(request, listed(getattr(refused, "errors", {}).values()) or str(refused))
    return redirect(desk.url("fields"))


def field_of(desk: Desk, pk: int) -> Field:
    """The field. Raises Http404."""
    return get_object_or_404(Field.objects.of(desk.table).present(), pk=pk)


def _longest_ago() -> Any:
    from enishi.core import clock
    from enishi.members.actions.fields import KEPT_FOR

    return clock.now() - KEPT_FOR


def _palette(desk: Desk) -> list[tuple[Any, list[dict[str, Any]]]]:
    labels = dict(Field.Type.choices)
    left_out = set() if desk.databases() else {"record"}
    return [
        (
            group,
            [
                {
                    "key": key,
                    "label": labels[Field.Type(key)],
                    "icon": TYPES[key].icon,
                    "explained": TYPES[key].explained,
                    "url": f"{desk.url('new')}?type={key}",
                }
                for key in keys
                if key not in left_out
            ],
        )
        for group, keys in OFFERED
    ]


def _drawn(row: Field, desk: Desk) -> dict[str, Any]:
    """A field as it stands on the page: its marks, and an input to look at."""
    return {
        "field": row,
        "icon": TYPES[row.type].icon,
        "url": desk.url("field", row.pk),
        "retirement_url": desk.url("retirement", row.pk),
        "restoration_url": desk.url("restoration", row.pk),
    }


def _shown(request: OfficeRequest, desk: Desk, form: FieldForm, found: Field) -> HttpResponse:
    from django import forms as django_forms

    preview = None
    if found.pk:
        sample = form_field(found)
        trial = type("Preview", (django_forms.Form,), {"preview": sample})
        preview = trial(initial={"preview": initial(found, found.default)}, prefix="p")["preview"]
    context = {
        "desk": desk,
        "form": form,
        "field": found if found.pk else None,
        "uses": actions.uses_of_field(found) if found.pk else [],
        "kind": {
            "key": found.type,
            "label": found.get_type_display(),
            "icon": TYPES[found.type].icon,
            "explained": TYPES[found.type].explained,
        },
        "choices": form.rows_of_choices() if found.pk and form.kind.has_choices else [],
        "preview": preview,
        "back": desk.url("fields"),
        "sections": sorted(
            set(
                Field.objects.of(desk.table)
                .present()
                .exclude(section="")
                .values_list("section", flat=True)
            )
        ),
        "retirement_url": desk.url("retirement", found.pk) if found.pk else "",
        "deletion_url": desk.url("deletion", found.pk) if found.pk else "",
    }
    code = 422 if form.is_bound else 200
    return render(request, f"{TEMPLATES}/field.html", context, status=code)


def _edited(form: FieldForm, row: Field, by: User) -> None:
    """Raises Invalid with the names of the form, which calls the choices otherwise."""
    try:
        actions.edit_field(row, **form.settings, by=by)
    except actions.Invalid as invalid:
        errors = {BESIDE.get(name, name): text for name, text in invalid.errors.items()}
        raise actions.Invalid(errors) from invalid


def _kept(form: FieldForm, keep: Callable[[], Any]) -> bool:
    """Whether the action did it; a refusal stands beside the setting that it is about."""
    try:
        keep()
    except actions.Invalid as invalid:
        for column, sentence in invalid.errors.items():
            name = BESIDE.get(column, column)
            form.add_error(name if name in form.fields else None, sentence)
        return False
    except actions.Refused as refused:
        form.add_error(None, str(refused))
        return False
    return True
