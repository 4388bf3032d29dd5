"""Databases: the list, a new one, its settings and fields."""

from typing import Any

from django.db.models import Count, Q
from django.http import Http404, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.http import require_GET, require_POST

from enishi.accounts.permissions import OfficeRequest, requires
from enishi.members.fields import desk as pages
from enishi.members.fields import visible_fields
from enishi.records import actions, ready
from enishi.records.forms import ColumnsForm, DatabaseForm
from enishi.records.models import Database
from enishi.ui import clashes, toasts

TEMPLATES = "records/office"
STEPS = (gettext_lazy("Name it"), gettext_lazy("Add fields"), gettext_lazy("Enter records"))


def database_of(key: str) -> Database:
    if "\x00" in key:
        raise Http404
    return get_object_or_404(Database.objects.present(), key=key)


@requires("records.view")
@require_GET
def databases(request: OfficeRequest) -> HttpResponse:
    """All databases, and ready ones to begin with."""
    counted = Count("records", filter=Q(records__deleted_at=None))
    # Grouped rows have no order of their own.
    rows = list(Database.objects.annotate(count=counted).order_by("order", "pk"))
    context = {
        "databases": [row for row in rows if row.deleted_at is None],
        "deleted": [row for row in rows if row.deleted_at is not None],
        "ready": ready.TEMPLATES,
        "may_configure": request.user.has_right("records.configure"),
    }
    return render(request, f"{TEMPLATES}/databases.html", context)


@requires("records.configure")
def new(request: OfficeRequest) -> HttpResponse:
    """Make a database; its fields come next."""
    form = DatabaseForm(request.POST or None)
    if request.method == "POST" and form.is_valid():
        try:
            made = actions.add_database(**form.values(), by=request.user)
        except actions.Refused as refused:
            _lay_beside(form, refused)
        else:
            toasts.say(request, _("The database was made. Now add its fields."))
            return redirect("records:fields", made.key)
    return render(
        request,
        f"{TEMPLATES}/database_form.html",
        {"form": form, "steps": STEPS},
        status=422 if form.is_bound else 200,
    )


@requires("records.configure")
@require_POST
def from_template(request: OfficeRequest) -> HttpResponse:
    """Make a ready database with its fields."""
    template = next((t for t in ready.TEMPLATES if t.key == request.POST.get("template")), None)
    if template is None:
        raise Http404
    made = ready.make(template, by=request.user)
    toasts.say(request, _("The database was made. Change its fields as you like."))
    return redirect("records:fields", made.key)


def _lay_beside(form: DatabaseForm, refused: actions.Refused) -> None:
    errors = refused.errors or {"": refused.reason}
    for name, sentence in errors.items():
        form.add_error(name if name in form.fields else None, sentence)


def _settings_of(found: Database) -> dict[str, Any]:
    return {name: getattr(found, name) for name in DatabaseForm.base_fields}


@requires("records.configure")
def edit(request: OfficeRequest, key: str) -> HttpResponse:
    """Change what a database is called and how it is shown."""
    found = database_of(key)
    form = DatabaseForm(request.POST or None, initial=_settings_of(found))
    answer = clashes.saved(
        request,
        form,
        locked=lambda: Database.objects.select_for_update().get(pk=found.pk),
        now=_settings_of,
        save=lambda row: actions.change_database(row, **form.values(), by=request.user),
        heading=_("Settings of the database"),
        back=found.get_absolute_url(),
        said=_("Saved."),
    )
    if answer is not None:
        return answer
    context = {"form": form, "database": found}
    status = 422 if form.is_bound else 200
    return render(request, f"{TEMPLATES}/database_form.html", context, status=status)


@requires("records.configure")
@require_POST
def deletion(request: OfficeRequest, key: str) -> HttpResponse:
    """Into the bin, records and all."""
    found = database_of(key)
    actions.delete_database(found, by=request.user)
    undo = reverse("records:restoration", args=[key])
    toasts.say(request, _("The database was deleted."), undo=undo)
    return redirect("records:databases")


