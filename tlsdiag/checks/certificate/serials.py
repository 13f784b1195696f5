"""Serial numbers: too short to be random, and the same for two certificates of one issuer. What is wrong with their encoding is told with the other bytes."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import UTC, datetime

from ...certificates import Certificate
from ...plugin import (
    Blame,
    CertificateFinding,
    ChainPaths,
    Check,
    Finding,
    Fix,
    HandshakeOutcome,
    Layer,
    Repeats,
    Rule,
    Seen,
    ServedChain,
    Severity,
    StoreVerdicts,
)
from .common import evidence, is_public, server_certificate
from .served import all_served

SERIAL_SHORT = Rule(
    code="serial-too-short",
    title="The serial number is too short to be random",
    layer=Layer.CERTIFICATE,
    severity=Severity.LOW,
    blame=Blame.AUTHORITY,
    why="The serial numbers of public authorities have at least 64 random bits, so that nobody can prepare a second certificate for the same signature. The authority has to revoke what it has numbered otherwise.",
    fix=Fix(summary="Have it issued again, and tell the authority."),
    references=("CA/Browser Forum Baseline Requirements 7.1", "RFC 5280 section 4.1.2.2"),
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
_SHOWN_DIGITS = 40
_LEAST_BITS = 40
"""Of 64 random bits, 24 leading zeros come up once in 16 million certificates."""
_RANDOM_SINCE = datetime(2016, 9, 30, tzinfo=UTC)


class SerialsCheck(Check):
    """Compares the serial numbers of everything that was served."""

    name = "certificate/serials"
    rules = (SERIAL_SHORT, SERIAL_REPEATED)
    needs = (ServedChain,)
    wants = (ChainPaths, StoreVerdicts, HandshakeOutcome, Repeats)

    def run(self, seen: Seen) -> Iterator[Finding]:
        """Yield what is odd about the server's own number, then what two share."""
        found = server_certificate(seen)
        if found is not None and is_public(seen) and _is_short(found[1]):
            position, certificate = found
            detail = f"{certificate.label} has the serial number {certificate.serial}, where 64 random bits are asked for."
            yield CertificateFinding.of(SERIAL_SHORT, detail, **evidence(certificate, position))
        yield from _repeated(seen)


def _is_short(certificate: Certificate) -> bool:
    serial, issued = certificate.serial, certificate.not_before
    return serial is not None and 0 < serial < 1 << _LEAST_BITS and issued is not None and issued >= _RANDOM_SINCE


def _repeated(seen: Seen) -> Iterator[Finding]:
    known: dict[tuple[bytes, int], Certificate] = {}
    for certificate in all_served(seen):
        if certificate.serial is None or not certificate.issuer.raw:
            continue
        first = known.setdefault((certificate.issuer.raw, certificate.serial), certificate)
        if first != certificate:
            number = f"{certificate.serial:x}"[:_SHOWN_DIGITS]
            detail = f"{first.label} ({first.key}) and {certificate.label} ({certificate.key}) are both number {number} (hexadecimal) of {certificate.issuer.text}."
            yield CertificateFinding.of(SERIAL_REPEATED, detail, **evidence(certificate, None))
