from datetime import timedelta

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile

from enishi.audit.models import HistoryEntry
from enishi.core import clock
from enishi.members import actions
from enishi.members.actions import bin as bin_
from enishi.members.models import (
    LeaveReason,
    Member,
    MemberFile,
    MemberTag,
    MemberType,
    Note,
    SearchEntry,
    StatusPeriod,
    Tag,
)
from enishi.messaging.actions import send
from enishi.messaging.models import Message

from .conftest import TODAY

pytestmark = pytest.mark.django_db

PNG = b"\x89PNG\r\n\x1a\n" + b"0" * 100


def history(member):
    return list(HistoryEntry.objects.about(member).values_list("fact", flat=True))


class TestNotes:
    def test_a_private_note_is_its_writers(self, hanako, sato, suzuki):
        note = actions.add_note(hanako, text="ひみつ", private=True, by=sato)
        for act in (
            lambda: actions.change_note(note, text="x", by=suzuki),
            lambda: actions.delete_note(note, by=suzuki),
            lambda: actions.change_note(note, text="x", by=None),
        ):
            with pytest.raises(actions.Refused):
                act()
        actions.change_note(note, text="もう秘密でない", private=False, by=sato)
        with pytest.raises(actions.Refused):
            actions.change_note(note, private=True, by=suzuki)
        actions.delete_note(note, by=suzuki)
        assert not Note.objects.exists()

    def test_history_does_not_repeat_what_it_says(self, hanako, sato):
        actions.add_note(hanako, text="ひみつ", private=True, by=sato)
        assert "ひみつ" not in str(list(HistoryEntry.objects.values_list("values", flat=True)))

    def test_an_empty_or_endless_note_is_refused(self, hanako, sato):
        for text in ("", " \r\n ", "あ" * 20_001):
            with pytest.raises(actions.Invalid) as caught:
                actions.add_note(hanako, text=text, by=sato)
            assert set(caught.value.errors) == {"text"}


class TestContacts:
    def test_one_call_and_what_follows(self, hanako, sato):
        contact = actions.add_contact(
            hanako, channel="phone", direction="in", subject="会費の　問い合わせ", by=sato
        )
        assert contact.subject == "会費の 問い合わせ"
        actions.change_contact(contact, outcome="説明した", next_on=TODAY, by=sato)
        actions.change_contact(contact, outcome="説明した", by=sato)
        actions.delete_contact(contact, by=sato)
        assert history(hanako)[:3] == [
            "members.ContactDeleted",
            "members.ContactChanged",
            "members.ContactRecorded",
        ]

    @pytest.mark.parametrize("field", ["channel", "direction", "subject"])
    def test_what_must_be_said(self, hanako, sato, field):
        said = {"channel": "phone", "direction": "in", "subject": "x", field: ""}
        with pytest.raises(actions.Invalid) as caught:
            actions.add_contact(hanako, **said, by=sato)
        assert set(caught.value.errors) == {field}


class TestFiles:
    def test_a_file_comes_and_goes(self, hanako, sato, django_capture_on_commit_callbacks):
        file = SimpleUploadedFile("写真　１.PNG", PNG)
        row = actions.add_file(hanako, file=file, by=sato)
        assert (row.name, row.size, row.content_type) == ("写真 1.PNG", len(PNG), "image/png")
        assert "写真" not in row.file.name
        storage, stored = row.file.storage, row.file.name
        assert storage.open(stored).read() == PNG
        with django_capture_on_commit_callbacks(execute=True):
            actions.delete_file(row, by=sato)
        assert not storage.exists(stored)

    @pytest.mark.parametrize(
        ("name", "content"),
        [
            ("a.png", b""),
            ("a.png", b"<html>"),
            ("a.pdf", PNG),
            ("a.exe", b"MZ"),
            ("a.html", b"<html>"),
            ("a.svg", b"<svg>"),
            ("png", PNG),
            ("a.csv", b"\x00\x01\x02"),
        ],
    )
    def test_what_it_says_it_is_not_is_refused(self, hanako, sato, name, content):
        with pytest.raises(actions.Refused) as caught:
            actions.add_file(hanako, file=SimpleUploadedFile(name, content), by=sato)
        assert str(caught.value)
        assert not MemberFile.objects.exists()

    def test_too_large(self, hanako, sato):
        file = SimpleUploadedFile("a.png", PNG)
        file.size = 26 * 1024 * 1024
        with pytest.raises(actions.Refused) as caught:
            actions.add_file(hanako, file=file, by=sato)
        assert "25" in str(caught.value)


