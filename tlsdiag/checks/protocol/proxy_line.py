"""The port that waits for a line of the PROXY protocol before TLS: the same hello is refused without the line and answered with it."""

from __future__ import annotations

from collections.abc import Iterator

from ...plugin import Blame, Check, ClientOutcome, Confidence, Finding, Fix, Layer, Rule, Seen, Severity, SpokenFinding, SpokenProtocol
from ..common import CONSEQUENCE, client_failed, place

EXPECTED = Rule(
    code="proxy-protocol-expected",
    title="The server waits for the PROXY protocol's line before TLS",
    layer=Layer.PROXY,
    severity=Severity.CRITICAL,
    blame=Blame.SERVER,
    why="This listener is meant for a load balancer that says with each connection whom it comes from. A client that begins with its ClientHello is hung up on, without a word of TLS.",
    fix=Fix(
        summary="Connect to the load balancer and not to what is behind it; where clients or a balancer without the PROXY protocol are to come here, switch it off, so that both sides do the same.",
        snippets={
            "nginx": "listen 443 ssl;   # without 'proxy_protocol'",
            "haproxy": "bind :443 ssl crt ...   # without 'accept-proxy'; or at the balancer: server s1 ADDRESS:PORT send-proxy",
            "apache": "RemoteIPProxyProtocol Off",
            "postfix": "smtpd_upstream_proxy_protocol =",
        },
    ),
    references=("https://www.haproxy.org/download/3.0/doc/proxy-protocol.txt",),
    explains=(*CONSEQUENCE, "reset-after-hello", "reset-before-hello", "closed-without-answer", "peer-silent"),
    blocking=True,
    failing="nginx with proxy_protocol, and a client that comes straight to it",
    passing="nginx without it",
)


class ProxyLineCheck(Check):
    """Reads what the port answered to a hello behind such a line."""

    name = "protocol/proxy-line"
    rules = (EXPECTED,)
    needs = (SpokenProtocol,)
    wants = (ClientOutcome,)

    def run(self, seen: Seen) -> Iterator[Finding]:
        """Yield it where the line made the difference."""
        spoken = seen[SpokenProtocol]
        if spoken.protocol != "proxy-protocol" or not client_failed(seen):
            return
        detail = f"{place(seen)} gives no answer in TLS to a ClientHello; to the same hello behind the line 'PROXY UNKNOWN' it answers in TLS."
        yield SpokenFinding.of(EXPECTED, detail, confidence=Confidence.PROVEN, protocol=spoken.protocol, evidence_bytes=spoken.evidence)
