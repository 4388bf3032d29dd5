"""Messages for programs."""

from ninja import Router

from . import messages, returned, settings

router = Router()
for part in (messages, returned, settings):
    router.add_router("", part.router)

__all__ = ["router"]
