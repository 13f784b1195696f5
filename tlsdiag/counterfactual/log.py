"""The log of a search: what was asked and answered, within a budget of trials."""

from __future__ import annotations

from collections.abc import Generator, Iterator, Sequence
from typing import TypeVar

import attrs

from ..facts import Trial
from .case import UNCHANGED, Variant

T = TypeVar("T")
Steps = Generator[tuple[Variant, ...], Sequence[Trial], T]
"""A part of a search: yields rounds of variants, is sent their trials in the same order, returns a T."""
Answer = tuple[Variant, Trial]
MAX_TRIALS = 24
"""Connections that one endpoint has to bear for a proof."""


@attrs.define
class Log:
    """Everything that was tried. `kept_back` trials are left for the repetition at the end."""

    answers: list[Answer] = attrs.field(factory=list)
    kept_back: int = 3

    @property
    def room(self) -> int:
        """Trials that may still be made."""
        return MAX_TRIALS - self.kept_back - len(self.answers)

    def ask(self, *variants: Variant) -> Steps[list[Answer]]:
        """Try variants side by side, as many as there is room for; one that was tried before is answered from memory."""
        known = [(old, trial) for old, trial in self.answers if old in variants]
        new = [variant for variant in dict.fromkeys(variants) if not any(variant == old for old, _ in known)][: max(0, self.room)]
        if not new:
            return known
        trials = yield tuple(new)
        answers = list(zip(new, trials, strict=True))
        self.answers += answers
        return [*known, *answers]

    def accepted(self) -> list[Answer]:
        """What flipped the outcome."""
        return [(variant, trial) for variant, trial in self.answers if trial.accepted and variant.change != UNCHANGED]

    def of(self, change: str) -> Iterator[Trial]:
        """The trials of a change."""
        return (trial for variant, trial in self.answers if variant.change == change)

    def untried(self, variants: Sequence[Variant]) -> list[Variant]:
        """Those that were not asked yet."""
        tried = {variant for variant, _ in self.answers}
        return [variant for variant in variants if variant not in tried]
