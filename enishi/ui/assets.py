"""Where the build put the style sheets, scripts and icons: Vite's manifest."""

import json
from functools import cache
from pathlib import Path
from typing import Any

from django.conf import settings

ROOT = Path(__file__).parent / "static" / "enishi"


def manifest() -> dict[str, dict[str, Any]]:
    """Vite's manifest, {} before the first build. Read once; again at every use in DEBUG."""
    return _read() if settings.DEBUG else _kept()


def _read() -> dict[str, dict[str, Any]]:
    try:
        read: dict[str, dict[str, Any]] = json.loads((ROOT / "manifest.json").read_text())
    except FileNotFoundError:
        return {}
    return read


_kept = cache(_read)


def address(file: str) -> str:
    """The URL of a built file. Its name already holds its hash: no storage may rename it."""
    return f"{settings.STATIC_URL}enishi/{file}"


def files(entry: str) -> tuple[list[str], list[str], list[str]]:
    """URLs of an entry's style sheets, of the modules it imports, and of its scripts."""
    listed = manifest()
    chunk = listed.get(f"src/{entry}")
    if chunk is None:
        return [], [], []
    styles, imported = list(chunk.get("css", [])), []
    for name in chunk.get("imports", []):
        imported.append(listed[name]["file"])
        styles = [*listed[name].get("css", []), *styles]
    return (
        [address(file) for file in styles],
        [address(file) for file in imported],
        [address(chunk["file"])],
    )


def sprite() -> str:
    """The URL of the icon sprite, '' before the first build."""
    chunk = manifest().get("icons.svg")
    return address(chunk["file"]) if chunk else ""
