"""Reading repetitions: an exchange or a client's outcome as a `RepeatSeen`, and whether several of them agree."""

from __future__ import annotations

from collections.abc import Sequence

from ..iana import ProtocolVersion
from ..plugin import ClientOutcome, Exchange, Failure, FailureKind, Pace, RepeatOutcome, RepeatSeen
from .common import alert_seen

_KINDS = {
    FailureKind.RESET: RepeatOutcome.RESET,
    FailureKind.CLOSED: RepeatOutcome.CLOSED,
    FailureKind.REFUSED: RepeatOutcome.REFUSED,
    FailureKind.TIMED_OUT: RepeatOutcome.SILENT,
    FailureKind.UNREACHABLE: RepeatOutcome.UNREACHABLE,
}
_DROPS = frozenset(_KINDS.values())
_VERSIONS = {"TLSv1.3": 0x0304, "TLSv1.2": 0x0303, "TLSv1.1": 0x0302, "TLSv1": 0x0301}
_EOF = "UNEXPECTED_EOF_WHILE_READING"


def of_exchange(exchange: Exchange, pace: Pace, at: float, elapsed: float, *, refuses_certificate: bool = False) -> RepeatSeen:
    """What our core met. A client that `refuses_certificate` ends the handshake before it shows its own: what becomes of that is no difference."""
    result, chunks = exchange.result, exchange.recording.chunks
    further = refuses_certificate and result.certificate_request is not None and bool(result.certificates)
    outcome = _outcome(exchange)
    return RepeatSeen(
        outcome=RepeatOutcome.WORKS if further and (outcome is RepeatOutcome.ALERT or outcome in _DROPS) else outcome,
        pace=pace,
        at=round(at, 4),
        elapsed=round(chunks[-1].at if chunks else elapsed, 4),  # without the wait for room among our own connections
        version=result.version,
        cipher_suite=result.cipher_suite,
        alpn=result.alpn,
        alert=None if further else alert_seen(result.alert_received),
        leaf=result.certificates[0] if result.certificates else b"",
        detail=str(exchange.failure or result.problem_detail),
    )


def of_client(client: ClientOutcome | None, pace: Pace, at: float = 0.0, elapsed: float | None = None) -> RepeatSeen:
    """What the client met; None: it was still waiting when its time was up."""
    if client is None:
        return RepeatSeen(outcome=RepeatOutcome.SILENT, pace=pace, by_client=True, at=round(at, 4), elapsed=round(elapsed or 0.0, 4))
    code = _VERSIONS.get(client.version or "")
    return RepeatSeen(
        outcome=_client_outcome(client),
        pace=pace,
        by_client=True,
        at=round(at, 4),
        elapsed=round(client.elapsed if elapsed is None else elapsed, 4),
        version=None if code is None else ProtocolVersion(code),
        alpn=client.alpn,
        alert=client.alert_received,
        verify_code=client.verify_code,
        detail=client.verify_message or client.error_text,
    )


def agree(seen: Sequence[RepeatSeen], faulty: set[bytes], client: ClientOutcome) -> bool:
    """Whether these are the answers of one server: the same end, the same certificate, version and application protocol.

    `faulty` are the leaves that a client should refuse: a client that did the contrary has met another machine, or judges otherwise.
    """
    told = [item for item in seen if item.outcome is not RepeatOutcome.UNKNOWN]
    if len({item.outcome for item in told}) > 1 or len({item.alert for item in told if item.alert}) > 1:
        return False
    ours = [item for item in told if not item.by_client]
    if len({item.leaf for item in ours if item.leaf}) > 1 or any(len(values) > 1 for values in _choices(ours)):
        return False
    leaves = {item.leaf for item in ours if item.leaf}
    if not leaves:
        return True
    refused = client.verify_code is not None
    verifies = client.settings.verify_mode == "CERT_REQUIRED"
    return not (refused and not leaves & faulty) and not (client.completed and verifies and leaves <= faulty)


def dropped_some(seen: Sequence[RepeatSeen]) -> bool:
    """Whether some connections were dropped without a word while others worked."""
    return any(item.outcome in _DROPS for item in seen) and any(item.outcome is RepeatOutcome.WORKS for item in seen)


def _choices(seen: Sequence[RepeatSeen]) -> tuple[set[object], ...]:
    works = [item for item in seen if item.outcome is RepeatOutcome.WORKS]
    return {item.version for item in works}, {item.alpn for item in works}, {item.cipher_suite for item in works}


def _outcome(exchange: Exchange) -> RepeatOutcome:
    result = exchange.result
    if result.completed:
        return RepeatOutcome.WORKS
    if result.alert_received is not None:
        return RepeatOutcome.ALERT
    if result.non_tls is not None:
        return RepeatOutcome.NOT_TLS
    if exchange.failure is not None:
        return _of_failure(exchange.failure)
    return RepeatOutcome.CLOSED if result.problem == "closed" else RepeatOutcome.UNKNOWN


def _client_outcome(client: ClientOutcome) -> RepeatOutcome:
    if client.completed or client.verify_code is not None:
        return RepeatOutcome.WORKS
    if client.alert_received is not None:
        return RepeatOutcome.ALERT
    if client.non_tls is not None:
        return RepeatOutcome.NOT_TLS
    if client.failure is not None:
        return _of_failure(client.failure)
    return RepeatOutcome.CLOSED if client.reason == _EOF else RepeatOutcome.UNKNOWN


def _of_failure(failure: Failure) -> RepeatOutcome:
    return _KINDS.get(failure.kind, RepeatOutcome.UNKNOWN)
