"""Mutual TLS: does the server want a client certificate, and does it take the one that there is?"""

from __future__ import annotations

from collections.abc import Iterator

from ...certificates import read_name_der
from ...plugin import (
    AlertFinding,
    AlertSeen,
    Blame,
    Check,
    ClientCredentials,
    ClientOutcome,
    Confidence,
    FailureKind,
    Finding,
    Fix,
    HandshakeOutcome,
    Layer,
    Rule,
    Seen,
    Severity,
)
from ..common import CONSEQUENCE

REQUIRED = Rule(
    code="client-certificate-required",
    title="The server requires a client certificate",
    layer=Layer.PROTOCOL,
    severity=Severity.CRITICAL,
    blame=Blame.CLIENT,
    why="The server asks every client for a certificate and turns those away that have none. In TLS 1.3 that comes after the client's handshake is complete, as an error on the first read.",
    fix=Fix(
        summary="Configure a client certificate and its key, issued by an authority that the server names; or make it optional at the server.",
        snippets={
            "python": "context.load_cert_chain('client.pem', 'client.key')",
            "curl": "curl --cert client.pem --key client.key https://...",
            "java": "-Djavax.net.ssl.keyStore=client.p12",
            "nginx": "ssl_verify_client optional;   # to let others in",
            "apache": "SSLVerifyClient optional",
            "haproxy": "bind :443 ssl crt ... ca-file clients.pem verify optional",
        },
    ),
    references=("RFC 8446 section 4.3.2", "RFC 8446 section 4.4.2.4"),
    explains=(*CONSEQUENCE, "fatal-alert", "lost-midway", "no-common-cipher"),
    blocking=True,
    failing="a server that requires a client certificate, and a client without one",
    passing="a server that asks for one and goes on without",
)
REFUSED = Rule(
    code="client-certificate-refused",
    title="The server refuses the client's certificate",
    layer=Layer.PROTOCOL,
    severity=Severity.CRITICAL,
    blame=Blame.CLIENT,
    why="A certificate was sent, and the server does not trust its issuer, finds it expired, or wants another kind.",
    fix=Fix(summary="Send a certificate (with its intermediates) that an authority of the server's list has issued, or add the authority at the server.", snippets={"nginx": "ssl_client_certificate clients-ca.pem;", "apache": "SSLCACertificateFile clients-ca.pem"}),
    references=("RFC 8446 section 4.4.2.4",),
    explains=(*CONSEQUENCE, "fatal-alert", "lost-midway"),
    blocking=True,
    failing="a client certificate of another authority",
    passing="a client certificate that the server trusts",
)
REVOKED = Rule(
    code="client-certificate-revoked",
    title="The server says that the client's certificate has been revoked",
    layer=Layer.PROTOCOL,
    severity=Severity.CRITICAL,
    blame=Blame.CLIENT,
    why="The server has a revocation list (or asks a responder), and the client's certificate is on it: another client's key was lost, a device was retired, or an older certificate is still in use here.",
    fix=Fix(summary="Have a new certificate issued for this client and configure it; where it should not have been revoked, ask whoever runs the authority.", snippets={"openssl": "openssl crl -in clients.crl.pem -noout -text | grep -A2 SERIAL"}),
    references=("RFC 8446 section 6.2", "RFC 5280 section 5"),
    explains=(*CONSEQUENCE, "fatal-alert", "lost-midway"),
    blocking=True,
    failing="a client certificate, and the alert certificate_revoked",
    passing="a client certificate, and the alert unknown_ca",
)
REQUESTED = Rule(
    code="client-certificate-requested",
    title="The server asks for a client certificate",
    layer=Layer.PROTOCOL,
    severity=Severity.INFO,
    blame=Blame.NOBODY,
    why="It goes on without one; browsers may show a dialogue all the same.",
    fix=Fix(summary="Nothing has to change; ask for certificates only where they are used."),
    references=("RFC 8446 section 4.3.2",),
    failing="a server that asks for a certificate and goes on without",
    passing="a server that does not ask",
)
_ABOUT_CERTIFICATES = frozenset((40, 41, 42, 43, 44, 45, 46, 48, 49, 116))
_OF_ONE_SENT = frozenset((42, 43, 44, 45, 46, 48))
"""Alerts about a certificate that was sent; 40, 49 and 116 come without one too."""
_CERTIFICATE_REVOKED = 44
_MAIL_REFUSALS = (b"421 ", b"454 ", b"530 ", b"550 ", b"554 ")  # to an EHLO after STARTTLS
_DENIALS = (b"certificate", b"ssl", b"forbidden")


