"""Background work in the office, the search, health, and what every answer carries."""

from typing import Any

import pytest
from django.test import Client
from django.utils import timezone

from enishi.accounts.models import Role, User
from enishi.core.models import Job
from enishi.project import health

pytestmark = pytest.mark.django_db


@pytest.fixture
def sato() -> User:
    user = User.objects.create_user("sato@example.jp", name="佐藤", is_staff=True)
    user.roles.add(Role.objects.get(key="administrator"))
    return user


@pytest.fixture
def office(client: Client, sato: User) -> Client:
    client.force_login(sato)
    return client


def job(**fields: Any) -> Job:
    return Job.objects.create(name="test.work", **fields)


def test_work_is_listed_by_how_it_stands(office: Client) -> None:
    running = job(state="running", done=5, total=10)
    failed = job(state="failed", ended_at=timezone.now(), error="だめでした。")

    page = office.get("/office/jobs/").content.decode()

    assert f"/office/jobs/{running.pk}/progress/" in page
    assert f"/office/jobs/{failed.pk}/" in page
    assert "5 / 10 (50%)" in page
    assert "だめでした。" in office.get(f"/office/jobs/{failed.pk}/").content.decode()
    assert office.get("/office/jobs/periodic/").status_code == 200


def test_what_runs_by_itself_is_left_out_unless_it_failed(office: Client, sato: User) -> None:
    ended = {"ended_at": timezone.now()}
    hers = job(state="done", by=sato, **ended)
    minute = job(state="done", **ended)
    broken = job(state="failed", **ended)

    shown = office.get("/office/jobs/").content.decode()
    everything = office.get("/office/jobs/?automatic=1").content.decode()

    def listed(page: str) -> list[bool]:
        return [f"/office/jobs/{one.pk}/" in page for one in (hers, minute, broken)]

    assert listed(shown) == [True, False, True]
    assert listed(everything) == [True, True, True]


def test_ctrl_k_offers_what_one_can_do_before_the_first_word(office: Client) -> None:
    page = office.get("/office/search/", headers={"hx-request": "true"}).content.decode()

    assert "/office/members/new/" in page
    assert "/office/databases/new/" in page
    assert 'href="/office/tasks/"' in page


@pytest.mark.parametrize("words", ["インポート", "いんぽーと", "excel", "名簿を取り込む"])
def test_what_one_can_do_is_found_by_other_words_too(office: Client, words: str) -> None:
    page = office.get("/office/search/", {"q": words}, headers={"hx-request": "true"})

    assert 'href="/office/imports/"' in page.content.decode()


def test_ctrl_k_offers_nothing_that_the_role_forbids(client: Client) -> None:
    reader = User.objects.create_user("reader@example.jp", name="閲覧", is_staff=True)
    reader.roles.add(Role.objects.get(key="read_only"))
    client.force_login(reader)

    page = client.get("/office/search/", headers={"hx-request": "true"}).content.decode()

    assert "/office/members/new/" not in page
    assert "/office/imports/" not in page
    assert 'href="/office/members/"' in page


def test_who_opens_the_address_of_a_button_reads_a_page(office: Client) -> None:
    answer = office.get("/office/duplicates/scan/", headers={"accept": "text/html"})

    assert answer.status_code == 405
    assert answer.headers["Allow"] == "POST"
    assert "このアドレスに画面はありません" in answer.content.decode()


def test_a_missing_page_leads_each_to_where_they_belong(client: Client, office: Client) -> None:
    assert b'href="/office/"' in office.get("/office/nothing/").content
    assert b'href="/office/"' not in Client().get("/nothing/").content


def test_the_list_costs_the_same_for_many(
    office: Client, django_assert_max_num_queries: Any
) -> None:
    for _ in range(30):
        job(state="done", ended_at=timezone.now())

    with django_assert_max_num_queries(14):
        office.get("/office/jobs/")


def test_waiting_work_is_taken_back_and_started_again(office: Client) -> None:
    work = job()

    office.post(f"/office/jobs/{work.pk}/cancellation/")

    work.refresh_from_db()
    assert work.state == Job.State.CANCELLED


def test_only_who_asked_or_configures_may_cancel(client: Client, sato: User) -> None:
    suzuki = User.objects.create_user("suzuki@example.jp", name="鈴木", is_staff=True)
    suzuki.roles.add(Role.objects.get(key="office"))
    client.force_login(suzuki)
    hers, his = job(by=suzuki), job(by=sato)

    assert client.post(f"/office/jobs/{his.pk}/cancellation/").status_code == 403
    assert client.post(f"/office/jobs/{hers.pk}/cancellation/").status_code == 302
    assert client.post(f"/office/jobs/{his.pk}/attempts/").status_code == 403


def test_pages_of_the_office_are_found_without_javascript(office: Client) -> None:
    page = office.get("/office/search/", {"q": "バックグラウンド"}).content.decode()
    assert "/office/jobs/" in page
    assert "<html" in page

    fragment = office.get("/office/search/", {"q": "設定"}, headers={"HX-Request": "true"})
    assert "<html" not in fragment.content.decode()


def test_every_answer_has_its_number_and_its_policies(client: Client) -> None:
    answer = client.get("/accounts/login/")

    assert len(answer["X-Request-ID"]) >= 8
    assert "unsafe-inline" not in answer["Content-Security-Policy"]
    assert "script-src 'self'" in answer["Content-Security-Policy"]
    assert "camera" not in answer["Permissions-Policy"]  # check-in by QR code needs it
    assert "geolocation=()" in answer["Permissions-Policy"]
    assert answer["X-Frame-Options"] == "DENY"


def test_health_tells_what_is_missing(client: Client, monkeypatch: pytest.MonkeyPatch) -> None:
    assert client.get("/health/live").json() == {"live": True}

    answer = client.get("/health/ready")
    assert answer.status_code == 503
    assert [reason.split(":")[0] for reason in answer.json()["reasons"]] == ["worker"]

    monkeypatch.setattr(health, "_LEAST_DISK", 2**62)
    assert client.get("/health/ready").json()["reasons"][0].startswith("disk:")


def test_metrics_are_for_this_machine_or_the_token(client: Client, settings: Any) -> None:
    assert b"enishi_jobs{" in client.get("/metrics").content
    assert client.get("/metrics", REMOTE_ADDR="192.0.2.1").status_code == 403
    assert client.get("/metrics", headers={"X-Forwarded-For": "192.0.2.1"}).status_code == 403

    settings.METRICS_TOKEN = "right"
    assert client.get("/metrics").status_code == 403
    assert client.get("/metrics", headers={"Authorization": "Bearer right"}).status_code == 200
