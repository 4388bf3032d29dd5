"""The consent ledger: writing a line, and keeping what holds now in step with it."""

import hashlib
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from django.db import transaction
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import pgettext

from enishi.core import bulk, clock
from enishi.core.facts import announce
from enishi.core.origin import origin
from enishi.members.facts.consents import (
    ConsentAsked,
    ConsentGiven,
    ConsentsExported,
    ConsentsRecorded,
    ConsentWithdrawn,
)
from enishi.members.models import (
    Consent,
    ConsentState,
    Import,
    Member,
    MemberQuerySet,
    Topic,
    Wording,
)
from enishi.messaging.models import Channel

from .refusals import Invalid
from .roll import By, by_id

Choice, Source = Consent.Choice, Consent.Source
# Whoever writes on a public page may be somebody else: they confirm where the topic asks for it.
_PUBLIC = (Source.FORM, Source.PREFERENCES)
_FACTS = {
    Choice.GIVEN: ConsentGiven,
    Choice.WITHDRAWN: ConsentWithdrawn,
    Choice.ASKED: ConsentAsked,
}


@dataclass(frozen=True)
class Shown:
    """The words that somebody was shown: a form with its version, and the exact text."""

    form: str
    text: str = ""
    version: str = ""
    language: str = "ja"


def kept_wording(shown: Shown | None) -> Wording | None:
    """The row of these words; the same words are kept once."""
    if shown is None:
        return None
    parts = (shown.form, shown.version, shown.language, shown.text)
    digest = hashlib.sha256("\0".join(parts).encode()).hexdigest()
    values = {
        "form": shown.form[:100],
        "version": shown.version[:40],
        "language": shown.language[:8],
        "text": shown.text.replace("\x00", ""),
    }
    return Wording.objects.get_or_create(digest=digest, defaults=values)[0]


@transaction.atomic
def give_consent(
    member: Member,
    topic: Topic,
    *,
    channel: str = Channel.EMAIL,
    source: str,
    shown: Shown | None = None,
    by: By = None,
    ip: str = "",
    at: datetime | None = None,
    imported: Import | None = None,
    ref: str = "",
    note: str = "",
) -> Consent:
    """Write down that the member agrees. On a public page, a topic that asks for it gets a mail
    with a link first (double opt-in): the line says ASKED until ``confirm_consent``."""
    member = _locked(member)
    _refuse_strange(topic, channel)
    state = Choice.GIVEN
    if topic.double_opt_in and channel == Channel.EMAIL and source in _PUBLIC:
        state = Choice.ASKED
    present = _state_of(member, topic, channel)
    if state == Choice.ASKED and present is not None and present.state == Choice.GIVEN:
        return present.consent
    row = _write(
        member,
        topic,
        channel,
        state,
        source=source,
        wording=kept_wording(shown),
        by_id=by_id(by),
        ip=ip or origin().ip or None,
        at=at,
        imported=imported,
        ref=ref[:60],
        note=note[:500],
    )
    if state == Choice.ASKED:
        from .preferences import ask_to_confirm

        ask_to_confirm(member, topic)
    _tell(row, by)
    return row


@transaction.atomic
def withdraw_consent(
    member: Member,
    topic: Topic,
    *,
    channel: str = Channel.EMAIL,
    source: str,
    shown: Shown | None = None,
    by: By = None,
    ip: str = "",
    ref: str = "",
    note: str = "",
) -> Consent:
    """Write down that the member does not agree any more; also where none was ever given."""
    member = _locked(member)
    present = _state_of(member, topic, channel)
    if present is not None and present.state == Choice.WITHDRAWN:
        return present.consent
    row = _write(
        member,
        topic,
        channel,
        Choice.WITHDRAWN,
        source=source,
        wording=kept_wording(shown),
        by_id=by_id(by),
        ip=ip or origin().ip or None,
        ref=ref[:60],
        note=note[:500],
    )
    _tell(row, by)
    return row


@transaction.atomic
def confirm_consent(member: Member, topic: Topic, *, ip: str = "") -> Consent | None:
    """The second step of a double opt-in; None when nothing waits to be confirmed any more."""
    member = _locked(member)
    present = _state_of(member, topic, Channel.EMAIL)
    if present is None or present.state == Choice.WITHDRAWN:
        return None
    if present.state == Choice.GIVEN:
        return present.consent
    row = _write(
        member,
        topic,
        Channel.EMAIL,
        Choice.GIVEN,
        source=Source.CONFIRMATION,
        wording=present.consent.wording,
        ip=ip or origin().ip or None,
    )
    _tell(row, None)
    return row


@transaction.atomic
def withdraw_everything(
    member: Member, *, channel: str = Channel.EMAIL, source: str, by: By = None, ref: str = ""
) -> int:
    """Withdraw from every topic by this channel, also those never chosen; returns how many."""
    done = 0
    for topic in Topic.objects.all():
        before = _state_of(member, topic, channel)
        if before is None or before.state != Choice.WITHDRAWN:
            withdraw_consent(member, topic, channel=channel, source=source, by=by, ref=ref)
            done += 1
    return done


