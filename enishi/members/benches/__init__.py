"""What the roll can be measured by: ``enishi bench roll``."""

from . import roll

__all__ = ["roll"]
