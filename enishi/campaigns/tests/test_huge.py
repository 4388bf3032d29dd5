"""Ten megabytes in a text of the pages of messages and segments: told beside it, kept nowhere."""

import json

import pytest
from django.test import Client
from django.urls import reverse

from enishi.accounts.models import User
from enishi.campaigns.models import Notice, SendingLimits
from enishi.core.mail import SYSTEM
from enishi.messaging.models import MailSettings, OwnTemplate, Suppression
from enishi.segments.models import Segment

pytestmark = pytest.mark.django_db
HUGE = "あ" * 3_400_000
NOTICE = {"title": "休業", "body": "休みます。"}
LIMITS = {"per_second": 0, "per_sender": 0, "connections": 4, "domains": "", "late_hours": 6}
SEGMENT = {"name": "全員", "description": "", "kind": "stored", "rule": '{"all": []}'}
MANY = "".join(f"a{n}.jp 1\n" for n in range(400_000))
TEMPLATE = (min(SYSTEM), "ja")
DEEP = "[" * 3_000_000
FORMS = [
    *(("campaigns:new_notice", (), {**NOTICE, field: HUGE}) for field in NOTICE),
    ("campaigns:limits", (), {**LIMITS, "domains": HUGE}),
    (
        "campaigns:limits",
        (),
        {**LIMITS, "domains": MANY},
    ),
    *(("segments:new", (), {**SEGMENT, field: HUGE}) for field in ("name", "description", "rule")),
    ("segments:new", (), {**SEGMENT, "rule": DEEP}),
    ("messaging:template", TEMPLATE, {"subject": HUGE, "text": "x"}),
    ("messaging:template", TEMPLATE, {"subject": "x", "text": HUGE}),
    ("messaging:settings", (), {"soft_limit": 5, "soft_days": 30, "footer": HUGE}),
    ("messaging:settings", (), {"soft_limit": 5, "soft_days": 30, "sender": HUGE}),
    ("messaging:suppressions", (), {"address": HUGE, "reason": "x"}),
    ("messaging:suppressions", (), {"address": "a@example.jp", "reason": HUGE}),
]


@pytest.mark.parametrize(("name", "args", "given"), FORMS)
def test_ten_megabytes(
    sato: User, name: str, args: tuple[str, ...], given: dict[str, object]
) -> None:
    office = Client()
    office.force_login(sato)
    answer = office.post(reverse(name, args=args), given)
    assert answer.status_code == 422
    assert not Notice.objects.exists()
    assert not Segment.objects.exists()
    assert not OwnTemplate.objects.exists()
    assert not Suppression.objects.exists()
    assert len(MailSettings.current().footer) < 100_000
    assert len(json.dumps(SendingLimits.current().domains)) < 100_000
