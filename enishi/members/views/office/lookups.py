"""What a form asks while it is being filled in: addresses by postal code, likely duplicates."""

from typing import Any

from django.http import HttpResponse, JsonResponse
from django.shortcuts import render
from django.views.decorators.http import require_GET

from enishi.accounts.permissions import OfficeRequest, requires
from enishi.core import japanese
from enishi.members.duplicates import KEPT, Found, alike
from enishi.members.fields import visible_fields

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


_READ: dict[str, Any] = {
    "email": japanese.email,
    "phone": japanese.phone,
    "mobile": japanese.phone,
    "birth_date": japanese.date,
    "family_name_kana": japanese.katakana,
    "given_name_kana": japanese.katakana,
    "organisation_name_kana": japanese.katakana,
}
_TYPED = (
    *("kind", "family_name", "given_name", "family_name_kana", "given_name_kana", "former_name"),
    *("organisation_name", "organisation_name_kana", "gender", "birth_date", "email", "phone"),
    *("mobile", "prefecture", "city", "address_line"),
)


_TELLING = ("family_name", "family_name_kana", "organisation_name", "birth_date")


def _read(name: str, text: str) -> Any:
    """What the field makes of the text; nothing while it is still being typed."""
    try:
        return _READ.get(name, japanese.fold)(text[:200])
    except japanese.Unclear:
        return None


def alike_typed(typed: dict[str, str], by: Any) -> list[Found]:
    """Members who may be the one that is being typed in, likeliest first."""
    may = visible_fields(by)
    said = {name: _read(name, typed[name]) for name in _TYPED if typed.get(name) and name in may}
    # An e-mail address or phone alone is worth a hint.
    least = KEPT if any(said.get(name) for name in _TELLING) else 1
    return [one.as_seen(by) for one in alike(said, least=least, most=FEW)]


@requires("members.edit")
@require_GET
def duplicates(request: OfficeRequest) -> HttpResponse:
    """A hint for the entry form: members who may be the same."""
    context = {"candidates": alike_typed(request.GET.dict(), request.user)}
    return render(request, "members/office/_duplicates.html", context)
