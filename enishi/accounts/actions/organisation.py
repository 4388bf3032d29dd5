"""The organisation's own details."""

from typing import Any

from django.core.cache import caches
from django.db import transaction

from enishi.accounts.facts import OrganisationChanged
from enishi.accounts.models import User
from enishi.core.facts import announce
from enishi.core.models import Organisation


@transaction.atomic
def change_organisation(*, by: User | None, **fields: Any) -> Organisation:
    """Save the given fields of the organisation."""
    Organisation.objects.get_or_create(pk=1)
    organisation = Organisation.objects.select_for_update().get(pk=1)
    changes = {
        name: (getattr(organisation, name), new)
        for name, new in fields.items()
        if getattr(organisation, name) != new
    }
    if changes:
        for name, (_old, new) in changes.items():
            setattr(organisation, name, new)
        organisation.save(update_fields=list(changes))
        announce(OrganisationChanged(about=organisation, by=by, changes=changes))
        if "zone" in changes:
            transaction.on_commit(lambda: caches["local"].delete("zone"))
    return organisation
