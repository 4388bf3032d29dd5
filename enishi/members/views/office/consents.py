"""Consents: one member's ledger, the topics, and consents of many at once."""

from django.db.models import Count, Q
from django.http import HttpResponse, HttpResponseBase
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import ngettext
from django.views.decorators.http import require_POST, require_safe

from enishi.accounts.permissions import OfficeRequest, requires
from enishi.core.sheets import csv_download
from enishi.members import actions
from enishi.members.forms.consents import ConsentForm, ManyConsentsForm, TopicForm
from enishi.members.models import Consent, Member, Topic
from enishi.ui import toasts
from enishi.ui.clashes import saved

from .contacts import dialog
from .settings import kept, step_of

TEMPLATES = "members/office/consents"


@requires("members.view")
@require_safe
def ledger(request: OfficeRequest, pk: int) -> HttpResponse:
    """Every line of one member, the newest first."""
    member = get_object_or_404(Member, pk=pk)
    lines = member.consents.select_related("topic", "wording", "by", "imported")[:500]
    context = {
        "member": member,
        "states": Consent.current(pk).order_by("topic__order", "channel"),
        "lines": lines,
        "form": ConsentForm(),
        "may_edit": member.deleted_at is None and request.user.has_right("members.edit"),
        "may_export": request.user.has_right("members.export"),
        "preferences": actions.preferences_link(actions.consent_word(pk)),
    }
    return render(request, f"{TEMPLATES}/ledger.html", context)


@requires("members.edit")
def new(request: OfficeRequest, pk: int) -> HttpResponse:
    """Write down what a member said."""
    member = get_object_or_404(Member.objects.present(), pk=pk)
    initial = {name: request.GET.get(name, "") for name in ("topic", "channel", "state")}
    form = ConsentForm(request.POST or None, initial=initial)
    if request.method == "POST" and form.is_valid():
        said = form.cleaned_data
        shown = actions.Shown(said["form"], said["text"]) if said["form"] or said["text"] else None
        give = said["state"] == Consent.Choice.GIVEN
        act = actions.give_consent if give else actions.withdraw_consent
        values = {name: said[name] for name in ("channel", "note")}
        if kept(
            form,
            lambda: act(
                member,
                said["topic"],
                source=Consent.Source.OFFICE,
                shown=shown,
                by=request.user,
                **values,
            ),
        ):
            toasts.say(request, _("The consent was recorded."))
            return redirect("members:consents", pk)
    return dialog(request, member, form, _("Record a consent"))


@requires("members.export")
@require_safe
def proof(request: OfficeRequest, pk: int) -> HttpResponseBase:
    """One member's ledger as CSV."""
    member = get_object_or_404(Member, pk=pk)
    rows = Consent.objects.filter(member=member).order_by("-at", "-pk")
    return csv_download(actions.consent_proof(rows, by=request.user), f"consents-{member.pk}.csv")


# Topics


@requires("messages.configure")
def topics(request: OfficeRequest) -> HttpResponse:
    """The list, with how many have agreed; and a new one."""
    form = TopicForm(request.POST or None)
    if (
        request.method == "POST"
        and form.is_valid()
        and kept(form, lambda: actions.add_topic(**form.cleaned_data, by=request.user))
    ):
        toasts.say(request, _("The topic was added."))
        return redirect("members:topics")
    given = Count("states", filter=Q(states__state=Consent.Choice.GIVEN))
    found = Topic.objects.annotate(given=given)
    context = {"form": form, "topics": found}
    return render(
        request, f"{TEMPLATES}/topics.html", context, status=422 if form.is_bound else 200
    )


@requires("messages.configure")
def topic(request: OfficeRequest, pk: int) -> HttpResponse:
    """One topic: its words and rules; consents of many; the proof."""
    found = get_object_or_404(Topic, pk=pk)
    form = TopicForm(request.POST or None, initial=TopicForm.initial_of(found))
    answer = saved(
        request,
        form,
        locked=lambda: Topic.objects.select_for_update().get(pk=pk),
        now=TopicForm.initial_of,
        save=lambda row: actions.change_topic(row, **form.cleaned_data, by=request.user),
        heading=_("Topics"),
        back=reverse("members:topics"),
        said=_("The topic was saved."),
    )
    if answer is not None:
        return answer
    numbers = dict(
        found.states.values_list("state").annotate(count=Count("pk")).values_list("state", "count")
    )
    context = {
        "topic": found,
        "form": form,
        "many": ManyConsentsForm(),
        "given": numbers.get("given", 0),
        "withdrawn": numbers.get("withdrawn", 0),
        "asked": numbers.get("asked", 0),
    }
    code = 422 if form.is_bound else 200
    return render(request, f"{TEMPLATES}/topic.html", context, status=code)


@requires("messages.configure")
@require_POST
def topic_retirement(request: OfficeRequest, pk: int) -> HttpResponse:
    found = get_object_or_404(Topic, pk=pk)
    actions.change_topic(found, retired=bool(request.POST.get("retired")), by=request.user)
    return redirect("members:topics")


@requires("messages.configure")
@require_POST
def topic_place(request: OfficeRequest, pk: int) -> HttpResponse:
    """Move a topic one place up or down in the list."""
    actions.move_topic(get_object_or_404(Topic, pk=pk), step_of(request), by=request.user)
    return redirect("members:topics")


@requires("messages.configure")
@require_POST
def topic_consents(request: OfficeRequest, pk: int) -> HttpResponse:
    """Record the consent of all active members who have not said anything else."""
    found = get_object_or_404(Topic, pk=pk)
    form = ManyConsentsForm(request.POST)
    if not form.is_valid():
        context = {"topic": found, "form": TopicForm(initial=TopicForm.initial_of(found))}
        return render(request, f"{TEMPLATES}/topic.html", {**context, "many": form}, status=422)
    said = form.cleaned_data
    count = actions.record_consents(
        Member.objects.active(),
        found,
        channel=said["channel"],
        shown=actions.Shown(said["form"], said["text"]),
        by=request.user,
    )
    sentence = ngettext(
        "The consent of %(count)d member was recorded.",
        "The consents of %(count)d members were recorded.",
        count,
    )
    toasts.say(request, sentence % {"count": count})
    return redirect("members:topic", pk)


@requires("members.export")
@require_safe
def topic_proof(request: OfficeRequest, pk: int) -> HttpResponseBase:
    """The ledger of one topic as CSV."""
    found = get_object_or_404(Topic, pk=pk)
    rows = Consent.objects.filter(topic=found).order_by("-pk")
    return csv_download(actions.consent_proof(rows, by=request.user), f"consents-{found.key}.csv")
