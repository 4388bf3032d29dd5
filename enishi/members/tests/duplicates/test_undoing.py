"""Merge, edit, undo: whatever hung on the two, and whatever was edited, all is as it would be.

The model is plain: every row remembers whose it is. A merge changes nobody's rows in the model;
an edit of the keeper's value, or of a row, changes that value or row; a row added after the merge
is the keeper's. After undoing, the database must say what the model says.
"""

import json
from datetime import date, timedelta
from typing import Any

import pytest
from django.db import connection, transaction
from hypothesis import HealthCheck, Phase, given, settings
from hypothesis import strategies as st

from enishi.accounts.models import User
from enishi.core.bulk import rows
from enishi.members import actions
from enishi.members.actions.merging.choosing import value_of
from enishi.members.actions.merging.rows import references
from enishi.members.actions.roll import spans_of
from enishi.members.models import (
    Contact,
    Field,
    FurtherAddress,
    FurtherEmail,
    Household,
    Member,
    MemberFile,
    MemberTag,
    Merge,
    Note,
    StatusPeriod,
)
from enishi.members.tests.roll.conftest import *  # noqa: F403 - the cast on the roll
from enishi.members.timeline import problem

from .placing import KINSHIPS, POSTS, edit_places, put_places, somebody_pays

pytestmark = [pytest.mark.django_db, pytest.mark.slow]

VALUES: dict[str, list[Any]] = {
    "given_name": ["花子", "華子", "はな子"],
    "former_name": ["", "佐藤", "鈴木"],
    "email": ["", "a@example.jp", "b@example.jp", "c@example.jp"],
    "phone": ["", "0312345678", "0221234567"],
    "mobile": ["", "09012345678"],
    "city": ["", "仙台市青葉区", "石巻市"],
    "address_line": ["", "一番町1-2-3"],
    "source": ["", "紹介"],
    "note": ["", "高齢", "請求書は郵送"],
    "birth_date": [None, date(1980, 1, 1), date(1981, 1, 1)],
}
LINK = "introducer"
DATA = {"会員証": ["あり", "なし"], "趣味": [["読書"], ["旅行", "読書"]], "口数": [1, 2]}
LINKING = ("keep", "drop", "third")
TAGS = ("役員", "寄付", "講師", "要連絡")
IGNORED = {"version", "updated_at", "search", "sorting_name"}

values = st.fixed_dictionaries({}, optional={k: st.sampled_from(v) for k, v in VALUES.items()})
data = st.fixed_dictionaries({}, optional={k: st.sampled_from(v) for k, v in DATA.items()})
hanging = st.fixed_dictionaries(
    {
        "values": values,
        "data": data,
        "tags": st.sets(st.sampled_from(TAGS)),
        "notes": st.integers(0, 2),
        "contacts": st.integers(0, 2),
        "emails": st.lists(st.sampled_from(VALUES["email"][1:]), max_size=2),
        "addresses": st.integers(0, 1),
        "files": st.integers(0, 1),
        "joined": st.integers(0, 3000),
        "left": st.none() | st.integers(1, 2000),
        "suspended": st.booleans(),
        "household": st.booleans(),
        # In the household, the firm and the family of a third: as what, or not at all.
        "home": st.none() | st.tuples(st.sampled_from(KINSHIPS), st.booleans(), st.booleans()),
        "firm": st.none() | st.tuples(st.sets(st.sampled_from(POSTS)), st.booleans()),
        "ward": st.none() | st.sampled_from(["guardian", "father", "other"]),
        "since": st.none() | st.integers(0, 2000),
        # Who links to whom: of the two themselves, of a third, and of a record.
        "links": st.sets(st.sampled_from(LINKING)),
    }
)
edits = st.lists(
    st.tuples(st.just("value"), values)
    | st.tuples(st.just("data"), data)
    | st.tuples(st.just("tag"), st.sampled_from(TAGS))
    | st.tuples(st.just("untag"), st.sampled_from(TAGS))
    | st.tuples(st.sampled_from(["note", "contact", "email"]), st.none())
    | st.tuples(
        st.sampled_from(["change_note", "delete_note", "delete_contact"]), st.integers(0, 5)
    )
    | st.tuples(st.just("link"), st.sampled_from(LINKING))
    | st.tuples(st.just("pays"), st.sampled_from(["keep", "third"]))
    | st.tuples(st.just("kinship"), st.sampled_from(KINSHIPS))
    | st.tuples(st.just("posts"), st.sets(st.sampled_from(POSTS)))
    | st.tuples(st.just("tie"), st.sampled_from(["mother", "grandparent"]))
    | st.tuples(st.sampled_from(["leave_home", "leave_firm"]), st.none())
    | st.tuples(st.sampled_from(["suspend", "leave", "rejoin", "resume"]), st.none()),
    max_size=6,
)


