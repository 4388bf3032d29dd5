"""The roll for programs: everything that the office can do with members."""

from ninja import Router

from .attached import router as attached
from .lists import router as lists
from .members import router as members
from .status import router as status

router = Router()
for part in (members, status, attached, lists):
    router.add_router("", part)

__all__ = ["router"]
