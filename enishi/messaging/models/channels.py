"""By which way, and under which rules, a message goes."""

from django.db import models
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy


class Channel(models.TextChoices):
    """A way to reach somebody. A lasting choice: consents and suppressions name it."""

    EMAIL = "email", pgettext_lazy("channel", "E-mail")
    SMS = "sms", pgettext_lazy("channel", "SMS")
    PUSH = "push", pgettext_lazy("channel", "Push notice")
    NOTICE = "notice", pgettext_lazy("channel", "Notice on my page")


class MessageClass(models.TextChoices):
    """Transactional ignores opt-outs (not dead addresses); advertising needs consent."""

    TRANSACTIONAL = "transactional", _("Transactional")
    ADVERTISING = "advertising", _("Advertising")
