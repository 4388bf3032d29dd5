"""What a scan found, for the command line."""

from typing import Any

from enishi.members.models import DuplicatePair

from . import reasons
from .scan import run_scan
from .scoring import KEPT


def found_now(threshold: int) -> list[dict[str, Any]]:
    """Scan, and tell the pairs that score ``threshold`` or more, the surest first."""
    run_scan(least=min(threshold, KEPT))
    found = DuplicatePair.objects.filter(score__gte=threshold).select_related("first", "second")
    return [
        {
            "members": [pair.first.number, pair.second.number],
            "score": pair.score,
            "reasons": reasons.sentences(reasons.read(pair.reasons)),
        }
        for pair in found.order_by("-score", "pk")
    ]
