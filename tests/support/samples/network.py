"""Samples of the family network."""

from __future__ import annotations

from typing import Any

from tlsdiag.check import Seen
from tlsdiag.facts import SpokenProtocol
from tlsdiag.failure import FailureKind, Phase
from tlsdiag.observation import Resolution
from tlsdiag.testing.observations import ENDPOINT, client_outcome, handshake_outcome, reachability, seen

from .common import HELLO, NAME, Samples, alert, failure

F = FailureKind


def resolution(kind: FailureKind | None) -> Seen:
    found = failure(kind, Phase.RESOLVE) if kind else None
    return seen(Resolution(host=NAME, endpoints=() if kind else (ENDPOINT,), failure=found), endpoint=None)


def dial(kind: FailureKind | None) -> Seen:
    return seen(reachability(connected=kind is None, failure=failure(kind, Phase.CONNECT) if kind else None))


def lost(kind: FailureKind, *, received: bytes = b"", greeting: FailureKind | None = None, **ours: Any) -> Seen:
    found = failure(kind)
    client = client_outcome(completed=False, failure=found, error_type="OSError", received=received)
    spoken = SpokenProtocol(protocol=None, greeting_failure=failure(greeting) if greeting else None)
    return seen(client, handshake_outcome(completed=False, failure=found, **ours), spoken)


SAMPLES: Samples = {
    "name-not-found": (lambda: resolution(F.NAME_NOT_FOUND), lambda: resolution(None)),
    "name-has-no-address": (lambda: resolution(F.NO_ADDRESS), lambda: resolution(F.NAME_NOT_FOUND)),
    "resolver-failed": (lambda: resolution(F.RESOLVER_FAILED), lambda: resolution(F.NAME_NOT_FOUND)),
    "name-invalid": (lambda: resolution(F.NAME_INVALID), lambda: resolution(None)),
    "connection-refused": (lambda: dial(F.REFUSED), lambda: dial(None)),
    "connection-timed-out": (lambda: dial(F.TIMED_OUT), lambda: dial(F.REFUSED)),
    "host-unreachable": (lambda: dial(F.UNREACHABLE), lambda: dial(F.TIMED_OUT)),
    "connection-prohibited": (lambda: dial(F.PROHIBITED), lambda: dial(F.REFUSED)),
    "local-network-error": (lambda: dial(F.LOCAL), lambda: dial(F.BUDGET_SPENT)),
    "reset-before-hello": (lambda: lost(F.RESET, greeting=F.RESET), lambda: lost(F.RESET)),
    "reset-after-hello": (lambda: lost(F.RESET), lambda: lost(F.RESET, greeting=F.RESET)),
    "closed-without-answer": (lambda: lost(F.CLOSED), lambda: lost(F.CLOSED, alert_received=alert(40))),
    "peer-silent": (lambda: lost(F.TIMED_OUT), lambda: lost(F.TIMED_OUT, received=HELLO)),
    "lost-midway": (lambda: lost(F.CLOSED, received=HELLO), lambda: lost(F.CLOSED)),
    "peer-endless": (lambda: lost(F.LIMIT_EXCEEDED), lambda: lost(F.CLOSED, received=HELLO)),
}
