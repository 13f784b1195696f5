"""Memory for what is asked of the same certificates again and again: many small ones, and a few that are large.

`functools.lru_cache` counts answers, not bytes: a process that diagnoses hostile servers for days would keep a thousand certificates of a megabyte.
"""

from __future__ import annotations

import functools
from collections.abc import Callable
from typing import ParamSpec, Protocol, TypeVar

P = ParamSpec("P")
R = TypeVar("R")

LARGE = 16 * 1024
"""Bytes of DER above which a question is large; honest certificates with a hundred names have a third of it."""
LARGE_ONES = 16


class Remembered(Protocol[P, R]):
    """A function with a memory; `__wrapped__` is the one without."""

    __wrapped__: Callable[P, R]

    def __call__(self, *args: P.args, **kwargs: P.kwargs) -> R:
        """Answer, perhaps from memory."""

    def cache_clear(self) -> None:
        """Forget everything."""


def remembered(most: int) -> Callable[[Callable[P, R]], Remembered[P, R]]:
    """Remember the last `most` answers of a pure function of DER (bytes) or of objects with DER in `der`, and the last few about large ones."""

    def decorate(function: Callable[P, R]) -> Remembered[P, R]:
        small, large = functools.lru_cache(maxsize=most)(function), functools.lru_cache(maxsize=LARGE_ONES)(function)

        @functools.wraps(function)
        def answer(*args: P.args, **kwargs: P.kwargs) -> R:
            size = 0
            for item in args:
                size += len(item if isinstance(item, bytes) else getattr(item, "der", b""))
            return (small if size <= LARGE else large)(*args, **kwargs)  # type: ignore[arg-type]

        def forget() -> None:
            small.cache_clear()
            large.cache_clear()

        answer.cache_clear = forget  # type: ignore[attr-defined]
        return answer  # type: ignore[return-value]

    return decorate
