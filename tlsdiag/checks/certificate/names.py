"""Names: is the certificate for the host that was asked for?"""

from __future__ import annotations

import re
from collections.abc import Iterator

import attrs

from ...certificates import Certificate, NameMatch, match_host, read_certificate
from ...certificates.interception import portal_of
from ...certificates.names import address_of, default_certificate, in_common_name
from ...plugin import Blame, Check, ClientOutcome, Confidence, Finding, Fix, Layer, NameFinding, Rule, Seen, ServedChain, Severity
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
    snippets={"openssl": "subjectAltName = IP:NAME"},
)
_PLAIN_NAME = re.compile(r"[A-Za-z0-9-]{1,63}(\.[A-Za-z0-9-]{1,63}){1,9}")
_UNDERSCORE_FIX = Fix(summary="Give the host a name without an underscore, which host names do not have; or let a private authority put its whole name into the certificate.")
_NAME_CODES = (62, 63, 64)
COMMON_NAME_ONLY = Rule(
    code="name-in-common-name",
    title="The name is in the common name only",
    layer=Layer.CERTIFICATE,
    severity=Severity.HIGH,
    blame=Blame.SERVER,
    why="Browsers, Go, urllib3 2 (requests) and clients that follow RFC 9525 look at the subjectAltName and at nothing else. OpenSSL (Python's ssl, curl, Node), GnuTLS and Java fall back to the common name where there is no subjectAltName, so that it works here and fails there.",
    fix=Fix(
        summary="Issue the certificate again with the name in its subjectAltName.",
        snippets={"openssl": "openssl req -new ... -addext subjectAltName=DNS:NAME"},
    ),
    references=("RFC 9525 section 2", "RFC 2818 section 3.1"),
    explains=CONSEQUENCE,
    failing="a certificate without subjectAltName whose common name is the host",
    passing="a certificate with the host in both",
)


DEFAULT_CERTIFICATE = Rule(
    code="default-certificate",
    title="The server shows a default certificate",
    layer=Layer.CERTIFICATE,
    severity=Severity.CRITICAL,
    blame=Blame.SERVER,
    why="The certificate was made by a program, a package or a platform for itself, and is shown for every name that has none of its own. It is not the certificate of this site that is wrong: the server does not use it for this name.",
    fix=Fix(summary="Give the server a certificate for this name, and see in its log why it does not use the one that it should."),
    references=("RFC 6066 section 3",),
    explains=(
        *CONSEQUENCE, "name-mismatch", "name-in-common-name", "certificate-self-signed", "issuer-untrusted", "intermediate-missing", "private-authority", "certificate-expired",
        "certificate-breaks-profile", "weak-key", "weak-signature",
    ),
    failing="the certificate TRAEFIK DEFAULT CERT for another host",
    passing="a certificate for localhost at localhost",
)


class NamesCheck(Check):
    """Matches the presented names with the one that was asked for."""

    name = "certificate/names"
    rules = (NAME_MISMATCH, COMMON_NAME_ONLY, DEFAULT_CERTIFICATE)
    needs = (ServedChain,)
    wants = (ClientOutcome,)

    def run(self, seen: Seen) -> Iterator[Finding]:
        """Yield the mismatch, and what the certificate is there for instead where that is known."""
        served = seen[ServedChain]
        if not served.certificates or not seen.target.reference_name:
            return  # files that are judged for no host in particular
        certificate = read_certificate(served.certificates[0])
        match = match_host(certificate, seen.target.reference_name)
        if not certificate.readable or (match.matched and not _refused_the_name(seen)):
            return
        if match.matched:
            yield _refused_all_the_same(seen, certificate, match)
            return
        found_mismatch = _mismatch(seen, certificate, match)
        yield found_mismatch
        if found_mismatch.code == COMMON_NAME_ONLY.code:
            return  # it is for this very host, only not in the place where names belong
        if (found := default_certificate(certificate)) is not None and portal_of(certificate) is None:
            yield _finding(
                DEFAULT_CERTIFICATE,
                seen,
                certificate,
                match,
                f"{certificate.subject.text} is, by its name, a certificate of {found.product}: {found.meaning}.",
                blocks=_checks_names(seen) and refuses_certificates(seen),
                confidence=Confidence.LIKELY,
                fix=Fix(summary=found.remedy.replace("NAME", seen.target.reference_name)),
            )


