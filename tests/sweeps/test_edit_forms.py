"""Whoever edits something is told who else does: no form of the office forgets it."""

from pathlib import Path

import pytest

APPS = Path(__file__).parents[2] / "enishi"
# Forms that do not edit a thing that others may have open.
WITHOUT = {
    "accounts/office/new_staff.html": "makes something new",
    "accounts/office/new_token.html": "makes something new",
    "accounts/office/own.html": "one's own account",
    "accounts/office/organisation.html": "settings, of which there is one",
    "activity/office/tracking.html": "settings, of which there is one",
    "campaigns/office/limits.html": "settings, of which there is one",
    "members/office/consents/topics.html": "makes something new",
    "members/office/panels/field_rights.html": "settings, of which there is one",
    "members/office/panels/notes.html": "makes something new",
    "members/office/view_form.html": "a name for what one looks at",
    "messaging/office/lifting.html": "adds a decision",
    "messaging/office/settings.html": "settings, of which there is one",
    "messaging/office/template.html": "a ready-made text, kept in versions",
    "ui/components/gallery.html": "shows parts",
}


def forms() -> list[Path]:
    """Templates with a form that warns before what was typed is lost."""
    found = sorted(APPS.glob("*/templates/**/*.html"))
    return [path for path in found if "data-guard" in path.read_text()]


def name_of(path: Path) -> str:
    return str(path).split("/templates/")[1]


@pytest.mark.parametrize("path", forms(), ids=name_of)
def test_it_shows_who_else_edits(path: Path) -> None:
    tells = "{% presence " in path.read_text()
    if name_of(path) in WITHOUT:
        assert not tells, "take it off the list"
    else:
        assert tells, "add {% presence thing editing=True %} and, where it can clash, was_read"


def test_the_list_names_forms_that_there_are() -> None:
    assert {name_of(path) for path in forms()} >= set(WITHOUT)
