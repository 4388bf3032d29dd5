"""Messages for programs."""

from .messages import router

__all__ = ["router"]
