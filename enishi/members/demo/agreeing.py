"""What members of the demo agreed to, and what came back of mails to them."""

from enishi.accounts.models import User
from enishi.core import clock
from enishi.core.mail import send_system
from enishi.members.actions import Shown, record_consents
from enishi.members.models import Consent, Member, Topic
from enishi.messaging import actions as messaging
from enishi.ui.written import jdatetime

FORM = Shown("入会申込書", "会報と催しのご案内をメールで受け取ることに同意します。", "2024-04")
BACK = (
    ("hard", "docomo.ne.jp", "550 Unknown user"),
    ("full", "ezweb.ne.jp", "452 4.2.2 The email account is over quota"),
    ("blocked", "softbank.ne.jp", "550 5.7.1 Message rejected by the recipient's settings"),
    ("auto_reply", "example.co.jp", "自動返信: 不在にしております"),
)


def agree(staff: list[User]) -> None:
    """Consents by the application form, some withdrawn; bounces; an invitation in the mailbox."""
    sato = staff[0]
    reached = Member.objects.active().exclude(email="")
    for key, but in (("newsletter", "7"), ("events", "3")):
        topic = Topic.objects.get(key=key)
        record_consents(reached.exclude(number__endswith=but), topic, shown=FORM, by=sato)
        gone = reached.filter(number__endswith="11")
        record_consents(
            gone,
            topic,
            state=Consent.Choice.WITHDRAWN,
            source=Consent.Source.PREFERENCES,
            by=None,
        )
    for which, (kind, domain, text) in enumerate(BACK):
        messaging.report(kind=kind, source="answer", address=f"a{which}@{domain}", text=text)
    send_system(
        "accounts.password_changed",
        to=sato.email,
        to_name=sato.name,
        values={
            "user.name": sato.name,
            "user.email": sato.email,
            "ip": "203.0.113.7",
            "browser": "Firefox",
            "at": jdatetime(clock.now()),
        },
    )
