"""The mails about accounts, and how allauth calls them."""

from typing import Any

from django.utils.text import format_lazy
from django.utils.translation import gettext_lazy as _

from enishi.core.mail import SystemMail, system_mail

_WHO = {"user.name": _("Name of the addressee"), "user.email": _("E-mail of the addressee")}
_CHANGE = {
    **_WHO,
    "ip": _("IP address"),
    "browser": _("Browser"),
    "at": _("When"),
}
_EXAMPLE = {"user.name": "山田 花子", "user.email": "hanako@example.jp"}
_CHANGE_EXAMPLE = {
    **_EXAMPLE,
    "ip": "203.0.113.7",
    "browser": "Firefox",
    "at": "2026-11-21 14:05",
}
_LINK = "https://members.example.jp/accounts/…"

INVITATION = system_mail(
    "accounts.invitation",
    _("Invitation to the office"),
    description=_("To somebody who was added to the staff and chooses a password."),
    subject=_("Your account for the office of {{ organisation.name }}"),
    text=_(
        "Dear {{ user.name }},\n\n"
        "You have been given an account for the office of {{ organisation.name }}.\n"
        "Please open the following page and choose your password:\n\n"
        "{{ link }}\n\n"
        "The link works once, within {{ hours }} hours.\n"
        "After that, sign in here with {{ user.email }}:\n\n"
        "{{ sign_in }}\n\n"
        "If you did not expect this mail, please ignore it.\n"
    ),
    fields={
        **_WHO,
        "link": _("Link to choose the password"),
        "hours": _("Hours that the link works"),
        "sign_in": _("Address of the sign-in page"),
    },
    examples={**_EXAMPLE, "link": _LINK, "hours": "72", "sign_in": _LINK},
    secret=True,
)
PASSWORD_RESET = system_mail(
    "accounts.password_reset",
    _("Forgotten password"),
    description=_("To whoever asked for a new password on the sign-in page."),
    subject=_("[{{ organisation.name }}] Choose a new password"),
    text=_(
        '{{ user.name|default:"Hello" }},\n\n'
        "Somebody, probably you, asked for a new password for the account {{ user.email }}.\n"
        "Open the following page and choose one:\n\n"
        "{{ link }}\n\n"
        "The link works once, within {{ hours }} hours. If it was not you, please ignore this\n"
        "mail; your password stays as it is.\n\n"
        "{{ organisation.name }}\n"
    ),
    fields={
        **_WHO,
        "link": _("Link to choose the password"),
        "hours": _("Hours that the link works"),
    },
    examples={**_EXAMPLE, "link": _LINK, "hours": "72"},
    secret=True,
)
CONFIRM_EMAIL = system_mail(
    "accounts.confirm_email",
    _("Confirming an e-mail address"),
    description=_("To an address that somebody has entered as one's own."),
    subject=_("[{{ organisation.name }}] Confirm your e-mail address"),
    text=_(
        '{{ user.name|default:"Hello" }},\n\n'
        "Please confirm that this is your e-mail address:\n\n"
        "{{ link }}{{ code }}\n\n"
        "If you do not know what this is about, please ignore this mail.\n\n"
        "{{ organisation.name }}\n"
    ),
    fields={**_WHO, "link": _("Link to confirm"), "code": _("Code, where one is asked for")},
    examples={**_EXAMPLE, "link": _LINK, "code": ""},
    secret=True,
)
SIGN_IN_CODE = system_mail(
    "accounts.sign_in_code",
    _("Code for signing in"),
    description=_("To whoever signs in by a mailed code."),
    subject=_("[{{ organisation.name }}] Your code for signing in"),
    text=_(
        "Your code for signing in:\n\n"
        "{{ code }}\n\n"
        "If you did not ask for it, please ignore this mail.\n\n"
        "{{ organisation.name }}\n"
    ),
    fields={**_WHO, "code": _("Code")},
    examples={**_EXAMPLE, "code": "K7M-2QX"},
    secret=True,
)

