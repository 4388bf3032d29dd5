"""What users change about themselves."""

from typing import Any

from django.db import transaction

from enishi.accounts.facts import OwnDetailsChanged
from enishi.accounts.models import User
from enishi.core.facts import announce


@transaction.atomic
def change_own_details(user: User, **fields: Any) -> User:
    """Save the user's own ``name`` or ``language``."""
    user = User.objects.select_for_update().get(pk=user.pk)
    changes = {
        name: (getattr(user, name), new)
        for name, new in fields.items()
        if getattr(user, name) != new
    }
    if changes:
        for name, (_old, new) in changes.items():
            setattr(user, name, new)
        user.save(update_fields=list(changes))
        announce(OwnDetailsChanged(about=user, by=user, changes=changes))
    return user
