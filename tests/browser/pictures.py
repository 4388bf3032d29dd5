"""``make pictures``: photograph the pages of a fresh demo for README and docs.

Starts `enishi demo` in a data folder of its own, signs in, and takes every page at two widths in
two languages. ``--to FOLDER`` keeps them all there; without it only those that a page of the
documentation shows are written, into docs/reference/pictures.
"""

import argparse
import contextlib
import io
import os
import re
import signal
import socket
import subprocess
import sys
import tempfile
import time
import urllib.request
from collections.abc import Callable, Iterator
from pathlib import Path

from PIL import Image
from playwright.sync_api import Browser, Page, sync_playwright

ROOT = Path(__file__).parents[2]
PICTURES = ROOT / "docs" / "reference" / "pictures"
SIZES = {"wide": (1440, 900), "phone": (390, 844)}
LANGUAGES = ("ja", "en")
LARGEST = 150_000  # bytes
EMAIL, PASSWORD = "sato@example.jp", "enishi-demo"
LIST = ROOT / "enishi/core/japanese/tests/data/roster-a.csv"


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--to", type=Path, help="Keep every picture in this folder.")
    parser.add_argument("--base", help="Use an Enishi that runs already; it gets an import.")
    parser.add_argument("--only", default="", help="Part of the name of what to take.")
    parser.add_argument("--walk", help="One part of the office: campaigns, segments, office …")
    wanted = parser.parse_args()
    with contextlib.ExitStack() as stack:
        base = wanted.base or stack.enter_context(running_demo())
        play = stack.enter_context(sync_playwright())
        browser = play.chromium.launch(
            executable_path=os.environ.get("CHROMIUM", "/usr/bin/chromium"), args=["--no-sandbox"]
        )
        stack.callback(browser.close)
        shown = None if wanted.to else pictures_shown()
        folder = wanted.to or PICTURES
        folder.mkdir(parents=True, exist_ok=True)
        for language in LANGUAGES:
            for size in SIZES:
                camera = (folder, (language, size), shown, wanted.only)
                take_all(browser, base, *camera, walk_only=wanted.walk)
    return 0


def pictures_shown() -> set[str]:
    """The names of the pictures that README and docs show."""
    pages = [*ROOT.glob("*.md"), *(ROOT / "docs").rglob("*.md")]
    return {name for page in pages for name in re.findall(r"([\w-]+)\.png", page.read_text())}


@contextlib.contextmanager
def running_demo() -> Iterator[str]:
    """A demo in an empty data folder; yields its address."""
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port = free.getsockname()[1]
    with tempfile.TemporaryDirectory(prefix="enishi-pictures-") as folder:
        environment = {**os.environ, "ENISHI_DATA_DIR": folder, "PORT": str(port)}
        for name in ("DATABASE_URL", "ENISHI_BASE_URL"):
            environment.pop(name, None)
        demo = subprocess.Popen([ROOT / ".venv/bin/enishi", "demo"], env=environment)
        base = f"http://127.0.0.1:{port}"
        try:
            for _ in range(600):
                with contextlib.suppress(OSError):
                    urllib.request.urlopen(f"{base}/health/ready", timeout=2).close()
                    break
                time.sleep(0.5)
            yield base
        finally:
            demo.send_signal(signal.SIGTERM)
            demo.wait(20)


class Camera:
    """Takes pictures of one browser at one width in one language."""

    def __init__(self, page: Page, folder: Path, ending: str, shown: set[str] | None, only: str):
        self.page = page
        self.folder, self.ending, self.shown, self.only = folder, ending, shown, only

    def take(self, name: str, *, whole: bool = False) -> None:
        """Save what is to be seen; ``whole`` also takes what lies below the fold."""
        full = f"{name}-{self.ending}"
        if (self.shown is not None and full not in self.shown) or self.only not in full:
            return
        self.page.wait_for_load_state("networkidle")
        self.page.evaluate("document.fonts.ready")
        path = self.folder / f"{full}.png"
        path.write_bytes(pressed(self.page.screenshot(full_page=whole, animations="disabled")))


def pressed(png: bytes) -> bytes:
    """The picture with as many colours as fit into the size that we allow."""
    picture = Image.open(io.BytesIO(png)).convert("RGB")
    small = b""
    for colours in (256, 128, 64, 32):
        out = io.BytesIO()
        picture.quantize(colours, dither=Image.Dither.NONE).save(out, "PNG", optimize=True)
        small = out.getvalue()
        if len(small) < LARGEST:
            break
    return small


