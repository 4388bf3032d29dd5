"""Adding a member and editing one, with the choice that a clash asks for."""

from collections.abc import Callable
from uuid import UUID, uuid4

from django.core.cache import cache
from django.db import connection, transaction
from django.http import HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils.translation import gettext_lazy as _

from enishi.accounts.permissions import OfficeRequest, requires
from enishi.core import clock
from enishi.members import actions
from enishi.members.fields.forms import form_name, with_held_files
from enishi.members.forms.member import MemberForm, own_fields_for
from enishi.members.models import Member, MemberType, Status
from enishi.ui import toasts

from .clash import Clashing, settled
from .lookups import alike_typed

TEMPLATE = "members/office/member_form.html"


@requires("members.edit")
def new(request: OfficeRequest) -> HttpResponse:
    """Add a member."""
    if request.method != "POST":
        first = MemberType.objects.filter(retired_at=None).first()
        start = {
            "token": uuid4(),
            "kind": "person",
            "status": "active",
            "country": "JP",
            "language": "ja",
            "joined_on": clock.today(),
            "member_type": first,
        }
        form = MemberForm(initial=start, by=request.user)
        return render(request, TEMPLATE, {"form": form})
    form = MemberForm(request.POST, request.FILES, by=request.user)
    if form.is_valid():
        said = form.cleaned_data
        values = form.values
        enter = actions.add
        if said["status"] == Status.APPLICANT:
            enter = actions.apply
            del values["joined_on"]  # whoever applies has not joined yet

        def make() -> Member:
            return enter(values, by=request.user)

        try:
            member = _once(request, said["token"], make)
        except actions.Invalid as invalid:
            _lay_beside(form, invalid)
        else:
            toasts.say(request, _("%(name)s was added.") % {"name": member.name})
            return redirect("members:karte", member.pk)
    context = {"form": form, "candidates": alike_typed(request.POST.dict(), request.user)}
    return render(request, TEMPLATE, context, status=422)


def _once(request: OfficeRequest, token: UUID | None, make: Callable[[], Member]) -> Member:
    """What ``make`` makes, once for a form: a second press finds what the first one made."""
    if token is None:
        return make()
    key = f"members.new.{request.user.pk}.{token}"
    with transaction.atomic():
        with connection.cursor() as cursor:
            cursor.execute("SELECT pg_advisory_xact_lock(hashtextextended(%s, 0))", [key])
        made = Member.objects.filter(pk=cache.get(key)).first()
        if made is None:
            made = make()
            cache.set(key, made.pk, 24 * 3600)  # in the same database: kept only if it was made
    return made


def _lay_beside(form: MemberForm, invalid: "actions.Invalid") -> None:
    """Put what an action refused beside the fields."""
    for name, sentence in invalid.errors.items():
        field = form_name(name)
        form.add_error(field if field in form.fields else None, sentence)


@requires("members.edit")
def edit(request: OfficeRequest, pk: int) -> HttpResponse:
    """Edit a member. Only what was changed here is saved."""
    member = get_object_or_404(Member.objects.present().select_related("type", "owner"), pk=pk)
    if request.method != "POST":
        form = MemberForm(member=member, by=request.user)
        actions.see_sensitive(member, by=request.user, only=[one.key for one in form.own])
        return render(request, TEMPLATE, {"form": form, "member": member})
    posted, chosen = settled(request.POST, own_fields_for(request.user))
    form = MemberForm(posted, request.FILES, member=member, by=request.user)
    if form.is_valid():
        version = form.cleaned_data["version"] if chosen else 0
        try:
            actions.change(member, form.typed_by_me(), version=version, by=request.user)
        except actions.Clash as clash:
            clashing = Clashing(member, form, with_held_files(form, posted), clash)
            return _clash(request, clashing, unchosen=not chosen)
        except actions.Invalid as invalid:
            _lay_beside(form, invalid)
        else:
            toasts.say(request, _("Saved."))
            return redirect("members:karte", pk)
    return render(request, TEMPLATE, {"form": form, "member": member}, status=422)


def _clash(request: OfficeRequest, clashing: Clashing, *, unchosen: bool) -> HttpResponse:
    """Somebody saved in between: show both values of each field and save what is chosen."""
    context = {
        "member": clashing.member,
        "clashing": clashing,
        "posted": clashing.carried(),
        "unchosen": unchosen,
    }
    return render(request, "members/office/clash.html", context, status=409)
