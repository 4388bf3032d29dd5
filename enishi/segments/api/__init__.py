"""Segments for programs."""

from .segments import router

__all__ = ["router"]
