"""What the roll can be measured by: ``enishi bench roll|import|fields|duplicates|bulk``."""

from . import bulk, duplicates, fields, imports, roll

__all__ = ["bulk", "duplicates", "fields", "imports", "roll"]
