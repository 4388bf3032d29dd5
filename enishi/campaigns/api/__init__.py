"""What programs can do with campaigns: all that the office can."""

from ninja import Router

from . import campaigns, limits, notices, pictures, sending

router = Router()
router.add_router("", campaigns.router)
router.add_router("", sending.router)
router.add_router("", notices.router)
router.add_router("", limits.router)
router.add_router("", pictures.router)

__all__ = ["router"]