def _mismatch(seen: Seen, certificate: Certificate, match: NameMatch) -> Finding:
    wanted = seen.target.reference_name
    checks_names = _checks_names(seen)
    by_address = wanted == seen.target.host and seen.target.is_address
    common_only = not match.presented and not by_address and in_common_name(certificate, wanted.rstrip(".").lower())
    rule = COMMON_NAME_ONLY if common_only else NAME_MISMATCH
    return _finding(
        rule,
        seen,
        certificate,
        match,
        _detail(wanted, match) + _shown_otherwise(seen, certificate, match),
        severity=Severity.CRITICAL if checks_names and not common_only else Severity.HIGH,
        blocks=checks_names and (_refused_the_name(seen) if common_only else refuses_certificates(seen)),
        fix=_address_fix(seen.target.host, match) if by_address else rule.fix,
    )


def _address_fix(address: str, match: NameMatch) -> Fix:
    """With the line that gives the address a name of the certificate's, where it has one."""
    name = next((item for item in match.presented if _PLAIN_NAME.fullmatch(item) and address_of(item) is None), None)
    if name is None:
        return _ADDRESS_FIX
    return attrs.evolve(_ADDRESS_FIX, snippets={**_ADDRESS_FIX.snippets, "hosts file": f"{address} {name}   # where the name has no DNS entry"})


def _finding(rule: Rule, seen: Seen, certificate: Certificate, match: NameMatch, detail: str, **more: object) -> Finding:
    return NameFinding.of(
        rule,
        detail,
        subject=certificate.label,
        certificate=certificate.der,
        position=0,
        wanted=seen.target.reference_name,
        presented=match.presented,
        nearest=match.nearest,
        **more,
    )


def _checks_names(seen: Seen) -> bool:
    client = seen.get(ClientOutcome)
    return client is None or client.settings.check_hostname


def _refused_the_name(seen: Seen) -> bool:
    """Whether the client named the name as what it refused; one that falls back to the common name does not."""
    client = seen.get(ClientOutcome)
    return client is not None and client.verify_code in _NAME_CODES


def _refused_all_the_same(seen: Seen, certificate: Certificate, match: NameMatch) -> Finding:
    """The name is covered by RFC 9525, and the client refused it: OpenSSL's wildcards stand for letters, digits and hyphens only."""
    wanted = seen.target.reference_name
    label = wanted.partition(".")[0]
    odd = "_" in label
    reason = f"OpenSSL's wildcards do not stand for a label with an underscore, such as {label}; GnuTLS and Go take it" if odd else "the client refused it all the same"
    detail = _detail(wanted, attrs.evolve(match, matched=False, reason=reason))
    return _finding(NAME_MISMATCH, seen, certificate, match, detail, blocks=_checks_names(seen), fix=_UNDERSCORE_FIX if odd else NAME_MISMATCH.fix)


def _shown_otherwise(seen: Seen, certificate: Certificate, match: NameMatch) -> str:
    """What other hellos are given: the right certificate, or the same as without any name, which is the server's default."""
    served, wanted = seen[ServedChain], seen.target.reference_name
    offers = (("that send no server name", served.without_name), ("that take RSA only", served.rsa), ("that take ECDSA only", served.ecdsa))
    for who, attempt in offers:
        if attempt is not None and attempt.certificates and match_host(read_certificate(attempt.certificates[0]), wanted).matched:
            return f" Clients {who} are given a certificate that is for {wanted}."
    if seen.target.server_name is None and not seen.target.is_address:
        return " No server name was sent (SNI): with one the server may show another."
    spare = served.without_name
    if match.presented and spare is not None and spare.certificates[:1] == (certificate.der,):
        return " The server shows the same one where no server name is sent: it is its default."
    return ""


def _detail(wanted: str, match: NameMatch) -> str:
    names = ", ".join(match.presented[:6]) + (f" and {len(match.presented) - 6} more" if len(match.presented) > 6 else "")
    if not names or wanted in match.presented:  # an address that stands there as a dNSName
        return f"The certificate is not for {wanted}: {match.reason}."
    others = [item for item in match.near if item.reason and item.reason != match.reason]
    unrelated = address_of(wanted) is not None and not any(item.reason for item in match.near)
    near = f"; the nearest is {match.nearest}" if match.nearest is not None and len(match.presented) > 1 and not unrelated else ""
    also = f" Of the others, {'; '.join(item.reason for item in others[:2])}." if others and len(match.presented) > 1 else ""
    return f"The certificate is for {names}, not for {wanted}{near}: {match.reason}.{also}"
