"""Sato keeps the organisation's own fields; the dashboard says what waits."""

from datetime import timedelta

import pytest

from enishi.core import clock
from enishi.members import actions
from enishi.members.models import Channel, Direction, Field, Member, Task

from .conftest import signed_in

pytestmark = pytest.mark.django_db
PAGE = "/office/settings/member-fields/"
PLAIN = {"personal": "ordinary"}


def values(field):
    return [choice.value for choice in field.offered_choices]


def test_a_field_of_choices_is_added_and_stands_in_the_form(office, regular):
    assert "選択肢" in office.get(f"{PAGE}new/").content.decode()
    typed = {
        "label_ja": "Tシャツ",
        "label": "T-shirt",
        "type": "choices",
        "new_choices": "S\nＭ\n\nS",
        **PLAIN,
    }
    assert office.post(f"{PAGE}new/", typed).status_code == 302
    made = Field.objects.get(label_ja="Tシャツ")
    assert values(made) == ["S", "M"]
    assert "Tシャツ" in office.get(PAGE).content.decode()
    assert "Tシャツ" in office.get("/office/members/new/").content.decode()


def test_choices_are_needed(office):
    typed = {"label_ja": "部会", "type": "choices", "new_choices": " ", **PLAIN}
    answer = office.post(f"{PAGE}new/", typed)
    assert answer.status_code == 422
    assert "選択肢を1つ以上書いてください。" in answer.content.decode()


def test_a_choice_is_renamed_and_retired_and_nothing_is_lost(office, hanako):
    field = actions.add_field(label_ja="部会", type="choices", choices=["茶道", "華道"], by=None)
    actions.change(hanako, {f"data.{field.key}": ["茶道"]}, version=hanako.version, by=None)
    typed = {
        "label_ja": "部会名",
        "choice-0-value": "茶道",
        "choice-0-label": "茶の湯",
        "choice-0-place": "2",
        "choice-1-value": "華道",
        "choice-1-label": "華道",
        "choice-1-retired": "yes",
        "choice-1-place": "1",
        "new_choices": "書道",
        **PLAIN,
    }
    assert office.post(f"{PAGE}{field.pk}/", typed).status_code == 302
    field.refresh_from_db()
    assert field.label_ja == "部会名"
    assert [(c.value, c.label, c.retired) for c in field.known_choices] == [
        ("華道", "華道", True),
        ("茶道", "茶の湯", False),
        ("書道", "書道", False),
    ]
    assert "茶の湯" in office.get(f"/office/members/{hanako.pk}/").content.decode()
    with pytest.raises(actions.Invalid):
        actions.change(hanako, {f"data.{field.key}": ["華道"]}, by=None)


def test_a_field_goes_out_of_use_and_comes_back_and_moves(office):
    first = actions.add_field(label_ja="一", by=None)
    second = actions.add_field(label_ja="二", by=None)
    office.post(f"{PAGE}{first.pk}/retirement/", {"retired": "yes"})
    first.refresh_from_db()
    assert first.retired_at is not None
    office.post(f"{PAGE}{first.pk}/retirement/", {"retired": ""})
    office.post(f"{PAGE}order/", {"move": f"{second.pk}:-1"})
    assert list(Field.objects.filter(pk__in=[first.pk, second.pk])) == [second, first]
    office.post(f"{PAGE}order/", {"order": [f"{first.pk}:記録", f"{second.pk}:"]})
    assert [(f.pk, f.section) for f in Field.objects.all()] == [
        (first.pk, "記録"),
        (second.pk, ""),
    ]


def test_a_deleted_field_comes_back_with_its_values(office, hanako):
    field = actions.add_field(label_ja="口数", type="integer", by=None)
    actions.change(hanako, {"data.口数": 3}, by=None)
    office.post(f"{PAGE}{field.pk}/deletion/")
    assert 'id="panel-own-1"' not in office.get(f"/office/members/{hanako.pk}/").content.decode()
    assert "口数" in office.get(PAGE).content.decode()
    office.post(f"{PAGE}{field.pk}/restoration/")
    assert Member.objects.get(pk=hanako.pk).data == {"口数": 3}
    assert 'id="panel-own-1"' in office.get(f"/office/members/{hanako.pk}/").content.decode()


def test_only_who_configures_comes_here(endo, kimura):
    for user in (endo, kimura):
        assert signed_in(user).get(f"{PAGE}new/").status_code == 403


def test_the_dashboard_says_what_was_agreed_until_it_is_settled(office, hanako, sato):
    talk = {"channel": Channel.PHONE, "direction": Direction.IN, "subject": "会費について"}
    now = clock.now()
    actions.add_contact(
        hanako,
        **talk,
        at=now - timedelta(days=3),
        next_action="折り返し電話する",
        next_on=clock.today(),
        by=sato,
    )
    assert "折り返し電話する" in office.get("/office/").content.decode()
    actions.finish_task(Task.objects.get(title="折り返し電話する"), by=sato)
    assert "折り返し電話する" not in office.get("/office/").content.decode()
