"""Mails that the system itself sends, in the words that the office chose for them."""

from collections.abc import Mapping
from typing import Any

from django.db import connection, models, transaction

from enishi.accounts.models import User
from enishi.core import clock
from enishi.core.facts import announce
from enishi.core.mail import SYSTEM, SystemMail, organisation_values
from enishi.messaging import merge
from enishi.messaging.facts import TemplateChanged
from enishi.messaging.models import Message, OwnTemplate

from .sending import send

LANGUAGES = ("ja", "en")


def system_fields(mail: SystemMail) -> merge.Fields:
    """What the text of this mail may name."""
    return merge.Fields(mail.all_fields)


def wording_of(mail: SystemMail, language: str) -> tuple[str, str]:
    """Subject and text as they stand now: the office's own, else the default."""
    own = OwnTemplate.objects.filter(key=mail.key, language=language).first()
    return (own.subject, own.text) if own else mail.default(language)


def locked_wording(mail: SystemMail, language: str) -> tuple[str, str]:
    """The wording as it stands now; nobody else changes it before this transaction ends."""
    with connection.cursor() as cursor:
        place = f"messaging.template:{mail.key}.{language}"
        cursor.execute("SELECT pg_advisory_xact_lock(hashtextextended(%s, 0))", [place])
    return wording_of(mail, language)


def rendered(
    mail: SystemMail, subject: str, text: str, values: Mapping[str, Any], language: str
) -> tuple[str, str]:
    """Subject and text with the values in. Raises merge.Faults."""
    fields = system_fields(mail)
    known = {**organisation_values(language), **values}
    title = merge.parse(subject, fields).render(known)
    return " ".join(title.split()), merge.parse(text, fields).render(known)


def send_system(
    key: str,
    *,
    to: str,
    values: Mapping[str, Any],
    to_name: str = "",
    language: str = "ja",
    about: models.Model | None = None,
) -> Message:
    """Send the system mail ``key``. An own wording that does not fit any more (a field went away
    with an upgrade) gives way to the default: somebody waits for this mail."""
    mail = SYSTEM[key]
    language = "en" if language.startswith("en") else "ja"
    try:
        subject, text = rendered(mail, *wording_of(mail, language), values, language)
    except merge.Faults:
        subject, text = rendered(mail, *mail.default(language), values, language)
    return send(
        to=to,
        to_name=to_name,
        subject=subject,
        text=text,
        template=key,
        secret=mail.secret,
        about=about,
    )


@transaction.atomic
def change_template(
    mail: SystemMail, language: str, *, subject: str, text: str, by: User | None
) -> OwnTemplate:
    """Keep the office's own wording. Raises merge.Faults with the place of every mistake."""
    subject = " ".join(subject.split())[:300]
    text = text.replace("\r\n", "\n").replace("\x00", "")
    fields = system_fields(mail)
    for name, source in (("subject", subject), ("text", text)):
        try:
            merge.parse(source, fields)
        except merge.Faults as wrong:
            raise merge.Faults(wrong.faults, name) from wrong
    row, _made = OwnTemplate.objects.update_or_create(
        key=mail.key,
        language=language,
        defaults={"subject": subject, "text": text, "changed_at": clock.now(), "by": by},
    )
    announce(TemplateChanged(about=row, by=by, key=mail.key, language=language))
    return row


@transaction.atomic
def reset_template(mail: SystemMail, language: str, *, by: User | None) -> None:
    """Back to the default."""
    gone, _each = OwnTemplate.objects.filter(key=mail.key, language=language).delete()
    if gone:
        announce(
            TemplateChanged(about=None, by=by, key=mail.key, language=language, to_default=True)
        )