@transaction.atomic
def record_consents(
    members: MemberQuerySet,
    topic: Topic,
    *,
    channel: str = Channel.EMAIL,
    state: str = Choice.GIVEN,
    source: str = Source.OFFICE,
    shown: Shown | None = None,
    by: By,
    imported: Import | None = None,
    note: str = "",
) -> int:
    """Record the same for many in one go; returns for how many it was new.

    A consent is never given in the name of somebody who has withdrawn it.
    """
    _refuse_strange(topic, channel)
    if state not in (Choice.GIVEN, Choice.WITHDRAWN):
        raise Invalid({"state": _("Choose “given” or “withdrawn”.")})
    wording = kept_wording(shown)
    chosen, chosen_params = members.order_by().values("pk").query.sql_with_params()
    but = ("given", "withdrawn") if state == Choice.GIVEN else ("withdrawn",)
    now = clock.now()
    count = bulk.run(
        f"""
        WITH chosen (id) AS ({chosen}),
        lines AS (
            INSERT INTO members_consent (member_id, member_number, channel, topic_id, state, at,
                source, wording_id, ip, by_id, imported_id, ref, note)
            SELECT m.id, m.number, %s, %s, %s, %s, %s, %s, %s::inet, %s, %s, '', %s
              FROM chosen JOIN members_member m ON m.id = chosen.id
             WHERE NOT EXISTS (
                SELECT FROM members_consentstate s
                 WHERE s.member_id = m.id AND s.topic_id = %s AND s.channel = %s
                   AND s.state = ANY (%s))
            RETURNING id, member_id)
        INSERT INTO members_consentstate (member_id, channel, topic_id, state, since, consent_id)
        SELECT member_id, %s, %s, %s, %s, id FROM lines
        ON CONFLICT (member_id, topic_id, channel) DO UPDATE
           SET state = excluded.state, since = excluded.since, consent_id = excluded.consent_id
        """,  # noqa: S608  # put together from constants and Django's own SQL
        [
            *chosen_params,
            *(channel, topic.pk, state, now, source),
            *(wording.pk if wording else None, origin().ip or None, by_id(by)),
            *(imported.pk if imported else None, note[:500]),
            *(topic.pk, channel, list(but)),
            *(channel, topic.pk, state, now),
        ],
    )
    announce(
        ConsentsRecorded(
            about=topic, by=by, channel=channel, state=state, count=count, note=note[:500]
        )
    )
    return count


def settle_consents(member_ids: list[int]) -> None:
    """Make what holds now follow the ledger again, for members whose lines were moved to them
    (a merge). Somebody who has withdrawn anywhere stays withdrawn until a later consent."""
    ConsentState.objects.filter(member_id__in=member_ids).delete()
    bulk.run(
        """
        INSERT INTO members_consentstate (member_id, channel, topic_id, state, since, consent_id)
        SELECT DISTINCT ON (member_id, topic_id, channel)
               member_id, channel, topic_id, state, at, id
          FROM members_consent
         WHERE member_id = ANY (%s)
         ORDER BY member_id, topic_id, channel, at DESC, (state = 'withdrawn') DESC, id DESC
        """,
        [member_ids],
    )


def consent_proof(rows: Any, *, by: By) -> Iterator[list[str]]:
    """The ledger as rows of text, a heading first: for a CSV that proves who agreed to what."""
    count = rows.count()
    with transaction.atomic():
        announce(ConsentsExported(about=None, by=by, rows=count))
    yield [
        *(
            _("Member number"),
            pgettext("consent", "Topic"),
            pgettext("message", "Channel"),
            _("Consent"),
            _("When"),
            _("Where"),
        ),
        *(_("Form"), _("Version"), _("Text shown"), _("IP address"), _("By"), _("Import")),
        *(_("Message that led to it"), _("Note")),
    ]
    for row in rows.select_related("topic", "wording", "by", "imported").iterator(2000):
        wording = row.wording
        yield [
            row.member_number,
            str(row.topic),
            row.get_channel_display(),
            row.get_state_display(),
            timezone.localtime(row.at).isoformat(timespec="seconds"),
            row.get_source_display(),
            wording.form if wording else "",
            wording.version if wording else "",
            wording.text if wording else "",
            row.ip or "",
            str(row.by or ""),
            str(row.imported or ""),
            row.ref,
            row.note,
        ]


def _locked(member: Member) -> Member:
    return Member.objects.select_for_update(of=("self",)).get(pk=member.pk)


def _refuse_strange(topic: Topic, channel: str) -> None:
    if channel not in topic.channels:
        raise Invalid({"channel": _("This topic is not sent by this channel.")})
    if topic.retired_at is not None:
        raise Invalid({"topic": _("This topic is no longer in use.")})


def _state_of(member: Member, topic: Topic, channel: str) -> ConsentState | None:
    states = ConsentState.objects.select_related("consent", "consent__wording")
    return states.filter(member=member, topic=topic, channel=channel).first()


def _write(
    member: Member,
    topic: Topic,
    channel: str,
    state: str,
    *,
    at: datetime | None = None,
    **more: Any,
) -> Consent:
    row = Consent.objects.create(
        member=member,
        member_number=member.number,
        topic=topic,
        channel=channel,
        state=state,
        at=at or clock.now(),
        **more,
    )
    ConsentState.objects.update_or_create(
        member=member,
        topic=topic,
        channel=channel,
        defaults={"state": state, "since": row.at, "consent": row},
    )
    return row


def _tell(row: Consent, by: By) -> None:
    announce(
        _FACTS[Choice(row.state)](
            about=row.member,
            by=by,
            channel=row.channel,
            topic=row.topic,
            source=row.source,
            ref=row.ref,
        )
    )
