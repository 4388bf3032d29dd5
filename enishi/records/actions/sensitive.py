"""Looking at encrypted values of a record: who may, and that it is told."""

from typing import Any

from django.db import transaction

from enishi.accounts.models import User
from enishi.core.facts import announce
from enishi.core.sealing import is_sealed
from enishi.members.facts import SensitiveSeen
from enishi.members.fields import OWN, visible_fields
from enishi.members.fields.sealed import opened, sealed_fields
from enishi.records.models import Record


@transaction.atomic
def see_sensitive(record: Record, *, by: User | None) -> dict[str, Any]:
    """The encrypted values of a record that ``by`` may see, opened, by key of the field.

    That they were seen goes into the history. One that cannot be opened stays sealed.
    """
    table = record.database.key
    seen = {key.removeprefix(OWN) for key in visible_fields(by, table)}
    wanted = {k: v for k, v in record.data.items() if is_sealed(v) and k in seen}
    if not wanted:
        return {}
    fields = sealed_fields(table)
    labels = [str(fields[key]) for key in wanted if key in fields]
    announce(SensitiveSeen(about=record, seen=labels, by=by))
    return opened(record.pk, wanted, table)
