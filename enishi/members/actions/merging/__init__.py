"""Two members become one, and two again when that was wrong.

What hangs on the dropped member is found through the database's foreign keys, so an app that comes
later is not forgotten. A table that has no such key says so with ``attached``, one whose rows must
stay where they are with ``stays``.
"""

from .acting import merge, undo_merge
from .many import keeper, merge_many
from .pairs import not_same, perhaps_same
from .proposing import Offer, offers
from .rows import attached, references, stays

__all__ = [
    "Offer",
    "attached",
    "keeper",
    "merge",
    "merge_many",
    "not_same",
    "offers",
    "perhaps_same",
    "references",
    "stays",
    "undo_merge",
]
