"""The builder: a rule put together, counted while it changes, explained, saved."""

import json
import re
import time
from dataclasses import replace
from typing import Any

from django import forms
from django.db import OperationalError, connection, transaction
from django.http import Http404, HttpRequest, HttpResponse, JsonResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.http import require_GET, require_http_methods, require_POST
from psycopg.errors import QueryCanceled

from enishi.accounts.permissions import OfficeRequest, requires
from enishi.audit.models import HistoryEntry
from enishi.core.refusals import Refusal
from enishi.members.conditions import Rule, RuleFaults, TooSlow, parse
from enishi.members.models import Member
from enishi.segments import actions
from enishi.segments.catalogue import catalogue, words
from enishi.segments.conditions import members_of, seen_by, within
from enishi.segments.models import ManualMember, Segment
from enishi.segments.starters import starter
from enishi.ui import clashes, toasts
from enishi.ui.written import number

from .why import told_of_rule

PATIENCE_MS = 8_000
SAMPLE = 6
LARGEST_RULE = 1_000_000
EMPTY: dict[str, Any] = {"all": []}
_TOKEN = re.compile(r"[a-z0-9]{8,40}")


@requires("segments.edit")
@require_http_methods(["GET", "POST"])
def new(request: OfficeRequest) -> HttpResponse:
    """A new segment, empty or begun with a starter (``?starter=``) or a rule (``?rule=``)."""
    if request.method == "POST":
        return _save(request, None)
    begun = starter(request.GET.get("starter", ""), request.user)
    rule, name = (begun.rule, str(begun.name)) if begun is not None else (EMPTY, "")
    if "rule" in request.GET:
        try:
            rule = json.loads(request.GET["rule"][:LARGEST_RULE])
        except (ValueError, RecursionError):
            rule = EMPTY
    return _editor(request, None, rule=rule, name=name)


@requires("segments.edit")
@require_http_methods(["GET", "POST"])
def edit(request: OfficeRequest, pk: int) -> HttpResponse:
    segment = found(request, pk)
    if request.method == "POST":
        return _save(request, segment)
    return _editor(request, segment, rule=segment.rule, name=segment.name)


def found(request: OfficeRequest, pk: int) -> Segment:
    """The segment; one that asks about what this user may not see does not exist for them."""
    segment = get_object_or_404(Segment, pk=pk)
    if not seen_by([segment], request.user):
        raise Http404
    return segment


def _editor(
    request: OfficeRequest, segment: Segment | None, *, rule: Any, name: str, **more: Any
) -> HttpResponse:
    builder = {
        "rule": rule,
        "segment": segment.pk if segment is not None else None,
        "words": words(),
        "urls": {
            "catalogue": reverse("segments:catalogue"),
            "preview": reverse("segments:preview"),
            "sample": reverse("segments:sample"),
            "why": reverse("segments:why"),
            "overlap": reverse("segments:overlap"),
        },
        "faults": more.pop("faults", []),
    }
    context: dict[str, Any] = {
        "segment": segment,
        "builder": builder,
        "name": name,
        "description": segment.description if segment is not None else "",
        "kind": segment.kind if segment is not None else Segment.Kind.STORED,
        "errors": {},
        "by_hand": ManualMember.objects.filter(segment=segment).exists() if segment else False,
        "others": [
            one
            for one in seen_by(Segment.objects.all(), request.user)
            if segment is None or one.pk != segment.pk
        ],
        "rule_text": json.dumps(rule, ensure_ascii=False),
        "form": EditForm(
            request.POST if request.method == "POST" else None,
            initial=_holds(segment) if segment is not None else {},
        ),
        **more,
    }
    status = 422 if context["errors"] else 200
    return render(request, "segments/office/editor.html", context, status=status)


