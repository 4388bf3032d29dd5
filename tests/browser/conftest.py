"""A real browser against a real server. CHROMIUM names the program where it is not found."""

import os
import shutil
from collections.abc import Callable
from typing import Any

import pytest
from django.test import Client
from playwright.sync_api import expect

from enishi.accounts.models import User

os.environ.setdefault("DJANGO_ALLOW_ASYNC_UNSAFE", "true")  # Playwright keeps a loop in our thread

PATIENCE = 30_000  # milliseconds: ends what hangs, on a machine however busy; it measures nothing
expect.set_options(timeout=PATIENCE)

NAMES = ("chromium", "chromium-browser", "google-chrome", "google-chrome-stable")


def chromium() -> str | None:
    """The browser to drive: by environment, by path, else the one Playwright brought."""
    return os.environ.get("CHROMIUM") or next(filter(None, map(shutil.which, NAMES)), None)


@pytest.fixture(scope="session")
def browser_type_launch_args(browser_type_launch_args: dict[str, Any]) -> dict[str, Any]:
    found = chromium()
    args = {**browser_type_launch_args, "args": ["--no-sandbox", "--disable-dev-shm-usage"]}
    return args | {"executable_path": found} if found else args


@pytest.fixture(scope="session")
def browser_context_args(browser_context_args: dict[str, Any]) -> dict[str, Any]:
    return {**browser_context_args, "locale": "ja-JP", "viewport": {"width": 1440, "height": 900}}


@pytest.fixture
def desk_of(new_context: Any, live_server: Any) -> Callable[[User], Any]:
    """Call it with a member of staff: a page of a browser of their own, signed in."""

    def sit_down(user: User) -> Any:
        client = Client()
        client.force_login(user)
        context = new_context(base_url=live_server.url)
        name = client.cookies["sessionid"]
        context.add_cookies([{"name": "sessionid", "value": name.value, "url": live_server.url}])
        page = context.new_page()
        page.set_default_timeout(PATIENCE)
        return page

    return sit_down
