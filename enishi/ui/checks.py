"""What must be there before pages can be shown."""

from typing import Any

from django.core.checks import CheckMessage, register
from django.core.checks import Warning as Warned

from .assets import manifest


@register("ui")
def front_end_is_built(**_options: Any) -> list[CheckMessage]:
    if manifest():
        return []
    return [
        Warned(
            "The front-end has not been built, so pages will look bare.",
            hint="Run: make frontend",
            id="ui.W001",
        )
    ]
