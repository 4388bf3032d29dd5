"""What the roll can be measured by: ``enishi bench roll|import``."""

from . import imports, roll

__all__ = ["imports", "roll"]