@requires("records.configure")
@require_POST
def restoration(request: OfficeRequest, key: str) -> HttpResponse:
    """Back from the bin."""
    found = get_object_or_404(Database, key=key)
    actions.restore_database(found, by=request.user)
    toasts.say(request, _("The database is back with all its records."))
    return redirect("records:list", key)


@requires("records.configure")
@require_POST
def place(request: OfficeRequest, key: str) -> HttpResponse:
    """One place up or down."""
    step = -1 if request.POST.get("step") == "-1" else 1
    actions.move_database(database_of(key), step, by=request.user)
    return redirect("records:databases")


@requires("records.view")
@require_POST
def columns(request: OfficeRequest, key: str) -> HttpResponse:
    """Which columns the list shows, for everybody."""
    found = database_of(key)
    if not request.user.has_right("records.configure"):
        raise Http404
    if request.POST.get("usual"):
        actions.change_database(found, columns=[], by=request.user)
        return redirect("records:list", key)
    known = visible_fields(request.user, key).values()
    fields = [one.own for one in known if one.own is not None]
    form = ColumnsForm(request.POST, database=found, fields=fields)
    if form.is_valid():
        answer = clashes.saved(
            request,
            form,
            locked=lambda: Database.objects.select_for_update().get(pk=found.pk),
            now=lambda row: clashes.held(ColumnsForm(database=row, fields=fields)),
            save=lambda row: actions.change_database(
                row, columns=form.all_columns(row), by=request.user
            ),
            heading=_("Columns"),
            back=found.get_absolute_url(),
        )
        if answer is not None:
            return answer
    return redirect("records:list", key)


# Fields


def desk(database: Database) -> pages.Desk:
    """The pages of a database's fields."""

    def url(page: str, *args: Any) -> str:
        names = {"fields": "fields", "new": "field_new", "field": "field"}
        name = names.get(page, f"field_{page}")
        return reverse(f"records:{name}", args=[database.key, *args])

    has_records = database.records.exists()

    def others() -> list[tuple[str, str]]:
        return [(one.key, str(one)) for one in Database.objects.present()]

    return pages.Desk(
        database.key,
        gettext_lazy("Fields"),
        url,
        crumbs=[
            (reverse("records:databases"), gettext_lazy("Databases")),
            (database.get_absolute_url(), str(database)),
        ],
        lead=gettext_lazy(
            "What is kept of each record. The form and the list follow by themselves."
        ),
        databases=others,
        nothing=gettext_lazy(
            "Add what each record holds, for example a subject, a date or a file. Choose below"
            " what is to be kept."
        ),
        onward=(
            reverse("records:list" if has_records else "records:new", args=[database.key]),
            gettext_lazy("To the records") if has_records else gettext_lazy("Enter records"),
        ),
        steps=() if has_records else STEPS,
    )


@requires("records.configure")
@require_GET
def fields(request: OfficeRequest, key: str) -> HttpResponse:
    return pages.list_page(request, desk(database_of(key)))


@requires("records.configure")
def field_new(request: OfficeRequest, key: str) -> HttpResponse:
    return pages.new_page(request, desk(database_of(key)))


@requires("records.configure")
def field_edit(request: OfficeRequest, key: str, pk: int) -> HttpResponse:
    return pages.edit_page(request, desk(database_of(key)), pk)


@requires("records.configure")
@require_POST
def field_retirement(request: OfficeRequest, key: str, pk: int) -> HttpResponse:
    return pages.retirement_of(request, desk(database_of(key)), pk)


@requires("records.configure")
@require_POST
def field_deletion(request: OfficeRequest, key: str, pk: int) -> HttpResponse:
    return pages.deletion_of(request, desk(database_of(key)), pk)


@requires("records.configure")
@require_POST
def field_restoration(request: OfficeRequest, key: str, pk: int) -> HttpResponse:
    return pages.restoration_of(request, desk(database_of(key)), pk)


@requires("records.configure")
@require_POST
def field_order(request: OfficeRequest, key: str) -> HttpResponse:
    return pages.order_of(request, desk(database_of(key)))


@requires("records.configure")
@require_POST
def field_section(request: OfficeRequest, key: str) -> HttpResponse:
    return pages.section_of(request, desk(database_of(key)))
