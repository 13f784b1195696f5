"""Samples of the family balance: several machines behind one address or one name."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from tlsdiag.check import Seen
from tlsdiag.facts import ChainSeen, Note, Pace, RepeatOutcome, Repeats, RepeatSeen, Resumptions
from tlsdiag.iana import CipherSuite, ProtocolVersion
from tlsdiag.target import Endpoint
from tlsdiag.testing import Authority
from tlsdiag.testing.observations import ENDPOINT, client_outcome, handshake_outcome, reachability, seen

from .common import NAME, Samples, alert

ROOT = Authority.root(number=300)
ONE, OTHER = (ROOT.issue(NAME, number=number).der for number in (11, 12))
EXPIRED = (Note(code="expired", detail="it expired on 2026-01-01"),)
SECOND = Endpoint(address="192.0.2.2", port=443)
O = RepeatOutcome  # noqa: E741 - the letter reads as "outcome"


def repeat(outcome: RepeatOutcome = O.WORKS, *, pace: Pace = Pace.TOGETHER, **changes: Any) -> RepeatSeen:
    """One connection; one that works chose TLS 1.3 and served the first certificate."""
    works = {"version": ProtocolVersion.TLS1_3, "cipher_suite": CipherSuite(0x1301), "leaf": ONE}
    return RepeatSeen(**{"outcome": outcome, "pace": pace, "elapsed": 0.01, **(works if outcome is O.WORKS else {}), **changes})


def repeats(*attempts: RepeatSeen, faults: dict[bytes, tuple[Note, ...]] | None = None, **changes: Any) -> Repeats:
    """What was met; every leaf with its chain."""
    served = dict.fromkeys(item.leaf for item in attempts if item.leaf)
    chains = tuple(ChainSeen(certificates=(leaf,), faults=(faults or {}).get(leaf, ())) for leaf in served)
    return Repeats(attempts=attempts, chains=chains, **changes)


def behind(*attempts: RepeatSeen, **changes: Any) -> Seen:
    """The view of an endpoint whose client got through."""
    return seen(client_outcome(), handshake_outcome(), repeats(*attempts, **changes))


def by_turns(first: RepeatSeen, second: RepeatSeen, **changes: Any) -> Seen:
    """Two kinds of answers, one after the other."""
    return behind(*(first, second) * 4, **changes)


def runs(*parts: tuple[int, RepeatOutcome, Pace]) -> Sequence[RepeatSeen]:
    """So many of each, in this order."""
    return [repeat(outcome, pace=pace) for count, outcome, pace in parts for _ in range(count)]


def addresses(**second: Any) -> Seen:
    """Two addresses of a name; `second` changes what our handshake with the other one came to."""
    ours = handshake_outcome(certificates=(ONE,))
    theirs = handshake_outcome(**{"certificates": (ONE,), **second})
    return seen(client_outcome(), ours, reachability(), others={SECOND: (client_outcome(), theirs, reachability())}, endpoint=ENDPOINT)


def one_pool() -> Seen:
    """Two addresses that happened to serve two certificates, each of which serves the other's too."""
    both = repeats(repeat(), repeat(leaf=OTHER))
    ours, theirs = handshake_outcome(certificates=(ONE,)), handshake_outcome(certificates=(OTHER,))
    return seen(client_outcome(), ours, reachability(), both, others={SECOND: (client_outcome(), theirs, reachability(), both)})


def resumed(*taken: bool, **more: Any) -> Seen:
    return seen(Resumptions(version="TLSv1.3", by_ticket=True, taken=taken, **more))


def broken(*fresh: bool) -> Seen:
    return resumed(broken=("TLSV1_ALERT_INTERNAL_ERROR",) * len(fresh), fresh=fresh)


_OLD = {"version": ProtocolVersion.TLS1_2}
SAMPLES: Samples = {
    "backend-certificate-bad": (lambda: by_turns(repeat(), repeat(leaf=OTHER), faults={OTHER: EXPIRED}), lambda: by_turns(repeat(), repeat(leaf=OTHER))),
    "backend-dead": (lambda: by_turns(repeat(), repeat(O.CLOSED)), lambda: by_turns(repeat(O.CLOSED), repeat(O.CLOSED))),
    "backend-refuses": (lambda: by_turns(repeat(), repeat(O.ALERT, alert=alert(112))), lambda: by_turns(repeat(), repeat(O.ALERT, alert=alert(70)))),
    "backends-differ-versions": (lambda: by_turns(repeat(), repeat(**_OLD)), lambda: by_turns(repeat(**_OLD), repeat(**_OLD))),
    "backends-differ-certificate": (lambda: by_turns(repeat(), repeat(leaf=OTHER)), lambda: by_turns(repeat(), repeat())),
    "backends-differ-settings": (lambda: by_turns(repeat(alpn="h2"), repeat()), lambda: by_turns(repeat(alpn="h2"), repeat(alpn="h2"))),
    "addresses-disagree": (lambda: addresses(alpn="h2"), one_pool),
    "resumption-broken": (lambda: broken(True, True, True), lambda: broken(True, False, True)),
    "tickets-not-shared": (lambda: resumed(True, False, True), lambda: resumed(True, False, False)),
}
