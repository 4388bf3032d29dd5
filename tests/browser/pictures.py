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
from collections.abc import Iterator
from pathlib import Path

from PIL import Image
from playwright.sync_api import Browser, Page, sync_playwright

from . import walks

ROOT = Path(__file__).parents[2]
PICTURES = ROOT / "docs" / "reference" / "pictures"
SIZES = {"wide": (1440, 900), "phone": (390, 844)}
LANGUAGES = ("ja", "en")
LARGEST = 150_000  # bytes


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
    for walk in walks.WALKS:
        if walk_only and walk.__name__ not in ("entrance", walk_only):
            continue
        try:
            walk(page, camera, language)
        except Exception as error:  # noqa: BLE001  # one page less is no reason to take none
            print(f"{camera.ending} {walk.__name__}: {error}", file=sys.stderr)
    context.close()


if __name__ == "__main__":
    sys.exit(main())
