"""One message to one address."""

from typing import ClassVar

from django.conf import settings
from django.db import models
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy

from enishi.core import clock

from .channels import Channel, MessageClass

OUR_REASONS = {
    "suppressed": _("The address is suppressed."),
    "no_consent": _("There is no consent to advertising."),
    "interrupted": _("The program ended while it was being sent."),
    "no_address": _("This is not an e-mail address."),
}


class Message(models.Model):
    """A message that somebody or something sent to one address, and what became of it.

    ``to``: an e-mail address, digits of a telephone, or the id of a push subscription or user.
    What a ``secret`` message said (a link that opens the door) is wiped once it has been sent.
    """

    class State(models.TextChoices):
        WAITING = "waiting", pgettext_lazy("message", "Waiting")
        SENDING = "sending", pgettext_lazy("message", "Being sent")
        SENT = "sent", pgettext_lazy("message", "Sent")
        REFUSED = "refused", pgettext_lazy("message", "Refused")  # by the other side, for good
        FAILED = "failed", pgettext_lazy("message", "Failed")  # given up
        UNCERTAIN = "uncertain", pgettext_lazy("message", "Uncertain")
        HELD = "held", pgettext_lazy("message", "Not sent")  # by us: suppressed, no consent
        BOUNCED = "bounced", pgettext_lazy("message", "Bounced")

    channel = models.CharField(pgettext_lazy("message", "Channel"), max_length=10, choices=Channel)
    message_class = models.CharField(
        pgettext_lazy("message", "Class"),
        max_length=15,
        choices=MessageClass,
        default=MessageClass.TRANSACTIONAL,
    )
    topic = models.CharField(max_length=60, blank=True, default="")  # what advertising is about
    state = models.CharField(_("State"), max_length=10, choices=State, default=State.WAITING)
    reason = models.CharField(max_length=500, blank=True, default="")
    to = models.CharField(pgettext_lazy("mail", "To"), max_length=320)
    to_name = models.CharField(max_length=200, blank=True, default="")
    sender = models.CharField(max_length=320, blank=True, default="")  # '' : of the settings
    sender_name = models.CharField(max_length=200, blank=True, default="")
    reply_to = models.CharField(max_length=320, blank=True, default="")
    subject = models.CharField(_("Subject"), max_length=500, blank=True, default="")
    text = models.TextField(pgettext_lazy("mail", "Text"), blank=True, default="")
    html = models.TextField(blank=True, default="")
    headers = models.JSONField(default=dict, blank=True)
    link = models.CharField(max_length=1000, blank=True, default="")  # where a push leads
    secret = models.BooleanField(default=False)
    template = models.CharField(max_length=100, blank=True, default="")
    about_type = models.CharField(max_length=100, blank=True, default="")
    about_id = models.CharField(max_length=64, blank=True, default="")
    by = models.ForeignKey(
        settings.AUTH_USER_MODEL, null=True, blank=True, on_delete=models.SET_NULL, related_name="+"
    )
    provider = models.CharField(max_length=30, blank=True, default="")
    provider_id = models.CharField(max_length=200, blank=True, default="")
    attempts = models.PositiveSmallIntegerField(default=0)
    key = models.CharField(max_length=200, blank=True, default="")  # Idempotency-Key of the API
    next_at = models.DateTimeField(null=True, editable=False)  # the next try, after a failure
    created_at = models.DateTimeField(_("Asked for"), default=clock.now, editable=False)
    sent_at = models.DateTimeField(_("Sent"), null=True, editable=False)

    class Meta:
        verbose_name = _("Message")
        constraints: ClassVar[list[models.BaseConstraint]] = [
            models.UniqueConstraint(
                fields=["key"], condition=~models.Q(key=""), name="message_key_once"
            )
        ]
        indexes: ClassVar[list[models.Index]] = [
            models.Index(fields=["-created_at", "-id"], name="message_created"),
            models.Index(fields=["to"], name="message_to"),
            models.Index(
                fields=["next_at"], name="message_next", condition=~models.Q(next_at=None)
            ),
            models.Index(fields=["about_type", "about_id"], name="message_about"),
            models.Index(
                fields=["provider_id"], name="message_provider", condition=~models.Q(provider_id="")
            ),
        ]

    def __str__(self) -> str:
        return self.subject or self.get_channel_display()

    @property
    def tone(self) -> str:
        """In which colour the state is shown."""
        states = Message.State
        if self.state in (states.WAITING, states.SENDING, states.UNCERTAIN):
            return "wait"
        return {states.SENT: "good", states.HELD: ""}.get(states(self.state), "bad")

    @property
    def why(self) -> str:
        """The reason in the reader's language; what the other side said stays as it was said."""
        return str(OUR_REASONS.get(self.reason, self.reason))


class MessageFile(models.Model):
    """A file that goes with a message."""

    message = models.ForeignKey(Message, on_delete=models.CASCADE, related_name="files")
    name = models.CharField(max_length=200)
    type = models.CharField(max_length=100, default="application/octet-stream")
    content = models.BinaryField()

    class Meta:
        ordering: ClassVar[list[str]] = ["pk"]

    def __str__(self) -> str:
        return self.name