_TAIL = _(
    "\n\nThe change came from:\n"
    "- IP address: {{ ip }}\n"
    "- Browser: {{ browser }}\n"
    "- Time: {{ at }}\n\n"
    "If it was not you, please tell the office at once.\n\n"
    "{{ organisation.name }}\n"
)


def _change(key: str, label: Any, happened: Any) -> SystemMail:
    """A mail that tells of a change to the account."""
    return system_mail(
        f"accounts.{key}",
        label,
        description=_("Tells the owner of an account about a change to it."),
        subject=format_lazy("[{} organisation.name {}] {}", "{{", "}}", label),
        text=format_lazy("{}{}", happened, _TAIL),
        fields=_CHANGE,
        examples=_CHANGE_EXAMPLE,
    )


PASSWORD_CHANGED = _change(
    "password_changed",
    _("The password was changed"),
    _("{{ user.name }},\n\nThe password of your account {{ user.email }} was changed."),
)
EMAIL_CHANGED = _change(
    "email_changed",
    _("The e-mail address was changed"),
    _("{{ user.name }},\n\nThe e-mail address of your account was changed."),
)
TWO_FACTOR_ON = _change(
    "two_factor_on",
    _("Two-factor sign-in was turned on"),
    _("{{ user.name }},\n\nTwo-factor sign-in was turned on for {{ user.email }}."),
)
TWO_FACTOR_OFF = _change(
    "two_factor_off",
    _("Two-factor sign-in was turned off"),
    _("{{ user.name }},\n\nTwo-factor sign-in was turned off for {{ user.email }}."),
)
RECOVERY_CODES = _change(
    "recovery_codes",
    _("New recovery codes were made"),
    _("{{ user.name }},\n\nNew recovery codes were made for {{ user.email }}."),
)
PASSKEY_ADDED = _change(
    "passkey_added",
    _("A passkey was added"),
    _("{{ user.name }},\n\nA passkey was added to your account {{ user.email }}."),
)
PASSKEY_REMOVED = _change(
    "passkey_removed",
    _("A passkey was removed"),
    _("{{ user.name }},\n\nA passkey was removed from your account {{ user.email }}."),
)

# allauth's template prefix → our mail. What is not named here is sent as allauth writes it.
BY_PREFIX = {
    "account/email/password_reset_key": PASSWORD_RESET,
    "account/email/email_confirmation": CONFIRM_EMAIL,
    "account/email/email_confirmation_signup": CONFIRM_EMAIL,
    "account/email/login_code": SIGN_IN_CODE,
    "account/email/password_changed": PASSWORD_CHANGED,
    "account/email/password_set": PASSWORD_CHANGED,
    "account/email/password_reset": PASSWORD_CHANGED,
    "account/email/email_changed": EMAIL_CHANGED,
    "account/email/email_confirm": EMAIL_CHANGED,
    "mfa/email/totp_activated": TWO_FACTOR_ON,
    "mfa/email/totp_deactivated": TWO_FACTOR_OFF,
    "mfa/email/recovery_codes_generated": RECOVERY_CODES,
    "mfa/email/webauthn_added": PASSKEY_ADDED,
    "mfa/email/webauthn_removed": PASSKEY_REMOVED,
}


def values_of(context: dict[str, Any], email: str) -> dict[str, Any]:
    """The merge fields in what allauth gives its templates."""
    from django.conf import settings

    from enishi.ui.written import jdatetime

    user = context.get("user")
    link = context.get("password_reset_url") or context.get("activate_url") or ""
    at = context.get("timestamp")
    return {
        "user.name": getattr(user, "name", "") or "",
        "user.email": email,
        "link": link,
        "code": context.get("code") or "",
        "hours": settings.PASSWORD_RESET_TIMEOUT // 3600,
        "ip": context.get("ip") or "",
        "browser": context.get("user_agent") or "",
        "at": jdatetime(at) if at else "",
    }
