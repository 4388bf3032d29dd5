"""Two members become one, and two again."""

from datetime import UTC, date, datetime

import pytest

from enishi.accounts.models import Role, User
from enishi.audit.models import HistoryEntry
from enishi.core import clock
from enishi.core.bulk import rows, run
from enishi.members import actions
from enishi.members.actions.consents import settle_consents
from enishi.members.actions.merging.refusals import (
    AlreadyMerged,
    AlreadyUndone,
    LaterMerge,
    MergedOnwards,
    MergeWithOneself,
    PersonAndOrganisation,
)
from enishi.members.actions.merging.rows import references
from enishi.members.api.shapes import found
from enishi.members.merged import history_of
from enishi.members.models import (
    Consent,
    Field,
    FurtherEmail,
    Member,
    MemberTag,
    Note,
    StatusPeriod,
    Topic,
)
from enishi.members.tests.roll.conftest import *  # noqa: F403 - the cast on the roll

pytestmark = pytest.mark.django_db


@pytest.fixture
def old_hanako(sato: User) -> Member:
    return actions.add(
        {
            "member_type": "正会員",
            "family_name": "山田",
            "given_name": "花子",
            "birth_date": date(1985, 4, 1),
            "email": "hanako@old.example.jp",
            "phone": "0221234567",
            "joined_on": date(2012, 4, 1),
            "left_on": date(2016, 4, 1),
            "note": "旧姓で申込",
        },
        by=sato,
    )


def test_values_go_over_as_one_would_choose(sato: User, hanako: Member, old_hanako: Member) -> None:
    merge = actions.merge(hanako, old_hanako, by=sato)

    hanako.refresh_from_db()
    assert hanako.phone == "0221234567"  # filled before empty
    assert hanako.email == "hanako@example.jp"  # the newer
    assert list(hanako.further_emails.values_list("email", flat=True)) == ["hanako@old.example.jp"]
    assert hanako.note == "旧姓で申込"
    spans = StatusPeriod.objects.filter(member=hanako).values_list("status", "from_on", "to_on")
    assert list(spans) == [
        ("active", date(2012, 4, 1), date(2016, 4, 1)),
        ("left", date(2016, 4, 1), date(2021, 4, 1)),
        ("active", date(2021, 4, 1), None),
    ]
    assert (hanako.joined_on, hanako.left_on) == (date(2021, 4, 1), None)
    assert merge.drop == old_hanako


def test_the_dropped_one_is_in_no_list_and_its_number_leads_on(
    sato: User, hanako: Member, old_hanako: Member
) -> None:
    actions.merge(hanako, old_hanako, by=sato)

    assert old_hanako not in Member.objects.present()
    assert old_hanako not in Member.objects.binned()
    assert found(old_hanako.number) == hanako
    assert found(str(old_hanako.pk)) == hanako
    assert list(Member.objects.present().search(old_hanako.number)) == [hanako]
    assert not Member.objects.present().search("hanako@old.example.jp").exclude(pk=hanako.pk)


def test_history_shows_both(sato: User, hanako: Member, old_hanako: Member) -> None:
    actions.merge(hanako, old_hanako, by=sato)

    told = [entry.fact for entry in history_of(hanako)]
    assert told == ["members.MembersMerged", "members.MemberAdded", "members.MemberAdded"]
    assert "に統合しました" in history_of(hanako)[0].sentence
    assert HistoryEntry.objects.about(old_hanako).count() == 1


def test_what_there_can_be_only_once_waits(sato: User, hanako: Member, old_hanako: Member) -> None:
    tag = actions.tag_named("役員", by=sato)
    for member in (hanako, old_hanako):
        actions.put_tag(member, tag, by=sato)
    actions.put_tag(old_hanako, actions.tag_named("寄付", by=sato), by=sato)

    merge = actions.merge(hanako, old_hanako, by=sato)

    assert MemberTag.objects.filter(member=hanako).count() == 2
    assert MemberTag.objects.filter(member=old_hanako).count() == 1
    actions.undo_merge(merge, by=sato)
    names = MemberTag.objects.filter(member=old_hanako).values_list("tag__name", flat=True)
    assert sorted(names) == ["寄付", "役員"]
    assert MemberTag.objects.filter(member=hanako).count() == 1


