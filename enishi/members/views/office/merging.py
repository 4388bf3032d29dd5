"""Two members side by side: the same or not, and which value to keep."""

from collections.abc import Container
from dataclasses import dataclass
from typing import Any

from django.apps import apps
from django.http import Http404, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _
from django.views.decorators.http import require_GET, require_POST

from enishi.accounts.models import User
from enishi.accounts.permissions import OfficeRequest, requires
from enishi.core.bulk import rows
from enishi.members import actions
from enishi.members.actions.merging import Offer, keeper, offers, references
from enishi.members.actions.merging.proposing import BOTH, DROP, KEEP
from enishi.members.duplicates import reasons, verdict_of
from enishi.members.fields import (
    GROUP_OF,
    LANGUAGES,
    OWN,
    as_seen,
    hidden_groups,
    names_for,
    visible_fields,
)
from enishi.members.models import (
    Field,
    Gender,
    Member,
    Merge,
    NotSame,
    Status,
    StatusPeriod,
    Tag,
)
from enishi.ui import toasts
from enishi.ui.written import jdate, phone, postal

from .duplicates import waiting
from .words import TONES, said

FIRST, SECOND = "first", "second"
TEMPLATE = "members/office/duplicates/pair.html"


@dataclass(frozen=True)
class Row:
    """One field: what both say, and which is proposed. ``differs``: one has to choose."""

    key: str
    label: str | Promise
    first: str
    second: str
    chosen: str = FIRST
    differs: bool = True
    both: bool = False


@dataclass(frozen=True)
class Side:
    """One of the two, as the head of a column shows it."""

    name: str  # "first" or "second"
    member: Member
    tone: str
    kept: bool
    periods: list[StatusPeriod]
    rows: list[tuple[str, int]]  # what hangs on it: notes 3, contacts 2 …


@requires("members.view")
@require_GET
def pair(request: OfficeRequest, first: int, second: int) -> HttpResponse:
    """Two members side by side."""
    one, other = _two(first, second)
    if one.pk == other.pk or one.deleted_at or other.deleted_at:
        return _gone(request, one, other)
    return render(request, TEMPLATE, _compared(request, one, other))


@requires("members.edit")
@require_POST
def merging(request: OfficeRequest, first: int, second: int) -> HttpResponse:
    """Merge the two as chosen: ``keep`` says "first" or "second", ``take_<field>`` likewise."""
    one, other = _two(first, second)
    if one.pk == other.pk or one.deleted_at or other.deleted_at:
        return _gone(request, one, other)
    keep, drop = (other, one) if request.POST.get(KEEP) == SECOND else (one, other)
    try:
        merge = actions.merge(keep, drop, choices=_choices(request, keep is one), by=request.user)
    except actions.Invalid as invalid:
        error, status = " ".join(invalid.errors.values()), 422
    except actions.Refused as refused:
        error, status = str(refused), 409
    else:
        toasts.say(
            request,
            _("%(drop)s was merged into %(keep)s.") % {"drop": drop.number, "keep": str(keep)},
            undo=reverse("members:merge_undoing", args=[merge.pk]),
        )
        return _onwards(merge, request.POST.get("next", ""))
    context = _compared(request, one, other) | {"error": error}
    return render(request, TEMPLATE, context, status=status)


def _two(first: int, second: int) -> tuple[Member, Member]:
    members = Member.objects.select_related("type", "owner", "user")
    return get_object_or_404(members, pk=first), get_object_or_404(members, pk=second)


def _gone(request: OfficeRequest, one: Member, other: Member) -> HttpResponse:
    """One of the two is not on the roll any more: go where it went."""
    into = one.merged_into_id or other.merged_into_id
    if into:
        toasts.say(request, _("These two have been merged already."))
        return redirect("members:karte", into)
    toasts.say(request, _("One of the two is not on the roll any more."))
    return redirect("members:duplicate_pairs")


def _onwards(merge: Merge, following: str) -> HttpResponse:
    """To the next pair of the list, if there is one; else to the member who goes on."""
    ids = [int(pk) for pk in following.split("-") if pk.isascii() and pk.isdigit()]
    if len(ids) == 2 and merge.drop_id not in ids:
        return redirect("members:duplicate_pair", *ids)
    return redirect("members:karte", merge.keep_id)


