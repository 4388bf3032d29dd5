"""Databases and records for programs."""

from ninja import Router

from .databases import router as databases
from .exports import router as exports
from .imports import router as imports
from .records import router as records

router = Router()
for part in (databases, records, imports, exports):
    router.add_router("", part)

__all__ = ["router"]
