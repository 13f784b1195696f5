"""The connection that TCP opened and TLS lost: reset, closed without a word, or silent. Each is its own cause."""

from __future__ import annotations

from collections.abc import Iterator

from ...plugin import (
    Blame,
    Check,
    ClientOutcome,
    Confidence,
    Counterfactuals,
    Failure,
    FailureKind,
    Finding,
    Fix,
    HandshakeOutcome,
    Layer,
    NetworkFinding,
    Phase,
    Reachability,
    Resolution,
    Rule,
    Seen,
    Severity,
    SpokenProtocol,
)
from ..common import CONSEQUENCE, answered, client_failed, place
from ..proof import tried_in_vain
from .timing import is_nearer, where_from

RESET_AT_ONCE = Rule(
    code="reset-before-hello",
    title="The connection is reset before anything is said",
    layer=Layer.NETWORK,
    severity=Severity.CRITICAL,
    blame=Blame.NETWORK,
    why="TCP connects and is torn down at once, whatever the client says: the service behind the port is gone, or an access list acts after accepting.",
    fix=Fix(summary="Look at the load balancer's backend pool (no healthy backend), at access lists (tcpwrappers, allow lists), at limits for one address (wait a minute and try again), and at the server's log."),
    references=("RFC 9293 section 3.5.2",),
    explains=CONSEQUENCE,
    blocking=True,
    failing="a server that resets as soon as it accepts",
    passing="a server that waits for a hello",
)
RESET_AFTER_HELLO = Rule(
    code="reset-after-hello",
    title="The connection is reset once the ClientHello is sent",
    layer=Layer.NETWORK,
    severity=Severity.CRITICAL,
    blame=Blame.NETWORK,
    why="Something reads the hello and tears the connection down: a filter that blocks the server name, a middlebox that chokes on the hello, or a server that crashed.",
    fix=Fix(
        summary="Compare from another network. If it works there, a filter or middlebox on this one resets it (by server name or hello); if not, read the server's log for a crash at this time."
    ),
    references=("RFC 9293 section 3.5.2", "RFC 9325 section 3.7"),
    explains=CONSEQUENCE,
    blocking=True,
    failing="a server that resets when it has read a ClientHello",
    passing="a server that answers with an alert",
)
CLOSED_WITHOUT_ANSWER = Rule(
    code="closed-without-answer",
    title="The connection is closed without a word",
    layer=Layer.NETWORK,
    severity=Severity.CRITICAL,
    blame=Blame.SERVER,
    why="An orderly close and no alert: often a load balancer without a backend, a service that is no TLS service, or a server that gives up before it can speak.",
    fix=Fix(summary="Read the log of what listens on this port; check that TLS is switched on for it, that its certificate and key load, and that its backend is up."),
    references=("RFC 8446 section 6.1",),
    explains=CONSEQUENCE,
    blocking=True,
    failing="a server that closes when it has read a ClientHello",
    passing="a server that answers with an alert",
)
SILENT = Rule(
    code="peer-silent",
    title="The peer accepts the connection and stays silent",
    layer=Layer.NETWORK,
    severity=Severity.CRITICAL,
    blame=Blame.SERVER,
    why="TCP works and no byte came back to the ClientHello: a hung or overloaded process, a proxy that waits for its backend, a dropped packet that was too large (path MTU), or a service that waits for other words.",
    fix=Fix(
        summary="Check the process that listens (hung, out of workers, waiting for the PROXY protocol) and, over a VPN or tunnel, the MTU; the kernel accepts connections for a hung process.",
        snippets={"shell": "ss -ltn 'sport = :PORT'   # Recv-Q above 0: nobody accepts", "haproxy": "bind :443 ssl crt ... accept-proxy   # only if the peer sends it"},
    ),
    references=("RFC 4821", "https://www.haproxy.org/download/3.0/doc/proxy-protocol.txt"),
    explains=CONSEQUENCE,
    blocking=True,
    failing="a server that accepts and never writes",
    passing="a server that answers late, within the timeout",
)
LOST_MIDWAY = Rule(
    code="lost-midway",
    title="The connection is lost in the middle of the handshake",
    layer=Layer.NETWORK,
    severity=Severity.CRITICAL,
    blame=Blame.SERVER,
    why="The peer spoke TLS and then the connection ended without an alert: a crash, a timeout of a middlebox, or large packets that get lost (path MTU).",
    fix=Fix(summary="Read the server's log at this time; where the connection stalls rather than ends, check the MTU of the way (VPN, tunnel)."),
    references=("RFC 8446 section 6.1", "RFC 4821"),
    explains=CONSEQUENCE,
    blocking=True,
    failing="a server that closes after its ServerHello",
    passing="a server that completes the handshake",
)
ENDLESS = Rule(
    code="peer-endless",
    title="The peer sends without end",
    layer=Layer.NETWORK,
    severity=Severity.CRITICAL,
    blame=Blame.SERVER,
    why="More came than any handshake has; it was cut off. The peer is no honest TLS server, or something replays its answer.",
    fix=Fix(summary="Check what listens on this port."),
    references=("RFC 8446 section 5.1",),
    explains=CONSEQUENCE,
    blocking=True,
    failing="a server that sends records without end",
    passing="a server with a long chain",
)


