"""Actions on everybody in a segment: registered by apps, done by a job on those who were in it.

@segment_action("tag", _("Put a tag on them"), icon="tag", right="members.edit", form=TagForm)
def tag(members, options, by, progress):     # a queryset, what the form took, who asked
    return {"tagged": put_tag_on(members, …, by=by)}

segment_page("mail", _("Write a mail"), icon="mail", right="campaigns.edit",
             url=lambda segment: reverse("campaigns:new") + f"?segment={segment.pk}")
"""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any

from django.db import transaction
from django.db.models.expressions import RawSQL
from django.utils import translation
from django.utils.functional import Promise
from django.utils.translation import pgettext

from enishi.accounts.models import User
from enishi.core import clock
from enishi.core.facts import announce
from enishi.core.progress import Progress
from enishi.members.models import Member, MemberQuerySet
from enishi.segments.conditions import members_of
from enishi.segments.facts import SegmentActedOn
from enishi.segments.models import ActionRun, Segment

from .refusals import NobodyThere, UnknownAction

Options = Mapping[str, Any]
Act = Callable[[MemberQuerySet, Options, User | None, Progress], dict[str, Any] | None]


@dataclass(frozen=True)
class SegmentAction:
    """Something that can be done with everybody in a segment.

    ``form`` is a Django form (``segments.deeds.ActionForm`` shows how) that takes ``by`` and whose
    ``options()`` gives plain values to keep; with ``url`` the action has a page of its own instead,
    and neither form nor ``act``.
    """

    key: str
    label: str | Promise
    icon: str
    right: str
    order: int
    form: type[Any] | None = None
    act: Act | None = None
    url: Callable[[Segment], str] | None = None
    danger: bool = False
    lead: str | Promise = ""


ACTIONS: dict[str, SegmentAction] = {}


def segment_action(
    key: str,
    label: str | Promise,
    *,
    icon: str,
    right: str,
    order: int = 50,
    form: type[Any] | None = None,
    danger: bool = False,
    lead: str | Promise = "",
) -> Callable[[Act], Act]:
    """Register an action that a job carries out."""

    def decorator(act: Act) -> Act:
        ACTIONS[key] = SegmentAction(key, label, icon, right, order, form, act, None, danger, lead)
        return act

    return decorator


def segment_page(
    key: str,
    label: str | Promise,
    *,
    icon: str,
    right: str,
    url: Callable[[Segment], str],
    order: int = 50,
) -> None:
    """Register an action that has a page of its own."""
    ACTIONS[key] = SegmentAction(key, label, icon, right, order, url=url)


def actions_for(user: User) -> list[SegmentAction]:
    """What this user may do, in order."""
    allowed = [one for one in ACTIONS.values() if user.has_right(one.right)]
    return sorted(allowed, key=lambda one: (one.order, one.key))


def action_named(key: str, user: User | None) -> SegmentAction:
    """Raises UnknownAction."""
    found = ACTIONS.get(key)
    if found is None or (user is not None and not user.has_right(found.right)):
        raise UnknownAction
    return found


@transaction.atomic
def start(segment: Segment, key: str, options: Options, *, by: User | None) -> ActionRun:
    """Take down who is in the segment now, and ask for the work. Raises UnknownAction,
    NobodyThere."""
    from enishi.segments.jobs import act

    action = action_named(key, by)
    if action.act is None:
        raise UnknownAction
    segment = Segment.objects.select_for_update(no_key=True).get(pk=segment.pk)
    members = list(members_of(segment).order_by("pk").values_list("pk", flat=True))
    if not members:
        raise NobodyThere
    run = ActionRun.objects.create(
        segment=segment,
        segment_name=segment.name,
        version=segment.version,
        action=key,
        options=dict(options),
        count=len(members),
        members=members,
        by=by,
        at=clock.now(),
    )
    run.job = act.enqueue(by=by, about=segment, run_id=run.pk)
    run.save(update_fields=["job"])
    announce(
        SegmentActedOn(
            about=segment,
            action=str(action.label),
            version=segment.version,
            count=len(members),
            by=by,
        )
    )
    return run


def carry_out(run: ActionRun, progress: Progress) -> dict[str, Any]:
    """Do it, with those who were in the segment when it was asked for and are still there."""
    if run.ended_at is not None:  # done before the worker was killed
        return dict(run.result or {})
    action = ACTIONS.get(run.action)
    if action is None or action.act is None:
        raise UnknownAction
    progress.start(run.count, pgettext("count", "members"))
    with transaction.atomic(), translation.override(run.by.language if run.by else "ja"):
        result = action.act(frozen(run), run.options, run.by, progress) or {}
        run.result, run.ended_at, run.members = result, clock.now(), None
        run.save(update_fields=["result", "ended_at", "members"])
    progress.at(run.count)
    return result


def frozen(run: ActionRun) -> MemberQuerySet:
    """Those whom a run reaches; who lies in the bin by now is left out."""
    ids = RawSQL("SELECT unnest(members) FROM segments_actionrun WHERE id = %s", [run.pk])
    return Member.objects.present().filter(pk__in=ids)
