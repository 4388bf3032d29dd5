"""What is drawn without a template is what the template draws."""

import re

import pytest
from django import forms
from django.template.loader import render_to_string
from django.utils.translation import override

from enishi.members.fields.drawing import drawn
from enishi.members.fields.forms import form_field, initial, shown_field
from enishi.ui.fields import parts

pytestmark = pytest.mark.django_db

VALUES = {
    "text": '<b>"x"</b>', "long_text": "一\n<二>", "integer": 5, "decimal": "1.5", "money": 100,
    "date": "2026-04-01", "datetime": "2026-04-01T05:30:00Z", "time": "09:00", "boolean": True,
    "choice": "m", "choices": ["s", "l"], "email": "a@example.jp", "phone": "0312345678",
    "url": "https://example.jp/?a=1&b=2",
}  # fmt: skip


def tags(html: str) -> list[object]:
    """Tags with their attributes in any order, and the texts between them."""
    found: list[object] = []
    for tag, text in re.findall(r"<([^>]+)>|([^<]+)", html):
        if text.strip():
            found.append(text.strip())
        elif tag and tag != "/input":
            name, *_rest = tag.split(None, 1)
            pairs = re.findall(r'([\w-]+)(?:="([^"]*)")?', tag[len(name) :])
            found.append(
                (
                    name,
                    frozenset(
                        (k, " ".join(v.split())) for k, v in pairs if (k, v) != ("value", "")
                    ),
                )
            )
    return found


@pytest.mark.parametrize("filled", [True, False])
@pytest.mark.parametrize("said", [{}, {"help": "短い説明 <b>", "required": True}])
@pytest.mark.parametrize("kind", [*VALUES, "member"])
def test_drawn_by_hand_as_by_the_template(made, taro, kind, said, filled):
    for way in ("", "radio", "select", "checkboxes"):
        try:
            field = made(kind, key=f"k{way}", input=way, **said)
        except Exception:  # noqa: BLE001 - a type that knows no such input
            continue
        value = (VALUES | {"member": taro.pk})[kind] if filled else None
        shape = type("F", (forms.Form,), {"own_k": form_field(field, value)})
        bound = shape(initial={"own_k": initial(field, value)})["own_k"]
        by_hand = drawn(bound, "half")
        if by_hand is None:
            assert way == "select" or (kind, way) == ("boolean", "checkboxes")
            continue
        by_template = render_to_string("ui/components/field.html", parts(bound, class_="half"))
        assert tags(by_hand) == tags(by_template)


@pytest.mark.parametrize("kind", ["text", "long_text", "date", "choice", "choices", "boolean"])
def test_forms_that_share_a_field_show_each_its_own_value(made, kind):
    field = made(kind, key="shared")
    other = {"text": "b", "long_text": "b", "date": "2020-01-02", "choice": "s", "choices": ["m"]}
    values = [VALUES[kind], other.get(kind, False), None, VALUES[kind]]

    def bound(way, value):
        shape = type("F", (forms.Form,), {})
        form = shape(initial={"own_k": initial(field, value)})
        form.fields["own_k"] = way(field, value)
        return form["own_k"]

    for value in values:
        alone = drawn(bound(form_field, value), "half")
        assert alone is not None
        assert drawn(bound(shown_field, value), "half") == alone
    assert (shown_field(field, "a") is shown_field(field, "b")) is True
    with override("en"):
        assert shown_field(field).label == (field.label or field.label_ja)
        assert shown_field(field) is not form_field(field)


def test_what_hangs_on_the_value_is_not_shared(made):
    one = made("text", key="lines")
    assert shown_field(one, "a\nb") is not shown_field(one, "a")
    choice = made("choice", key="old")
    choice.choices = [{**c, "retired": c["value"] == "m"} for c in choice.choices]
    offered = [value for value, _label in shown_field(choice, None).choices]
    assert "m" not in offered
    assert "m" in [value for value, _label in shown_field(choice, "m").choices]
