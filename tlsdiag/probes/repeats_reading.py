"""Reading repetitions: an exchange or a client's outcome as a `RepeatSeen`, and whether several of them agree."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from ..iana import ProtocolVersion
from ..plugin import ClientOutcome, Exchange, Failure, Pace, Phase, RepeatOutcome, RepeatSeen, StarttlsRefusal, StarttlsTry, outcome_of_failure, refusal_of
from .common import alert_seen

_DROPS = frozenset((RepeatOutcome.RESET, RepeatOutcome.CLOSED, RepeatOutcome.REFUSED, RepeatOutcome.SILENT, RepeatOutcome.UNREACHABLE))
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
        **_end(exchange.failure),
        detail=str(exchange.failure or result.problem_detail),
    )


def of_nobody(pace: Pace, at: float, elapsed: float, refusal: StarttlsRefusal | None) -> RepeatSeen:
    """The client was still waiting when its time was up."""
    phase = Phase.HANDSHAKE if refusal is None else Phase.STARTTLS
    return RepeatSeen(outcome=RepeatOutcome.SILENT, pace=pace, by_client=True, at=round(at, 4), elapsed=round(elapsed, 4), phase=phase, refusal=refusal)


def of_client(client: ClientOutcome, pace: Pace, at: float = 0.0, elapsed: float | None = None) -> RepeatSeen:
    """What the client met."""
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
        **_end(client.failure),
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
    """Whether some connections were dropped without a word, or turned away by their greeting, while others worked."""
    return any(_may_be_a_limit(item) for item in seen) and any(item.outcome is RepeatOutcome.WORKS for item in seen)


def _may_be_a_limit(item: RepeatSeen) -> bool:
    return item.outcome in _DROPS or item.refusal is StarttlsRefusal.GREETING


def is_mixed(tries: Sequence[StarttlsTry]) -> bool:
    """Whether the dialogue before TLS went well on some connections and not on others."""
    return len({item.failure is None for item in tries}) == 2


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
        return outcome_of_failure(exchange.failure)
    return RepeatOutcome.CLOSED if result.problem == "closed" else RepeatOutcome.UNKNOWN


def _client_outcome(client: ClientOutcome) -> RepeatOutcome:
    if client.completed or client.verify_code is not None:
        return RepeatOutcome.WORKS
    if client.alert_received is not None:
        return RepeatOutcome.ALERT
    if client.non_tls is not None:
        return RepeatOutcome.NOT_TLS
    if client.failure is not None:
        return outcome_of_failure(client.failure)
    return RepeatOutcome.CLOSED if client.reason == _EOF else RepeatOutcome.UNKNOWN


def _end(failure: Failure | None) -> dict[str, Any]:
    if failure is None:
        return {}
    return {"phase": failure.phase, "refusal": refusal_of(failure)}
