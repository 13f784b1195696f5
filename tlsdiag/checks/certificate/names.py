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


_ADDRESS_FIX = Fix(
    summary="Connect by a name that the certificate has; or issue a certificate with this address as an iPAddress in its subjectAltName.",
    snippets={"openssl": "subjectAltName = IP:ADDRESS", "hosts file": "ADDRESS NAME   # where the name has no DNS entry"},
)
_NAME_CODES = (62, 63, 64)
COMMON_NAME_ONLY = Rule(
    code="name-in-common-name",
    title="The name is in the common name only",
    layer=Layer.CERTIFICATE,
    severity=Severity.HIGH,
    blame=Blame.SERVER,
    why="Browsers, Go and clients that follow RFC 9525 look at the subjectAltName and at nothing else. OpenSSL falls back to the common name where there is no subjectAltName, so that it works here and fails there.",
    fix=Fix(
        summary="Issue the certificate again with the name in its subjectAltName.",
        snippets={"openssl": "openssl req -new ... -addext subjectAltName=DNS:NAME"},
    ),
    references=("RFC 9525 section 2", "RFC 2818 section 3.1"),
    explains=CONSEQUENCE,
    failing="a certificate without subjectAltName whose common name is the host",
    passing="a certificate with the host in both",
)


class NamesCheck(Check):
    """Matches the presented names with the one that was asked for."""

    name = "certificate/names"
    rules = (NAME_MISMATCH, COMMON_NAME_ONLY)
    needs = (ServedChain,)
    wants = (ClientOutcome,)

    def run(self, seen: Seen) -> Iterator[Finding]:
        """Yield the mismatch."""
        served = seen[ServedChain]
        if not served.certificates or not seen.target.reference_name:
            return  # files that are judged for no host in particular
        certificate = read_certificate(served.certificates[0])
        wanted = seen.target.reference_name
        match = match_host(certificate, wanted)
        if match.matched or not certificate.readable:
            return
        client = seen.get(ClientOutcome)
        checks_names = client is None or client.settings.check_hostname
        common_only = not match.presented and (certificate.subject.common_name or "").lower() == wanted.rstrip(".").lower()
        rule = COMMON_NAME_ONLY if common_only else NAME_MISMATCH
        yield NameFinding.of(
            rule,
            _detail(wanted, match.presented, match.nearest, match.reason),
            severity=Severity.CRITICAL if checks_names and not common_only else Severity.HIGH,
            blocks=checks_names and (_refused_the_name(seen) if common_only else refuses_certificates(seen)),
            fix=_ADDRESS_FIX if wanted == seen.target.host and seen.target.is_address else rule.fix,
            subject=certificate.label,
            certificate=certificate.der,
            position=0,
            wanted=wanted,
            presented=match.presented,
            nearest=match.nearest,
        )


def _refused_the_name(seen: Seen) -> bool:
    """Whether the client named the name as what it refused; one that falls back to the common name does not."""
    client = seen.get(ClientOutcome)
    return client is not None and client.verify_code in _NAME_CODES


def _detail(wanted: str, presented: tuple[str, ...], nearest: str | None, reason: str) -> str:
    names = ", ".join(presented[:6]) + (f" and {len(presented) - 6} more" if len(presented) > 6 else "")
    if not names or wanted in presented:  # an address that stands there as a dNSName
        return f"The certificate is not for {wanted}: {reason}."
    near = f"; the nearest is {nearest}" if nearest is not None and len(presented) > 1 else ""
    return f"The certificate is for {names}, not for {wanted}{near}: {reason}."
