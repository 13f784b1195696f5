"""Lifetime: valid for longer than public authorities may issue; and what Apple's systems ask of every authority, private ones too."""

from __future__ import annotations

from collections.abc import Iterator

from ...certificates import Certificate
from ...certificates.lifetimes import apple_limit, days_of, is_over_by_a_second, limit_of
from ...certificates.oids import SERVER_AUTH
from ...plugin import Blame, CertificateFinding, ChainPaths, Check, Confidence, Finding, Fix, Layer, Rule, Seen, ServedChain, Severity, StoreVerdicts
from .common import evidence, is_public, server_certificate

TOO_LONG_VALID = Rule(
    code="certificate-lifetime-too-long",
    title="The certificate is valid for longer than public authorities may make it",
    layer=Layer.CERTIFICATE,
    severity=Severity.HIGH,
    blame=Blame.AUTHORITY,
    why="Browsers hold public authorities to the limit of the day on which they issued (398 days, 200 since March 2026, 100 from March 2027, 47 from March 2029). Chrome says ERR_CERT_VALIDITY_TOO_LONG; OpenSSL, Go and Java do not look.",
    fix=Fix(summary="Have it issued again with a validity that is allowed today, and tell the authority: it should not have issued this one."),
    references=("CA/Browser Forum Baseline Requirements 6.3.2", "https://support.apple.com/en-us/102028"),
    failing="a certificate of a public authority of June 2026 for 201 days",
    passing="one of a private authority for ten years; one of a public authority for 200 days to the second",
)
APPLE_REFUSES = Rule(
    code="apple-clients-refuse",
    title="Apple's systems refuse this certificate of a private authority",
    layer=Layer.CERTIFICATE,
    severity=Severity.INFO,
    blame=Blame.AUTHORITY,
    why="iOS and macOS ask the same of private authorities as of public ones, for all that was issued after July 2019: at most 825 days, names in the subjectAltName, serverAuth in the extendedKeyUsage, RSA with 2048 bits, SHA-2. Other clients do not; where no Apple device connects, nothing is wrong.",
    fix=Fix(
        summary="Issue it again as these systems want it, if they are to connect.",
        snippets={"openssl": "openssl x509 -req -days 398 ...\nsubjectAltName = DNS:NAME\nextendedKeyUsage = serverAuth"},
    ),
    references=("https://support.apple.com/en-us/103769",),
    failing="a certificate of a private authority for ten years",
    passing="a certificate of a private authority for 825 days",
)


class LifetimeCheck(Check):
    """Counts the days."""

    name = "certificate/lifetime"
    rules = (TOO_LONG_VALID, APPLE_REFUSES)
    needs = (ServedChain,)
    wants = (ChainPaths, StoreVerdicts)

    def run(self, seen: Seen) -> Iterator[Finding]:
        """Yield what the rules of the day of issue do not allow; an authority that stands where a server should is not counted."""
        found = server_certificate(seen)
        if found is None or found[1].is_ca:
            return
        position, certificate = found
        if is_public(seen):
            yield from _public(certificate, position)
        elif faults := list(_for_apple(certificate)):
            detail = f"{certificate.label} {'; '.join(faults)}."
            yield CertificateFinding.of(APPLE_REFUSES, detail, confidence=Confidence.LIKELY, **evidence(certificate, position))


def _public(certificate: Certificate, position: int) -> Iterator[Finding]:
    days, limit = days_of(certificate), limit_of(certificate)
    if days is None or limit is None or days <= limit.days:
        return
    by_a_second = is_over_by_a_second(certificate, limit)
    length = f"{limit.days} days and one second, for its last second counts," if by_a_second else f"{days} days,"
    detail = f"{certificate.label} is valid for {length} from {certificate.not_before:%Y-%m-%d} on; the most that was allowed on that day is {limit.words} ({limit.reference})."
    severity = Severity.LOW if by_a_second else Severity.HIGH  # Chrome does not count the last second
    yield CertificateFinding.of(TOO_LONG_VALID, detail, severity=severity, **evidence(certificate, position))


def _for_apple(certificate: Certificate) -> Iterator[str]:
    limit, days, key = apple_limit(certificate), days_of(certificate), certificate.key
    if limit is None:
        return
    if days is not None and days > limit.days:
        yield f"is valid for {days} days, where {limit.words} are the most"
    if not certificate.dns_names and not certificate.ip_addresses:
        yield "has no name in a subjectAltName"
    if SERVER_AUTH not in (certificate.extended_key_usage or ()):
        yield "does not have serverAuth in its extendedKeyUsage"
    if key.kind == "RSA" and key.bits is not None and key.bits < 2048:
        yield f"has an RSA key of {key.bits} bits"
    if certificate.signature_algorithm.hash in ("md5", "sha1"):
        yield f"is signed with {certificate.signature_algorithm.name}"