class EditForm(forms.Form):
    """What the builder sends; the actions judge it, and ui.clashes compares it."""

    name = forms.CharField(label=gettext_lazy("Name"), required=False)
    description = forms.CharField(label=gettext_lazy("Description"), required=False, strip=False)
    kind = forms.ChoiceField(
        label=gettext_lazy("Members"), required=False, choices=Segment.Kind.choices
    )
    rule = forms.CharField(label=gettext_lazy("Rule"), required=False, strip=False)

    def clean_rule(self) -> str:
        """Written as we write it, so that two rules compare."""
        try:
            return _as_text(json.loads(self.cleaned_data["rule"][:LARGEST_RULE]))
        except (ValueError, RecursionError) as error:
            raise forms.ValidationError(_("The rule cannot be read.")) from error


def _as_text(rule: Any) -> str:
    return json.dumps(rule, ensure_ascii=False, sort_keys=True)


def _holds(segment: Segment) -> dict[str, Any]:
    names = ("name", "description", "kind")
    return {**{name: getattr(segment, name) for name in names}, "rule": _as_text(segment.rule)}


def _clash(request: OfficeRequest, segment: Segment, form: EditForm) -> HttpResponse | None:
    """The page on which one chooses what stays, where somebody else has changed the same."""
    clash = clashes.look(request, form, _holds(segment))
    if clash is None:
        return None
    clash.rows = [
        replace(row, mine=_in_words(row.mine, request), theirs=_in_words(row.theirs, request))
        if row.name == "rule"
        else row
        for row in clash.rows
    ]
    last = HistoryEntry.objects.about(segment).first()
    return clash.answer(
        request,
        heading=_("Segment"),
        back=segment.get_absolute_url(),
        who=last.by_label if last is not None else "",
        thing=str(segment),
    )


def _in_words(rule: str, request: OfficeRequest) -> str:
    try:
        return parse(json.loads(rule), by=request.user).sentence()
    except (RuleFaults, ValueError):
        return rule


def _save(request: OfficeRequest, segment: Segment | None) -> HttpResponse:
    given = {name: request.POST.get(name, "") for name in ("name", "description", "kind")}
    errors: dict[str, str] = {}
    faults: list[dict[str, str]] = []
    rule: Any = EMPTY
    form = EditForm(request.POST)
    if not form.is_valid():
        errors = {name: " ".join(map(str, found_)) for name, found_ in form.errors.items()}
        said = request.POST.get("rule", "")[:LARGEST_RULE]
        return _editor(request, segment, rule=rule, rule_text=said, errors=errors, **given)
    try:
        with transaction.atomic():
            if segment is not None:
                segment = actions.locked(segment)
                if page := _clash(request, segment, form):
                    return page
            given = {name: form.cleaned_data[name] for name in given}
            rule = json.loads(form.cleaned_data["rule"])
            if segment is None:
                saved = actions.create(**given, rule=rule, by=request.user)
            else:
                saved = actions.change(segment, **given, rule=rule, by=request.user)
    except RuleFaults as refused:
        faults = [{"path": one.path, "reason": one.reason} for one in refused.faults]
        errors["rule"] = _("Some conditions cannot be read. They are marked below.")
    except Refusal as refused:
        errors = dict(refused.errors) or {"": str(refused)}
    else:
        toasts.say(request, _("The segment “%(name)s” was saved.") % {"name": saved.name})
        return redirect(saved)
    return _editor(request, segment, rule=rule, errors=errors, faults=faults, **given)


@requires("segments.view")
@require_GET
def items(request: OfficeRequest) -> HttpResponse:
    """Everything that can be asked about, for the builder."""
    edited = request.GET.get("segment", "")
    segment = Segment.objects.filter(pk=edited).first() if edited.isdecimal() else None
    offered = catalogue(request.user, segment)
    offered["total"] = Member.objects.present().count()
    return JsonResponse(offered)


# While a rule is being put together


def _asked(request: HttpRequest) -> dict[str, Any]:
    try:
        body = json.loads(request.body[:LARGEST_RULE])
    except (ValueError, RecursionError):
        body = None
    return body if isinstance(body, dict) else {}


def _read(request: OfficeRequest, asked: dict[str, Any]) -> Rule:
    edited = asked.get("segment")
    segment = Segment.objects.filter(pk=edited).first() if isinstance(edited, int) else None
    with within(segment):
        return parse(asked.get("rule"), by=request.user)


