"""Log lines and error texts to what failed: pure, standard library and `iana` alone.

`read` turns what a client said into causes by rank; `meanings` says what each cause is. Which rule of ours a cause belongs to is told by its
code, and what to make of that by the room `explanation`.
"""

from __future__ import annotations

from .causes import CODES, Meaning, meanings
from .cleaning import MAX_CHARACTERS, visible
from .places import Place, place_in
from .reading import Reading, read, telling_line
from .situations import SITUATIONS, Situation, Strength

__all__ = ["CODES", "MAX_CHARACTERS", "SITUATIONS", "Meaning", "Place", "Reading", "Situation", "Strength", "meanings", "place_in", "read", "telling_line", "visible"]
