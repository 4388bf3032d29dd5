"""Built-in fields that a role may not see: role × group of fields × every page and operation."""

import json
from typing import Any
from urllib.parse import quote, urlencode

import pytest

from enishi.accounts.models import Role, User
from enishi.accounts.permissions import AREAS
from enishi.members import actions
from enishi.members.duplicates.scan import run_scan
from enishi.members.exporting.actions import make_file
from enishi.members.fields import editable_fields, visible_fields
from enishi.members.fields.groups import GROUPS
from enishi.members.importing.actions import Quiet
from enishi.members.models import DuplicatePair, Export, FieldRight, Member
from enishi.messaging.actions import send

from .test_every_page import walk
from .test_hidden_fields import body_of, browser, operations, program

pytestmark = pytest.mark.slow

# group → field → (what is entered, what must not be read anywhere)
SECRETS: dict[str, dict[str, tuple[str, tuple[str, ...]]]] = {
    "kana": {
        "family_name_kana": ("ヒトクセイ", ("ヒトクセイ",)),
        "given_name_kana": ("ヒトクメイ", ("ヒトクメイ",)),
    },
    "former_name": {"former_name": ("秘匿旧姓", ("秘匿旧姓",))},
    "birth": {"birth_date": ("1931-07-09", ("1931-07-09", "1931年7月9日", "1931/07/09"))},
    "email": {"email": ("hidden-built@secret.example.jp", ("hidden-built@secret",))},
    "phone": {
        "phone": ("0455512388", ("0455512388", "045-551-2388")),
        "mobile": ("09055512377", ("09055512377", "090-5551-2377")),
    },
    "address": {
        "postal_code": ("2310099", ("2310099", "231-0099")),
        "city": ("秘匿市", ("秘匿市",)),
        "address_line": ("秘匿町9-8-7", ("秘匿町",)),
        "building": ("秘匿ビル101", ("秘匿ビル",)),
    },
    "source": {"source": ("秘匿紹介", ("秘匿紹介",))},
    "note": {"note": ("秘匿備考", ("秘匿備考",))},
}
SORTS = {"kana": "kana", "birth": "birth_date"}
FILTERS = {"birth": ("birth_month=7", "age_from=90"), "email": ("has_email=yes",)}


@pytest.fixture
def known(office: Any) -> Member:
    """A member with all of it, edited so that history tells, with a double and more addresses."""
    by, member = office.administrator, office.members[0]
    values = {key: v for group in SECRETS.values() for key, (v, _said) in group.items()}
    actions.change(member, values, by=by)
    actions.add_further_email(member, purpose="billing", email="more@secret.example.jp", by=by)
    actions.add_further_address(member, purpose="billing", city="別の秘匿市", by=by)
    other = actions.add({"family_name": member.family_name, "given_name": member.given_name,
                         **values}, by=by)  # fmt: skip
    third = actions.add({"family_name": "合併", "given_name": "される", **values}, by=by)
    actions.merge(member, third, by=by)
    actions.set_on_many("city", "秘匿市", filters={"ids": [str(other.pk)]}, by=by)
    run_scan()
    assert DuplicatePair.objects.filter(score__gte=80).exists()
    _mailed(member, by)
    return Member.objects.get(pk=member.pk)


def _mailed(member: Member, by: User) -> None:
    """A message, and a segment and a view that ask about what will be hidden."""
    send(to=member.email, to_name=member.name, subject="ご案内", text="本文", by=by)
    rule = {"field": "birth_date", "op": "is", "value": "1931-07-09"}
    segment = {"name": "生年月日で", "rule": rule}
    api = program(by)
    assert api.post("/api/v1/segments", segment, content_type="application/json").status_code < 300
    shared = {
        "name": "住所で",
        "rule": {"field": "city", "op": "is", "value": "秘匿市"},
        "shared": True,
    }
    made = api.post("/api/v1/views", shared, content_type="application/json")
    assert made.status_code < 300, made.content


def desk(groups: set[str]) -> User:
    """Somebody who may do everything in the office but see these groups of fields."""
    everything = [right for area in AREAS.values() for right in area.rights]
    may = sorted(right for right in everything if not right.endswith(".configure"))
    role = Role.objects.create(key="desk", name="窓口", rights=may)
    user = User.objects.create_user("desk@example.jp", name="窓口 係", is_staff=True)
    user.roles.add(role)
    actions.set_field_rights(role, dict.fromkeys(groups, "hidden"), by=None)
    return user


def told(text: str, groups: Any = tuple(SECRETS)) -> list[str]:
    """What of these groups can be read in a text."""
    words = [w for group in groups for _v, said in SECRETS[group].values() for w in said]
    if "email" in groups:
        words.append("more@secret")
    if "address" in groups:
        words.append("別の秘匿市")
    return [word for word in words if word in text]


