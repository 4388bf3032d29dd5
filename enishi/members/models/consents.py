"""The consent ledger: who agreed to what, when, where, to which words; and what holds now."""

from typing import Any, ClassVar

from django.conf import settings
from django.contrib.postgres.fields import ArrayField
from django.db import models
from django.utils.translation import get_language, pgettext_lazy
from django.utils.translation import gettext_lazy as _

from enishi.core import clock
from enishi.messaging.models import Channel


def by_mail() -> list[str]:
    return [Channel.EMAIL.value]


class TopicQuerySet(models.QuerySet["Topic"]):
    def offered(self) -> "TopicQuerySet":
        """Those that members may choose."""
        return self.filter(retired_at=None)


class Topic(models.Model):
    """Something that members can agree to be written to about (配信テーマ)."""

    key = models.SlugField(_("Key"), max_length=60, unique=True)
    name = models.CharField(_("Name"), max_length=100)
    name_en = models.CharField(_("Name in English"), max_length=100, blank=True, default="")
    description = models.CharField(_("Description"), max_length=300, blank=True, default="")
    description_en = models.CharField(
        _("Description in English"), max_length=300, blank=True, default=""
    )
    channels = ArrayField(
        models.CharField(max_length=10, choices=Channel),
        verbose_name=_("Channels"),
        default=by_mail,
    )
    double_opt_in = models.BooleanField(_("Confirm by mail"), default=False)
    order = models.PositiveIntegerField(default=0)
    retired_at = models.DateTimeField(null=True, blank=True, editable=False)

    objects = TopicQuerySet.as_manager()

    class Meta:
        verbose_name = pgettext_lazy("consent", "Topic")
        ordering: ClassVar[list[str]] = ["order", "pk"]

    def __str__(self) -> str:
        english = (get_language() or "ja").startswith("en")
        return (self.name_en if english else "") or self.name

    @property
    def said(self) -> str:
        """The description in the reader's language."""
        english = (get_language() or "ja").startswith("en")
        return (self.description_en if english else "") or self.description


class Wording(models.Model):
    """The exact words that somebody was shown, and where: a form and its version."""

    form = models.CharField(_("Form"), max_length=100)
    version = models.CharField(_("Version"), max_length=40, blank=True, default="")
    language = models.CharField(max_length=8, default="ja")
    text = models.TextField(_("Text"), blank=True, default="")
    digest = models.CharField(max_length=64, unique=True)

    class Meta:
        verbose_name = _("Wording")

    def __str__(self) -> str:
        return f"{self.form} {self.version}".strip()


class ConsentChoice(models.TextChoices):
    GIVEN = "given", pgettext_lazy("consent", "Given")
    WITHDRAWN = "withdrawn", pgettext_lazy("consent", "Withdrawn")
    ASKED = "asked", pgettext_lazy("consent", "To be confirmed")  # double opt-in, not yet


class ConsentSource(models.TextChoices):
    OFFICE = "office", pgettext_lazy("consent", "Entered by the office")
    IMPORT = "import", pgettext_lazy("consent", "Import")
    API = "api", pgettext_lazy("consent", "Other program")
    FORM = "form", pgettext_lazy("consent", "Form")
    PREFERENCES = "preferences", pgettext_lazy("consent", "Preference page")
    CONFIRMATION = "confirmation", pgettext_lazy("consent", "Confirmed by mail")
    ONE_CLICK = "one_click", pgettext_lazy("consent", "Unsubscribe button of the mail program")


class Consent(models.Model):
    """One line of the ledger. Never changed and never deleted with the member: the law
    (特定電子メール法) wants proof. ``member_number`` stays when the member is gone for good."""

    Choice = ConsentChoice
    Source = ConsentSource

    member = models.ForeignKey(
        "members.Member",
        null=True,
        on_delete=models.SET_NULL,
        related_name="consents",
        db_index=False,
    )
    member_number = models.CharField(max_length=40, blank=True, default="")
    channel = models.CharField(pgettext_lazy("message", "Channel"), max_length=10, choices=Channel)
    topic = models.ForeignKey(
        Topic,
        verbose_name=pgettext_lazy("consent", "Topic"),
        on_delete=models.PROTECT,
        related_name="consents",
        db_index=False,
    )
    state = models.CharField(_("Consent"), max_length=10, choices=ConsentChoice)
    at = models.DateTimeField(_("When"), default=clock.now)
    source = models.CharField(_("Where"), max_length=15, choices=ConsentSource)
    wording = models.ForeignKey(
        Wording, null=True, blank=True, on_delete=models.PROTECT, related_name="+", db_index=False
    )
    ip = models.GenericIPAddressField(_("IP address"), null=True, blank=True)
    by = models.ForeignKey(
        settings.AUTH_USER_MODEL,
        null=True,
        blank=True,
        on_delete=models.SET_NULL,
        related_name="+",
        db_index=False,
    )
    imported = models.ForeignKey(
        "members.Import",
        null=True,
        blank=True,
        on_delete=models.SET_NULL,
        related_name="+",
        db_index=False,
    )
    ref = models.CharField(max_length=60, blank=True, default="")  # the message it came by: "c123"
    note = models.CharField(_("Note"), max_length=500, blank=True, default="")

    class Meta:
        verbose_name = _("Consent")
        ordering: ClassVar[list[str]] = ["-at", "-pk"]
        indexes: ClassVar[list[models.Index]] = [
            models.Index(fields=["member", "-at", "-id"], name="consent_member"),
            models.Index(fields=["topic", "channel", "id"], name="consent_topic"),
        ]

    def __str__(self) -> str:
        return f"{self.topic} ({self.get_channel_display()}): {self.get_state_display()}"

    @classmethod
    def current(cls, member_id: int) -> "models.QuerySet[ConsentState]":
        """What holds now for a member: one row a channel and topic."""
        return ConsentState.objects.filter(member_id=member_id).select_related("topic")


class ConsentState(models.Model):
    """What holds now: the last line of the ledger for a member, channel and topic.

    Audiences ask this table in SQL: ``consented_sql``.
    """

    member = models.ForeignKey(
        "members.Member", on_delete=models.CASCADE, related_name="consent_states", db_index=False
    )
    channel = models.CharField(max_length=10, choices=Channel)
    topic = models.ForeignKey(
        Topic, on_delete=models.PROTECT, related_name="states", db_index=False
    )
    state = models.CharField(max_length=10, choices=ConsentChoice)
    since = models.DateTimeField()
    consent = models.ForeignKey(Consent, on_delete=models.CASCADE, related_name="+", db_index=False)

    class Meta:
        verbose_name = _("Consent")
        constraints: ClassVar[list[models.BaseConstraint]] = [
            models.UniqueConstraint(
                fields=["member", "topic", "channel"], name="one_consent_state"
            ),
        ]
        indexes: ClassVar[list[models.Index]] = [
            models.Index(
                fields=["topic", "channel", "state", "member"], name="consent_state_topic"
            ),
        ]

    def __str__(self) -> str:
        return f"{self.topic} ({self.get_channel_display()}): {self.get_state_display()}"


def consented_sql(topic_id: int, channel: str = Channel.EMAIL) -> tuple[str, list[Any]]:
    """A condition over the alias ``m`` (members_member), with its parameters: the member has given
    consent to this topic by this channel, and not withdrawn it."""
    return (
        "EXISTS (SELECT FROM members_consentstate cst WHERE cst.member_id = m.id"
        " AND cst.topic_id = %s AND cst.channel = %s AND cst.state = 'given')",
        [topic_id, str(channel)],
    )
