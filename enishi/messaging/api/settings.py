"""How mail leaves, and what the system's own mails say, for programs."""

from typing import Any

from django.db import transaction
from django.http import Http404, HttpRequest
from ninja import Field as Described
from ninja import Router, Schema
from pydantic import ConfigDict

from enishi.accounts.api import WrongInput, needs
from enishi.core.mail import SYSTEM, SystemMail
from enishi.messaging import actions
from enishi.messaging.forms import MailForm
from enishi.messaging.models import MailSettings, OwnTemplate

from .messages import by_of

router = Router(tags=["messages"])
CONFIGURE = needs("messages:configure")
LANGUAGES = ("ja", "en")


class MailSettingsAnswer(Schema):
    """What is empty is taken from the organisation."""

    sender_name: str
    sender: str
    reply_to: str
    bounce_address: str = Described(description="returned mails come to it, marked behind a plus")
    soft_limit: int = Described(description="an address is left alone after so many soft bounces")
    soft_days: int = Described(description="… within so many days")
    footer: str = Described(description="who sends, under all advertising")


class MailSettingsValues(Schema):
    """Only what is named changes."""

    model_config = ConfigDict(extra="forbid")

    sender_name: str | None = None
    sender: str | None = None
    reply_to: str | None = None
    bounce_address: str | None = None
    soft_limit: int | None = None
    soft_days: int | None = None
    footer: str | None = None


def _settings(row: MailSettings) -> dict[str, Any]:
    return {name: getattr(row, name) for name in MailForm.Meta.fields}


@router.get(
    "/mail-settings", response=MailSettingsAnswer, auth=CONFIGURE, summary="Settings of mail"
)
def mail_settings(request: HttpRequest) -> dict[str, Any]:
    """As mails leave with them now."""
    return _settings(MailSettings.current())


@router.patch(
    "/mail-settings",
    response=MailSettingsAnswer,
    auth=CONFIGURE,
    summary="Change the settings of mail",
)
def change(request: HttpRequest, values: MailSettingsValues) -> dict[str, Any]:
    """From the next mail on."""
    with transaction.atomic():
        named = {name: value for name, value in values.dict().items() if value is not None}
        form = MailForm({**_settings(MailSettings.current()), **named})
        if not form.is_valid():
            raise WrongInput(
                [(name, " ".join(map(str, said))) for name, said in form.errors.items()]
            )
        told = {name: form.cleaned_data[name] for name in named}
        return _settings(actions.change_mail_settings(by=by_of(request), **told))


class TemplateAnswer(Schema):
    """A mail that the system sends by itself, in one language."""

    key: str
    language: str
    label: str
    subject: str
    text: str
    own: bool = Described(description="whether the office has rewritten it")
    fields: list[str] = Described(description="what it may name between double braces")


class Wording(Schema):
    model_config = ConfigDict(extra="forbid")

    subject: str = Described(max_length=300)
    text: str = Described(max_length=50_000)


def _template(mail: SystemMail, language: str) -> dict[str, Any]:
    subject, text = actions.wording_of(mail, language)
    return {
        "key": mail.key,
        "language": language,
        "label": str(mail.label),
        "subject": subject,
        "text": text,
        "own": OwnTemplate.objects.filter(key=mail.key, language=language).exists(),
        "fields": list(mail.all_fields),
    }


def _found(key: str, language: str) -> SystemMail:
    if key not in SYSTEM or language not in LANGUAGES:
        raise Http404
    return SYSTEM[key]


@router.get(
    "/mail-templates",
    response=list[TemplateAnswer],
    auth=CONFIGURE,
    summary="Mails that the system sends",
)
def templates(request: HttpRequest) -> list[dict[str, Any]]:
    """Each in both languages."""
    return [_template(SYSTEM[key], language) for key in sorted(SYSTEM) for language in LANGUAGES]


@router.put(
    "/mail-templates/{key}/{language}",
    response=TemplateAnswer,
    auth=CONFIGURE,
    summary="Rewrite a mail of the system",
)
def rewrite(request: HttpRequest, key: str, language: str, wording: Wording) -> dict[str, Any]:
    """Mistakes are refused (422, ``faults``) with their places."""
    mail = _found(key, language)
    with transaction.atomic():
        actions.locked_wording(mail, language)
        actions.change_template(mail, language, **wording.dict(), by=by_of(request))
    return _template(mail, language)


@router.delete(
    "/mail-templates/{key}/{language}",
    response=TemplateAnswer,
    auth=CONFIGURE,
    summary="Back to the default text",
)
def reset(request: HttpRequest, key: str, language: str) -> dict[str, Any]:
    """As it came with Enishi."""
    mail = _found(key, language)
    actions.reset_template(mail, language, by=by_of(request))
    return _template(mail, language)
