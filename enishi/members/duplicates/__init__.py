"""名寄せ: who may be entered twice, why one may think so, and how sure that is.

``folding`` reads a member so that writings do not matter, ``odds`` knows how frequent names and
days are, ``scoring`` weighs two members against each other, ``blocks`` and ``scan`` look through
the whole roll without comparing everybody with everybody, ``looking`` finds who is like one person.
"""

from .looking import Found, alike, alike_of, verdict_of
from .odds import Odds
from .reasons import Reason, sentences
from .scan import is_fresh, keep_fresh, run_scan
from .scoring import KEPT, THRESHOLD, Verdict, verdict

__all__ = [
    "KEPT",
    "THRESHOLD",
    "Found",
    "Odds",
    "Reason",
    "Verdict",
    "alike",
    "alike_of",
    "is_fresh",
    "keep_fresh",
    "run_scan",
    "sentences",
    "verdict",
    "verdict_of",
]
