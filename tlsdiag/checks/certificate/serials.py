"""Serial numbers: too short to be random, zero or too long, and the same for two certificates of one issuer."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import UTC, datetime

from ...certificates import Certificate
from ...plugin import Blame, CertificateFinding, ChainPaths, Check, Finding, Fix, Layer, Rule, Seen, ServedChain, Severity, StoreVerdicts
from .common import evidence, is_public, judged, server_certificate
from .served import all_served

SERIAL_UNUSUAL = Rule(
    code="serial-unusual",
    title="The serial number is not as it should be",
    layer=Layer.CERTIFICATE,
    severity=Severity.INFO,
    blame=Blame.AUTHORITY,
    why="Serial numbers are positive and have at most 20 octets; those of public authorities have at least 64 bits of chance in them, so that nobody can prepare a second certificate for the same signature.",
    fix=Fix(summary="Have it issued again; a private authority takes random serial numbers.", snippets={"openssl": "openssl x509 -req -CAcreateserial ...   # 20 random octets"}),
    references=("RFC 5280 section 4.1.2.2", "CA/Browser Forum Baseline Requirements 7.1"),
    failing="a certificate of a public authority with the serial number 4711",
    passing="a certificate of a private authority with the serial number 4711",
)
SERIAL_REPEATED = Rule(
    code="serial-repeated",
    title="Two certificates have the same issuer and serial number",
    layer=Layer.CERTIFICATE,
    severity=Severity.MEDIUM,
    blame=Blame.AUTHORITY,
    why="Issuer and serial number name a certificate. Firefox and other programs on NSS refuse the second that they meet (SEC_ERROR_REUSED_ISSUER_AND_SERIAL), and a revocation meets both. Scripts that make an authority anew each time under the same name do this.",
    fix=Fix(summary="Issue one of them again with another serial number; give an authority that is made anew another name.", snippets={"openssl": "openssl x509 -req -CAcreateserial ...   # 20 random octets"}),
    references=("RFC 5280 section 4.1.2.2",),
    failing="a server with two certificates of one issuer that have the same number",
    passing="a server with two certificates of different issuers that have the same number",
)
_LEAST_BITS = 40
"""Of 64 random bits, 24 leading zeros come up once in 16 million certificates."""
_RANDOM_SINCE = datetime(2016, 9, 30, tzinfo=UTC)


class SerialsCheck(Check):
    """Compares the serial numbers of everything that was served."""

    name = "certificate/serials"
    rules = (SERIAL_UNUSUAL, SERIAL_REPEATED)
    needs = (ServedChain,)
    wants = (ChainPaths, StoreVerdicts)

    def run(self, seen: Seen) -> Iterator[Finding]:
        """Yield what is odd about one number, then what two share; a negative one is told as a malformed certificate."""
        public = is_public(seen)
        leaf = server_certificate(seen)
        for position, certificate in judged(seen):
            words = _odd(certificate, public=public and leaf is not None and position == leaf[0])
            if words is not None:
                severity = Severity.LOW if public else Severity.INFO
                yield CertificateFinding.of(SERIAL_UNUSUAL, f"{certificate.label} has the serial number {words}.", severity=severity, **evidence(certificate, position))
        yield from _repeated(seen)


def _odd(certificate: Certificate, *, public: bool) -> str | None:
    serial = certificate.serial
    if serial is None or serial < 0:
        return None
    if serial == 0:
        return "0, which is not positive"
    if serial.bit_length() >= 8 * 20:
        return f"of {serial.bit_length() // 8 + 1} octets, and 20 are the most"
    if public and serial.bit_length() < _LEAST_BITS and certificate.not_before is not None and certificate.not_before >= _RANDOM_SINCE:
        return f"{serial}, of {serial.bit_length()} bits, where 64 random ones are asked for"
    return None


def _repeated(seen: Seen) -> Iterator[Finding]:
    known: dict[tuple[bytes, int], Certificate] = {}
    for certificate in all_served(seen):
        if certificate.serial is None or not certificate.issuer.raw:
            continue
        first = known.setdefault((certificate.issuer.raw, certificate.serial), certificate)
        if first != certificate:
            detail = f"{first.label} and {certificate.label} are both number {certificate.serial:x} (hexadecimal) of {certificate.issuer.text}."
            yield CertificateFinding.of(SERIAL_REPEATED, detail, **evidence(certificate, None))
