"""Mails that the system itself sends: declared by the app that needs one, carried by messaging.

    INVITATION = system_mail(
        "accounts.invitation", _("Invitation to the office"),
        subject=_("Your account for {{ organisation.name }}"), text=_("Dear {{ user.name }}, …"),
        fields={"user.name": _("Name"), "link": _("Link")}, secret=True)
    send_system("accounts.invitation", to=user.email, values={"user.name": …, "link": …})

``subject`` and ``text`` are the defaults, in the language of merge fields (``{{ link }}``); the
office may rewrite them. ``organisation.name``, ``.email`` and ``.phone`` are always there.
``secret``: the mail opens a door, its text is not kept once it has been sent.
"""

import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import Any

from django.core.mail import send_mail
from django.db.models import Model
from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _
from django.utils.translation import override

from enishi.core.models import Organisation

Text = str | Promise

ORGANISATION: Mapping[str, Text] = {
    "organisation.name": _("Name of the organisation"),
    "organisation.email": _("E-mail of the organisation"),
    "organisation.phone": _("Phone of the organisation"),
}


@dataclass(frozen=True)
class SystemMail:
    """One kind of mail."""

    key: str
    label: Text
    subject: Text
    text: Text
    fields: Mapping[str, Text] = field(default_factory=dict)
    description: Text = ""
    examples: Mapping[str, str] = field(default_factory=dict)  # for the preview
    secret: bool = False

    @property
    def all_fields(self) -> dict[str, Text]:
        return {**self.fields, **ORGANISATION}

    def default(self, language: str) -> tuple[str, str]:
        """Subject and text as they come, in ``language``."""
        with override(language):
            return str(self.subject), str(self.text)


SYSTEM: dict[str, SystemMail] = {}


def system_mail(
    key: str,
    label: Text,
    *,
    subject: Text,
    text: Text,
    fields: Mapping[str, Text],
    description: Text = "",
    examples: Mapping[str, str] | None = None,
    secret: bool = False,
) -> SystemMail:
    """Declare a kind of mail."""
    made = SystemMail(key, label, subject, text, fields, description, examples or {}, secret)
    SYSTEM[key] = made
    return made


def organisation_values(language: str) -> dict[str, str]:
    """The values of ORGANISATION, in ``language``."""
    organisation = Organisation.current()
    name = organisation.name_en if language.startswith("en") else ""
    return {
        "organisation.name": name or organisation.name or "Enishi",
        "organisation.email": organisation.email,
        "organisation.phone": organisation.phone,
    }


def _plainly(
    key: str,
    *,
    to: str,
    values: Mapping[str, Any],
    to_name: str = "",  # noqa: ARG001
    language: str = "ja",
    about: Model | None = None,  # noqa: ARG001
) -> None:
    """Without an app that carries messages: the default text by Django's own mail."""
    known = {**organisation_values(language), **values}

    def filled(text: str) -> str:
        return re.sub(r"{{\s*([\w.]+).*?}}", lambda m: str(known.get(m[1]) or ""), text)

    subject, text = SYSTEM[key].default(language)
    send_mail(filled(subject), filled(text), None, [to])


_carrier: list[Callable[..., Any]] = [_plainly]


def carried_by(function: Callable[..., Any]) -> Callable[..., Any]:
    """Register who carries the system's mails: called with the arguments of ``send_system``."""
    _carrier[0] = function
    return function


def send_system(
    key: str,
    *,
    to: str,
    values: Mapping[str, Any],
    to_name: str = "",
    language: str = "ja",
    about: Model | None = None,
) -> None:
    """Send the mail ``key`` to one address, after the caller's transaction."""
    _carrier[0](key, to=to, values=values, to_name=to_name, language=language, about=about)


__all__ = [
    "ORGANISATION",
    "SYSTEM",
    "SystemMail",
    "carried_by",
    "organisation_values",
    "send_system",
    "system_mail",
]
