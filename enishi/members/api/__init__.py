"""The roll for programs: everything that the office can do with members."""

from ninja import Router

from .attached import router as attached
from .bulk import router as bulk
from .consents import router as consents
from .duplicates import router as duplicates
from .exports import router as exports
from .field_rights import router as field_rights
from .fields import router as fields
from .imports import router as imports
from .labels import router as labels
from .lists import router as lists
from .members import router as members
from .relations import router as relations
from .status import router as status
from .tasks import router as tasks
from .views import router as views

router = Router()
_PARTS = (
    *(members, status, attached, consents, lists, fields, field_rights, imports, exports),
    *(duplicates, labels, relations, tasks, views, bulk),
)
for part in _PARTS:
    router.add_router("", part)

__all__ = ["router"]
