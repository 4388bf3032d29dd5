"""What members did, as the karte tells it."""

from datetime import UTC, datetime

import pytest
from django.utils import translation

from enishi.activity.models import Activity, Kind
from enishi.activity.views.timeline import entry

AT = datetime(2026, 4, 1, tzinfo=UTC)


def told(key, title, **fields):
    line = entry(Activity(at=AT, **fields), Kind(key=key, label=title))
    return str(line.title), line.text


@pytest.mark.parametrize("campaign", ["", "12"])
def test_a_mail_is_called_by_its_subject_not_by_a_number(campaign):
    props = {"subject": "秋の会報", "campaign": 12}
    with translation.override("ja"):
        assert told("mail.opened", "メール開封", object=campaign, props=props) == (
            "メール開封：秋の会報",
            "",
        )


def test_a_link_that_was_clicked_stands_below_the_subject():
    with translation.override("ja"):
        title, text = told("mail.clicked", "クリック", object="/events", props={"subject": "会報"})
    assert title == "メール内リンクのクリック：会報"
    assert text == "/events"


def test_a_page_is_called_by_its_title():
    with translation.override("ja"):
        title, _text = told("site.viewed", "閲覧", object="/tea", props={"title": "お茶会"})
    assert title == "ページ閲覧：お茶会"
