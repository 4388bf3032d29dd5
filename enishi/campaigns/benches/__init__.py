"""What campaigns can be measured by: ``enishi bench sending|freeze|tracking``."""

from . import freezing, sending, tracking

__all__ = ["freezing", "sending", "tracking"]
