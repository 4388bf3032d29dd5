"""Small drawings that need no JavaScript."""

from collections.abc import Sequence

from django.utils.html import format_html
from django.utils.safestring import SafeString

_WIDTH, _HEIGHT = 120, 32


def sparkline(values: Sequence[float], label: str = "") -> SafeString:
    """The course of ``values`` as a line of fixed height. ``label`` says it in words."""
    if len(values) < 2:
        return SafeString("")
    low, high = min(values), max(values)
    span = (high - low) or 1
    step = _WIDTH / (len(values) - 1)
    points = " ".join(
        f"{i * step:.1f},{_HEIGHT - 2 - (value - low) / span * (_HEIGHT - 4):.1f}"
        for i, value in enumerate(values)
    )
    return format_html(
        '<svg class="spark" viewBox="0 0 {} {}" preserveAspectRatio="none" role="img" '
        'aria-label="{}"><polygon class="spark-area" points="0,{} {} {},{}"/>'
        '<polyline points="{}" vector-effect="non-scaling-stroke"/></svg>',
        _WIDTH,
        _HEIGHT,
        label or ", ".join(str(value) for value in values),
        _HEIGHT,
        points,
        _WIDTH,
        _HEIGHT,
        points,
    )


def ratio(part: float, whole: float, label: str = "") -> SafeString:
    """A bar that shows how much of ``whole`` ``part`` is."""
    percent = 0 if not whole else max(0.0, min(100.0, part / whole * 100))
    return format_html(
        '<svg class="ratio-bar" viewBox="0 0 100 8" preserveAspectRatio="none" role="img" '
        'aria-label="{}"><rect width="{}" height="8"/></svg>',
        label or f"{percent:.0f}%",
        f"{percent:.1f}",
    )
