"""The stream for programs: kinds, batches in, one member's activities out."""

from ninja import Router

from .activities import router as activities
from .kinds import router as kinds

router = Router()
for part in (activities, kinds):
    router.add_router("", part)

__all__ = ["router"]
