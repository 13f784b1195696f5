"""Delta debugging over a list of values: the smallest part of them that flips the outcome alone."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import TypeVar

from .case import Variant
from .log import Answer, Log, Steps

V = TypeVar("V")
_PARTS = 4
"""Parts that are tried side by side."""


def smallest_part(log: Log, best: Answer, values: Sequence[V], make: Callable[[Sequence[V]], Variant]) -> Steps[Answer]:
    """The flip with the fewest values in it: `best` where no part of them flips alone. `make` gives the variant of a part."""
    while len(values) > 1:
        parts = _split(values)
        asked = {make(part): part for part in parts}
        answers = yield from log.ask(*asked)
        flipped = [answer for answer in answers if answer[1].accepted]
        if not flipped:
            break
        best = min(flipped, key=lambda answer: len(asked[answer[0]]))
        values = asked[best[0]]
    return best


def _split(values: Sequence[V]) -> list[Sequence[V]]:
    size = -(-len(values) // min(_PARTS, len(values)))
    return [values[at : at + size] for at in range(0, len(values), size)]


def names(values: Sequence[object]) -> str:
    """Values in a row."""
    return ", ".join(str(value) for value in values)
