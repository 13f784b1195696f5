"""A page that wants a client certificate, on a server that lets everybody shake hands."""

from __future__ import annotations

from collections.abc import Iterator

from ...certificates import read_name_der
from ...plugin import (
    Blame,
    Check,
    ClientFinding,
    ClientOutcome,
    Confidence,
    Finding,
    Fix,
    Layer,
    PageRequest,
    Rule,
    Seen,
    Severity,
)

PAGE_WANTS_CERTIFICATE = Rule(
    code="client-certificate-required-late",
    title="The page wants a client certificate, and asks for it after the handshake",
    layer=Layer.PROTOCOL,
    severity=Severity.HIGH,
    blame=Blame.CLIENT,
    why="The server lets everybody shake hands and asks for a certificate when it sees the URL. In TLS 1.3 it may do so only if the client has offered post_handshake_auth, which browsers, Python, curl and Go do not by themselves; before, it renegotiates, which many clients refuse. What they see is 403, or a connection that ends in the middle of the request.",
    fix=Fix(
        summary="Give the client a certificate and let it offer post-handshake authentication; or ask for the certificate in the handshake, on a name or port of its own.",
        snippets={
            "python": "context.post_handshake_auth = True                     # TLS 1.3\ncontext.options &= ~ssl.OP_NO_RENEGOTIATION            # TLS 1.2, where it was set\ncontext.load_cert_chain('client.pem', 'client.key')",
            "apache": "# a <VirtualHost> of its own for what needs certificates:\nSSLVerifyClient require   # in the <VirtualHost>, not in <Location> or <Directory>",
            "node": "tls.connect({ cert, key, maxVersion: 'TLSv1.2' })   # no post-handshake authentication there",
        },
    ),
    references=("RFC 8446 section 4.6.2", "RFC 8446 section 4.2.6", "RFC 8740"),
    blocking=True,
    failing="a page that asks for a certificate after the handshake, and a client that has none or cannot be asked then",
    passing="a page that asks for nothing",
)


_NO_RENEGOTIATION = "OP_NO_RENEGOTIATION"


class PageCheck(Check):
    """Reads what the server wanted for the page."""

    name = "client/page"
    rules = (PAGE_WANTS_CERTIFICATE,)
    needs = (PageRequest,)
    wants = (ClientOutcome,)

    def run(self, seen: Seen) -> Iterator[Finding]:
        """Yield it where a certificate was asked for; no obstacle for a client that has one and can be asked."""
        page = seen[PageRequest]
        if page.asked_by is None:
            return
        lacking = _lacking(seen, page)
        how = "post-handshake authentication (a CertificateRequest of TLS 1.3)" if page.asked_by == "post-handshake" else "a renegotiation (HelloRequest)"
        names = "; ".join(read_name_der(der).text for der in page.authorities[:3])
        authorities = f" It takes certificates of: {names}." if names else ""
        detail = f"{seen.endpoint} completes the handshake with everybody, and answers the request for {page.path} with {how}.{authorities} {_of_client(lacking)}"
        severity = PAGE_WANTS_CERTIFICATE.severity if lacking else Severity.INFO
        yield ClientFinding.of(PAGE_WANTS_CERTIFICATE, detail, severity=severity, blocks=bool(lacking), confidence=Confidence.PROVEN)


def _lacking(seen: Seen, page: PageRequest) -> list[str]:
    """What the client lacks to answer; whether a caller's context holds a certificate cannot be read, and is not held against it."""
    client = seen.get(ClientOutcome)
    own_context = client is not None and not client.settings.is_default
    lacking = [] if own_context or seen.target.client_certificate is not None else ["has no certificate"]
    if page.asked_by == "post-handshake" and (client is None or not client.settings.post_handshake_auth):
        lacking.append("does not offer post_handshake_auth")
    if page.asked_by == "renegotiation" and client is not None and _NO_RENEGOTIATION in client.settings.options:
        lacking.append(f"refuses to renegotiate ({_NO_RENEGOTIATION})")
    return lacking


def _of_client(lacking: list[str]) -> str:
    return f"The client {' and '.join(lacking)}." if lacking else "The client can be asked so; whether it has the right certificate shows when it is."