def test_undone_after_edits(sato: User, hanako: Member, old_hanako: Member) -> None:
    note = actions.add_note(old_hanako, text="前の記録", by=sato)
    merge = actions.merge(hanako, old_hanako, by=sato)
    actions.change(hanako, {"phone": "0229999999", "city": "仙台市泉区"}, by=sato)
    actions.change_note(Note.objects.get(pk=note.pk), text="直した記録", by=sato)
    actions.add_note(hanako, text="後の記録", by=sato)

    actions.undo_merge(merge, by=sato)

    hanako.refresh_from_db()
    old_hanako.refresh_from_db()
    assert (hanako.phone, hanako.city) == ("0229999999", "仙台市泉区")
    assert hanako.note == ""
    assert not FurtherEmail.objects.exists()
    assert [n.text for n in old_hanako.notes.all()] == ["直した記録"]
    assert [n.text for n in hanako.notes.all()] == ["後の記録"]
    assert StatusPeriod.objects.filter(member=hanako).count() == 1
    assert found(old_hanako.number) == old_hanako
    assert list(Member.objects.present().search(old_hanako.number)) == [old_hanako]


def test_a_leave_recorded_since_stays_with_the_keeper(
    sato: User, hanako: Member, old_hanako: Member
) -> None:
    merge = actions.merge(hanako, old_hanako, by=sato)
    actions.leave(hanako, on=date(2026, 11, 21), by=sato)

    actions.undo_merge(merge, by=sato)

    spans = StatusPeriod.objects.filter(member=hanako).values_list("status", "from_on", "to_on")
    assert list(spans) == [
        ("active", date(2021, 4, 1), date(2026, 11, 21)),
        ("left", date(2026, 11, 21), None),
    ]
    hanako.refresh_from_db()
    assert (hanako.status, hanako.left_on) == ("left", date(2026, 11, 21))


def test_choices(sato: User, hanako: Member, old_hanako: Member) -> None:
    choices = {"email": "drop", "phone": "keep", "given_name": "華子", "periods": "keep"}
    actions.merge(hanako, old_hanako, choices=choices, by=sato)

    hanako.refresh_from_db()
    assert (hanako.email, hanako.phone, hanako.given_name) == ("hanako@old.example.jp", "", "華子")
    assert StatusPeriod.objects.filter(member=hanako).count() == 1
    assert list(hanako.further_emails.values_list("email", flat=True)) == ["hanako@example.jp"]


@pytest.mark.parametrize(
    ("choices", "wrong"),
    [
        ({"nonsense": "keep me"}, "nonsense"),
        ({"number": "drop"}, "number"),
        ({"birth_date": "昭和66年2月30日"}, "birth_date"),
        ({"email": "both"}, "email"),
        ({"periods": "none"}, "periods"),
    ],
)
def test_choices_that_cannot_be(
    sato: User, hanako: Member, old_hanako: Member, choices: dict[str, str], wrong: str
) -> None:
    with pytest.raises(actions.Invalid) as refused:
        actions.merge(hanako, old_hanako, choices=choices, by=sato)
    assert list(refused.value.errors) == [wrong]


def test_refused(sato: User, hanako: Member, old_hanako: Member, aoi: Member) -> None:
    with pytest.raises(MergeWithOneself):
        actions.merge(hanako, hanako, by=sato)
    with pytest.raises(PersonAndOrganisation):
        actions.merge(hanako, aoi, by=sato)
    merge = actions.merge(hanako, old_hanako, by=sato)
    with pytest.raises(AlreadyMerged):
        actions.merge(hanako, old_hanako, by=sato)
    actions.undo_merge(merge, by=sato)
    with pytest.raises(AlreadyUndone):
        actions.undo_merge(merge, by=sato)


def test_chains(sato: User, hanako: Member, old_hanako: Member, jiro: Member) -> None:
    actions.add_note(old_hanako, text="花子の記録", by=sato)
    first = actions.merge(hanako, old_hanako, by=sato)
    second = actions.merge(jiro, hanako, by=sato)

    assert found(old_hanako.number) == jiro
    assert [n.text for n in jiro.notes.all()] == ["花子の記録"]
    with pytest.raises(MergedOnwards):
        actions.undo_merge(first, by=sato)
    actions.undo_merge(second, by=sato)
    assert found(old_hanako.number) == hanako
    actions.undo_merge(first, by=sato)
    assert [n.text for n in old_hanako.notes.all()] == ["花子の記録"]


