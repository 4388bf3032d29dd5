"""What is hung into the shells shows only to those who may see it, and only when it exists."""

import pytest
from django.http import HttpRequest
from django.test import RequestFactory

from enishi.ui import registry
from enishi.ui.registry import Hit

pytestmark = pytest.mark.urls("enishi.ui.tests.urls")


class Suzuki:
    """May see members, nothing else."""

    is_authenticated = True

    def has_right(self, right: str) -> bool:
        return right == "members.view"


class Stranger:
    is_authenticated = False


@pytest.fixture(autouse=True)
def _bare(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(registry, "hung", registry._Hung())


@pytest.fixture
def request_of_suzuki() -> HttpRequest:
    request = RequestFactory().get("/office/")
    request.user = Suzuki()  # type: ignore[assignment]
    return request


def labels(groups: list[tuple[str, list[registry.NavItem]]]) -> list[str]:
    return [str(item.label) for _, items in groups for item in items]


def test_the_menu_holds_what_exists_and_may_be_seen(request_of_suzuki: HttpRequest):
    registry.nav_item("Members", "members", "users", "members.view", order=20)
    registry.nav_item("Dashboard", "members", "home", "", order=10)
    registry.nav_item("Settings", "members", "settings", "settings.view", order=30)
    registry.nav_item("Invoices", "billing:gone", "receipt", "", order=40)

    assert labels(registry.nav_for(request_of_suzuki)) == ["Dashboard", "Members"]

    request_of_suzuki.user = Stranger()  # type: ignore[assignment]
    assert registry.nav_for(request_of_suzuki) == []


def test_items_of_one_group_stand_together(request_of_suzuki: HttpRequest):
    registry.nav_item("A", "members", "users", "", order=1, group="First")
    registry.nav_item("B", "members", "users", "", order=2, group="Second")
    registry.nav_item("C", "members", "users", "", order=3, group="First")

    groups = registry.nav_for(request_of_suzuki)

    assert [name for name, _ in groups] == ["First", "Second"]
    assert labels(groups) == ["A", "C", "B"]


def test_panels_come_in_order_and_empty_ones_are_left_out(request_of_suzuki: HttpRequest):
    registry.panel("karte", order=2, right="members.view")(lambda request, who: f"notes of {who}")
    registry.panel("karte", order=1)(lambda request, who: f"facts of {who}")
    registry.panel("karte", order=3)(lambda request, who: "")
    registry.panel("karte", order=0, right="billing.view")(lambda request, who: "invoices")

    drawn = registry.panels_for("karte", request_of_suzuki, "Hanako")

    assert drawn == ["facts of Hanako", "notes of Hanako"]


def test_cards(request_of_suzuki: HttpRequest):
    registry.card(order=1)(lambda request: "members by status")

    assert registry.cards_for("dashboard", request_of_suzuki) == ["members by status"]
    assert registry.cards_for("elsewhere", request_of_suzuki) == []


def test_search_asks_only_sources_of_ones_right(request_of_suzuki: HttpRequest):
    @registry.search_source("Members", order=1, right="members.view")
    def members(request: HttpRequest, words: str) -> list[Hit]:
        return [Hit(f"{words} Hanako", "/m/1/")]

    @registry.search_source("Invoices", order=2, right="billing.view")
    def invoices(request: HttpRequest, words: str) -> list[Hit]:
        raise AssertionError("must not be asked")

    found = registry.search(request_of_suzuki, "  Sato ")

    assert [(str(kind.label), kind.hits[0].label) for kind in found] == [("Members", "Sato Hanako")]
    assert registry.search(request_of_suzuki, "   ") == []