def test_no_page_shows_a_hidden_group(office, known):
    user = desk({*GROUPS})
    leaks, opened = [], 0
    for address, name, response in walk(browser(user), "/office/"):
        opened += 1
        if response.status_code == 200 and (found := told(body_of(response))):
            leaks.append(f"{address} ({name}): {found}")
    assert opened > 50
    assert not leaks, "\n".join(leaks)


def test_the_walk_would_see_one(office, known):
    client = browser(office.administrator)
    for path in (f"/office/members/{known.pk}/", f"/office/members/{known.pk}/edit/"):
        assert len(told(client.get(path).content.decode())) > 8, path


def test_no_operation_answers_a_hidden_group(office, known):
    numbers = {"key": known.pk, "member": known.pk, "number": known.number}
    user, leaks = desk({*GROUPS}), []
    for address, response in operations(program(user), numbers):
        if found := told(body_of(response)):
            leaks.append(f"{address} {response.status_code}: {found}")
    assert not leaks, "\n".join(leaks)


@pytest.mark.parametrize("group", SECRETS)
def test_nothing_can_be_asked_about_a_hidden_group(office, known, group):
    """Search, sort, filter, rule, count, export, import and writing: as if it were not there."""
    user = desk({group})
    client, api = browser(user), program(user)
    everybody = api.get("/api/v1/members").json()["count"]["value"]
    answer = api.get(f"/api/v1/members/{known.pk}").json()
    assert not set(SECRETS[group]) & set(answer)
    for other in SECRETS.keys() - {group}:
        assert set(SECRETS[other]) <= set(answer), "what may be seen is there"
    for key, (value, said) in SECRETS[group].items():
        for word in {value, said[0][:5], *({value.split("@")[0]} if "@" in value else ())}:
            found = api.get(f"/api/v1/members?search={quote(word)}").json()
            assert found["items"] == [] and found["count"]["value"] == 0, (key, word)
            page = client.get(f"/office/members/?{urlencode({'search': word})}")
            assert not told(body_of(page).replace(word, ""), [group])
            assert known.number not in body_of(
                client.get(f"/office/search/?{urlencode({'q': word})}")
            )
        asked = (f"{key}={quote(value)}", f"{key}_is={quote(value)}", f"{key}_empty=no",
                 f"{key}_from=1900-01-01", f"sort={SORTS.get(group, key)}")  # fmt: skip
        for query in (*asked, *FILTERS.get(group, ())):
            response = api.get(f"/api/v1/members?{query}")
            assert response.status_code == 422, (query, response.content[:300])
            shown = body_of(client.get(f"/office/members/?{query}"))
            assert f">{everybody}" in shown or "人" in shown
        for rule in _rules(group, key):
            for path, sent in (
                ("segments/count", {"rule": rule}),
                ("segments/explain", {"rule": rule, "member": known.number}),
                ("segments", {"name": "x", "rule": rule}),
            ):
                response = api.post(f"/api/v1/{path}", sent, content_type="application/json")
                assert response.status_code == 422, (path, rule, response.content)
        for sent in ({key: value}, {key: ""}):
            response = api.patch(
                f"/api/v1/members/{known.pk}", sent, content_type="application/json"
            )
            assert response.status_code == 422, response.content
        wish = {"columns": ["number", key]}
        response = api.post("/api/v1/exports", wish, content_type="application/json")
        assert response.status_code == 422, response.content
    assert not told(body_of(client.get("/office/exports/new/")), [group])


def _rules(group: str, key: str) -> list[dict[str, Any]]:
    rules: list[dict[str, Any]] = [{"field": key, "op": "not_empty"}]
    if group == "birth":
        rules.append({"field": "age", "op": "gte", "value": 90})
    if group == "kana":
        rules.append({"field": "kana", "op": "contains", "value": "ヒトク"})
    if group == "email":
        rules.append({"has": "further_email"})
    if group == "address":
        rules.append({"has": "further_address"})
    return rules


def test_what_is_seen_is_still_found(office, known):
    """Name, number and what the role does see are found as before."""
    api = program(desk({"phone", "birth"}))
    name = known.family_name + known.given_name
    for word in (name, known.number, "hidden-built", "ヒトクセイ", "ひとくせい", "秘匿旧姓"):
        found = api.get(f"/api/v1/members?search={quote(word)}").json()
        assert known.number in {one["number"] for one in found["items"]}, word


def test_an_export_of_somebody_else_stays_closed(office, known):
    api = program(office.administrator)
    made = api.post("/api/v1/exports", {"columns": ["number", "phone"]},
                    content_type="application/json").json()  # fmt: skip
    make_file(Export.objects.get(pk=made["id"]), Quiet())
    assert api.get(f"/api/v1/exports/{made['id']}/file").status_code == 200
    user = desk({"phone"})
    assert program(user).get(f"/api/v1/exports/{made['id']}/file").status_code == 404
    assert browser(user).get(f"/office/exports/{made['id']}/file/").status_code == 404
    assert Export.objects.filter(pk=made["id"]).exists()