def _choices(request: OfficeRequest, keep_is_first: bool) -> dict[str, Any]:
    """The radio buttons, which say "first" and "second", as keep and drop."""
    sides = {FIRST: KEEP, SECOND: DROP, BOTH: BOTH}
    if not keep_is_first:
        sides |= {FIRST: DROP, SECOND: KEEP}
    visible = visible_fields(request.user, retired=True)
    return {
        key.removeprefix("take_"): sides[side]
        for key, side in request.POST.items()
        if key.startswith("take_")
        and side in sides
        and not _is_hidden(key.removeprefix("take_"), visible)
    }


def _is_hidden(key: str, visible: Container[str]) -> bool:
    """Whether a row of the page would tell of a field that is not ``visible``."""
    if key == "address":
        return "address_line" not in visible
    return (key.startswith(OWN) or key in GROUP_OF) and key not in visible


def _compared(request: OfficeRequest, one: Member, other: Member) -> dict[str, Any]:
    keep, _drop = keeper(one, other)
    keep_is_first = keep is one
    likely = verdict_of(one, other)
    told = reasons.seen(likely.reasons, hidden_groups(request.user))
    one, other = as_seen(one, request.user), as_seen(other, request.user)
    known = NotSame.objects.filter(first=min(one.pk, other.pk), second=max(one.pk, other.pk))
    previous, following, place = _neighbours(one, other)
    hanging = _hanging(one, other)
    found = _rows(request.user, one, other, keep_is_first=keep_is_first)
    return {
        "first": one,
        "second": other,
        "sides": [
            Side(
                name,
                member,
                TONES[Status(member.status)],
                member.pk == keep.pk,
                list(StatusPeriod.objects.filter(member=member).select_related("type")),
                hanging[member.pk],
            )
            for name, member in ((FIRST, one), (SECOND, other))
        ],
        "differing": [row for row in found if row.differs],
        "same": [row for row in found if not row.differs],
        "score": likely.score,
        "speaks_for": reasons.sentences(r for r in told if r.speaks_for),
        "against": reasons.sentences(r for r in told if not r.speaks_for),
        "known": known.select_related("by").first(),
        "previous": previous,
        "following": following,
        "place": place,
        "may_edit": request.user.has_right("members.edit"),
        "one_kind": one.kind == other.kind,
    }


def _neighbours(one: Member, other: Member) -> tuple[str, str, tuple[int, int] | None]:
    """The pairs before and after in the list, as "1-2", and which one of how many this is."""
    ids = list(waiting().values_list("first_id", "second_id")[:2000])
    here = (min(one.pk, other.pk), max(one.pk, other.pk))
    if here not in ids:
        return "", "", None
    at = ids.index(here)
    name = ["-".join(map(str, pair)) for pair in ids]
    return (
        name[at - 1] if at else "",
        name[at + 1] if at + 1 < len(name) else "",
        (at + 1, len(ids)),
    )


_SHOWN = (
    *("family_name", "given_name", "family_name_kana", "given_name_kana", "former_name"),
    *("organisation_name", "organisation_name_kana", "birth_date", "gender", "email", "phone"),
    *("mobile",),
)


def _rows(user: User, one: Member, other: Member, *, keep_is_first: bool) -> list[Row]:
    """Differing fields with what is proposed; then those that both have alike."""
    keep, drop = (one, other) if keep_is_first else (other, one)
    visible = visible_fields(user, retired=True)
    sides = {KEEP: FIRST, DROP: SECOND} if keep_is_first else {KEEP: SECOND, DROP: FIRST}
    found = []
    proposed = offers(keep, drop)
    own = [o.definition.own for o in proposed if o.definition and o.definition.own]
    names = names_for(own, [one.data, other.data])
    for offer in proposed:
        if _is_hidden(offer.key, visible):
            continue
        texts = {
            side: _text(offer, value, names)
            for side, value in ((KEEP, offer.keep), (DROP, offer.drop))
        }
        first, second = texts[KEEP], texts[DROP]
        if not keep_is_first:
            first, second = second, first
        chosen = sides.get(offer.chosen, BOTH)
        found.append(Row(offer.key, offer.label, first, second, chosen, both=offer.both_possible))
    differing = {row.key for row in found}
    for key in _SHOWN:
        if key in visible and key not in differing and (value := getattr(one, key)):
            text = _built_in(key, value)
            found.append(Row(key, visible[key].label, text, text, differs=False))
    return found