def test_the_later_merge_is_undone_first(
    sato: User, hanako: Member, old_hanako: Member, taro: Member
) -> None:
    first = actions.merge(hanako, old_hanako, by=sato)
    second = actions.merge(hanako, taro, by=sato)

    with pytest.raises(LaterMerge) as refused:
        actions.undo_merge(first, by=sato)
    assert taro.number in str(refused.value)
    actions.undo_merge(second, by=sato)
    actions.undo_merge(first, by=sato)


def test_every_table_of_a_member_is_found_and_has_a_key() -> None:
    known = {(r.table, r.column): r.key for r in references()}

    assert ("members_note", "member_id") in known
    assert ("campaigns_recipient", "member_id") in known  # its key is not checked
    assert ("members_member", "merged_into_id") in known
    assert ("members_importchange", "member_id") not in known
    assert all(known.values())


def test_a_table_that_nobody_told_of_follows(
    sato: User, hanako: Member, old_hanako: Member
) -> None:
    rows_ = (
        "CREATE TABLE later_app (member_id bigint PRIMARY KEY REFERENCES members_member, w text)"
    )
    run(rows_)
    run(f"INSERT INTO later_app VALUES ({old_hanako.pk}, 'a')")

    merge = actions.merge(hanako, old_hanako, by=sato)
    assert rows("SELECT member_id FROM later_app") == [(hanako.pk,)]
    actions.undo_merge(merge, by=sato)
    assert rows("SELECT member_id FROM later_app") == [(old_hanako.pk,)]


def test_consents_follow_and_the_last_word_holds(
    sato: User, hanako: Member, old_hanako: Member
) -> None:
    topic = Topic.objects.create(key="news", name="会報")
    for member, state, year in ((hanako, "given", 2022), (old_hanako, "withdrawn", 2025)):
        line = Consent.objects.create(
            member=member, channel="email", topic=topic, state=state, source="office"
        )
        Consent.objects.filter(pk=line.pk).update(at=datetime(year, 4, 1, tzinfo=UTC))
        settle_consents([member.pk])

    merge = actions.merge(hanako, old_hanako, by=sato)
    assert [s.state for s in Consent.current(hanako.pk)] == ["withdrawn"]
    assert not Consent.current(old_hanako.pk)
    actions.undo_merge(merge, by=sato)
    assert [s.state for s in Consent.current(hanako.pk)] == ["given"]
    assert [s.state for s in Consent.current(old_hanako.pk)] == ["withdrawn"]


def test_a_field_that_one_may_not_see_is_not_chosen(
    sato: User, suzuki: User, hanako: Member, old_hanako: Member
) -> None:
    suzuki.roles.add(Role.objects.get(key="office"))
    Field.objects.create(key="secret", label_ja="秘密", seen_by=["administrator"])
    Member.objects.filter(pk=old_hanako.pk).update(data={"secret": "あり"})

    with pytest.raises(actions.Invalid) as refused:
        actions.merge(hanako, old_hanako, choices={"data.secret": "keep"}, by=suzuki)
    assert list(refused.value.errors) == ["data.secret"]
    actions.merge(hanako, old_hanako, by=suzuki)
    hanako.refresh_from_db()
    assert hanako.data == {"secret": "あり"}  # nothing is lost by somebody who cannot see it


def test_the_bin_takes_both_for_good(sato: User, hanako: Member, old_hanako: Member) -> None:
    actions.merge(hanako, old_hanako, by=sato)
    with clock.at(date(2027, 2, 1)):
        actions.purge_bin()
    assert Member.objects.filter(pk=old_hanako.pk).exists()

    actions.delete(Member.objects.get(pk=hanako.pk), by=sato)
    with clock.at(date(2027, 2, 1)):
        assert actions.purge_bin() == 1
    assert not Member.objects.filter(pk__in=(hanako.pk, old_hanako.pk)).exists()
