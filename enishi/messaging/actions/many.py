"""One push notice to many: queued in one statement, delivered in waves by one job.

A wave is marked as being sent, and that is committed, before its first notice leaves; what came of
it is written down in one statement as well. When the job is killed, what it had not begun goes on
in the next one, and the wave that it was at is uncertain once its lease is over: nothing is sent a
second time by itself.
"""

from collections.abc import Mapping, Sequence
from datetime import datetime, timedelta
from typing import Any, NamedTuple

from django.db import transaction

from enishi.core import clock
from enishi.core.bulk import rows, run
from enishi.core.models import Job
from enishi.core.progress import Progress
from enishi.messaging.models import Channel, Message, MessageClass
from enishi.messaging.providers.webpush import provider

from .delivering import verdict
from .holding import hold_reason
from .suppressing import suppressed

WAVE = 32  # notices under way at a time: as many become uncertain when a process is killed
LEASE = timedelta(minutes=10)  # how long a wave may take, with browsers that do not answer

_QUEUE = """
    INSERT INTO messaging_message (channel, message_class, topic, state, reason, "to", to_name,
        sender, sender_name, reply_to, subject, text, html, headers, link, secret, template,
        about_type, about_id, by_id, provider, provider_id, attempts, key, next_at, created_at)
    SELECT 'push', 'transactional', '', 'waiting', '', c.user_id::text, '',
        '', '', '', %s, CASE WHEN c.language = 'en' THEN %s ELSE %s END, '', '{{}}', %s, false, '',
        %s, c.about_id::text, NULL, '', '', 0, '',
        %s + row_number() OVER () * interval '1 microsecond', %s
      FROM ({chosen}) AS c (user_id, about_id, language)
"""
# Each has an instant of its own (see _QUEUE), so that the next wave is read from the index alone.
_TAKE = """
    UPDATE messaging_message SET state = 'sending', attempts = attempts + 1, next_at = %s
     WHERE id = ANY (ARRAY(
           SELECT id FROM messaging_message
            WHERE next_at <= %s AND channel = 'push' AND state = 'waiting'
            ORDER BY next_at LIMIT %s FOR UPDATE SKIP LOCKED))
 RETURNING id
"""
_GIVE_UP = """
    UPDATE messaging_message SET state = 'uncertain', reason = 'interrupted', next_at = NULL
     WHERE next_at <= %s AND channel = 'push' AND state = 'sending'
"""
# The word of whoever pushed counts, even if its lease was over.
_STORE = """
    UPDATE messaging_message m
       SET state = v.state, reason = v.reason, next_at = v.next_at, sent_at = v.sent_at,
           provider = 'webpush'
      FROM unnest(%s::bigint[], %s::text[], %s::text[], %s::timestamptz[], %s::timestamptz[])
           AS v (id, state, reason, next_at, sent_at)
     WHERE m.id = v.id AND m.state IN ('sending', 'uncertain')
"""


class Result(NamedTuple):
    """What became of one message."""

    id: int
    state: str
    reason: str = ""
    next_at: datetime | None = None
    sent_at: datetime | None = None


@transaction.atomic
def push_many(
    chosen: str,
    params: Sequence[Any],
    *,
    about: str,
    subject: str,
    texts: Mapping[str, str],
    link: str = "",
) -> int:
    """Push one notice to many users; returns to how many. One statement and one job.

    ``chosen``: SQL that gives a user's id, the id of what it is about, and a language, once for
    each user; ``about``: the label of what it is about, such as "members.member"; ``texts``: "ja"
    and "en".
    """
    now = clock.now()
    count = run(
        _QUEUE.format(chosen=chosen),
        [" ".join(subject.split())[:500], texts["en"], texts["ja"], link, about, now, now, *params],
    )
    if count:
        _ask()
    return count


def _ask() -> None:
    from enishi.messaging.jobs import deliver_pushes

    deliver_pushes.enqueue()


def wake_pushes() -> bool:
    """See to it that a job pushes while something is due; what a killed one was at is uncertain."""
    run(_GIVE_UP, [clock.now()])
    due = Message.objects.filter(
        channel=Channel.PUSH, state=Message.State.WAITING, next_at__lte=clock.now()
    )
    states = (Job.State.WAITING, Job.State.RUNNING)
    if not due.exists() or Job.objects.filter(name="messaging.push", state__in=states).exists():
        return False
    _ask()
    return True


def push_due(progress: Progress | None = None) -> int:
    """Push everything that is due, wave by wave, each in transactions of its own; returns how much
    was answered for."""
    done = 0
    while wave := _take():
        _push(wave)
        done += len(wave)
        if progress is not None:
            progress.at(done)
    return done


@transaction.atomic
def _take() -> list[int]:
    now = clock.now()
    return [pk for (pk,) in rows(_TAKE, [now + LEASE, now, WAVE])]


def _push(ids: Sequence[int]) -> None:
    messages = list(Message.objects.filter(pk__in=ids).order_by("pk"))
    held = _held(messages)
    results = [Result(pk, Message.State.HELD, reason) for pk, reason in held.items()]
    going = [one for one in messages if one.pk not in held]
    answers = provider().deliver_many(going)
    now = clock.now()
    for one in going:
        state, reason, next_at = verdict(answers[one.pk], one.attempts)
        sent_at = now if state == Message.State.SENT else None
        results.append(Result(one.pk, state, reason, next_at, sent_at))
    run(_STORE, [list(column) for column in zip(*results, strict=True)])


def _held(messages: Sequence[Message]) -> dict[int, str]:
    """What must not leave, and why: as ``hold_reason`` says, asked once for all."""
    stopped = suppressed({one.to for one in messages}, Channel.PUSH)
    found = {one.pk: "suppressed" for one in messages if one.to in stopped}
    for one in messages:
        if one.message_class == MessageClass.ADVERTISING and (reason := hold_reason(one)):
            found[one.pk] = reason
    return found
