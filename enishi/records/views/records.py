"""Records of one database: list, entry, detail, edit, bin."""

from typing import Any
from urllib.parse import urlencode

from django.http import Http404, HttpResponse
from django.http.response import HttpResponseBase
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import ngettext
from django.views.decorators.http import require_GET, require_POST

from enishi.accounts.permissions import OfficeRequest, requires
from enishi.core.pages import BadCursor, Count, page
from enishi.core.sealing import is_sealed
from enishi.members.fields import names_for, type_of, visible_fields
from enishi.members.fields.forms import form_name
from enishi.members.fields.types import served_at
from enishi.members.models import Field, FieldFile, Member
from enishi.members.serving import served
from enishi.records import actions
from enishi.records.forms import ColumnsForm, RecordForm, in_sections, shown_columns
from enishi.records.listing import CHOSEN, RANGED, SORTS, Listing
from enishi.records.models import Database, Record
from enishi.ui import clashes, toasts
from enishi.ui.written import listed, number

from .databases import TEMPLATES, database_of

AT_ONCE = 50


def seen_by(request: OfficeRequest, database: Database) -> list[Field]:
    known = visible_fields(request.user, database.key).values()
    return [one.own for one in known if one.own is not None]


def record_of(database: Database, pk: int, *, in_bin: bool = False) -> Record:
    rows = Record.objects.select_related("member", "database").filter(database=database)
    return get_object_or_404(rows if in_bin else rows.present(), pk=pk)


@requires("records.view")
@require_GET
def records(request: OfficeRequest, key: str) -> HttpResponse:
    """The list of a database."""
    database = database_of(key)
    fields = seen_by(request, database)
    listing = Listing(database, request.GET, fields, by=request.user)
    try:
        found = listing.page(cursor=request.GET.get("cursor", ""), limit=AT_ONCE)
    except BadCursor:
        return redirect("records:list", key)
    shown = shown_columns(database, fields)
    may = request.user.has_right
    context = {
        "database": database,
        "page": found,
        "columns": [_column(field) for field in shown],
        "rows": _rows(found.items, shown),
        "listing": listing,
        "chips": [_chip(request, said) for said in listing.said],
        "filters": [_filter(request, field) for field in fields if _may_filter(field)],
        "kept": [
            (k, v)
            for k, values in request.GET.lists()
            for v in values
            if k in ("sort", "search", "member")
        ],
        "problems": listing.problems,
        "count": _said(listing.count()),
        "fields": fields,
        "chosen": {field.key for field in shown},
        "columns_form": ColumnsForm(database=database, fields=fields),
        "has_members": database.takes_members,
        "sorts": SORTS,
        "may_edit": may("records.edit"),
        "may_delete": may("records.delete"),
        "may_export": may("records.export"),
        "has_sensitive": any(field.sealed for field in fields),
        "may_configure": may("records.configure"),
        "query": request.GET.urlencode(),
    }
    return render(request, f"{TEMPLATES}/records.html", context)


def _said(count: Count) -> str:
    if not count.exact:
        return _("more than %(n)s records") % {"n": number(count.value)}
    words = ngettext("%(n)s record", "%(n)s records", count.value)
    return words % {"n": number(count.value)}


def _column(field: Field) -> dict[str, Any]:
    return {"key": field.key, "label": str(field), "css": "num" if type_of(field).numeric else ""}


def _rows(items: list[Record], fields: list[Field]) -> list[dict[str, Any]]:
    names = names_for(fields, [record.data for record in items])
    return [
        {
            "record": record,
            "cells": [
                {
                    "label": str(field),
                    "css": "num" if type_of(field).numeric else "",
                    "value": type_of(field).show(field, value, names)
                    if (value := record.data.get(field.key)) is not None
                    else "",
                }
                for field in fields
            ],
        }
        for record in items
    ]


def _may_filter(field: Field) -> bool:
    return not field.sealed and type_of(field).compare in (*RANGED, *CHOSEN)


def _filter(request: OfficeRequest, field: Field) -> dict[str, Any]:
    kind, name = type_of(field), f"f.{field.key}"
    choices: list[tuple[str, str]] = []
    if kind.compare in CHOSEN:
        choices = [(one.value, str(one)) for one in field.known_choices]
        if field.type == Field.Type.BOOLEAN:
            choices = [("はい", _("Yes")), ("いいえ", _("No"))]
    asked = request.GET.getlist(name)
    return {
        "label": str(field),
        "name": name,
        "choices": [(value, label, value in asked) for value, label in choices],
        "ranged": kind.compare in RANGED,
        "low": request.GET.get(f"{name}_from", ""),
        "high": request.GET.get(f"{name}_to", ""),
    }


def _chip(request: OfficeRequest, said: Any) -> dict[str, Any]:
    rest = [
        (k, v)
        for k, values in request.GET.lists()
        for v in values
        if k not in (*said.params, "cursor")
    ]
    return {"said": said, "off_url": f"{request.path}?{urlencode(rest)}"}


@requires("records.edit")
def new(request: OfficeRequest, key: str) -> HttpResponse:
    """Enter a record; ``?member=`` is whom it belongs to."""
    database = database_of(key)
    owner = None
    asked = request.GET.get("member", "")
    if asked.isdecimal():
        owner = Member.objects.present().filter(pk=int(asked[:18])).first()
    if request.method != "POST":
        form = RecordForm(database=database, member=owner, by=request.user)
        return _form(request, database, form)
    form = RecordForm(request.POST, request.FILES, database=database, by=request.user)
    if form.is_valid():
        try:
            made = actions.add_record(
                database,
                form.values(),
                member=form.cleaned_data.get("member"),
                by=request.user,
            )
        except actions.Refused as refused:
            form.lay_beside(dict(refused.errors) or {"": refused.reason})
        else:
            toasts.say(request, _("The record was added."))
            if request.POST.get("again"):
                return redirect("records:new", key)
            return redirect(made)
    return _form(request, database, form, status=422)


