"""A field that a role may not see is on no surface: role × field × every page and operation.

The walk opens whatever the office and the API have, so a new surface that forgets a hidden field
is found without anybody adding it here.
"""

import json
from collections.abc import Iterator
from typing import Any
from urllib.parse import quote

import pytest
from django.test import Client

from enishi.accounts.models import ApiToken, Role, User
from enishi.accounts.permissions import AREAS
from enishi.members import actions
from enishi.members.fields import visible_fields
from enishi.members.models import Field

from .test_every_page import walk

pytestmark = pytest.mark.slow

# type → (what is entered, what must not be read anywhere)
SECRETS: dict[str, tuple[Any, tuple[str, ...]]] = {
    "text": ("秘匿文字列甲", ("秘匿文字列甲",)),
    "long_text": ("秘匿長文乙\n二行目", ("秘匿長文乙",)),
    "integer": (918273645, ("918273645", "918,273,645")),
    "decimal": ("77123.125", ("77123.125", "77,123.125")),
    "money": (660712345, ("660712345", "660,712,345")),
    "date": ("1971-02-03", ("1971-02-03", "1971年2月3日")),
    "choice": ("hush", ("秘匿選択肢",)),
    "choices": (["hush"], ("秘匿選択肢",)),
    "email": ("hidden-one@secret.example.jp", ("hidden-one@secret",)),
    "phone": ("09055512399", ("09055512399", "090-5551-2399")),
    "url": ("https://hidden.example.jp/x", ("hidden.example.jp",)),
}
LABEL = "秘匿項目"


@pytest.fixture
def desk(office: Any) -> User:
    """Somebody who may do everything in the office but see these fields."""
    everything = [right for area in AREAS.values() for right in area.rights]
    may = sorted(right for right in everything if not right.endswith(".configure"))
    role = Role.objects.create(key="desk", name="窓口", rights=may)
    user = User.objects.create_user("desk@example.jp", name="窓口 係", is_staff=True)
    user.roles.add(role)
    return user


@pytest.fixture
def hidden(office: Any) -> list[Field]:
    """One hidden field of every type, filled in for a member, and edited so that history tells."""
    made = []
    for kind in SECRETS:
        more: dict[str, Any] = {}
        if kind in ("choice", "choices"):
            more["choices"] = [{"value": "hush", "label": "秘匿選択肢"}]
        elif kind not in ("long_text", "choice", "choices"):
            more["searched"] = kind in ("text", "email", "phone")
        made.append(
            actions.add_field(
                key=f"hidden_{kind}", label_ja=f"{LABEL}{kind}", type=kind,
                seen_by=["administrator"], by=office.administrator, **more,
            )
        )  # fmt: skip
    member = office.members[0]
    values = {f"data.hidden_{kind}": value for kind, (value, _said) in SECRETS.items()}
    actions.change(member, values, by=office.administrator)
    return made


def told(text: str) -> list[str]:
    """What of the secrets can be read in a text."""
    words = [LABEL, "hidden_", *(word for _value, said in SECRETS.values() for word in said)]
    return [word for word in words if word in text]


def browser(user: User) -> Client:
    client = Client()
    client.force_login(user)
    return client


def program(user: User) -> Client:
    token, secret = ApiToken.mint(name="desk", scopes=["*"], by=user)
    token.per_minute = 100_000
    token.save()
    return Client(headers={"authorization": f"Bearer {secret}"})


def body_of(response: Any) -> str:
    if getattr(response, "streaming", False):
        return b"".join(response.streaming_content).decode(errors="replace")
    return str(response.content.decode(errors="replace"))


def operations(client: Client, numbers: dict[str, Any]) -> Iterator[tuple[str, Any]]:
    """Every GET of the API, with real ids where there are some."""
    document = client.get("/api/v1/openapi.json").json()
    for path, item in document["paths"].items():
        if "get" not in item:
            continue
        address = path
        for parameter in item["get"].get("parameters", []):
            if parameter["in"] == "path":
                name = parameter["name"]
                value = numbers.get(name) or first_of(client, address.split("/{")[0])
                address = address.replace("{" + name + "}", str(value))
        yield address, client.get(address)


