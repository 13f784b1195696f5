"""What the samples of several families are made of."""

from __future__ import annotations

from collections.abc import Callable

from tlsdiag.check import Seen
from tlsdiag.facts import AlertSeen
from tlsdiag.failure import Failure, FailureKind, Phase
from tlsdiag.iana import AlertDescription

NAME = "server.example"
HELLO = b"\x16\x03\x03\x00\x01\x02"

Sample = Callable[[], Seen]
#: code -> (a sample that must raise it, a near miss that must not)
Samples = dict[str, tuple[Sample, Sample]]


def failure(kind: FailureKind, phase: Phase = Phase.HANDSHAKE) -> Failure:
    return Failure(kind=kind, phase=phase, detail=f"sample of {kind}", elapsed=0.1)


def alert(code: int, level: int = 2) -> AlertSeen:
    return AlertSeen(level=level, description=AlertDescription(code))