def _refused(refused: RuleFaults) -> HttpResponse:
    faults = [{"path": one.path, "reason": one.reason} for one in refused.faults]
    return JsonResponse({"faults": faults})


@requires("segments.view")
@require_POST
def preview(request: OfficeRequest) -> HttpResponse:
    """How many a rule holds for now, what it means, or where it is wrong.

    A new question of the same builder (``token``) ends the one that still runs in the database.
    """
    asked = _asked(request)
    begun = time.perf_counter()
    token = asked.get("token")
    mark = f"preview {token}" if isinstance(token, str) and _TOKEN.fullmatch(token) else ""
    if mark:
        _end_former(mark)
    try:
        rule = _read(request, asked)
        sentence = rule.sentence()
        with transaction.atomic(), connection.cursor() as cursor:
            if mark:
                cursor.execute("SELECT set_config('application_name', %s, true)", [mark])
            count = rule.count(PATIENCE_MS)
    except RuleFaults as refused:
        return _refused(refused)
    except TooSlow:
        return JsonResponse({"faults": [], "sentence": sentence, "slow": True})
    except OperationalError as error:
        if not isinstance(error.__cause__, QueryCanceled):
            raise
        return JsonResponse({"faults": [], "ended": True})
    ms = round((time.perf_counter() - begun) * 1000)
    said = number(count)
    return JsonResponse(
        {"faults": [], "count": count, "said": said, "sentence": sentence, "ms": ms}
    )


def _end_former(mark: str) -> None:
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT pg_cancel_backend(pid) FROM pg_stat_activity"
            " WHERE application_name = %s AND state = 'active' AND pid <> pg_backend_pid()"
            " AND usename = current_user AND datname = current_database()",
            [mark],
        )


@requires("members.view")
@require_POST
def sample(request: OfficeRequest) -> HttpResponse:
    """A few of those whom a rule holds for, as a part of the page."""
    try:
        rule = _read(request, _asked(request))
    except RuleFaults as refused:
        return _refused(refused)
    found_ = list(rule.members().select_related("type").order_by("pk")[:SAMPLE])
    return render(request, "segments/office/_sample.html", {"members": found_})


@requires("members.view")
@require_POST
def why(request: OfficeRequest) -> HttpResponse:
    """Why one member (``member``: id, number or name) is in or out, as a part of the page."""
    asked = _asked(request)
    try:
        rule = _read(request, asked)
    except RuleFaults as refused:
        return _refused(refused)
    member = _somebody(asked.get("member"), request.user)
    if member is None:
        return render(request, "segments/office/_why.html", {"nobody": True})
    told = told_of_rule(rule, member, request.user)
    context = {"told": told, "member": member, "headed": isinstance(asked.get("member"), str)}
    return render(request, "segments/office/_why.html", context)


def _somebody(said: Any, by: Any) -> Member | None:
    present = Member.objects.present()
    if isinstance(said, int) and 0 < said < 2**63:
        return present.filter(pk=said).first()
    text = str(said or "").strip()[:100].replace("\x00", "")
    if not text:
        return None
    found = present.filter(number=text).first()
    return found or present.search(text, by=by).order_by().first()


@requires("segments.view")
@require_POST
def overlap(request: OfficeRequest) -> HttpResponse:
    """How many are in the rule and in another segment, and how many in one of them only."""
    asked = _asked(request)
    try:
        rule = _read(request, asked)
    except RuleFaults as refused:
        return _refused(refused)
    other = asked.get("other")
    segment = get_object_or_404(Segment, pk=other if isinstance(other, int) else 0)
    if not seen_by([segment], request.user):
        raise Http404
    here, there = rule.members().order_by(), members_of(segment).order_by()
    both = here.filter(pk__in=there.values("pk")).count()
    counts = {
        "both": both,
        "here": here.count() - both,
        "there": there.count() - both,
    }
    said = {name: number(value) for name, value in counts.items()}
    return JsonResponse({**counts, "said": said, "name": segment.name, "faults": []})
