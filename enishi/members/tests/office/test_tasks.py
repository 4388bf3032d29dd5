"""My tasks: the page, the number in the menu, the karte, the dashboard, rules."""

from datetime import timedelta

import pytest
from django.urls import reverse

from enishi.core import clock
from enishi.members import actions
from enishi.members.models import Task, TaskRule

from .conftest import signed_in


def at(name, *args):
    return reverse(f"members:{name}", args=args)


def text(response):
    return response.content.decode()


@pytest.fixture
def three(sato, endo, hanako):
    today = clock.today()
    return [
        actions.add_task(title="昨日の電話", due_on=today - timedelta(1), owner=sato, by=sato),
        actions.add_task(title="今日の書類", due_on=today, owner=sato, member=hanako, by=sato),
        actions.add_task(title="遠藤の仕事", due_on=today, owner=endo, by=sato),
    ]


def test_mine_by_day_and_a_number_in_the_menu(office, three, hanako):
    page = text(office.get(at("tasks")))
    assert page.index("期限切れ") < page.index("昨日の電話") < page.index("今日の書類")
    assert "遠藤の仕事" not in page
    assert 'side-count">2<' in page
    assert "遠藤の仕事" in text(office.get(at("tasks_all")))
    assert "今日の書類" in text(office.get(at("karte", hanako.pk)))
    assert "今日の書類" in text(office.get("/office/"))


def test_ticked_off_and_taken_back(office, three, hanako):
    url = at("task_completion", three[1].pk)
    response = office.post(url, {"back": at("karte", hanako.pk)}, follow=True)
    assert response.redirect_chain[0][0] == at("karte", hanako.pk)
    assert "タスク完了: 今日の書類" in text(response)
    assert f"{url}?undo=1" in text(response)
    assert "今日の書類" in text(office.get(at("tasks_done")))
    office.post(f"{url}?undo=1")
    assert Task.objects.open().count() == 3
    assert office.post(url, {"back": "https://evil.example/"}).url == at("tasks")


def test_added_about_a_member(office, hanako, sato):
    said = {"title": "お礼状", "owner": sato.pk, "member-search": hanako.number}
    assert office.post(at("task_new"), said).status_code == 302
    assert Task.objects.get().member == hanako
    office.post(at("member_tasks", hanako.pk), {"title": "電話", "due_on": "令和8年12月1日"})
    assert Task.objects.get(title="電話").due_on.isoformat() == "2026-12-01"
    assert office.post(at("task_new"), {"title": ""}).status_code == 422


def test_a_rule_is_set_up(office, hanako):
    assert "誕生日" in text(office.get(at("task_rule_new")))
    page = text(office.get(at("task_rule_new"), {"kind": "birthday"}))
    assert "誕生日カードを送る" in page
    said = {"kind": "birthday", "days": "366", "title": "誕生日カードを送る"}
    assert office.post(at("task_rule_new"), said).status_code == 302
    rule = TaskRule.objects.get()
    assert actions.make_every_task() >= 1
    edit = at("task_rule", rule.pk)
    assert office.post(edit, {"days": "10", "title": "電話する"}).status_code == 302
    assert "電話する" in text(office.get(at("task_rules")))
    office.post(at("task_rule_retirement", rule.pk), {"retired": "yes"})
    rule.refresh_from_db()
    assert rule.retired_at


def test_rights(kimura, three, hanako):
    client = signed_in(kimura)
    assert client.get(at("tasks")).status_code == 200
    for url in (at("task_new"), at("task", three[0].pk), at("task_rules")):
        assert client.get(url).status_code == 403
    assert client.post(at("task_completion", three[0].pk)).status_code == 403
    assert at("member_tasks", hanako.pk) not in text(client.get(at("karte", hanako.pk)))


def test_a_list_asks_few_times(office, sato, hanako, django_assert_max_num_queries):
    for n in range(30):
        actions.add_task(title=f"仕事{n}", owner=sato, member=hanako, by=sato)
    office.get(at("tasks"))
    with django_assert_max_num_queries(15):
        office.get(at("tasks"))
