"""Deadlines: a point in monotonic time, from which every wait takes what is left."""

from __future__ import annotations

import time
from collections.abc import Callable
from typing import Self

import attrs


@attrs.frozen
class Deadline:
    """A point in time; `clock` gives monotonic seconds."""

    at: float
    clock: Callable[[], float] = attrs.field(default=time.monotonic, eq=False, repr=False)

    @classmethod
    def after(cls, seconds: float, clock: Callable[[], float] = time.monotonic) -> Self:
        """The deadline `seconds` from now."""
        return cls(clock() + seconds, clock)

    def remaining(self) -> float:
        """Seconds left, never below zero."""
        return max(0.0, self.at - self.clock())

    def overdue(self) -> float:
        """Seconds since it has passed, never below zero."""
        return max(0.0, self.clock() - self.at)

    def sooner(self, seconds: float) -> Deadline:
        """The earlier of this deadline and `seconds` from now."""
        return Deadline(min(self.at, self.clock() + seconds), self.clock)