def take_all(
    browser: Browser,
    base: str,
    folder: Path,
    kind: tuple[str, str],
    shown: set[str] | None,
    only: str,
    *,
    walk_only: str | None = None,
) -> None:
    """Walk through the office once and take every picture."""
    language, size = kind
    width, height = SIZES[size]
    context = browser.new_context(
        base_url=base,
        viewport={"width": width, "height": height},
        locale="ja-JP" if language == "ja" else "en-GB",
        timezone_id="Asia/Tokyo",
    )
    context.set_default_timeout(30_000)
    page = context.new_page()
    camera = Camera(page, folder, f"{size}-{language}", shown, only)
    for walk in (portal, entrance, office, segments, campaigns, importing, databases, settings):
        if walk_only and walk.__name__ not in ("entrance", walk_only):
            continue
        try:
            walk(page, camera, language)
        except Exception as error:  # noqa: BLE001  # one page less is no reason to take none
            print(f"{camera.ending} {walk.__name__}: {error}", file=sys.stderr)
    context.close()


def speak(page: Page, language: str) -> None:
    """Change to ``language`` with the button of the page, if it speaks another."""
    if page.locator("html").get_attribute("lang") != language:
        page.locator(f"button[name=language][value={language}]").first.click()
        page.wait_for_load_state("networkidle")


def portal(page: Page, camera: Camera, language: str) -> None:
    page.goto("/")
    speak(page, language)
    camera.take("portal")


def entrance(page: Page, camera: Camera, language: str) -> None:
    page.goto("/accounts/login/")
    camera.take("sign-in")
    page.fill("[name=login]", EMAIL)
    page.fill("[name=password]", PASSWORD)
    page.locator("form:has([name=password]) button").first.click()
    page.wait_for_url("**/office/**")
    speak(page, language)


def office(page: Page, camera: Camera, language: str) -> None:
    page.goto("/office/")
    camera.take("dashboard")
    page.goto("/office/members/?sort=-joined_on")
    camera.take("list")
    page.goto("/office/members/?search=田中")
    camera.take("search")
    page.goto("/office/members/?search=田中 直美&status=active")  # somebody with a history
    found = page.locator("tbody a[href^='/office/members/']", has_text=re.compile("^.?田中 "))
    member = found.first.get_attribute("href") or ""
    page.goto("/office/members/")
    page.keyboard.press("Control+k")
    page.locator("#palette input").fill("ﾀﾅｶ")
    page.wait_for_selector("#palette-found a, #palette-found [role=option]")
    camera.take("palette")
    page.goto(member)
    camera.take("karte")
    camera.take("karte-whole", whole=True)
    page.goto(f"{member}edit/")
    page.fill("[name=birth_date]", "昭和66年2月30日")
    page.fill("[name=email]", "hanako@")
    page.fill("[name=phone]", "12")
    page.locator("form:has([name=birth_date]) .btn-primary").first.click()
    page.wait_for_selector(".is-invalid, [aria-invalid=true]")
    camera.take("edit")
    camera.take("edit-whole", whole=True)
    page.goto("/office/members/new/")
    camera.take("new")
    page.goto(f"{member}status/leave/")
    camera.take("leave")
    page.goto("/office/members/bin/")
    camera.take("bin")
    page.goto("/office/history/")
    camera.take("history")
    page.goto("/office/exports/new/")
    camera.take("export")


def segments(page: Page, camera: Camera, language: str) -> None:
    """The list, one segment, and the builder with its rule."""
    page.goto("/office/segments/")
    camera.take("segments")
    page.goto("/office/segments/1/")
    page.wait_for_timeout(1500)  # the chart grows
    camera.take("segment")
    page.goto("/office/segments/1/edit/")
    page.wait_for_selector("#builder-sample .who")
    camera.take("segment-builder")


def campaigns(page: Page, camera: Camera, language: str) -> None:
    """The demo's campaigns: one that was sent, and a draft."""
    page.goto("/office/campaigns/")
    camera.take("campaigns")
    rows = page.locator("tbody a[href^='/office/campaigns/']")
    page.goto("/office/campaigns/?view=calendar")
    camera.take("campaigns-calendar")
    page.goto("/office/campaigns/?state=draft")
    draft = rows.first.get_attribute("href") or ""
    page.goto(draft)
    camera.take("campaign-checks")
    page.goto(f"{draft}edit/")
    page.wait_for_timeout(1500)  # the preview beside it is drawn a moment later
    camera.take("campaign-edit")
    camera.take("campaign-edit-whole", whole=True)
    page.goto("/office/campaigns/?state=done")
    page.goto(rows.first.get_attribute("href") or "")
    camera.take("campaign-results")
    camera.take("campaign-results-whole", whole=True)
    page.get_by_role("link", name=re.compile("宛先|Recipients")).first.click()
    camera.take("campaign-recipients")
    page.goto("/office/notices/")
    camera.take("notices")
    page.get_by_role("link", name="会則の改定").first.click()
    camera.take("notice")