def first_of(client: Client, collection: str) -> Any:
    """The id of the first thing that a list of the API gives; 1 where it gives none."""
    response = client.get(collection)
    found = response.json() if response.status_code == 200 else []
    items = found.get("items", []) if isinstance(found, dict) else found
    return next((one["id"] for one in items if isinstance(one, dict) and "id" in one), 1)


def test_no_page_shows_a_hidden_field(office, desk, hidden):
    leaks = []
    opened = 0
    for address, name, response in walk(browser(desk), "/office/"):
        opened += 1
        if response.status_code == 200 and (found := told(body_of(response))):
            leaks.append(f"{address} ({name}): {found}")
    assert opened > 50
    assert not leaks, "\n".join(leaks)


def test_the_walk_would_see_one(office, hidden):
    """Somebody who may see them finds them: on the karte and in the form."""
    client = browser(office.administrator)
    member = office.members[0].pk
    for path in (f"/office/members/{member}/", f"/office/members/{member}/edit/"):
        assert "秘匿文字列甲" in client.get(path).content.decode()


def test_no_operation_answers_a_hidden_field(office, desk, hidden):
    member = office.members[0]
    numbers = {"key": member.pk, "member": member.pk, "number": member.number}
    leaks = []
    for address, response in operations(program(desk), numbers):
        if found := told(body_of(response)):
            leaks.append(f"{address} {response.status_code}: {found}")
    assert not leaks, "\n".join(leaks)


@pytest.mark.parametrize("kind", SECRETS)
def test_nothing_can_be_asked_about_a_hidden_field(office, desk, hidden, kind):
    """Search, sort, filter, rule, count, export and import behave as if it were not there."""
    client, api = browser(desk), program(desk)
    key = f"data.hidden_{kind}"
    value, said = SECRETS[kind]
    text = said[0]
    everybody = api.get("/api/v1/members").json()["count"]["value"]
    if kind in ("text", "email", "phone"):
        found = api.get(f"/api/v1/members?search={quote(text)}").json()
        assert found["items"] == [], "found by a word that is only in a hidden field"
    for query in (f"sort={key}", f"{key}_is={quote(text)}", f"{key}_from=1", f"{key}_empty=no"):
        response = api.get(f"/api/v1/members?{query}")
        assert response.status_code == 422 or response.json()["count"]["value"] == everybody, query
        assert not [w for w in told(body_of(response)) if w not in ("hidden_", text)], query
    rule = {"field": key, "op": "not_empty"}
    for path, sent in (
        ("segments/count", {"rule": rule}),
        ("segments/explain", {"rule": rule, "member": office.members[0].number}),
        ("segments", {"name": "x", "rule": rule}),
    ):
        response = api.post(f"/api/v1/{path}", sent, content_type="application/json")
        assert response.status_code == 422, (path, response.content)
        assert LABEL not in body_of(response)
    response = api.patch(
        f"/api/v1/members/{office.members[0].pk}", {key: value}, content_type="application/json"
    )
    assert response.status_code == 422, response.content
    assert LABEL not in body_of(response)
    response = api.patch(
        f"/api/v1/members/{office.members[0].pk}",
        {"data": {f"hidden_{kind}": None}},
        content_type="application/json",
    )
    assert response.status_code == 422, response.content
    asked = f"/office/exports/new/?columns={key}"
    assert LABEL not in client.get(asked).content.decode()


def test_an_edit_by_somebody_who_does_not_see_it_keeps_it(office, desk, hidden):
    member = office.members[0]
    before = dict(type(member).objects.get(pk=member.pk).data)
    response = program(desk).patch(
        f"/api/v1/members/{member.pk}", json.dumps({"city": "石巻市"}),
        content_type="application/json",
    )  # fmt: skip
    assert response.status_code == 200
    assert type(member).objects.get(pk=member.pk).data == before
    seen = visible_fields(desk)
    assert not [key for key in seen if "hidden" in key]
