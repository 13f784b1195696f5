"""TCP: does the port take connections?

An address that fails while another of the same name works does not keep a client out that tries them in turn (RFC 8305): then it is told, and does not block.
"""

from __future__ import annotations

from collections.abc import Iterator

from ...plugin import (
    Blame,
    Check,
    ClientOutcome,
    Failure,
    FailureKind,
    Finding,
    Fix,
    Layer,
    NetworkFinding,
    OtherPorts,
    Reachability,
    Resolution,
    Rule,
    Seen,
    Severity,
)
from ..common import CONSEQUENCE

CONNECTION_REFUSED = Rule(
    code="connection-refused",
    title="The connection was refused",
    layer=Layer.NETWORK,
    severity=Severity.CRITICAL,
    blame=Blame.SERVER,
    why="The address answers, but nothing listens on the port (or a firewall rejects with a reset). TLS was never reached.",
    fix=Fix(
        summary="Start the server, or make it listen on this address and port; check whether the port is right and a firewall rejects it.",
        snippets={
            "shell": "ss -ltnp 'sport = :PORT'",
            "nginx": "listen 443 ssl;\nlisten [::]:443 ssl;",
            "apache": "Listen 443",
            "haproxy": "bind :443 ssl crt /etc/haproxy/cert.pem",
        },
    ),
    references=("RFC 9293 section 3.10.7.1",),
    explains=CONSEQUENCE,
    blocking=True,
    failing="a port on which nothing listens",
    passing="a server that listens",
)
CONNECTION_TIMED_OUT = Rule(
    code="connection-timed-out",
    title="The connection was not answered",
    layer=Layer.NETWORK,
    severity=Severity.CRITICAL,
    blame=Blame.NETWORK,
    why="Not even a refusal came back: packets are dropped on the way, by a firewall or security group, or the address is not in use.",
    fix=Fix(
        summary="Open the port for this client in the firewalls between here and there (host, cloud security group, company), or correct the address.",
        snippets={"shell": "traceroute -T -p PORT ADDRESS"},
    ),
    references=("RFC 9293 section 3.8.3",),
    explains=CONSEQUENCE,
    blocking=True,
    failing="an address that drops packets",
    passing="a server that listens",
)
HOST_UNREACHABLE = Rule(
    code="host-unreachable",
    title="There is no way to the address",
    layer=Layer.NETWORK,
    severity=Severity.CRITICAL,
    blame=Blame.NETWORK,
    why="This machine or a router on the way knows no route to the address, as with IPv6 on a network that has none.",
    fix=Fix(summary="Check routes, VPN and the address family; where only IPv6 fails, repair IPv6 here or remove the AAAA record.", snippets={"shell": "ip route get ADDRESS"}),
    references=("RFC 792", "RFC 4443 section 3.1"),
    explains=CONSEQUENCE,
    blocking=True,
    failing="an address without a route",
    passing="a server that listens",
)
CONNECTION_PROHIBITED = Rule(
    code="connection-prohibited",
    title="This machine does not allow the connection",
    layer=Layer.LOCAL,
    severity=Severity.CRITICAL,
    blame=Blame.CLIENT,
    why="The operating system forbade it: a local firewall, a sandbox, or a policy. Nothing went to the network.",
    fix=Fix(summary="Allow outgoing connections to this address and port in the local firewall or sandbox."),
    references=("connect(2), EACCES and EPERM",),
    explains=CONSEQUENCE,
    blocking=True,
    failing="a local rule that forbids connecting",
    passing="a server that listens",
)
LOCAL_PROBLEM = Rule(
    code="local-network-error",
    title="This machine could not open a connection",
    layer=Layer.LOCAL,
    severity=Severity.CRITICAL,
    blame=Blame.CLIENT,
    why="The operating system gave an error of its own, such as too many open files; it says nothing about the server.",
    fix=Fix(summary="Repair what the system's message names, and try again."),
    references=("connect(2)",),
    explains=CONSEQUENCE,
    blocking=True,
    failing="no file descriptors left",
    passing="a server that listens",
)
ADMINISTRATIVELY_PROHIBITED = Rule(
    code="administratively-prohibited",
    title="A firewall on the way forbids the connection, and says so",
    layer=Layer.NETWORK,
    severity=Severity.CRITICAL,
    blame=Blame.NETWORK,
    why="A router or firewall answered in ICMP that the way is closed on purpose. The system shows it as 'No route to host' or 'Permission denied', which sounds like something else.",
    fix=Fix(
        summary="Ask who runs the machine that said so to let this client through to this address and port; where it is the server's own address, it is its host firewall.",
        snippets={"nftables": "nft add rule inet filter input tcp dport PORT accept", "firewalld": "firewall-cmd --add-port=PORT/tcp"},
    ),
    references=("RFC 1812 section 5.2.7.1", "RFC 4443 section 3.1"),
    explains=CONSEQUENCE,
    blocking=True,
    failing="a firewall that rejects with ICMP 'administratively prohibited'",
    passing="a router that knows no route",
)
_RULES = {
    FailureKind.REFUSED: CONNECTION_REFUSED,
    FailureKind.TIMED_OUT: CONNECTION_TIMED_OUT,
    FailureKind.UNREACHABLE: HOST_UNREACHABLE,
    FailureKind.PROHIBITED: CONNECTION_PROHIBITED,
}


