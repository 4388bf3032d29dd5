"""Push notices to many: each once, also when the job that pushes is killed in the middle."""

from collections import Counter
from collections.abc import Sequence
from datetime import timedelta
from typing import Any

import pytest

from enishi.accounts.models import User
from enishi.core import clock
from enishi.core.models import Job
from enishi.messaging import actions
from enishi.messaging.actions import many
from enishi.messaging.models import Message
from enishi.messaging.providers.base import Outcome, State

pytestmark = pytest.mark.django_db
PEOPLE = "SELECT id, id, language FROM accounts_user WHERE email LIKE %s ORDER BY id"


class Killed(BaseException):
    """The process ends here."""


class Service:
    """Stands for the push services; ``kills_at``: the wave in whose middle the process ends."""

    def __init__(self, kills_at: int = -1, outcome: Outcome | None = None) -> None:
        self.heard: Counter[str] = Counter()
        self.waves, self.kills_at = 0, kills_at
        self.outcome = outcome or Outcome(State.ACCEPTED, 201)

    def deliver_many(self, messages: Sequence[Message]) -> dict[int, Outcome]:
        self.waves += 1
        half = len(messages) // 2
        for number, one in enumerate(messages):
            if self.waves == self.kills_at and number == half:
                raise Killed
            self.heard[one.to] += 1
        return {one.pk: self.outcome for one in messages}


@pytest.fixture
def service(monkeypatch: pytest.MonkeyPatch) -> Service:
    made = Service()
    monkeypatch.setattr(many, "provider", lambda: made)
    return made


def people(count: int) -> list[User]:
    return User.objects.bulk_create(
        User(email=f"push{number}@example.jp", language="en" if number % 2 else "ja")
        for number in range(count)
    )


def push() -> int:
    return actions.push_many(
        PEOPLE,
        ["push%"],
        about="members.member",
        subject="会則の改定",
        texts={"ja": "お知らせ", "en": "News"},
        link="/notices/",
    )


def states() -> Counter[str]:
    return Counter(Message.objects.values_list("state", flat=True))


def test_one_statement_and_one_job(
    service: Service, django_assert_max_num_queries: Any, run_jobs: Any
) -> None:
    people(200)
    with django_assert_max_num_queries(8):
        assert push() == 200
    assert Job.objects.count() == 1
    first, second = Message.objects.order_by("pk")[:2]
    assert (first.subject, first.text, second.text) == ("会則の改定", "お知らせ", "News")
    assert (first.channel, first.link, first.about_type) == ("push", "/notices/", "members.member")
    run_jobs()
    assert states() == {"sent": 200}
    assert set(service.heard.values()) == {1}
    assert service.waves == -(-200 // many.WAVE)
    assert not Message.objects.exclude(next_at=None).exists()
    assert not Message.objects.filter(sent_at=None).exists()
    assert not actions.wake_pushes(), "nothing is left to do"


def test_killed_in_the_middle_nobody_is_told_twice(service: Service) -> None:
    people(150)
    push()
    service.kills_at = 3
    with pytest.raises(Killed):
        actions.push_due()
    assert states() == {
        "sent": 2 * many.WAVE,
        "sending": many.WAVE,
        "waiting": 150 - 3 * many.WAVE,
    }
    actions.push_due()  # the job is called again
    assert states() == {"sent": 150 - many.WAVE, "sending": many.WAVE}
    with clock.at(clock.now() + many.LEASE + timedelta(minutes=1)):
        actions.wake_pushes()
        actions.push_due()
    assert states() == {"sent": 150 - many.WAVE, "uncertain": many.WAVE}
    assert set(service.heard.values()) == {1}, "nobody twice"
    sent = set(Message.objects.filter(state="sent").values_list("to", flat=True))
    assert sent <= set(service.heard), "whoever counts as told was told"
    unheard = set(Message.objects.values_list("to", flat=True)) - set(service.heard)
    lost = Message.objects.filter(to__in=unheard).exclude(state="uncertain")
    assert not lost.exists(), "who was not told is among the uncertain"


def test_what_is_answered_late_is_believed(service: Service) -> None:
    """The lease was over, and yet the process lived: its word counts."""
    people(3)
    push()
    ids = many._take()
    with clock.at(clock.now() + many.LEASE + timedelta(minutes=1)):
        actions.wake_pushes()
        assert states() == {"uncertain": 3}
        many._push(ids)
    assert states() == {"sent": 3}


def test_services_that_do_not_answer_are_asked_again(service: Service, run_jobs: Any) -> None:
    people(40)
    push()
    service.outcome = Outcome(State.DEFERRED, 503, "busy")
    run_jobs()
    assert states() == {"waiting": 40}
    service.outcome = Outcome(State.ACCEPTED, 201)
    with clock.at(clock.now() + timedelta(minutes=3)):
        assert actions.retry_waiting() == 0, "not one job each"
        assert actions.wake_pushes()
        assert not actions.wake_pushes(), "one is enough"
        run_jobs()
    assert states() == {"sent": 40}
    assert set(service.heard.values()) == {2}


def test_what_must_not_leave_does_not(service: Service, run_jobs: Any) -> None:
    first, second, *_rest = people(5)
    push()
    actions.suppress(str(first.pk), channel="push", reason="manual")
    Message.objects.filter(to=str(second.pk)).update(message_class="advertising")
    run_jobs()
    assert states() == {"sent": 3, "held": 2}
    assert not {str(first.pk), str(second.pk)} & set(service.heard)