def importing(page: Page, camera: Camera, language: str) -> None:
    page.goto("/office/imports/")
    camera.take("import-1-upload")
    page.set_input_files("input[type=file]", LIST)
    page.locator("form:has(input[type=file]) .btn-primary").click()
    page.wait_for_url("**/mapping/**")
    camera.take("import-2-columns")
    page.locator("main form:has(select) .btn-primary").first.click()
    page.wait_for_url(re.compile(r"/imports/\d+/$"))
    page.wait_for_selector("form[action$='/commit/'] .btn-primary")
    camera.take("import-3-check")
    camera.take("import-3-check-whole", whole=True)
    page.locator("form[action$='/commit/'] .btn-primary").click()
    page.wait_for_selector("form[action$='/undoing/'] button")
    camera.take("import-4-done")
    page.goto("/office/jobs/")
    camera.take("jobs")
    page.goto("/office/imports/")
    camera.take("imports")
    page.locator("tbody a[href^='/office/imports/']").first.click()
    page.locator("form[action$='/undoing/'] button").first.click()  # as it was before
    page.wait_for_selector("a.btn[href='/office/imports/']")


def databases(page: Page, camera: Camera, language: str) -> None:
    """A database from its name to the karte; it goes into the bin again at the end."""
    page.goto("/office/databases/")
    camera.take("databases")
    page.goto("/office/databases/new/")
    page.fill("[name=name]", "資料請求の受付")
    page.fill("[name=name_en]", "Requests at the desk")
    camera.take("database-1-name")
    page.locator("[data-save]").click()
    page.wait_for_url("**/fields/")
    fields, home = page.url, page.url.removesuffix("fields/")
    camera.take("database-2-no-fields")
    for kind, label, label_en, choices in ASKED:
        page.goto(f"{fields}new/?type={kind}")
        page.fill("[name=label_ja]", label)
        if choices:
            page.fill("[name=new_choices]", choices)
            camera.take("database-3-field")
        page.locator("details.field-more summary").first.click()
        page.fill("[name=label]", label_en)
        page.locator("[data-save]").click()
        page.wait_for_url("**/fields/")
    camera.take("database-4-fields")
    page.goto(home)
    camera.take("database-5-empty")
    page.goto(f"{home}new/")
    page.locator("[name=member]").press_sequentially("田中", delay=30)
    page.get_by_role("option").first.wait_for()
    camera.take("database-6-entry")
    page.get_by_role("option").first.click()
    own = page.locator("[name^=own_]:not([type=hidden])")
    own.first.fill("入会案内を送ってほしい")
    page.locator("[type=radio][name^=own_]").nth(1).check()
    page.locator("input[data-date], .date-field input, [inputmode=text]").first.fill(
        "令和8年11月21日"
    )
    page.set_input_files(
        "[type=file]",
        {"name": "申込書.pdf", "mimeType": "application/pdf", "buffer": b"%PDF-1.4 form"},
    )
    page.locator("textarea[name^=own_]").fill("電話で受付。\n折り返しを希望。")
    page.locator("[data-save]").click()
    page.wait_for_url(re.compile(r"/\d+/$"))
    camera.take("database-7-record")
    member = page.locator("dl.facts a[href^='/office/members/']").first.get_attribute("href") or ""
    page.goto(home)
    camera.take("database-8-list")
    page.goto(member)
    name = "データベース" if language == "ja" else "Databases"
    if page.get_by_role("tab", name=name).count():
        page.get_by_role("tab", name=name).click()
    else:  # on a phone the parts stand below each other
        page.get_by_text("入会案内を送ってほしい").first.scroll_into_view_if_needed()
    camera.take("database-9-karte")
    page.goto(f"{home}settings/")
    page.locator("form[action$='/deletion/'] button").click()
    page.wait_for_url("**/databases/")


ASKED = (
    ("text", "件名", "Subject", ""),
    ("choice", "状態", "State", "未対応\n対応中\n完了"),
    ("date", "請求日", "Asked on", ""),
    ("file", "申込書", "Form", ""),
    ("integer", "部数", "Copies", ""),
    ("boolean", "発送済み", "Sent", ""),
    ("member", "紹介者", "Introduced by", ""),
    ("long_text", "備考", "Remarks", ""),
)


def settings(page: Page, camera: Camera, language: str) -> None:
    pages: dict[str, str] = {
        "settings": "/office/settings/",
        "staff": "/office/settings/staff/",
        "roles": "/office/settings/roles/",
        "role": "/office/settings/roles/2/",
        "member-types": "/office/settings/member-types/",
        "tokens": "/office/settings/tokens/",
        "account": "/office/account/",
        "api": "/api/v1/docs",
    }
    for name, address in pages.items():
        page.goto(address)
        camera.take(name)


Walk = Callable[[Page, Camera, str], None]

if __name__ == "__main__":
    sys.exit(main())
