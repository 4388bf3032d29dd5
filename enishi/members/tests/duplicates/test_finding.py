"""The scan of a real roll, on entry, by API, in the office."""

import gzip
import json
import time
from datetime import date
from typing import Any

import pytest
from django.test import Client
from django.urls import reverse

from enishi.accounts.models import User
from enishi.core.bulk import rows
from enishi.members import actions
from enishi.members.duplicates import THRESHOLD, alike, alike_of, run_scan
from enishi.members.duplicates.telling import found_now
from enishi.members.importing.tests.lists import ROSTER, TRUTH, imported, started
from enishi.members.models import DuplicatePair, DuplicateScan, Member, Merge, NotSame
from enishi.members.seed import seed
from enishi.members.tests.office.conftest import signed_in, staff
from enishi.members.tests.roll.conftest import *  # noqa: F403 - the cast on the roll
from enishi.members.tests.roll.test_api import Program

pytestmark = pytest.mark.django_db


@pytest.fixture
def twice(sato: User, hanako: Member) -> Member:
    """Hanako once more, by another address and an older kanji."""
    return actions.add(
        {
            "member_type": "正会員",
            "family_name": "山田",
            "given_name": "花子",
            "family_name_kana": "ヤマダ",
            "given_name_kana": "ハナコ",
            "birth_date": date(1985, 4, 1),
            "mobile": "09087654321",
            "joined_on": date(2015, 4, 1),
        },
        by=sato,
    )


def test_the_sample_roster(sato: User) -> None:
    """Recall and precision of at least 95 % against the people of the truth file."""
    imported(ROSTER)
    with gzip.open(TRUTH) as file:
        truth = json.load(file)
    there = set(Member.objects.values_list("number", flat=True))
    same = {frozenset(pair) for pair in truth["same_person"] if there >= set(pair)}

    found = {frozenset(pair["members"]) for pair in found_now(THRESHOLD)}

    assert len(found & same) >= 0.95 * len(same)
    assert len(found & same) >= 0.95 * len(found)
    merges = [pair for pair in found_now(THRESHOLD) if "電話番号が同じ" in pair["reasons"]]
    assert len(merges) > 30


def test_a_scan_keeps_what_it_found(hanako: Member, twice: Member, taro: Member) -> None:
    scan = run_scan()

    pair = DuplicatePair.objects.get()
    assert {pair.first, pair.second} == {hanako, twice}
    assert pair.score >= 95
    assert (scan.members, scan.found) == (3, 1)
    run_scan()
    assert DuplicatePair.objects.get().pk == pair.pk  # the page of the pair stays where it is
    assert DuplicateScan.objects.count() == 2


def test_what_is_known_to_be_two_is_not_brought_up_again(
    sato: User, hanako: Member, twice: Member
) -> None:
    run_scan()
    row = actions.not_same(twice, hanako, by=sato)

    assert run_scan().found == 1
    assert not DuplicatePair.objects.exists()
    assert not alike_of(hanako)
    actions.perhaps_same(row, by=sato)
    run_scan()
    assert DuplicatePair.objects.exists()


def test_known_to_be_two_also_after_another_merge(
    sato: User, hanako: Member, twice: Member, taro: Member
) -> None:
    actions.not_same(hanako, taro, by=sato)
    actions.merge(twice, hanako, by=sato)
    run_scan(least=0)

    assert not DuplicatePair.objects.filter(first__in=(taro, twice), second__in=(taro, twice))


def test_on_entry(hanako: Member) -> None:
    assert not alike({"family_name": "山田"})
    [found] = alike({"family_name": "山田", "given_name": "花子", "mobile": "09087654321"})
    assert found.member == hanako
    assert "電話番号が同じ" in found.why
    assert alike({"family_name_kana": "ヤマダ", "given_name_kana": "ハナコ"}) == []
    assert alike(
        {"family_name_kana": "ヤマダ", "given_name_kana": "ハナコ"}
        | {"birth_date": date(1985, 4, 1)}
    )


def test_on_entry_in_the_office(hanako: Member) -> None:
    office = signed_in(staff("endo@example.jp", "遠藤", "office"))
    typed = {"family_name": "山田", "given_name": "花子", "birth_date": "S60.4.1"}

    said = office.get(reverse("members:duplicates"), typed | {"mobile": "090-8765-4321"})
    assert "山田 花子" in said.content.decode()
    assert "生年月日が同じ" in said.content.decode()
    nobody = office.get(reverse("members:duplicates"), {"family_name": "山田"})
    assert not nobody.content.strip()