class ReachabilityCheck(Check):
    """Reads what became of the dial."""

    name = "network/reachability"
    rules = (CONNECTION_REFUSED, CONNECTION_TIMED_OUT, HOST_UNREACHABLE, CONNECTION_PROHIBITED, ADMINISTRATIVELY_PROHIBITED, LOCAL_PROBLEM)
    needs = (Reachability,)
    wants = (Resolution, OtherPorts, ClientOutcome)

    def run(self, seen: Seen) -> Iterator[Finding]:
        """Yield the one finding that fits the failure."""
        failure = seen[Reachability].failure
        if failure is None or failure.kind is FailureKind.BUDGET_SPENT:
            return
        rule, blame = _rule(failure)
        working = sorted(str(endpoint) for endpoint, other in seen.all(Reachability).items() if other.connected)
        detail = f"Connecting to {seen.endpoint} failed: {failure.detail}.{_what_it_tells(failure)}{_beside(seen)}"
        common = {"failure": failure, "elapsed": failure.elapsed, "blame": blame}
        client = seen.get(ClientOutcome)
        if client is not None and client.completed:
            detail += " The client's own connection worked: this one failed by chance, or by a limit."
            yield NetworkFinding.of(rule, detail, blocks=False, severity=Severity.INFO, **common)
            return
        if not working:
            resolution = seen.get(Resolution)
            if resolution is None or resolution.via is None:  # a proxy is told in proxy/reachability
                yield NetworkFinding.of(rule, detail, **common)
            return
        severity = Severity.INFO if self._is_usual(seen, failure) else Severity.MEDIUM
        detail += f" {working[0]} works, so that clients which try every address get through."
        yield NetworkFinding.of(rule, detail, blocks=False, severity=severity, **common)

    def _is_usual(self, seen: Seen, failure: Failure) -> bool:
        """A loopback address on which the server does not listen, or a machine without IPv6, is nobody's fault."""
        endpoint = seen.endpoint
        if endpoint is None:
            return False
        loopback = endpoint.address == "::1" or endpoint.address.startswith("127.")
        return loopback or (endpoint.family == 6 and failure.kind is FailureKind.UNREACHABLE)


def _rule(failure: Failure) -> tuple[Rule, Blame]:
    """The rule, and who is to blame: what was said in ICMP came from a firewall, since a closed TCP port answers with a reset."""
    rule = _RULES.get(failure.kind, LOCAL_PROBLEM)
    if failure.said_by and failure.kind is FailureKind.PROHIBITED and failure.blame is Blame.NETWORK:
        return ADMINISTRATIVELY_PROHIBITED, Blame.NETWORK
    if failure.said_by and failure.kind is FailureKind.REFUSED:
        return (CONNECTION_PROHIBITED, Blame.CLIENT) if failure.blame is Blame.CLIENT else (rule, Blame.NETWORK)
    return rule, rule.blame


def _what_it_tells(failure: Failure) -> str:
    """What this kind of refusal shows, and what it cannot."""
    if failure.kind is not FailureKind.REFUSED:
        return ""
    if failure.said_by:
        return " A closed port answers with a reset and never in ICMP: a firewall rejects this."
    return " The answer is a reset: nothing listens there, or a firewall answers in its place; the two look the same from here."


def _beside(seen: Seen) -> str:
    """What other ports of the address do: whether the host is there at all."""
    others = seen.get(OtherPorts)
    if others is None or not others.ports:
        return ""
    answering = [item for item in others.ports if item.connected or (item.failure is not None and item.failure.kind is FailureKind.REFUSED)]
    if not answering:
        names = " and ".join(str(item.port) for item in others.ports)
        return f" Port {names} of the same address did not answer either: the host is down, or everything to it is filtered."
    parts = [f"port {item.port} {'takes connections' if item.connected else 'refuses'}" for item in answering]
    return f" The host is up: {' and '.join(parts)}."
