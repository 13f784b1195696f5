"""A path put before the rules."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from datetime import datetime

import attrs

from ..certificate import Certificate
from .model import Path, Violation
from .profiles import refusing

Broken = tuple[str, int, str]
"""A rule's verdict: the code (with its variant after a colon), the depth, and the words."""


@attrs.frozen(kw_only=True)
class Judged:
    """A path under judgement; `at` in whole seconds, for certificates have no others (RFC 5280 section 4.1.2.5).

    `purpose` is the OID of the extended key usage in question. `most_authorities` bounds the authorities between leaf and anchor, self-issued ones not
    counted. `untried` are depths at which the signature could not be verified. `ending` says at which depth, with which code and in which words the path
    fails to hang together or to reach an anchor.
    """

    chain: tuple[Certificate, ...]
    anchored: bool
    at: datetime
    purpose: str
    most_authorities: int | None = None
    untried: tuple[int, ...] = ()
    ending: tuple[int, str, str] | None = None

    @property
    def top(self) -> int:
        """The depth of the last certificate."""
        return len(self.chain) - 1

    def is_anchor(self, depth: int) -> bool:
        """Whether this is the anchor, trusted as it is; a leaf that is one itself is judged as a leaf."""
        return self.anchored and depth == self.top and depth > 0

    def authorities(self) -> Iterator[tuple[int, Certificate]]:
        """Everything above the leaf, with depths."""
        yield from enumerate(self.chain[1:], 1)


Rule = Callable[[Judged], Iterator[Broken]]


def judge(judged: Judged) -> Path:
    """Every rule that a path breaks, with those who refuse for it."""
    from .rules import RULES

    violations = tuple(_violation(judged, *broken) for rule in RULES for broken in rule(judged))
    return Path(certificates=judged.chain, anchored=judged.anchored, violations=violations)


def _violation(judged: Judged, code: str, depth: int, detail: str) -> Violation:
    return Violation(code=code.partition(":")[0], depth=depth, detail=detail, profiles=refusing(code, anchor=judged.is_anchor(depth)))
