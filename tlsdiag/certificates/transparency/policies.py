"""How many timestamps browsers want, from whom, and of logs in which state: Chrome's policy and Apple's, as published.

Chrome: https://googlechrome.github.io/CertificateTransparency/ct_policy.html, without the demand for a log of RFC 6962, which is given up (announced in
November 2025). Apple: https://support.apple.com/en-us/103214. Both as read in November 2026. Firefox (135 and later) wants what Chrome wants.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from datetime import UTC, datetime, timedelta

import attrs

from .logs import CtLog, LogState
from .verifying import Delivery

SHORT = timedelta(days=180)
"""A certificate that lives no longer needs two, another one three."""
CHROME_SINCE = datetime(2018, 5, 1, tzinfo=UTC)
APPLE_SINCE = datetime(2018, 10, 15, tzinfo=UTC)
_NO_RFC6962 = "none is of a log of RFC 6962"
_APPROVED = ("qualified", "usable", "readonly")


@attrs.frozen(kw_only=True)
class Witness:
    """A timestamp that counts, or may: its signature is right, or its log is not known (`log` is None) and nobody can tell."""

    delivery: Delivery
    log_id: bytes
    time: datetime
    log: CtLog | None = None


@attrs.frozen(kw_only=True)
class PolicyVerdict:
    """What a policy makes of them. `satisfied` is None when it hangs on logs that the list does not know.

    `hopeless`: it would not do even if every log were in the best of states, so that the age of the list does not matter. `by_kind_alone`: only a log of
    RFC 6962 is lacking, a demand that Chrome has given up and that Apple may. `reasons` in words.
    """

    program: str
    satisfied: bool | None
    wanted: int
    counted: int
    reasons: tuple[str, ...] = ()
    hopeless: bool = False
    by_kind_alone: bool = False


@attrs.frozen(kw_only=True)
class _Counted:
    """A witness, as a policy sees it: whether the log counts now, and whether it once did."""

    witness: Witness
    now: bool
    once: bool
    known: bool

    @property
    def operator(self) -> str:
        log = self.witness.log
        return log.operator if log is not None else f"unknown {self.witness.log_id.hex()}"

    @property
    def may_be_rfc6962(self) -> bool:
        return self.witness.log is None or not self.witness.log.is_static


_Reasons = Callable[[Sequence[_Counted], timedelta], tuple[str, ...]]


def wanted_number(lifetime: timedelta) -> int:
    """How many embedded timestamps both policies want for a certificate that lives so long."""
    return 2 if lifetime <= SHORT else 3


def chrome_policy(witnesses: Sequence[Witness], lifetime: timedelta, at: datetime) -> PolicyVerdict:
    """Chrome's: embedded as many as the lifetime asks for, or two from TLS and OCSP; of two operators in any case."""
    return _best("Chrome", _chrome_reasons, witnesses, lifetime, at)


def apple_policy(witnesses: Sequence[Witness], lifetime: timedelta, at: datetime) -> PolicyVerdict:
    """Apple's: the same numbers; of one operator one counts, of a longer life two; one from a log of RFC 6962."""
    return _best("Apple", _apple_reasons, witnesses, lifetime, at)


def _best(program: str, reasons: _Reasons, witnesses: Sequence[Witness], lifetime: timedelta, at: datetime) -> PolicyVerdict:
    """The verdict with the logs as they are known; with those that are not known, and all of them in the best of states, for what cannot be told."""
    listed = [_counted(item, program, at) for item in _distinct(witnesses)]
    known = [item for item in listed if item.known]
    certain = reasons(known, lifetime)
    allowed = [item if item.known else attrs.evolve(item, now=True, once=True) for item in listed]
    best = [attrs.evolve(item, now=True, once=True) for item in listed]
    return PolicyVerdict(
        program=program,
        satisfied=True if not certain else None if not reasons(allowed, lifetime) else False,
        wanted=wanted_number(lifetime),
        counted=sum(item.once for item in known),
        reasons=certain,
        hopeless=bool(reasons(best, lifetime)),
        by_kind_alone=certain == (_NO_RFC6962,),
    )


def _distinct(witnesses: Iterable[Witness]) -> list[Witness]:
    """One of each log and way, the earliest."""
    found: dict[tuple[bytes, bool], Witness] = {}
    for item in sorted(witnesses, key=lambda item: item.time):
        found.setdefault((item.log_id, item.delivery is Delivery.CERTIFICATE), item)
    return list(found.values())


def _counted(witness: Witness, program: str, at: datetime) -> _Counted:
    log = witness.log
    state: LogState | None = None if log is None else log.chrome if program == "Chrome" else log.apple
    name = state.at(at) if state is not None else ""
    retired = state is not None and name == "retired" and witness.time < state.since
    return _Counted(witness=witness, now=name in _APPROVED, once=name in _APPROVED or retired, known=log is not None and state is not None)


def _chrome_reasons(counted: Sequence[_Counted], lifetime: timedelta) -> tuple[str, ...]:
    embedded = [item for item in counted if item.witness.delivery is Delivery.CERTIFICATE and item.once]
    given = [item for item in counted if item.witness.delivery is not Delivery.CERTIFICATE and item.now]
    ways = [
        [*_too_few(embedded, wanted_number(lifetime)), *_operators(embedded), *_in_use(embedded)],
        [*_too_few(given, 2), *_operators(given)],
    ]
    return _shortest(ways) if given else tuple(ways[0])


def _apple_reasons(counted: Sequence[_Counted], lifetime: timedelta) -> tuple[str, ...]:
    embedded = [item for item in counted if item.witness.delivery is Delivery.CERTIFICATE and item.once]
    current = [item for item in counted if item.now]
    given = [item for item in current if item.witness.delivery is not Delivery.CERTIFICATE]
    most = 1 if lifetime <= SHORT else 2
    ways = [
        [*_too_few(_at_most(embedded, most), wanted_number(lifetime)), *_rfc6962(embedded), *_in_use(embedded)],
        [*_too_few(current, 2), *_rfc6962(current)],
    ]
    return _shortest(ways) if given else tuple(ways[0])


def _at_most(counted: Sequence[_Counted], most: int) -> list[_Counted]:
    found: list[_Counted] = []
    for item in counted:
        if sum(other.operator == item.operator for other in found) < most:
            found.append(item)
    return found


def _shortest(ways: Sequence[list[str]]) -> tuple[str, ...]:
    return tuple(sorted(ways, key=len)[0])


def _too_few(counted: Sequence[_Counted], wanted: int) -> list[str]:
    found = len({item.witness.log_id for item in counted})
    return [f"{found} of them {'counts' if found == 1 else 'count'} and {wanted} are wanted"] if found < wanted else []


def _in_use(counted: Sequence[_Counted]) -> list[str]:
    return ["all are of logs that have been retired"] if counted and not any(item.now for item in counted) else []


def _operators(counted: Sequence[_Counted]) -> list[str]:
    found = {item.operator for item in counted}
    return [f"all are of one operator ({next(iter(found))})"] if len(found) == 1 and len(counted) > 1 else []


def _rfc6962(counted: Sequence[_Counted]) -> list[str]:
    return [_NO_RFC6962] if counted and not any(item.may_be_rfc6962 for item in counted) else []
