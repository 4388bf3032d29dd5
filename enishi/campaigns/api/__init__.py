"""What programs can do with campaigns: all that the office can."""

from ninja import Router

from . import campaigns, sending

router = Router()
router.add_router("", campaigns.router)
router.add_router("", sending.router)

__all__ = ["router"]
