"""Names: is the certificate for the host that was asked for?"""

from __future__ import annotations

from collections.abc import Iterator

from ...certificates import match_host, read_certificate
from ...plugin import Blame, Check, ClientOutcome, Finding, Fix, Layer, NameFinding, Rule, Seen, ServedChain, Severity
from ..common import CONSEQUENCE, refuses_certificates

NAME_MISMATCH = Rule(
    code="name-mismatch",
    title="The certificate is for other names",
    layer=Layer.CERTIFICATE,
    severity=Severity.CRITICAL,
    blame=Blame.SERVER,
    why="A client that asked for one name must not talk to a server that proves another: this is what keeps impostors out.",
    fix=Fix(
        summary="Issue a certificate with this name in its subjectAltName; or let the server choose the right certificate by SNI; or connect to a name that it has.",
        snippets={
            "nginx": "server { listen 443 ssl; server_name NAME; ssl_certificate NAME.pem; }",
            "apache": "<VirtualHost *:443>\n  ServerName NAME\n  SSLCertificateFile NAME.pem\n</VirtualHost>",
            "haproxy": "bind :443 ssl crt /etc/haproxy/certs/   # one file for each name",
            "certbot": "certbot certonly -d NAME",
        },
    ),
    references=("RFC 9525 section 6", "RFC 9110 section 4.3.4"),
    explains=CONSEQUENCE,
    failing="a certificate for other.example, and the host server.example",
    passing="a certificate with a wildcard that covers the host",
)


class NamesCheck(Check):
    """Matches the presented names with the one that was asked for."""

    name = "certificate/names"
    rules = (NAME_MISMATCH,)
    needs = (ServedChain,)
    wants = (ClientOutcome,)

    def run(self, seen: Seen) -> Iterator[Finding]:
        """Yield the mismatch."""
        served = seen[ServedChain]
        if not served.certificates:
            return
        certificate = read_certificate(served.certificates[0])
        wanted = seen.target.reference_name
        match = match_host(certificate, wanted)
        if match.matched or not certificate.readable:
            return
        client = seen.get(ClientOutcome)
        checks_names = client is None or client.settings.check_hostname
        yield NameFinding.of(
            NAME_MISMATCH,
            _detail(wanted, match.presented, match.nearest, match.reason),
            severity=Severity.CRITICAL if checks_names else Severity.HIGH,
            blocks=refuses_certificates(seen) and checks_names,
            subject=certificate.label,
            certificate=certificate.der,
            position=0,
            wanted=wanted,
            presented=match.presented,
            nearest=match.nearest,
        )


def _detail(wanted: str, presented: tuple[str, ...], nearest: str | None, reason: str) -> str:
    names = ", ".join(presented[:6]) + (f" and {len(presented) - 6} more" if len(presented) > 6 else "")
    has = f"The certificate is for {names}" if names else "The certificate names no host"
    near = f"; the nearest is {nearest}" if nearest is not None and len(presented) > 1 else ""
    return f"{has}, not for {wanted}{near}: {reason}."