@requires("records.view")
@require_GET
def record(request: OfficeRequest, key: str, pk: int) -> HttpResponse:
    """One record with all its values; encrypted ones as dots."""
    database = database_of(key)
    found = record_of(database, pk, in_bin=request.user.has_right("records.delete"))
    return _shown(request, database, found, found.data)


@requires("records.view")
@require_POST
def sensitive(request: OfficeRequest, key: str, pk: int) -> HttpResponse:
    """The same with its encrypted values, for who may see them; each look is logged."""
    database = database_of(key)
    found = record_of(database, pk)
    values = actions.see_sensitive(found, by=request.user)
    if not values:
        raise Http404
    return _shown(request, database, found, found.data | values)


def _shown(
    request: OfficeRequest, database: Database, found: Record, data: dict[str, Any]
) -> HttpResponse:
    fields = seen_by(request, database)
    names = names_for(fields, [data])

    def drawn(field: Field) -> tuple[str, str]:
        value = data.get(field.key)
        return str(field), "" if value is None else type_of(field).show(field, value, names)

    may = request.user.has_right
    context = {
        "database": database,
        "record": found,
        "sections": in_sections(fields, drawn),
        "has_hidden": any(is_sealed(data.get(field.key)) for field in fields),
        "may_edit": may("records.edit") and found.deleted_at is None,
        "may_delete": may("records.delete"),
        "may_see_member": may("members.view"),
        "may_see_history": may("audit.view"),
    }
    return render(request, f"{TEMPLATES}/record.html", context)


@requires("records.edit")
def edit(request: OfficeRequest, key: str, pk: int) -> HttpResponse:
    """Change a record. Only what was changed here is saved."""
    database = database_of(key)
    found = record_of(database, pk)
    if request.method != "POST":
        form = RecordForm(database=database, record=found, by=request.user)
        actions.see_sensitive(found, by=request.user)
        return _form(request, database, form, record=found)
    form = RecordForm(request.POST, request.FILES, database=database, record=found, by=request.user)
    if form.is_valid():

        def save(row: Record) -> None:
            try:
                actions.change_record(
                    row,
                    form.values(),
                    member=form.cleaned_data.get("member"),
                    sets_member=database.takes_members,
                    by=request.user,
                )
            except actions.Invalid as invalid:
                errors = {form_name(name): text for name, text in invalid.errors.items()}
                raise actions.Invalid(errors) from invalid

        answer = clashes.saved(
            request,
            form,
            locked=lambda: actions.locked(found),
            now=form.kept_of,
            save=save,
            heading=_("Edit the record"),
            back=found.get_absolute_url(),
            said=_("Saved."),
        )
        if answer is not None:
            return answer
    return _form(request, database, form, record=found, status=422)


def _form(
    request: OfficeRequest,
    database: Database,
    form: RecordForm,
    *,
    record: Record | None = None,
    status: int = 200,
) -> HttpResponse:
    context = {
        "database": database,
        "form": form,
        "record": record,
        "may_configure": request.user.has_right("records.configure"),
    }
    return render(request, f"{TEMPLATES}/record_form.html", context, status=status)


@requires("records.delete")
@require_POST
def deletion(request: OfficeRequest, key: str, pk: int) -> HttpResponse:
    """Into the bin."""
    actions.delete_record(record_of(database_of(key), pk), by=request.user)
    undo = reverse("records:record_restoration", args=[key, pk])
    toasts.say(request, _("The record was deleted."), undo=undo)
    return redirect("records:list", key)


@requires("records.delete")
@require_POST
def restoration(request: OfficeRequest, key: str, pk: int) -> HttpResponse:
    """Back from the bin."""
    found = record_of(database_of(key), pk, in_bin=True)
    try:
        actions.restore_record(found, by=request.user)
    except actions.Refused as refused:
        said = listed(refused.errors.values()) or refused.reason
        toasts.say(request, said)
        return redirect("records:bin", key)
    toasts.say(request, _("The record is back."))
    return redirect(found)


@requires("records.delete")
@require_GET
def deleted(request: OfficeRequest, key: str) -> HttpResponse:
    """The bin of a database, the latest first."""
    database = database_of(key)
    rows = Record.objects.exclude(deleted_at=None).filter(database=database)
    try:
        found = page(
            rows.select_related("member"),
            sort=["-deleted_at"],
            cursor=request.GET.get("cursor", ""),
        )
    except BadCursor:
        return redirect("records:bin", key)
    return render(request, f"{TEMPLATES}/bin.html", {"database": database, "page": found})


@requires("records.view")
@require_GET
def file(request: OfficeRequest, key: str, pk: int, field: str) -> HttpResponseBase:
    """The file in a field of a record, for who may see the field."""
    database = database_of(key)
    found = record_of(database, pk)
    if field not in {one.key for one in seen_by(request, database)}:
        raise Http404
    row = get_object_or_404(
        FieldFile, pk=found.data.get(field), table=database.key, key=field, record=pk
    )
    return served(row, shown="view" in request.GET)


def _address(row: FieldFile) -> str:
    if row.record is None:
        return ""
    return reverse("records:file", args=[row.table, row.record, row.key])


served_at("record", _address)
