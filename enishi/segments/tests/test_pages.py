"""The pages of segments: the list, one segment, actions on a frozen set, the karte."""

import json
import re
from html import unescape

import pytest

from enishi.accounts.models import Role, User
from enishi.accounts.roles import put_ready_roles
from enishi.members import actions as roll
from enishi.members.models import Export, Member, SavedView, Tag, Task
from enishi.segments import actions
from enishi.segments.actions import scores
from enishi.segments.models import ActionRun, Score, Segment
from enishi.segments.ready import put_segments

TOKYO = {"field": "prefecture", "op": "eq", "value": "東京都"}


@pytest.fixture
def office(db, client):
    put_ready_roles()
    user = User.objects.create_user("sato@example.jp", name="佐藤", is_staff=True)
    user.roles.add(Role.objects.get(key="administrator"))
    client.force_login(user)
    return client


def post(office, path, body):
    return office.post(f"/office/segments/{path}/", json.dumps(body), "application/json")


def test_the_list_begins_with_what_to_do(office, people):
    page = office.get("/office/segments/").content.decode()
    assert "セグメントはまだありません" in page
    assert "休眠会員" in page
    assert "未納" not in page  # no app knows of invoices


def test_the_list_asks_no_more_for_more_segments(office, people, django_assert_max_num_queries):
    for n in range(8):
        actions.create(name=f"{n}", rule=TOKYO, by=None)
    office.get("/office/segments/")
    with django_assert_max_num_queries(45):
        office.get("/office/segments/")
    for n in range(8, 24):
        actions.create(name=f"{n}", rule=TOKYO, by=None)
    with django_assert_max_num_queries(45):
        page = office.get("/office/segments/").content.decode()
    assert "23" in page


def test_saving_by_the_form_tells_what_is_wrong(office, people):
    given = {"name": "", "kind": "stored", "rule": json.dumps({"all": [TOKYO]})}
    answer = office.post("/office/segments/new/", given)
    assert answer.status_code == 422
    assert "名前を入力してください" in answer.content.decode()
    given |= {"name": "東京", "rule": json.dumps({"all": [{"field": "no"}]})}
    answer = office.post("/office/segments/new/", given)
    assert answer.status_code == 422
    assert "all[0].field" in answer.content.decode()
    given["rule"] = json.dumps({"all": [TOKYO]})
    answer = office.post("/office/segments/new/", given)
    segment = Segment.objects.get()
    assert answer.url == segment.get_absolute_url()
    assert "3人" in office.get(answer.url).content.decode()


def test_preview_sample_why_and_overlap(office, people):
    osaka = actions.create(
        name="東京と大阪", rule={"field": "prefecture", "op": "not_empty"}, by=None
    )
    found = post(office, "preview", {"rule": TOKYO, "token": "abcdefgh1"}).json()
    assert (found["count"], found["faults"]) == (3, [])
    assert "東京都" in found["sentence"]
    wrong = post(office, "preview", {"rule": {"all": [{"field": "no"}]}}).json()
    assert wrong["faults"][0]["path"] == "all[0].field"
    assert people[0].number in post(office, "sample", {"rule": TOKYO}).content.decode()
    why = post(office, "why", {"rule": TOKYO, "member": people[4].pk}).content.decode()
    assert "大阪府" in why
    assert "why-no" in why
    shared = post(office, "overlap", {"rule": TOKYO, "other": osaka.pk}).json()
    assert (shared["both"], shared["here"], shared["there"]) == (3, 0, 2)
    assert post(office, "preview", []).status_code == 200


def test_an_action_reaches_those_who_were_in_it_then(office, people, drain, run_jobs):
    segment = actions.create(name="東京", rule=TOKYO, by=None)
    drain()
    page = office.get(f"/office/segments/{segment.pk}/actions/tag/").content.decode()
    assert "3人に実行する" in page
    answer = office.post(f"/office/segments/{segment.pk}/actions/tag/", {"tag": "首都圏"})
    roll.change(people[0], {"prefecture": "大阪府"}, by=None)  # after the set was taken down
    drain()
    run_jobs()
    tagged = set(Tag.objects.get().member_links.values_list("member", flat=True))
    assert tagged == {m.pk for m in people[:3]}
    run = ActionRun.objects.get()
    assert (run.count, run.version, run.members) == (3, 1, None)
    assert "3人について完了しました" in office.get(answer.url).content.decode()


