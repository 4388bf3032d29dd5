"""The karte: what the office sees of one member, and what it can do there."""

from datetime import date, timedelta

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.urls import reverse

from enishi.core import clock
from enishi.members import actions
from enishi.members.models import LeaveReason, Member, Note, Tag

from .conftest import signed_in


def at(name, *args):
    return reverse(f"members:{name}", args=args)


def text(response):
    return response.content.decode()


def test_it_shows_who_it_is(office, hanako):
    page = text(office.get(at("karte", hanako.pk)))
    for words in ("山田 花子", "ヤマダ ハナコ", hanako.number, "03-1234-5678", "有効"):
        assert words in page


def test_it_asks_the_database_few_times(office, hanako, sato, django_assert_max_num_queries):
    for n in range(8):
        actions.add_note(hanako, text=f"メモ{n}", private=False, pinned=False, by=sato)
        actions.change(hanako, {"city": f"市{n}"}, by=sato)
    office.get(at("karte", hanako.pk))
    with django_assert_max_num_queries(50):
        office.get(at("karte", hanako.pk))


def test_a_private_note_is_for_its_writer(office, endo, hanako, sato):
    office.post(at("notes", hanako.pk), {"text": "公開の話"})
    office.post(at("notes", hanako.pk), {"text": "内緒の話", "private": "on"})
    assert "内緒の話" in text(office.get(at("karte", hanako.pk)))
    other = signed_in(endo)
    page = text(other.get(at("karte", hanako.pk)))
    assert "公開の話" in page
    assert "内緒の話" not in page
    private = Note.objects.get(private=True)
    assert other.get(at("note", hanako.pk, private.pk)).status_code == 404
    assert other.post(at("note_deletion", hanako.pk, private.pk)).status_code == 404


def test_a_contact_is_recorded_and_shown(office, hanako):
    office.post(
        at("contacts", hanako.pk),
        {
            "on": "2026/4/1",
            "time": "14:30",
            "channel": "phone",
            "direction": "in",
            "subject": "住所変更の相談",
            "next_action": "書類を送る",
        },
    )
    page = text(office.get(at("karte", hanako.pk)))
    assert "住所変更の相談" in page
    assert "書類を送る" in page


def test_a_file_goes_through_the_gate(office, hanako, kimura, client):
    pdf = SimpleUploadedFile("申込書.pdf", b"%PDF-1.4\n%%EOF\n", content_type="application/pdf")
    assert office.post(at("files", hanako.pk), {"file": pdf}).status_code == 302
    kept = hanako.files.get()
    url = at("file", hanako.pk, kept.pk)
    response = signed_in(kimura).get(url)
    assert b"".join(response.streaming_content).startswith(b"%PDF")
    assert response["Content-Disposition"].startswith("attachment")
    assert client.get(url).status_code == 302
    assert signed_in(kimura).post(at("file_deletion", hanako.pk, kept.pk)).status_code == 403
    office.post(at("file_deletion", hanako.pk, kept.pk))
    assert not hanako.files.exists()


def test_a_membership_moves_on(office, hanako):
    reason = LeaveReason.objects.filter(retired_at=None).first()
    today = clock.today()
    office.post(at("status", hanako.pk, "suspension"), {"on": str(today)})
    hanako.refresh_from_db()
    assert hanako.status == "suspended"
    said = {"on": f"{today:%Y/%m/%d}", "reason": reason.pk, "note": "転居"}
    office.post(at("status", hanako.pk, "leave"), said)
    hanako.refresh_from_db()
    assert hanako.status == "left"
    assert str(reason) in text(office.get(at("karte", hanako.pk)))
    office.post(at("status", hanako.pk, "rejoining"), {"on": str(today + timedelta(days=0))})
    hanako.refresh_from_db()
    assert hanako.status == "active"


def test_a_refused_step_is_a_sentence_and_keeps_what_was_typed(office, hanako):
    said = {"on": "2001/1/1", "note": "転居のため"}
    response = office.post(at("status", hanako.pk, "suspension"), said)
    assert response.status_code == 422
    assert response.context["refused"]
    assert "転居のため" in text(response)
    wrong = office.post(at("status", hanako.pk, "leave"), {"on": "昨日"})
    assert "on" in wrong.context["form"].errors


def test_a_planned_leave_can_be_taken_back(office, hanako):
    later = clock.today() + timedelta(days=30)
    office.post(at("status", hanako.pk, "leave"), {"on": str(later)})
    page = text(office.get(at("karte", hanako.pk)))
    assert "予定" in page
    office.post(at("plan_withdrawal", hanako.pk))
    hanako.refresh_from_db()
    assert (hanako.status, hanako.left_on) == ("active", None)


def test_tags_are_put_on_and_taken_off(office, hanako):
    tag = Tag.objects.create(name="役員")
    office.post(at("tags_of", hanako.pk), {"tags": [tag.pk], "new": "ボランティア"})
    assert set(hanako.tag_links.values_list("tag__name", flat=True)) == {"役員", "ボランティア"}
    office.post(at("tags_of", hanako.pk), {"tags": []})
    assert not hanako.tag_links.exists()


def test_the_bin_and_back(office, hanako):
    response = office.post(at("deletion", hanako.pk), follow=True)
    assert at("restoration", hanako.pk) in text(response)
    assert "山田 花子" not in text(office.get(at("list"))) or "ごみ箱" in text(response)
    assert "山田 花子" in text(office.get(at("bin")))
    assert office.get(at("edit", hanako.pk)).status_code == 404
    office.post(at("restoration", hanako.pk))
    assert Member.objects.present().filter(pk=hanako.pk).exists()


def test_the_timeline_mixes_and_filters(office, hanako, sato):
    actions.add_note(hanako, text="ひとこと", private=False, pinned=False, by=sato)
    actions.change(hanako, {"city": "千代田区"}, by=sato)
    everything = text(office.get(at("karte", hanako.pk)))
    assert "ひとこと" in everything
    only = text(
        office.get(at("timeline", hanako.pk), {"show": "changes"}, headers={"HX-Request": "true"})
    )
    assert "千代田区" in only
    assert "ひとこと" not in only


READERS = ("karte", "card", "timeline")
WRITERS = ("edit", "notes", "contacts", "emails", "addresses", "files")


@pytest.mark.parametrize("name", [*READERS, *WRITERS])
def test_read_only_staff_look_but_do_not_touch(kimura, hanako, name):
    code = signed_in(kimura).get(at(name, hanako.pk)).status_code
    assert code == 403 if name in WRITERS else code in (200, 302)


def test_read_only_staff_see_no_button_that_they_may_not_press(kimura, hanako):
    page = text(signed_in(kimura).get(at("karte", hanako.pk)))
    for name in ("edit", "deletion", "notes", "tags_of"):
        assert at(name, hanako.pk) + '"' not in page


def test_the_age_and_the_tenure(office, hanako):
    with clock.at(date(2026, 11, 21)):
        page = text(office.get(at("karte", hanako.pk)))
    assert "41歳" in page
    assert "11年7か月" in page