class TestPrograms:
    @pytest.fixture
    def program(self, sato: User) -> Program:
        return Program(sato, "*")

    def test_find_merge_undo(self, program: Program, hanako: Member, twice: Member) -> None:
        listed = program("get", "/api/v1/duplicates").json()
        [pair] = listed["items"]
        assert set(pair["members"]) == {hanako.number, twice.number}
        assert pair["score"] >= 95
        assert "same birth date" in pair["reasons"]

        body = {"keep": hanako.number, "drop": twice.pk, "choices": {"joined_on": "keep"}}
        made = program("post", "/api/v1/merges", body)
        assert made.status_code == 201, made.content
        merge = made.json()
        assert (merge["keep"], merge["drop"]) == (hanako.number, twice.number)
        assert program("get", f"/api/v1/members/{twice.number}").json()["number"] == hanako.number
        assert program("get", "/api/v1/duplicates").json()["items"] == []
        assert program("get", "/api/v1/members").json()["count"]["value"] == 1
        assert program("get", "/api/v1/merges").json()["items"][0]["id"] == merge["id"]

        undone = program("delete", f"/api/v1/merges/{merge['id']}")
        assert undone.status_code == 200
        assert undone.json()["undone_at"]
        assert program("get", f"/api/v1/members/{twice.number}").json()["id"] == twice.pk
        again = program("delete", f"/api/v1/merges/{merge['id']}")
        assert again.status_code == 409

    def test_refused(self, program: Program, hanako: Member) -> None:
        nobody = program("post", "/api/v1/merges", {"keep": hanako.number, "drop": "X"})
        assert nobody.status_code == 422
        assert nobody.json()["errors"][0]["field"] == "drop"
        itself = program("post", "/api/v1/merges", {"keep": hanako.number, "drop": hanako.pk})
        assert itself.status_code == 422

    def test_not_the_same(self, program: Program, hanako: Member, twice: Member) -> None:
        [pair] = program("get", "/api/v1/duplicates").json()["items"]
        assert program("delete", f"/api/v1/duplicates/{pair['id']}").status_code == 204
        [row] = program("get", "/api/v1/not-same").json()
        assert set(row["members"]) == {hanako.number, twice.number}
        assert program("delete", f"/api/v1/not-same/{row['id']}").status_code == 204
        body = {"members": [hanako.number, twice.pk]}
        assert program("post", "/api/v1/not-same", body).status_code == 201

    def test_like_one_member(self, program: Program, hanako: Member, twice: Member) -> None:
        [one] = program("get", f"/api/v1/duplicates?member={hanako.number}").json()["items"]
        assert one["members"] == [hanako.number, twice.number]

    def test_scopes(self, sato: User, hanako: Member, twice: Member) -> None:
        reader = Program(sato, "members:read")
        assert reader("get", "/api/v1/duplicates").status_code == 200
        body = {"keep": hanako.number, "drop": twice.number}
        assert reader("post", "/api/v1/merges", body).status_code == 403


