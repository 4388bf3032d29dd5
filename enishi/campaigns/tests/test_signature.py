"""Advertising says who sends it, and how to leave, to each of its readers (特定電子メール法)."""

import pytest

from enishi.campaigns.body.compiling import Wanted, compiled
from enishi.campaigns.body.texts import text_of
from enishi.messaging.models import MailSettings

pytestmark = pytest.mark.django_db
WANTED = Wanted(tracked=False, advertising=True)
LEAVE = '<a href="{{ links.unsubscribe }}">やめる</a>'
WHO = ("縁の会 <事務局>", "東京都千代田区一番町1-2-3")


@pytest.fixture(autouse=True)
def identity(db: None) -> None:
    MailSettings.objects.create(footer="\n".join(WHO))


@pytest.mark.parametrize("kind", ["html", "mjml"])
def test_whoever_writes_their_own_link_still_says_who_sends(kind: str) -> None:
    body = f"<p>こんにちは</p>{LEAVE}"
    mjml = f"<mjml><mj-body><mj-section><mj-column><mj-text>{body}</mj-text></mj-column></mj-section></mj-body></mjml>"  # noqa: E501
    made = compiled({kind: mjml if kind == "mjml" else body}, "", WANTED)
    assert made.html.count("links.unsubscribe") == 1
    for text in (text_of(made.html), made.text):
        assert all(line in text for line in WHO)
    text = compiled({"text": "こんにちは\n{{ links.unsubscribe }}"}, "", WANTED).text
    assert text.count("links.unsubscribe") == 1
    assert all(line in text for line in WHO)


def test_who_says_all_of_it_gets_no_second_footer() -> None:
    body = f"<p>{WHO[0].replace('<', '&lt;').replace('>', '&gt;')}<br>{WHO[1]}</p>{LEAVE}"
    made = compiled({"html": body}, "", WANTED)
    assert made.html.count(WHO[1]) == 1
    text = "\n".join([*WHO, "{{ links.unsubscribe }}"])
    assert compiled({"text": text}, "", WANTED).text == text


@pytest.mark.parametrize(
    "hidden",
    [
        f"<!-- {LEAVE} -->",
        "{# {{ links.unsubscribe }} #}",
        f'{{% if member.type == "正会員" %}}{LEAVE}{{% endif %}}',
        f"{{% if member.type %}}<p>{{% if member.kana %}}{LEAVE}{{% endif %}}</p>{{% endif %}}",
    ],
)
def test_a_link_that_not_everybody_sees_is_none(hidden: str) -> None:
    made = compiled({"html": f"<p>こんにちは</p>{hidden}"}, "", WANTED)
    footer = made.html.rpartition("<div style=")[2]
    assert "{{ links.unsubscribe }}" in footer
    assert made.text.count(WHO[1]) == 1


def test_a_part_for_a_segment_is_not_for_everybody() -> None:
    text = {"type": "html", "html": LEAVE}
    only = [{"type": "members", "segment": 3, "blocks": [text]}]
    assert compiled({"blocks": only}, "", WANTED).html.count("links.unsubscribe") == 2
    assert compiled({"blocks": [text]}, "", WANTED).html.count("links.unsubscribe") == 1


def test_the_text_part_keeps_parts_for_a_segment_to_the_segment() -> None:
    part = [{"type": "text", "text": "内緒"}]
    for blocks in (
        [{"type": "members", "segment": 3, "blocks": part}],
        [{"type": "text", "text": "皆様"}, {"type": "members", "segment": 3, "blocks": part}],
        [{"type": "columns", "columns": [[{"type": "members", "segment": 3, "blocks": part}]]}],
    ):
        text = compiled({"blocks": blocks}, "", WANTED).text
        before, _condition, rest = text.partition("{% if segment.s3 %}")
        assert "内緒" in rest.partition("{% endif %}")[0]
        assert "内緒" not in before + rest.partition("{% endif %}")[2]


def test_transactional_mail_has_no_footer() -> None:
    made = compiled({"html": "<p>総会</p>"}, "", Wanted(tracked=False, advertising=False))
    assert WHO[1] not in made.html
