"""The matrix of certificate chains: what every client is asked about, made anew around the present. `chains()` is the table."""

from __future__ import annotations

import functools

from . import graphs, limits, marks, material, sound
from .case import Chain

_FAMILIES = (
    sound.HEALTHY, sound.DATES, sound.SENDING, graphs.NAMESAKES, graphs.CROSS, limits.LENGTHS, limits.NAMES, limits.POLICIES, marks.USAGES, marks.PURPOSES,
    marks.CRITICAL, marks.BASIC, marks.IDENTIFIERS, marks.ALTERNATIVE, material.KEYS, material.SIGNATURES, material.SERIALS, material.BYTES, material.ALONE,
)  # fmt: skip


@functools.cache
def chains() -> tuple[Chain, ...]:
    """Every row, family by family."""
    return tuple(make() for family in _FAMILIES for make in family.makers)


__all__ = ["Chain", "chains"]
