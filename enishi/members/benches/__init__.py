"""What the roll can be measured by: ``enishi bench roll|import|duplicates|bulk``."""

from . import bulk, duplicates, imports, roll

__all__ = ["bulk", "duplicates", "imports", "roll"]
