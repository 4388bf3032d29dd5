"""allauth's forms for passkeys, with words for people who have never heard of WebAuthn."""

from typing import Any

from allauth.mfa.webauthn.forms import AddWebAuthnForm, EditWebAuthnForm
from django import forms
from django.utils.translation import gettext_lazy as _

LONGEST = 60


def _name() -> forms.CharField:
    return forms.CharField(
        label=_("Name of the passkey"),
        help_text=_("So that you know it again: “my phone”, “the PC of the office”."),
        max_length=LONGEST,
    )


class NewPasskey(AddWebAuthnForm):  # type: ignore[misc]
    """Opens the account by itself, unless the device can only be a second step."""

    name = _name()

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["name"].required = False  # the browser has made it already: allauth names it
        passwordless = self.fields["passwordless"]
        passwordless.initial = True
        passwordless.label = _("Sign in without a password")
        passwordless.help_text = _(
            "Untick it for a key without fingerprint or PIN: then it comes after the password."
        )


class Passkey(EditWebAuthnForm):  # type: ignore[misc]
    name = _name()