def _text(offer: Offer, value: Any, names: Any) -> str:
    """A value as people read it."""
    if value in (None, "", []):
        return ""
    if offer.key == "address":
        code = postal(value["postal_code"]) if value["postal_code"] else ""
        line = f"{value['prefecture']}{value['city']}{value['address_line']} {value['building']}"
        return f"{code} {line}".strip()
    if offer.definition is not None and offer.definition.own is not None:
        own: Field = offer.definition.own
        return said(own, value, names)
    if offer.key == "user":
        return str(User.objects.filter(pk=value).first() or "")
    return _built_in(offer.key, value)


def _built_in(key: str, value: Any) -> str:
    if key in ("phone", "mobile"):
        return phone(value)
    if key in ("birth_date", "deceased_on"):
        return jdate(value)
    choices = dict(Gender.choices) if key == "gender" else {}
    if key == "language":
        choices = dict(LANGUAGES)
    return str(choices.get(value, value))


def _hanging(one: Member, other: Member) -> dict[int, list[tuple[str, int]]]:
    """How many rows of what belong to each of the two, in words."""
    labels = {
        model._meta.db_table: model._meta.verbose_name
        for model in apps.get_models()
        if not model._meta.auto_created
    }
    labels["members_membertag"] = Tag._meta.verbose_name
    parts = [r for r in references() if r.table in labels and r.table not in _NOT_TOLD]
    found: dict[int, dict[str, int]] = {one.pk: {}, other.pk: {}}
    if parts:
        statement = " UNION ALL ".join(
            f"SELECT '{r.table}', t.{r.names[1]}, count(*) FROM {r.names[0]} t"  # noqa: S608
            f" WHERE t.{r.names[1]} IN (%s, %s) GROUP BY 2"
            for r in parts
        )
        for table, pk, count in rows(statement, [one.pk, other.pk] * len(parts)):
            name = labels[table]
            label = str(name if isinstance(name, Promise) else _("Other records"))
            found[pk][label] = found[pk].get(label, 0) + count
    return {pk: list(counts.items()) for pk, counts in found.items()}


_NOT_TOLD = frozenset({"members_duplicatepair", "members_notsame", "members_member"})


@requires("members.edit")
@require_POST
def not_same(request: OfficeRequest, first: int, second: int) -> HttpResponse:
    """Remember that these are two."""
    if first == second:
        raise Http404
    one, other = get_object_or_404(Member, pk=first), get_object_or_404(Member, pk=second)
    _previous, following, _place = _neighbours(one, other)
    row = actions.not_same(one, other, by=request.user)
    toasts.say(
        request,
        _("Remembered: %(one)s and %(other)s are two.")
        % {"one": one.number, "other": other.number},
        undo=reverse("members:not_same_deletion", args=[row.pk]),
    )
    if following:
        return redirect("members:duplicate_pair", *following.split("-"))
    return redirect("members:duplicate_pairs")


@requires("members.view")
@require_GET
def chosen(request: OfficeRequest) -> HttpResponse:
    """Two ticked rows of the list, side by side."""
    ids = [int(pk) for pk in request.GET.getlist("ids") if pk.isascii() and pk.isdigit()]
    if len(ids) != 2:
        toasts.say(request, _("Tick two members to merge them."))
        return redirect("members:list")
    return redirect("members:duplicate_pair", *sorted(ids))


@requires("members.edit")
@require_POST
def undoing(request: OfficeRequest, pk: int) -> HttpResponse:
    """Make two members of one again."""
    merge = get_object_or_404(Merge.objects.select_related("keep", "drop"), pk=pk)
    try:
        actions.undo_merge(merge, by=request.user)
    except actions.Refused as refused:
        toasts.refuse(request, str(refused))
        return redirect("members:karte", merge.keep_id)
    toasts.say(
        request,
        _("%(drop)s and %(keep)s are two members again.")
        % {"drop": merge.drop.number, "keep": merge.keep.number},
    )
    return redirect("members:duplicate_pair", *sorted((merge.keep_id, merge.drop_id)))
