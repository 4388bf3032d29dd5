"""What the office sets about mail, as forms."""

from typing import Any

from django import forms
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from enishi.messaging import actions
from enishi.messaging.models import MailSettings

_HELP = {
    "sender_name": gettext_lazy("Empty: the name of the organisation."),
    "sender": gettext_lazy("Must be an address that your mail server may send from."),
    "reply_to": gettext_lazy("Where answers go. Empty: to the sender."),
    "bounce_address": gettext_lazy(
        "Mails that cannot be delivered come back here, with a mark behind a plus sign. "
        "Whoever runs this installation sets up how they are fetched."
    ),
    "footer": gettext_lazy(
        "Stands under every advertising mail, as the law wants it: name, address, where to "
        "complain. Empty: name, address, e-mail and phone of the organisation."
    ),
}


class MailForm(forms.ModelForm):  # type: ignore[type-arg]
    """The settings of mail."""

    class Meta:
        model = MailSettings
        fields = (
            *("sender_name", "sender", "reply_to", "bounce_address"),
            *("soft_limit", "soft_days", "footer"),
        )
        help_texts = _HELP
        widgets = {"footer": forms.Textarea(attrs={"rows": 4})}  # noqa: RUF012

    def clean(self) -> dict[str, Any]:
        said = super().clean() or {}
        for name in ("sender", "reply_to", "bounce_address"):
            if address := said.get(name):
                try:
                    actions.addresses.wire(address)
                except actions.BadAddress:
                    self.add_error(name, _("This is not an e-mail address."))
        return said
