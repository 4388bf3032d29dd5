"""Titles and search texts of records, made anew when the class of a field has changed."""

from typing import Any

from django.db import transaction
from django.utils.translation import gettext_lazy as _

from enishi.core.jobs import job
from enishi.core.progress import Progress
from enishi.members.fields import names_for
from enishi.records.actions.records import words_of
from enishi.records.models import Database, Record, title_of

STEP = 1_000


@job("records.words", title=_("Search texts of records"), atomic=False)
def words_anew(progress: Progress, *, database: int) -> dict[str, Any]:
    """What is sensitive now stands neither in titles nor in search texts any more."""
    fields = Database.objects.get(pk=database).fields
    rows = Record.objects.filter(database=database).order_by("pk")
    progress.start(rows.count())
    done = last = 0
    while True:
        with transaction.atomic():
            some = list(
                rows.filter(pk__gt=last)
                .select_for_update(of=["self"])
                .select_related("member")[:STEP]
            )
            if not some:
                return {"records": done}
            names = names_for(fields, [row.data for row in some])
            for row in some:
                row.title = title_of(fields, row.data)
                row.search = words_of(fields, row.data, row.member, names)
            Record.objects.bulk_update(some, ["title", "search"])
        last = some[-1].pk
        done += len(some)
        progress.at(done)
