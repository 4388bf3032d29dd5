"""How allauth behaves here: nobody signs up, and addresses come from our proxy rule."""

from typing import Any

from allauth.account.adapter import DefaultAccountAdapter
from allauth.core import context
from allauth.mfa.adapter import DefaultMFAAdapter
from allauth.mfa.models import Authenticator
from django.http import HttpRequest
from django.utils.translation import get_language, override
from django.utils.translation import gettext_lazy as _

from enishi.accounts.mails import BY_PREFIX, values_of
from enishi.accounts.templatetags.accounts import browser
from enishi.core.mail import send_system
from enishi.core.models import Organisation
from enishi.core.origin import origin


class AccountAdapter(DefaultAccountAdapter):  # type: ignore[misc]
    """Staff are added by an administrator; sign-up stays closed."""

    error_messages = DefaultAccountAdapter.error_messages | {
        "email_password_mismatch": _(
            "The e-mail address or the password is wrong. "
            "After several failures you have to wait a few minutes."
        ),
        "too_many_login_attempts": _(
            "Too many failed sign-ins. Wait five minutes and try again, "
            "or choose a new password with “Forgot your password?”."
        ),
    }

    def is_open_for_signup(self, request: HttpRequest) -> bool:  # noqa: ARG002
        return False

    def get_client_ip(self, request: HttpRequest) -> str:
        return origin().ip or str(request.META.get("REMOTE_ADDR", ""))

    def format_email_subject(self, subject: str) -> str:
        return f"[{Organisation.current().name or 'Enishi'}] {subject}"

    def send_mail(self, template_prefix: str, email: str, context: dict[str, Any]) -> None:
        known = BY_PREFIX.get(template_prefix)
        if known is None:
            context.setdefault("organisation", Organisation.current())
            super().send_mail(template_prefix, email, context)
            return
        user = context.get("user")
        language = getattr(user, "language", "") or get_language() or "ja"
        with override(language):
            values = values_of(context, email)
        send_system(
            known.key,
            to=email,
            to_name=values["user.name"],
            language=language,
            values={key: value for key, value in values.items() if key in known.fields},
            about=user,
        )


class SecondStepAdapter(DefaultMFAAdapter):  # type: ignore[misc]
    """Passkeys carry the organisation's name, and are named after the browser that made them."""

    def get_public_key_credential_rp_entity(self) -> dict[str, str]:
        entity: dict[str, str] = super().get_public_key_credential_rp_entity()
        return entity | {"name": Organisation.current().name or "Enishi"}

    def generate_authenticator_name(self, user: Any, type: Authenticator.Type) -> str:  # noqa: A002
        if type != Authenticator.Type.WEBAUTHN:
            return str(super().generate_authenticator_name(user, type))
        return browser(context.request.headers.get("user-agent", ""))
