"""What the roll can be measured by: ``enishi bench roll|import|duplicates``."""

from . import duplicates, imports, roll

__all__ = ["duplicates", "imports", "roll"]
