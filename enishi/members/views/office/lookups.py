"""What a form asks while it is being filled in: addresses by postal code, likely duplicates."""

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

from django.db.models import Q
from django.http import HttpResponse, JsonResponse
from django.shortcuts import render
from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _
from django.views.decorators.http import require_GET

from enishi.accounts.permissions import OfficeRequest, requires
from enishi.core import japanese
from enishi.members.models import Member

FEW = 5


@requires("members.view")
@require_GET
def postal_code(request: OfficeRequest, code: str = "") -> HttpResponse:
    """The places of a postal code, in any writing: ``{"places": [{prefecture, city, town}]}``."""
    try:
        found = japanese.postal_lookup(
            japanese.postal_code((code or request.GET.get("code", ""))[:20])
        )
    except japanese.Unclear:
        found = []
    places = [
        {"prefecture": one.prefecture, "city": one.city, "town": f"{one.town}{one.block}"}
        for one in found
    ]
    return JsonResponse({"places": places})


@dataclass(frozen=True)
class Candidate:
    """Somebody on the roll who may be the same, and why one may think so."""

    member: Member
    why: str | Promise


def _read(reader: Any, text: str) -> Any:
    """What ``reader`` makes of the text; nothing while it is still being typed."""
    try:
        return reader(text[:200])
    except japanese.Unclear:
        return None


def candidates(said: dict[str, str]) -> list[Candidate]:
    """Members who share the e-mail, a phone, or kana and birth date with what was typed."""
    found: dict[int, Candidate] = {}
    for member, why in _alike(said):
        found.setdefault(member.pk, Candidate(member, why))
    return list(found.values())[:FEW]


def _alike(said: dict[str, str]) -> Iterator[tuple[Member, str | Promise]]:
    present = Member.objects.present()
    if email := _read(japanese.email, said.get("email", "")):
        for member in present.filter(email=email)[:FEW]:
            yield member, _("same e-mail address")
    numbers = {_read(japanese.phone, said.get(name, "")) for name in ("phone", "mobile")}
    for number in sorted(filter(None, numbers)):
        same = present.search(number).filter(Q(phone=number) | Q(mobile=number))
        for member in same.order_by()[:FEW]:
            yield member, _("same phone number")
    kana = [
        _read(japanese.katakana, said.get(name, "")) or ""
        for name in ("family_name_kana", "given_name_kana")
    ]
    born = _read(japanese.date, said.get("birth_date", ""))
    if all(kana) and born:
        for member in present.filter(sorting_name=" ".join(kana), birth_date=born)[:FEW]:
            yield member, _("same name in kana and same birth date")


@requires("members.edit")
@require_GET
def duplicates(request: OfficeRequest) -> HttpResponse:
    """A hint for the entry form: members who may be the same person."""
    context = {"candidates": candidates(request.GET.dict())}
    return render(request, "members/office/_duplicates.html", context)
