"""The fatal alert, explained in its context. What it comes from is another check's finding, where that can be told."""

from __future__ import annotations

from collections.abc import Iterator

from ...plugin import AlertFinding, Blame, Check, ClientOutcome, Counterfactuals, Finding, Fix, HandshakeOutcome, Layer, Rule, Seen, Severity
from ..common import CONSEQUENCE, alert_of
from ..proof import SYMPTOMS, change_of, halves, pair, proof, tried_in_vain
from .alert_meanings import MEANINGS, UNKNOWN

FATAL_ALERT = Rule(
    code="fatal-alert",
    title="The server refuses the handshake with an alert",
    layer=Layer.PROTOCOL,
    severity=Severity.CRITICAL,
    blame=Blame.SERVER,
    why="The server understood enough to say no. The alert names the reason in one word, and often a vague one.",
    fix=Fix(summary="Do what the alert's meaning asks for; the server's log at this time says more."),
    references=("RFC 8446 section 6.2",),
    explains=CONSEQUENCE,
    blocking=True,
    failing="a server that answers with alert 40",
    passing="a server that completes the handshake",
)
ALPN_REFUSED = Rule(
    code="alpn-refused",
    title="The server speaks none of the application protocols that were offered",
    layer=Layer.APPLICATION,
    severity=Severity.HIGH,
    blame=Blame.CLIENT,
    why="With ALPN the two sides agree on a protocol (such as h2 or http/1.1) inside the handshake; without a common one the server has to refuse.",
    fix=Fix(
        summary="Offer a protocol that the server speaks, or leave ALPN out.",
        snippets={"nginx": "http2 on;", "apache": "Protocols h2 http/1.1", "haproxy": "bind :443 ssl crt ... alpn h2,http/1.1"},
    ),
    references=("RFC 7301 section 3.2",),
    explains=(*SYMPTOMS, "server-name-unknown"),
    blocking=True,
    failing="a server with h2 only and a client that offers another protocol",
    passing="a server that ignores ALPN",
)


class AlertCheck(Check):
    """Explains the alert."""

    name = "protocol/alert"
    rules = (FATAL_ALERT, ALPN_REFUSED)
    needs = (HandshakeOutcome,)
    wants = (ClientOutcome, Counterfactuals)

    def run(self, seen: Seen) -> Iterator[Finding]:
        """Yield the alert, and the cause where the alert itself, or a hello without ALPN, names it."""
        alert = alert_of(seen)
        if alert is not None:
            meaning = MEANINGS.get(alert.description, UNKNOWN)
            name = f"{alert.description.name} ({int(alert.description)})"
            detail = f"{seen.endpoint} answered with the alert {name}: {meaning.sentence}.{tried_in_vain(seen)}"
            yield AlertFinding.of(FATAL_ALERT, detail, blame=meaning.blame, fix=Fix(summary=meaning.cure), alert=alert)
        found = proof(seen)
        offered = ", ".join(_alpn(seen)) or "none that is known here"
        if found is not None and change_of(found) == "without-alpn" and found.size_refused is None:
            accepted = f" Of {offered} it takes {', '.join(found.accepts_alpn) or 'none'}."
            yield AlertFinding.of(ALPN_REFUSED, pair(seen, found) + accepted, alert=alert, **halves(found))
        elif alert is not None and alert.description == 120:
            detail = f"{seen.endpoint} answered no_application_protocol; offered were {offered}."
            yield AlertFinding.of(ALPN_REFUSED, detail, alert=alert)


def _alpn(seen: Seen) -> tuple[str, ...]:
    client = seen.get(ClientOutcome)
    return client.offer.alpn if client is not None and client.offer is not None else seen.target.alpn
