"""Changing how mail leaves."""

from typing import Any

from django.db import transaction

from enishi.accounts.models import User
from enishi.core.facts import announce
from enishi.messaging.facts import MailSettingsChanged
from enishi.messaging.models import MailSettings


@transaction.atomic
def change_mail_settings(*, by: User | None, **values: Any) -> MailSettings:
    """Save what is given, and announce what is different."""
    MailSettings.objects.get_or_create(pk=1)
    row = MailSettings.objects.select_for_update().get(pk=1)
    changes = {
        name: (getattr(row, name), value)
        for name, value in values.items()
        if getattr(row, name) != value
    }
    if not changes:
        return row
    for name, (_old, new) in changes.items():
        setattr(row, name, new)
    row.save(update_fields=list(changes))
    announce(MailSettingsChanged(about=row, by=by, changes=changes))
    return row