def test_an_import_neither_reads_nor_writes_it(office, known):
    """A hidden field is no target, and a list of somebody else that holds it stays closed."""
    from django.core.files.uploadedfile import SimpleUploadedFile

    user = desk({"email", "birth"})
    api = program(user)
    text = f"会員番号,メール,市区町村\n{known.number},new@example.jp,仙台市\n"
    sent = {"file": SimpleUploadedFile("a.csv", text.encode())}
    made = api.post("/api/v1/imports", {**sent, "dry_run": "true"}).json()
    assert "email" not in made["mapping"].values()
    sent = {"file": SimpleUploadedFile("a.csv", text.encode())}
    refused = api.post("/api/v1/imports", {**sent, "mapping": json.dumps({"メール": "email"})})
    assert refused.status_code == 422
    sent = {"file": SimpleUploadedFile("a.csv", text.encode())}
    others = program(office.administrator).post("/api/v1/imports", sent).json()
    assert "email" in others["mapping"].values()
    for path in ("", "/rows"):
        assert api.get(f"/api/v1/imports/{others['id']}{path}").status_code == 403
    assert browser(user).get(f"/office/imports/{others['id']}/mapping/").status_code == 403


def test_an_edit_by_somebody_who_does_not_see_it_keeps_it(office, known):
    user = desk({*GROUPS})
    client = browser(user)
    page = client.get(f"/office/members/{known.pk}/edit/")
    assert page.status_code == 200
    form = page.context["form"]
    sent = {name: form.initial.get(name, "") or "" for name in form.fields}
    sent["member_type"], sent["given_name"] = known.type_id, "改名"
    assert client.post(f"/office/members/{known.pk}/edit/", sent).status_code == 302
    now = Member.objects.get(pk=known.pk)
    assert now.given_name == "改名"
    for group in SECRETS.values():
        for key in group:
            assert getattr(now, key) == getattr(known, key), key
    assert not set(visible_fields(user)) & {key for group in SECRETS.values() for key in group}


def test_see_only_is_refused_with_a_sentence(office, known):
    user = desk(set())
    actions.set_field_rights(user.roles.get(), {"phone": "see"}, by=None)
    api = program(User.objects.get(pk=user.pk))
    assert api.get(f"/api/v1/members/{known.pk}").json()["phone"] == known.phone
    refused = api.patch(f"/api/v1/members/{known.pk}", {"phone": "0311112222"},
                        content_type="application/json")  # fmt: skip
    assert refused.status_code == 422
    assert "phone" in refused.content.decode()


def test_reasons_of_a_pair_tell_nothing_hidden(office, known):
    """Reasons of likely duplicates speak of birth dates and phones only to whoever sees these."""
    api = program(office.administrator)
    seen = api.get(f"/api/v1/duplicates?member={known.number}").json()["items"][0]["reasons"]
    assert len(seen) > 3
    user = desk({"birth", "phone", "email", "address", "kana", "former_name"})
    hidden = program(user).get(f"/api/v1/duplicates?member={known.number}").json()["items"]
    assert all(len(one["reasons"]) < len(seen) for one in hidden)
    assert FieldRight.objects.count() == 6


def test_a_formula_over_a_hidden_field_is_hidden_too(office, known):
    """Else an own field “age” would tell the birth date."""
    made = {"label_ja": "年齢の式", "type": "computed", "result": "integer", "by": None}
    actions.add_field(key="years", expression="age({birth_date})", **made)
    actions.add_field(key="twice", expression="{years} * 2", **made | {"label_ja": "二倍"})
    assert {"data.years", "data.twice"} <= visible_fields(desk({"phone"})).keys()
    actions.set_field_rights(Role.objects.get(key="desk"), {"birth": "hidden"}, by=None)
    user = User.objects.get(email="desk@example.jp")
    assert not {"data.years", "data.twice"} & visible_fields(user).keys()


def test_the_page_of_a_role_sets_it(office, known):
    """What is chosen there holds at once, and can be taken back to everybody."""
    user, client = desk(set()), browser(office.administrator)
    role = Role.objects.get(key="desk")
    assert "field_phone" in client.get(f"/office/settings/roles/{role.pk}/").content.decode()
    for level, seen, edits in (
        ("hidden", False, False),
        ("see", True, False),
        ("edit", True, True),
    ):
        client.post(f"/office/settings/roles/{role.pk}/fields/", {"field_phone": level})
        now = User.objects.get(pk=user.pk)
        assert ("phone" in visible_fields(now)) is seen
        assert ("mobile" in editable_fields(now)) is edits
    row = FieldRight.objects.get(group="phone")
    assert row.seen_by == [] and row.edited_by == []
    assert browser(user).post(f"/office/settings/roles/{role.pk}/fields/", {}).status_code == 403