class TestOffice:
    @pytest.fixture
    def office(self, sato: User) -> Client:
        return signed_in(sato)

    def test_list_compare_merge_undo(
        self, office: Client, hanako: Member, twice: Member, taro: Member
    ) -> None:
        page = office.get(reverse("members:duplicate_pairs")).content.decode()
        assert hanako.number in page
        assert "生年月日が同じ" in page
        ids = [hanako.pk, twice.pk]
        compare = office.get(reverse("members:duplicate_pair", args=ids)).content.decode()
        assert "hanako@example.jp" in compare

        said = {"keep": "first", "take_city": "second"}
        done = office.post(reverse("members:duplicate_merging", args=ids), said)
        assert done.status_code == 302
        merge = Merge.objects.get()
        assert merge.keep == hanako
        karte = office.get(reverse("members:karte", args=[hanako.pk])).content.decode()
        assert twice.number in karte
        lost = office.get(reverse("members:karte", args=[twice.pk]))
        assert lost.url == reverse("members:karte", args=[hanako.pk])
        assert twice.number in office.get(reverse("members:merges")).content.decode()
        assert twice.number not in office.get(reverse("members:bin")).content.decode()

        office.post(reverse("members:merge_undoing", args=[merge.pk]))
        assert Member.objects.present().count() == 3

    def test_they_are_two(self, office: Client, hanako: Member, twice: Member) -> None:
        run_scan()
        ids = [hanako.pk, twice.pk]
        office.post(reverse("members:duplicate_not_same", args=ids))
        row = NotSame.objects.get()
        assert hanako.number in office.get(reverse("members:not_same")).content.decode()
        office.post(reverse("members:not_same_deletion", args=[row.pk]))
        assert not NotSame.objects.exists()

    def test_merge_many(
        self, office: Client, hanako: Member, twice: Member, taro: Member, run_jobs: Any
    ) -> None:
        run_scan()
        office.post(reverse("members:duplicate_merges"), {"least": "90"})
        [job] = run_jobs()
        assert job.result == {"merged": 1, "refused": 0}
        merge = Merge.objects.get()
        assert (merge.keep, merge.drop) == (twice, hanako)  # who joined first goes on
        assert Member.objects.present().count() == 2

    def test_search_again(self, office: Client, hanako: Member, run_jobs: Any) -> None:
        office.post(reverse("members:duplicate_scan"))
        office.post(reverse("members:duplicate_scan"))
        [job] = run_jobs()
        assert job.result["members"] == 1

    def test_two_ticked(self, office: Client, hanako: Member, taro: Member) -> None:
        url = reverse("members:merge_chosen")
        to = office.get(url, {"ids": [taro.pk, hanako.pk]})
        assert to.url == reverse("members:duplicate_pair", args=sorted([hanako.pk, taro.pk]))
        assert office.get(url, {"ids": [taro.pk]}).url == reverse("members:list")

    def test_readers_only_look(self, hanako: Member, twice: Member) -> None:
        office = signed_in(staff("kimura@example.jp", "木村", "read_only"))
        ids = [hanako.pk, twice.pk]
        page = office.get(reverse("members:duplicate_pair", args=ids)).content.decode()
        assert 'type="radio"' not in page
        assert office.post(reverse("members:duplicate_merging", args=ids)).status_code == 403

    def test_the_list_asks_little(
        self, office: Client, hanako: Member, twice: Member, django_assert_max_num_queries: Any
    ) -> None:
        for i in range(5):
            actions.add(
                {"family_name": "山田", "given_name": "花子", "birth_date": date(1985, 4, 1)}
                | {"mobile": "09087654321", "joined_on": date(2020, 1, 1 + i)},
                by=None,
            )
        run_scan()
        office.get(reverse("members:duplicate_pairs"))  # the fields are remembered from now on
        with django_assert_max_num_queries(18):
            office.get(reverse("members:duplicate_pairs"))


def test_an_import_finds_by_the_old_number(sato: User, hanako: Member, twice: Member) -> None:
    actions.merge(hanako, twice, by=sato)
    of = imported(f"会員番号,姓,名,電話\n{twice.number},山田,花子,022-111-2222\n")

    assert (of.counts["new"], of.counts["changed"]) == (0, 1)
    hanako.refresh_from_db()
    assert hanako.phone == "0221112222"
    assert not rows("SELECT 1 FROM members_member WHERE phone <> '' AND merged_into_id IS NOT NULL")


@pytest.mark.parametrize("further", [0, 400])
def test_the_check_of_an_import_tells_who_is_there_already(
    sato: User, hanako: Member, run_jobs: Any, further: int
) -> None:
    from enishi.members.importing import actions as importing

    lines = ["会員番号,姓,名,生年月日,携帯電話", "Z1,山田,花子,S60.4.1,090-8765-4321"]
    lines += [f"N{i},新田,新{i},H1.1.{i % 28 + 1}," for i in range(further)]
    of = started("\n".join(lines) + "\n")
    importing.check(of, by=sato)
    [job] = run_jobs()

    assert job.result["alike"] == 1
    page = signed_in(sato).get(reverse("members:import", args=[of.pk])).content.decode()
    assert "すでにいる会員と同じ人の可能性" in page
    assert reverse("members:karte", args=[hanako.pk]) in page


@pytest.mark.slow
def test_twenty_thousand_members(sato: User) -> None:
    """Linear, not quadratic: the work of this process stays far below what all pairs would take."""
    seed(20_000)
    began = time.process_time()
    scan = run_scan()

    assert scan.members == 20_000
    assert time.process_time() - began < 15
    assert scan.candidates < 20_000
