"""The ways through the office on which pictures are taken; each leaves the demo as it was."""

import re
from collections.abc import Callable
from pathlib import Path
from typing import TYPE_CHECKING

from playwright.sync_api import Page

if TYPE_CHECKING:
    from .pictures import Camera

EMAIL, PASSWORD = "sato@example.jp", "enishi-demo"
SUZUKI = "suzuki@example.jp"
LIST = Path(__file__).parents[2] / "enishi/core/japanese/tests/data/roster-a.csv"


def speak(page: Page, language: str) -> None:
    """Change to ``language`` with the button of the page, if it speaks another."""
    if page.locator("html").get_attribute("lang") != language:
        page.locator(f"button[name=language][value={language}]").first.click()
        page.wait_for_load_state("networkidle")


def portal(page: Page, camera: "Camera", language: str) -> None:
    page.goto("/")
    speak(page, language)
    camera.take("portal")


def entrance(page: Page, camera: "Camera", language: str) -> None:
    page.goto("/accounts/login/")
    camera.take("sign-in")
    sign_in(page, EMAIL)
    speak(page, language)


def sign_in(page: Page, email: str) -> None:
    page.fill("[name=login]", email)
    page.fill("[name=password]", PASSWORD)
    page.locator("form:has([name=password]) button").first.click()
    page.wait_for_url("**/office/**")


def office(page: Page, camera: "Camera", language: str) -> None:
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


def segments(page: Page, camera: "Camera", language: str) -> None:
    """The list, one segment, and the builder with its rule."""
    page.goto("/office/segments/")
    camera.take("segments")
    page.goto("/office/segments/1/")
    page.wait_for_timeout(1500)  # the chart grows
    camera.take("segment")
    page.goto("/office/segments/1/edit/")
    page.wait_for_selector("#builder-sample .who")
    camera.take("segment-builder")


def campaigns(page: Page, camera: "Camera", language: str) -> None:
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


def importing(page: Page, camera: "Camera", language: str) -> None:
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


def databases(page: Page, camera: "Camera", language: str) -> None:
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
    exporting(page, camera, home)
    page.goto(f"{home}settings/")
    page.locator("form[action$='/deletion/'] button").click()
    page.wait_for_url("**/databases/")


def exporting(page: Page, camera: "Camera", home: str) -> None:
    """A file of a database as a program asks for it, with the page that tells of it."""
    page.goto("/office/settings/tokens/new/")
    page.fill("[name=name]", "写真")
    page.locator("[name=everything]").check()
    page.locator("[data-save]").click()
    page.wait_for_load_state("networkidle")
    secret = re.search(r"eni_[\w-]{20,}", page.content())
    key = home.rstrip("/").rsplit("/", 1)[-1]
    made = page.request.post(
        f"/api/v1/databases/{key}/exports",
        headers={"authorization": f"Bearer {secret[0] if secret else ''}"},
        data={"format": "xlsx"},
    )
    page.goto(f"{home}exports/{made.json()['id']}/")
    page.locator("a[download]").wait_for()
    camera.take("database-export")


def clash(page: Page, camera: "Camera", language: str) -> None:
    """Two at one task: whoever saves second chooses."""
    page.goto("/office/tasks/all/")
    page.goto(page.locator(".task-title a").first.get_attribute("href") or "")
    task, host = page.url, page.url.split("/office/")[0]
    before = {name: page.input_value(f"[name={name}]") for name in ("title", "due_on")}
    browser = page.context.browser
    if browser is None:
        return
    desk = browser.new_context(base_url=host)  # of Suzuki, who is quicker
    other = desk.new_page()
    other.goto("/accounts/login/")
    sign_in(other, SUZUKI)

    def elsewhere(title: str, due_on: str) -> None:
        other.goto(task)
        other.fill("[name=title]", title)
        other.fill("[name=due_on]", due_on)
        other.locator("form:has([name=title]) .btn-primary").click()
        other.wait_for_load_state("networkidle")

    elsewhere(f"{before['title']}（電話で）", "2026-12-10")
    page.fill("[name=title]", f"{before['title']}（メールで）")
    page.fill("[name=due_on]", "2026-12-17")
    page.locator("form:has([name=title]) .btn-primary").click()
    page.locator("[name='keep:title']").first.wait_for()
    page.locator("[name='keep:title']").first.check()
    camera.take("clash")
    page.goto("/office/tasks/all/")
    elsewhere(**before)
    desk.close()


def passkeys(page: Page, camera: "Camera", language: str) -> None:
    """Suzuki adds a passkey of a made-up device and takes it away again."""
    host = page.url.split("/office/")[0].replace("127.0.0.1", "localhost")  # a name, no number
    devtools = page.context.new_cdp_session(page)
    devtools.send("WebAuthn.enable")
    devtools.send("WebAuthn.addVirtualAuthenticator", {"options": DEVICE})
    page.goto(f"{host}/accounts/login/")
    sign_in(page, SUZUKI)
    speak(page, language)
    page.goto(f"{host}/accounts/2fa/webauthn/add/")
    if "reauthenticate" in page.url:
        page.fill("[name=password]", PASSWORD)
        page.locator("form:has([name=password]) button").first.click()
        page.wait_for_url("**/webauthn/add/")
    page.fill("[name=name]", "事務所のパソコン" if language == "ja" else "The office's computer")
    camera.take("passkey-add")
    page.locator("form:has([name=name]) button").first.click()
    page.wait_for_url(re.compile("/accounts/2fa/(?!webauthn/add)"))
    page.goto(f"{host}/accounts/2fa/webauthn/")
    camera.take("passkeys")
    page.locator("a[href$='/remove/']").first.click()
    page.locator("form:has(a[href$='/webauthn/']) button").first.click()
    page.wait_for_load_state("networkidle")


DEVICE = {
    "protocol": "ctap2",
    "transport": "internal",
    "hasResidentKey": True,
    "hasUserVerification": True,
    "isUserVerified": True,
    "automaticPresenceSimulation": True,
}
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


def settings(page: Page, camera: "Camera", language: str) -> None:
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


WALKS: tuple[Callable[[Page, "Camera", str], None], ...] = (
    *(portal, entrance, office, segments, campaigns, importing, databases, settings),
    *(clash, passkeys),
)
