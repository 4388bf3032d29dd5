"""Texts of Django and allauth that are worded better in our own locale than in theirs."""

from django.utils.translation import gettext_noop as _

WORDED = (
    _("This field is required."),
    _("Enter a valid date."),
    _("Enter a valid email address."),
    _("Enter a whole number."),
    _("Select a valid choice. That choice is not one of the available choices."),
    _("Activate Authenticator App"),
    _("Add Email"),
    _("An authenticator app is not active."),
    _("Authentication using an authenticator app is active."),
    _("Authenticator code"),
    _("Authenticator secret"),
    _("Bad Token"),
    _("Confirm Access"),
    _("Deactivate Authenticator App"),
    _("Enter an authenticator code:"),
    _("Incorrect code."),
    _("Make Primary"),
    _("Please reauthenticate to safeguard your account."),
    _("Primary"),
    _("Re-send Verification"),
    _("Successfully signed in as %(name)s."),
    _("TOTP Authenticator"),
    _("Two-Factor Authentication"),
    _("Use a security key"),
    _("You can store this secret and use it to reinstall your authenticator app at a later time."),
    _("You cannot add an email address to an account protected by two-factor authentication."),
    _("You cannot deactivate two-factor authentication."),
    _("You cannot generate recovery codes without having two-factor authentication enabled."),
    _(
        "Your account is protected by two-factor authentication. Please enter an authenticator"
        " code:"
    ),
)
