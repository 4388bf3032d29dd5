"""Who else has a page open: told every few seconds, forgotten soon."""

from datetime import timedelta

from django.core import signing
from django.db import connection
from django.http import HttpResponse, HttpResponseBadRequest
from django.shortcuts import render
from django.views.decorators.http import require_POST

from enishi.accounts.models import Presence
from enishi.accounts.permissions import OfficeRequest, requires
from enishi.core import clock

GONE_AFTER = timedelta(seconds=40)  # pages tell every 15 s; one missed word is forgiven
FORGOTTEN_AFTER = timedelta(hours=1)


@requires("office.view")
@require_POST
def presence(request: OfficeRequest) -> HttpResponse:
    """I am here (the thing is signed by the page that shows it); who else is?"""
    try:
        kind, pk, editing = signing.loads(request.POST.get("thing", ""), salt="presence")
    except (signing.BadSignature, ValueError):
        return HttpResponseBadRequest()
    now = clock.now()
    with connection.cursor() as cursor:
        cursor.execute(
            """
            INSERT INTO accounts_presence (user_id, thing_type, thing_id, seen_at, editing_at)
            VALUES (%(user)s, %(kind)s, %(pk)s, %(now)s, %(editing)s)
            ON CONFLICT (thing_type, thing_id, user_id) DO UPDATE SET
                seen_at = excluded.seen_at,
                editing_at = COALESCE(excluded.editing_at, accounts_presence.editing_at)
            RETURNING xmax = 0
            """,
            {
                "user": request.user.pk,
                "kind": kind,
                "pk": pk,
                "now": now,
                "editing": now if editing else None,
            },
        )
        is_new = cursor.fetchone()[0]
    if is_new:
        Presence.objects.filter(seen_at__lt=now - FORGOTTEN_AFTER).delete()
    here = Presence.objects.filter(thing_type=kind, thing_id=pk, seen_at__gt=now - GONE_AFTER)
    others = [
        {"name": str(row.user), "edits": bool(row.editing_at and row.editing_at > now - GONE_AFTER)}
        for row in here.exclude(user=request.user).select_related("user").order_by("user__name")
    ]
    others.sort(key=lambda one: not one["edits"])
    return render(request, "accounts/presence.html", {"others": others})
