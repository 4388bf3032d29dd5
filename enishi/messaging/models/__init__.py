"""Messages, what is kept of them, and the addresses that must not be written to."""

from .channels import Channel, MessageClass
from .inbound import Inbound, Report
from .mailbox import KeptMail
from .messages import Message, MessageFile
from .push import PushSubscription
from .settings import MailSettings
from .suppressions import Suppression
from .templates import OwnTemplate

__all__ = [
    "Channel",
    "Inbound",
    "KeptMail",
    "MailSettings",
    "Message",
    "MessageClass",
    "MessageFile",
    "OwnTemplate",
    "PushSubscription",
    "Report",
    "Suppression",
]