def _member(made: dict[str, Any], number: int, by: User) -> Member:
    joined = date(2010, 4, 1) + timedelta(made["joined"])
    fields: dict[str, Any] = {
        "member_type": "正会員",
        "family_name": "山田",
        "given_name": "花子",
        "joined_on": joined,
        **{name: value for name, value in made["values"].items() if value is not None},
    }
    if made["left"] is not None:
        fields["left_on"] = joined + timedelta(made["left"])
    member = actions.add(fields, by=by)
    Member.objects.filter(pk=member.pk).update(data=made["data"])
    member.refresh_from_db()
    for name in sorted(made["tags"]):
        actions.put_tag(member, actions.tag_named(name, by=by), by=by)
    for i in range(made["notes"]):
        actions.add_note(member, text=f"メモ{number}-{i}", by=by)
    for i in range(made["contacts"]):
        actions.add_contact(
            member, channel="phone", direction="in", subject=f"電話{number}-{i}", by=by
        )
    for email in made["emails"]:
        FurtherEmail.objects.create(member=member, purpose="work", email=email)
    for _ in range(made["addresses"]):
        FurtherAddress.objects.create(member=member, purpose="billing", city=f"市{number}")
    for i in range(made["files"]):
        MemberFile.objects.create(
            member=member, file=f"x/{number}{i}", name="申込書", size=1, content_type="text/plain"
        )
    if made["suspended"] and member.status == "active":
        member = actions.suspend(member, on=date(2026, 6, 1), by=by)
    if made["household"]:
        actions.make_household(member, name=f"世帯{number}", by=by)
    return Member.objects.get(pk=member.pk)


Rows = dict[tuple[str, str], dict[str, Any]]


def _rows() -> Rows:
    """Every row that belongs to a member, in every table, with what it says."""
    found: Rows = {}
    for one in references():
        if one.table in ("members_member", "members_duplicatepair"):
            continue
        for key, said in rows(f'SELECT {one.as_json}, to_jsonb(t) FROM "{one.table}" t'):
            found[one.table, str(key)] = _json(said)
    return found


def _json(said: Any) -> Any:
    return json.loads(said) if isinstance(said, str) else said


def _values(member: Member) -> dict[str, Any]:
    [[said]] = rows("SELECT to_jsonb(m) FROM members_member m WHERE id = %s", [member.pk])
    return {name: value for name, value in _json(said).items() if name not in IGNORED}


def _periods(member: Member) -> list[Any]:
    found = StatusPeriod.objects.filter(member=member).order_by("from_on")
    return list(found.values("id", "status", "type_id", "from_on", "to_on", "note", "reason_id"))


def _one_of(model: Any, keep: Member, number: int) -> list[Any]:
    found = list(model.objects.filter(member=keep).order_by("pk"))
    return [found[number % len(found)]] if found else []


def _edit(keep: Member, how: str, what: Any, by: User) -> bool:
    """Do one edit; whether the periods moved."""
    keep = Member.objects.get(pk=keep.pk)
    try:
        with transaction.atomic():
            match how:
                case "value":
                    actions.change(keep, what, by=by)
                case "data":
                    Member.objects.filter(pk=keep.pk).update(data={**keep.data, **what})
                case "tag":
                    actions.put_tag(keep, actions.tag_named(what, by=by), by=by)
                case "untag":
                    actions.take_tag(keep, actions.tag_named(what, by=by), by=by)
                case "note":
                    actions.add_note(keep, text="後のメモ", by=by)
                case "contact":
                    actions.add_contact(
                        keep, channel="phone", direction="in", subject="後の電話", by=by
                    )
                case "email":
                    FurtherEmail.objects.create(member=keep, purpose="home", email="z@example.jp")
                case "change_note":
                    for note in _one_of(Note, keep, what):
                        actions.change_note(note, text="直した", by=by)
                case "delete_note" | "delete_contact":
                    for row in _one_of(Note if how == "delete_note" else Contact, keep, what):
                        getattr(actions, how)(row, by=by)
                case "suspend" | "leave" | "rejoin" | "resume":
                    getattr(actions, how)(keep, by=by)
                    return True
                case _:
                    edit_places(keep, how, what, by)
    except actions.Refused:
        pass
    return False


@given(one=hanging, other=hanging, later=edits)
@settings(
    max_examples=40,
    phases=(Phase.explicit, Phase.reuse, Phase.generate),
    deadline=None,
    suppress_health_check=[HealthCheck.function_scoped_fixture, HealthCheck.too_slow],
)
def test_undone_as_if_never_merged(
    sato: User, one: dict[str, Any], other: dict[str, Any], later: list[tuple[str, Any]]
) -> None:
    with transaction.atomic():
        _story(sato, one, other, later)
        transaction.set_rollback(True)