class LostConnectionCheck(Check):
    """Tells how the connection was lost."""

    name = "network/lost"
    rules = (RESET_AT_ONCE, RESET_AFTER_HELLO, CLOSED_WITHOUT_ANSWER, SILENT, LOST_MIDWAY, ENDLESS)
    needs = (HandshakeOutcome,)
    wants = (ClientOutcome, SpokenProtocol, Reachability, Counterfactuals)

    def run(self, seen: Seen) -> Iterator[Finding]:
        """Yield the one finding that fits."""
        failure = _failure(seen)
        if failure is None or not client_failed(seen):
            return
        if failure.phase in (Phase.PROXY, Phase.STARTTLS):
            return  # lost before TLS was to begin: that is told by who reads the way
        if failure.phase is not Phase.HANDSHAKE and failure.kind is not FailureKind.RESET:
            return
        spoken = seen.get(SpokenProtocol)
        if spoken is not None and spoken.protocol is not None:
            return
        if _alerted(seen):
            return
        rule = self._rule(seen, failure, spoken)
        if rule is not None:
            reachable = _reachable(seen)
            yield NetworkFinding.of(
                rule,
                _detail(rule, seen, failure) + (where_from(failure, reachable) if rule in (RESET_AT_ONCE, RESET_AFTER_HELLO) else "") + tried_in_vain(seen),
                failure=failure,
                elapsed=failure.elapsed,
                round_trip=reachable.elapsed if reachable is not None and reachable.connected else None,
                blame=Blame.NETWORK if is_nearer(failure, reachable) else rule.blame,
                confidence=Confidence.PROVEN,
            )

    def _rule(self, seen: Seen, failure: Failure, spoken: SpokenProtocol | None) -> Rule | None:
        if failure.kind is FailureKind.LIMIT_EXCEEDED:
            return ENDLESS
        if _heard(seen):
            return LOST_MIDWAY if failure.kind is not FailureKind.LOCAL else None
        if failure.kind is FailureKind.TIMED_OUT:
            return SILENT
        if failure.kind is FailureKind.RESET:
            greeting = spoken.greeting_failure if spoken is not None else None
            at_once = failure.phase is Phase.CONNECT or (greeting is not None and greeting.kind is FailureKind.RESET)
            return RESET_AT_ONCE if at_once else RESET_AFTER_HELLO
        return CLOSED_WITHOUT_ANSWER if failure.kind is FailureKind.CLOSED else None


def _reachable(seen: Seen) -> Reachability | None:
    """TCP to the peer itself; the way to a proxy is no measure for what lies behind it."""
    resolution = seen.get(Resolution)
    return None if resolution is not None and resolution.via is not None else seen.get(Reachability)


def _failure(seen: Seen) -> Failure | None:
    client, ours = seen.get(ClientOutcome), seen[HandshakeOutcome]
    if ours.failure is not None and ours.failure.kind is FailureKind.LIMIT_EXCEEDED:
        return ours.failure  # the client gives up earlier, in words of its own
    if client is not None and client.failure is not None:
        return client.failure
    return ours.failure if client is None or client.error_type is None else None


def _heard(seen: Seen) -> bool:
    """Whether the connection that failed had brought anything: what our own handshake got is no answer to the client."""
    client = seen.get(ClientOutcome)
    if client is not None and client.failure is not None and client.failure is _failure(seen):
        return bool(client.received) and client.non_tls is None
    return answered(seen)


def _alerted(seen: Seen) -> bool:
    client, ours = seen.get(ClientOutcome), seen[HandshakeOutcome]
    return ours.alert_received is not None or (client is not None and client.alert_received is not None)


def _detail(rule: Rule, seen: Seen, failure: Failure) -> str:
    where = place(seen)
    if rule is SILENT:
        return f"{where} accepts the connection, and not one byte came within {failure.elapsed:.1f} s of the ClientHello."
    if rule is LOST_MIDWAY:
        return f"{where} began to speak TLS, then: {failure.detail}. There was no alert."
    return f"{where}: {failure.detail}, after {failure.elapsed * 1000:.0f} ms, without a byte of TLS."
