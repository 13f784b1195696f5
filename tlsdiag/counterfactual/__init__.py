"""Counterfactuals: which least change of a client's own hello flips the outcome? Pure: it plans trials and is told what became of them.

`search(case)` is a generator: it yields rounds of `Variant`s (each may run beside the others), is sent the `Trial`s, and returns the `Counterfactuals`.
"""

from __future__ import annotations

from .case import Case, Variant
from .search import MAX_TRIALS, search

__all__ = ["MAX_TRIALS", "Case", "Variant", "search"]