class TestTags:
    def test_one_and_many(self, hanako, taro, jiro, sato):
        tag = actions.add_tag(name="役員", by=sato)
        actions.put_tag(hanako, tag, by=sato)
        actions.put_tag(hanako, tag, by=sato)
        assert history(hanako).count("members.MemberTagged") == 1
        assert actions.put_tag_on(Member.objects.all(), tag, by=sato) == 2
        some = Member.objects.filter(pk__in=[taro.pk, jiro.pk])
        assert actions.take_tag_off(some, tag, by=sato) == 2
        actions.take_tag(hanako, tag, by=sato)
        assert not MemberTag.objects.exists()

    def test_names_are_had_once(self, sato):
        tag = actions.add_tag(name="役員", by=sato)
        with pytest.raises(actions.Refused):
            actions.add_tag(name=" 役員", by=sato)
        with pytest.raises(actions.Refused):
            actions.add_tag(name=" ", by=sato)
        other = actions.add_tag(name="幹事", by=sato)
        with pytest.raises(actions.Refused):
            actions.edit_tag(other, name="役員", by=sato)
        assert actions.tag_named("役員", by=sato) == tag
        actions.delete_tag(tag, by=sato)
        assert Tag.objects.get() == other


class TestLists:
    def test_types_are_added_renamed_moved_and_retired(self, sato, regular):
        made = actions.add_type(name="名誉会員", number_pattern="H{seq:4}", by=sato)
        assert MemberType.objects.last() == made
        actions.move_type(made, -100, by=sato)
        assert MemberType.objects.first() == made
        actions.edit_type(made, name="終身会員", by=sato)
        with pytest.raises(actions.Refused):
            actions.edit_type(made, name="正会員", by=sato)
        for one in MemberType.objects.exclude(pk=regular.pk):
            actions.retire_type(one, by=sato)
        with pytest.raises(actions.Refused):
            actions.retire_type(regular, by=sato)

    def test_leave_reasons_too(self, sato):
        made = actions.add_leave_reason(name="卒業", by=sato)
        actions.edit_leave_reason(made, name="卒業・修了", by=sato)
        actions.move_leave_reason(made, -1, by=sato)
        actions.retire_leave_reason(made, by=sato)
        assert LeaveReason.objects.get(pk=made.pk).retired_at
        actions.retire_leave_reason(made, retired=False, by=sato)
        with pytest.raises(actions.Refused):
            actions.add_leave_reason(name="卒業・修了", by=sato)


class TestBin:
    def test_after_thirty_days_nothing_is_left_but_the_number(self, hanako, taro, sato):
        actions.add_note(hanako, text="x", by=sato)
        actions.add_file(hanako, file=SimpleUploadedFile("a.png", PNG), by=sato)
        actions.put_tag(hanako, actions.tag_named("役員", by=sato), by=sato)
        actions.change(hanako, {"number": "M202600007"}, by=sato)
        actions.delete(hanako, by=sato)
        with clock.at(TODAY + timedelta(29)):
            assert actions.purge_bin() == 0
        with clock.at(TODAY + timedelta(31)):
            assert actions.purge_bin() == 1
        for model in (StatusPeriod, SearchEntry, Note, MemberFile, MemberTag):
            assert not model.objects.exclude(pk__in=_of(model, taro)).exists(), model
        entry = HistoryEntry.objects.get(fact="members.MembersPurged")
        assert entry.values["numbers"] == ["M202600007"]
        assert actions.add({"family_name": "林"}, by=sato).number == "M202600008"

    def test_what_was_written_to_them_goes_too(self, hanako, taro, sato):
        for member in (hanako, taro):
            send(to=f"{member.pk}@example.jp", subject="x", text="私信", about=member, by=sato)
        send(to="sato@example.jp", subject="x", text="y", about=sato, by=sato)
        jiro = actions.add({"family_name": "山田", "given_name": "花"}, by=sato)
        send(to="j@example.jp", subject="x", text="私信", about=jiro, by=sato)
        actions.merge(hanako, jiro, by=sato)
        actions.delete(hanako, by=sato)
        with clock.at(TODAY + timedelta(31)):
            assert actions.purge_bin() == 1
        left = set(Message.objects.values_list("to", flat=True))
        assert left == {f"{taro.pk}@example.jp", "sato@example.jp"}

    def test_a_night_has_its_limit(self, hanako, taro, sato):
        for member in (hanako, taro):
            actions.delete(member, by=sato)
        with clock.at(TODAY + timedelta(31)):
            assert bin_.purge_bin(most=1) == 1
            assert bin_.purge_bin(most=1) == 1


def _of(model, member):
    if model is SearchEntry:
        return [member.pk]
    return model.objects.filter(member=member).values_list("pk", flat=True)