def test_files_owners_and_tasks(office, people, drain, run_jobs):
    segment = actions.create(name="東京", rule=TOKYO, by=None)
    drain()
    sato = User.objects.get()
    there = f"/office/segments/{segment.pk}/actions"
    office.post(f"{there}/owner/", {"owner": sato.pk})
    run_jobs()
    office.post(f"{there}/task/", {"title": "電話する", "days": 3})
    run_jobs()
    assert set(Task.objects.values_list("owner", flat=True)) == {sato.pk}
    assert Task.objects.count() == 3
    office.post(f"{there}/export/", {"format": "csv", "encoding": "utf-8", "reason": "案内"})
    run_jobs()
    assert Export.objects.get().rows == 3
    assert office.post(f"{there}/nothing/").status_code == 404
    refused = office.post(f"{there}/field/", {"field": "number", "value": "1"})
    assert refused.status_code == 422
    office.post(f"{there}/field/", {"field": "source", "value": "紹介"})
    run_jobs()
    assert set(Member.objects.filter(source="紹介")) == set(people[:3])


def test_a_saved_view_counts_as_a_use(office, people):
    segment = actions.create(name="東京", rule=TOKYO, by=None)
    SavedView.objects.create(
        name="名簿", shared=True, rule={"not": {"all": [{"in_segment": segment.pk}]}}
    )
    with pytest.raises(actions.InUse) as refused:
        actions.delete(segment, by=None)
    assert "名簿" in str(refused.value)


def test_the_karte_tells_the_segments_and_why(office, people, drain):
    actions.create(name="東京の人", rule=TOKYO, by=None)
    actions.create(name="その場で", rule={"not": TOKYO}, kind="live", by=None)
    drain()
    inside = office.get(f"/office/segments/of/{people[0].pk}/").content.decode()
    assert "東京の人" in inside
    assert "その場で" not in inside
    assert "その場で" in office.get(f"/office/segments/of/{people[5].pk}/").content.decode()
    segment = Segment.objects.get(name="東京の人")
    actions.put_by_hand(segment, [people[5].pk], included=True, note="推薦", by=None)
    why = office.get(f"/office/segments/{segment.pk}/why/{people[5].pk}/").content.decode()
    assert "手動で入れられています" in why
    assert "推薦" in why


def test_scores_and_the_four_segments(office, people, drain):
    from datetime import timedelta

    from enishi.activity.actions import Happened, record_many
    from enishi.core import clock

    now = clock.now()

    def days(member, *ago, kind="mail.opened"):
        return [Happened(member.pk, kind, now - timedelta(days=n, minutes=5)) for n in ago]

    record_many(
        [
            *days(people[0], *range(0, 360, 20)),
            *days(people[1], 5),
            *days(people[2], 120, 150),
            *days(people[3], *range(0, 300, 3), kind="mail.sent"),  # only written to
        ]
    )
    assert scores.compute() == 6
    assert scores.compute() == 0
    groups = dict(Score.objects.values_list("member", "group"))
    told = [groups[m.pk] for m in people]
    assert told == ["champion", "steady", "at_risk", "dormant", "dormant", "dormant"]
    first = Score.objects.get(member=people[0])
    assert (first.recency, first.frequency, first.monetary) == (5, 4, 1)
    assert first.activity > Score.objects.get(member=people[1]).activity > 0
    put_segments()
    drain()
    sizes = dict(Segment.objects.values_list("ready", "count"))
    assert sizes == {"champion": 1, "steady": 1, "at_risk": 1, "dormant": 3}
    page = office.get("/office/segments/scores/").content.decode()
    assert "離反予兆" in page
    assert put_segments() == []


def test_two_tabs_change_one_segment(office):
    def rule(age):
        return {"all": [{"field": "age", "op": "gte", "value": age}]}

    made = actions.create(name="三十代から", rule=rule(30), by=None)
    edit = f"/office/segments/{made.pk}/edit/"
    found = re.search(r'name="read" value="([^"]+)"', office.get(edit).content.decode())
    assert found
    given = {"name": made.name, "description": "", "kind": "stored", "read": unescape(found[1])}
    other = {**given, "name": "四十代から", "rule": json.dumps(rule(40))}
    assert office.post(edit, other).status_code == 302
    # A tab from before writes a description: name and rule of the other stay.
    mine = {**given, "description": "働きざかり", "rule": json.dumps(rule(30), indent=2)}
    assert office.post(edit, mine).status_code == 302
    kept = Segment.objects.get(pk=made.pk)
    assert (kept.name, kept.description, kept.rule) == ("四十代から", "働きざかり", rule(40))
    # It changes the rule as well: both are shown in words, none is lost.
    answer = office.post(edit, {**given, "rule": json.dumps(rule(50))})
    page = answer.content.decode()
    assert answer.status_code == 409
    assert "年齢が50以上" in page
    assert "年齢が40以上" in page
    assert Segment.objects.get(pk=made.pk).rule == rule(40)
    broken = office.post(edit, {**given, "rule": '{"all": [', "name": "x"})
    assert broken.status_code == 422
    assert "{&quot;all&quot;: [" in broken.content.decode()  # what was typed is still there