class ClientCertificateCheck(Check):
    """Reads what became of the request."""

    name = "client/certificate"
    rules = (REQUIRED, REFUSED, REVOKED, REQUESTED)
    needs = (HandshakeOutcome,)
    wants = (ClientOutcome, ClientCredentials)

    def run(self, seen: Seen) -> Iterator[Finding]:
        """Yield one of the four, where the server asks."""
        ours, client = seen[HandshakeOutcome], seen.get(ClientOutcome)
        if not ours.certificate_requested:
            return
        given = was_sent(seen)
        said = denial(ours) if client is None or client.settings.is_default else own_denial(client) or denial(ours)
        if let_in(client):
            said = ""  # the caller's context has a certificate of its own that our handshake did not have
        authorities = _authorities(ours)
        if not said:
            yield AlertFinding.of(REQUESTED, f"{seen.endpoint} asks for a client certificate and goes on.{authorities}")
            return
        alert = refusal_of(ours, client)
        detail = f"{seen.endpoint} asks for a client certificate; {'one was sent' if given else 'none was sent'}, and {said}.{authorities}"
        revoked = alert is not None and alert.description == _CERTIFICATE_REVOKED
        yield AlertFinding.of((REVOKED if revoked else REFUSED) if given else REQUIRED, detail, alert=alert, confidence=_confidence(alert))


def was_sent(seen: Seen) -> bool:
    """Whether a certificate was sent: one was given and its files could be used, or the caller's context has one, as the wire or the alert shows."""
    read, client = seen.get(ClientCredentials), seen.get(ClientOutcome)
    if client is not None and not client.settings.is_default:
        return bool(client.client_certificates) or bool(own_denial(client))
    return seen.target.client_certificate is not None and (read is None or not read.problem)


def let_in(client: ClientOutcome | None) -> bool:
    """The caller's own context got through, whatever our handshake was told."""
    own = client is not None and not client.settings.is_default
    return own and client is not None and client.completed and client.late_alert is None and client.late_failure is None


def own_denial(client: ClientOutcome) -> str:
    """How the server turned down the certificate that the caller's context sent, in words; empty when it did not, or there was none."""
    alert = client.late_alert or client.alert_received
    refused = alert is not None and (alert.description in _OF_ONE_SENT or (bool(client.client_certificates) and alert.description in _ABOUT_CERTIFICATES))
    return f"the server answered with the alert {alert.description.name}" if alert is not None and refused else ""


def refusal_of(ours: HandshakeOutcome, client: ClientOutcome | None) -> AlertSeen | None:
    """The alert of the refusal: the one that the caller's context got, else the one that our handshake got."""
    own = client if client is not None and not client.settings.is_default else None
    return (own.late_alert or own.alert_received if own is not None else None) or ours.late_alert or ours.alert_received


def denial(ours: HandshakeOutcome) -> str:
    """How the server turned us away, in words; empty when it did not."""
    alert = ours.late_alert if ours.completed else ours.alert_received
    answered_us = not ours.completed and "server_hello_done" in ours.messages  # after our flight, whatever word was chosen for it
    late = ours.completed and alert is not None and alert.description not in (0, 90)  # close_notify, user_canceled
    if alert is not None and (answered_us or late or alert.description in _ABOUT_CERTIFICATES):
        return f"the server answered with the alert {alert.description.name}"
    lost = ours.late_failure if ours.completed else ours.failure
    if lost is not None and lost.kind in (FailureKind.CLOSED, FailureKind.RESET):
        return f"the connection ended ({lost.detail})"
    head, _, body = ours.late_answer.partition(b"\n")
    refused = head.startswith(_MAIL_REFUSALS) or any(code in head for code in (b" 400 ", b" 401 ", b" 403 ", b" 495 ", b" 496 "))
    if refused and any(word in (head + body).lower() for word in _DENIALS):
        return f"the server answered the first request with {head.strip()[:60].decode('utf-8', 'replace')!r}"
    return ""


def _confidence(alert: AlertSeen | None) -> Confidence:
    return Confidence.PROVEN if alert is not None and alert.description == 116 else Confidence.LIKELY


def _authorities(ours: HandshakeOutcome) -> str:
    names = [read_name_der(der).text for der in ours.certificate_authorities[:3]]
    more = len(ours.certificate_authorities) - len(names)
    if not names:
        return ""
    return f" It takes certificates of: {'; '.join(names)}" + (f" and {more} more." if more > 0 else ".")
