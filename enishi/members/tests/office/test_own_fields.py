"""Sato keeps the organisation's own fields; the dashboard says what waits."""

from datetime import timedelta

import pytest

from enishi.core import clock
from enishi.members import actions
from enishi.members.models import Channel, Direction, Field

from .conftest import signed_in

pytestmark = pytest.mark.django_db
PAGE = "/office/settings/member-fields/"


def test_a_field_of_choices_is_added_and_stands_in_the_form(office, regular):
    typed = {"label_ja": "Tシャツ", "label": "T-shirt", "type": "choices", "choices": "S\nＭ\n\nS"}
    assert office.post(f"{PAGE}new/", typed).status_code == 302
    made = Field.objects.get(label_ja="Tシャツ")
    assert made.choices == ["S", "M"]
    assert "Tシャツ" in office.get(PAGE).content.decode()
    assert "Tシャツ" in office.get("/office/members/new/").content.decode()


def test_choices_are_needed_and_a_label_is_there_once(office):
    answer = office.post(f"{PAGE}new/", {"label_ja": "部会", "type": "choices", "choices": " "})
    assert answer.status_code == 422
    assert "選択肢を1つ以上書いてください。" in answer.content.decode()
    actions.add_field(label_ja="部会", by=None)
    again = office.post(f"{PAGE}new/", {"label_ja": "部会", "type": "text"})
    assert again.status_code == 422


def test_a_choice_that_a_member_has_stays(office, hanako):
    field = actions.add_field(label_ja="部会", type="choices", choices=["茶道", "華道"], by=None)
    actions.change(hanako, {f"data.{field.key}": ["茶道"]}, version=hanako.version, by=None)
    url = f"{PAGE}{field.pk}/"
    refused = office.post(url, {"label_ja": "部会", "choices": "華道"})
    assert refused.status_code == 422
    assert "茶道" in refused.content.decode()
    assert office.post(url, {"label_ja": "部会名", "choices": "茶道\n書道"}).status_code == 302
    field.refresh_from_db()
    assert (field.label_ja, field.choices) == ("部会名", ["茶道", "書道"])


def test_a_field_goes_out_of_use_and_comes_back_and_moves(office):
    first = actions.add_field(label_ja="一", by=None)
    second = actions.add_field(label_ja="二", by=None)
    office.post(f"{PAGE}{first.pk}/retirement/", {"retired": "yes"})
    first.refresh_from_db()
    assert first.retired_at is not None
    office.post(f"{PAGE}{first.pk}/retirement/", {"retired": ""})
    office.post(f"{PAGE}{second.pk}/place/", {"to": "up"})
    assert list(Field.objects.filter(pk__in=[first.pk, second.pk])) == [second, first]


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
    actions.add_contact(hanako, **talk, at=now, by=sato)
    assert "折り返し電話する" not in office.get("/office/").content.decode()