def _story(
    by: User, one: dict[str, Any], other: dict[str, Any], later: list[tuple[str, Any]]
) -> None:
    keep, drop = _member(one, 1, by), _member(other, 2, by)
    third = actions.add({"family_name": "紹介", "given_name": "者"}, by=by)
    people = {"keep": keep, "drop": drop, "third": third}
    put_places(third, [(keep, one), (drop, other)], by)
    linked = _linked(people, one["links"], other["links"], by)
    keep, drop = (Member.objects.get(pk=member.pk) for member in (keep, drop))
    rows_before, values_before, of_drop = _rows(), _values(keep), _values(drop)
    periods = _periods(keep), _periods(drop)

    merge = actions.merge(keep, drop, by=by)

    assert drop.pk not in _links().values()  # nothing leads to who is no more
    keep = Member.objects.get(pk=keep.pk)
    rows_merged, values_merged = _rows(), _values(keep)
    assert rows_before.keys() <= rows_merged.keys()  # nothing is lost by merging
    assert problem(_spans(keep)) == ""
    _one_member(keep)
    assert all(map(somebody_pays, Household.objects.all()))

    moved = [_edit(keep, how, what, by) for how, what in later if how != "link"]
    for how, what in later:
        if how == "link" and what != "drop":  # undoing must not take this away
            actions.change(people[what], {f"data.{LINK}": third.number}, by=by)
            linked[people[what].pk] = third.pk

    rows_edited, values_edited = _rows(), _values(keep)
    actions.undo_merge(merge, by=by)

    assert _links() == linked

    # Values: what nobody has touched since is as before, what was edited stays.
    expected = {
        name: values_before[name] if value == values_merged[name] else value
        for name, value in values_edited.items()
        if name != "data"
    }
    got = _values(keep)
    if any(moved):  # then days and status follow the periods
        for name in ("status", "joined_on", "left_on", "type_id"):
            expected[name] = got[name]
    data = {
        key: value
        for key in {**values_before["data"], **values_edited["data"]}
        if (value := _expected(key, values_before, values_merged, values_edited)) is not None
    }
    assert {n: v for n, v in got.items() if n != "data"} == expected
    assert got["data"] == data
    assert _values(drop) == of_drop

    # Rows: edits and deletions hold, what came later is the keeper's, all else is whose it was.
    made = rows_merged.keys() - rows_before.keys()
    model = {
        name: _undone(row, rows_before.get(name, row), rows_merged.get(name, row))
        for name, row in rows_edited.items()
        if name not in made
    }
    _one_payer(model)
    assert _rows() == model

    assert _periods(drop) == periods[1]
    if not any(moved):
        assert _periods(keep) == periods[0]
    assert problem(_spans(keep)) == ""
    for member in (keep, drop):
        _one_member(Member.objects.get(pk=member.pk))


def _undone(edited: dict[str, Any], before: dict[str, Any], merged: dict[str, Any]) -> Any:
    """A row as it would be: what nobody has edited since as before, of posts each for itself."""
    return {
        name: [post for post in value if post in before[name] or post not in merged[name]]
        if name == "posts"
        else before[name]
        if value == merged[name] or name == "member_id"
        else value
        for name, value in edited.items()
    }


def _one_payer(model: Rows) -> None:
    """Whoever was made the payer since is; a dropped one who paid does no longer."""
    links = [row for (table, _key), row in model.items() if table == "members_householdmember"]
    for household in {row["household_id"] for row in links}:
        paying = [
            row
            for row in links
            if row["household_id"] == household and row["pays"] and row["to_on"] is None
        ]
        if len(paying) > 1:
            for row in paying:
                row["pays"] = not Merge.objects.filter(drop=row["member_id"]).exists()


def _linked(
    people: dict[str, Member], mine: set[str], theirs: set[str], by: User
) -> dict[int, int]:
    """Let those in ``mine`` link to the keeper, those in ``theirs`` to the other."""
    if not Field.objects.filter(key=LINK).exists():
        actions.add_field(key=LINK, label_ja="紹介した人", type="member", by=by)
    for name in sorted(mine | theirs):
        to = people["drop" if name in theirs else "keep"]
        member = Member.objects.get(pk=people[name].pk)
        Member.objects.filter(pk=member.pk).update(data={**member.data, LINK: to.pk})
    return _links()


def _links() -> dict[int, int]:
    found = Member.objects.filter(data__has_key=LINK).values_list("pk", "data")
    return {pk: data[LINK] for pk, data in found}


def _expected(key: str, before: Any, merged: Any, edited: Any) -> Any:
    now = edited["data"].get(key)
    return before["data"].get(key) if now == merged["data"].get(key) else now


def _spans(member: Member) -> Any:
    return spans_of(member)


def _one_member(member: Member) -> None:
    """The cached status is that of today's period, and the search finds the number."""
    spans = _spans(member)
    assert member.status == next(s.status for s in reversed(spans) if s.from_on <= TODAY)  # noqa: F405
    assert value_of(member, "number") in member.search.upper()
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT count(*) FROM members_statusperiod WHERE member_id = %s", [member.pk]
        )
        assert cursor.fetchone()[0] == len(spans)
    assert MemberTag.objects.filter(member=member).count() <= len(TAGS)
