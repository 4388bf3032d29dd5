"""The topics that members can choose."""

import re
from collections.abc import Sequence
from typing import Any

from django.db import transaction
from django.db.models import Max
from django.utils.translation import gettext as _

from enishi.core import clock, japanese
from enishi.core.facts import announce
from enishi.members.facts.consents import TopicAdded, TopicChanged
from enishi.members.models import Topic
from enishi.messaging.models import Channel

from .refusals import Invalid, NameMissing
from .roll import By

_KEY = re.compile(r"[a-z0-9][a-z0-9_-]{0,59}")


@transaction.atomic
def add_topic(
    *,
    name: str,
    key: str = "",
    name_en: str = "",
    description: str = "",
    description_en: str = "",
    channels: Sequence[str] = (Channel.EMAIL,),
    double_opt_in: bool = False,
    by: By,
) -> Topic:
    """Add a topic at the end of the list. Without ``key`` one is made."""
    last = Topic.objects.aggregate(last=Max("order"))["last"] or 0
    key = key.strip().lower() or f"topic-{(Topic.objects.aggregate(n=Max('pk'))['n'] or 0) + 1}"
    if not _KEY.fullmatch(key):
        raise Invalid({"key": _("Write small letters, digits and hyphens.")})
    if Topic.objects.filter(key=key).exists():
        raise Invalid({"key": _("There is already one with this key. Choose another key.")})
    topic = Topic(key=key, order=last + 1, double_opt_in=double_opt_in)
    topic.name = _name(name)
    topic.name_en, topic.description = _line(name_en, 100), _line(description, 300)
    topic.description_en, topic.channels = _line(description_en, 300), _channels(channels)
    topic.save()
    announce(TopicAdded(about=topic, by=by, name=topic.name))
    return topic


@transaction.atomic
def change_topic(topic: Topic, *, by: By, **values: Any) -> Topic:
    """Change what is given: name, name_en, description, description_en, channels,
    double_opt_in, retired."""
    topic = Topic.objects.select_for_update().get(pk=topic.pk)
    wanted: dict[str, Any] = {}
    for field, value in values.items():
        match field:
            case "name":
                wanted[field] = _name(value)
            case "name_en":
                wanted[field] = _line(value, 100)
            case "description" | "description_en":
                wanted[field] = _line(value, 300)
            case "channels":
                wanted[field] = _channels(value)
            case "retired":
                wanted["retired_at"] = (topic.retired_at or clock.now()) if value else None
            case "double_opt_in":
                wanted[field] = bool(value)
    changes = {key: (getattr(topic, key), new) for key, new in wanted.items()}
    changes = {key: pair for key, pair in changes.items() if pair[0] != pair[1]}
    if not changes:
        return topic
    for key, (_old, new) in changes.items():
        setattr(topic, key, new)
    topic.save(update_fields=list(changes))
    announce(TopicChanged(about=topic, by=by, changes=changes))
    return topic


@transaction.atomic
def move_topic(topic: Topic, step: int, *, by: By) -> None:
    """Move a topic up (-1) or down (+1) in the list."""
    rows = list(Topic.objects.select_for_update().order_by("order", "pk"))
    here = next(which for which, row in enumerate(rows) if row.pk == topic.pk)
    there = here + step
    if not 0 <= there < len(rows):
        return
    rows[here], rows[there] = rows[there], rows[here]
    for order, row in enumerate(rows, start=1):
        row.order = order
    Topic.objects.bulk_update(rows, ["order"])
    announce(TopicChanged(about=topic, by=by, changes={"order": (here + 1, there + 1)}))


def _name(text: str) -> str:
    name = _line(text, 100)
    if not name:
        raise NameMissing
    return name


def _line(text: str, longest: int) -> str:
    line = japanese.fold(text).replace("\x00", "")
    if len(line) > longest:
        sentence = _("At most %(longest)d characters, please.")
        raise Invalid({"name": sentence % {"longest": longest}})
    return line


def _channels(channels: Sequence[str]) -> list[str]:
    found = [one.value for one in Channel if one in channels]
    if not found or len(found) != len(set(channels)):
        raise Invalid({"channels": _("Choose at least one of the channels.")})
    return found
