"""Encoding: what is wrong with the bytes of a certificate, where, and whom it disturbs. A certificate that no library would load is shown all the same."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from ...certificates import Certificate, Grade, Problem, read_certificate
from ...plugin import (
    Blame,
    CertificateFinding,
    ChainPaths,
    Check,
    ClientOutcome,
    Finding,
    Fix,
    Layer,
    Rule,
    Seen,
    ServedChain,
    Severity,
)
from ..common import CONSEQUENCE
from .common import evidence, refused_unasked, unused_positions

MALFORMED = Rule(
    code="certificate-malformed",
    title="A certificate is malformed",
    layer=Layer.CERTIFICATE,
    severity=Severity.HIGH,
    blame=Blame.AUTHORITY,
    why="It does not follow the encoding rules (X.690) or the profile (RFC 5280); lenient clients take some of that, strict ones (Go, Chromium, Firefox, rustls) end the handshake, and what they read may differ.",
    fix=Fix(summary="Have it issued again; where the bytes were cut or changed, install the file once more."),
    references=("RFC 5280 section 4.1", "X.690"),
    explains=(*CONSEQUENCE, "certificate-bad-signature", "intermediate-missing", "issuer-untrusted"),
    failing="a certificate that was cut short",
    passing="a certificate as the authority issued it",
)
UNTIDY = Rule(
    code="certificate-untidy",
    title="A certificate is not written by the letter",
    layer=Layer.CERTIFICATE,
    severity=Severity.INFO,
    blame=Blame.AUTHORITY,
    why="Something in its bytes is against the letter of a standard; it is common, or no client that matters looks at it.",
    fix=Fix(summary="Nothing has to be done. An authority of your own can leave it out of the certificates that it issues next."),
    references=("RFC 5280 section 4.1", "X.690"),
    failing="a certificate with `critical FALSE` written out",
    passing="a certificate without a word too much",
)
_REFUSED_FOR = frozenset({6, 7, 13, 14, 20, 21, 41, 66})
"""What OpenSSL says of a certificate that it has taken in and cannot make sense of: a damaged extension is 20 ("unable to get local issuer"), a key 66."""
_OUT_OF_DATE = frozenset({9, 10})
_MOST_SHOWN = 5
_LONGEST_REASON = 80
_SEVERITIES = {Grade.FATAL: Severity.HIGH, Grade.STRICT: Severity.MEDIUM}

_OF_BYTES = frozenset({
    "malformed", "malformed-extension", "malformed-name", "malformed-key", "malformed-constraints", "duplicate-extension", "signature-algorithms-differ",
})  # fmt: skip
"""What a path breaks by the bytes of a certificate."""


class EncodingCheck(Check):
    """Reads every certificate that was sent, byte by byte."""

    name = "certificate/encoding"
    rules = (MALFORMED, UNTIDY)
    needs = (ServedChain,)
    wants = (ChainPaths, ClientOutcome)

    def run(self, seen: Seen) -> Iterator[Finding]:
        """Yield one finding for each certificate that something is wrong with, and one for what is only untidy in it."""
        paths = seen.get(ChainPaths)
        unused = unused_positions(paths)
        for position, der in enumerate(seen[ServedChain].certificates):
            certificate = read_certificate(der)
            wrong = [item for item in certificate.problems if item.grade is not Grade.REMARK]
            untidy = [item for item in certificate.problems if item.grade is Grade.REMARK]
            if wrong:
                yield _malformed(seen, certificate, wrong, position, used=position not in unused)
            if untidy:
                yield CertificateFinding.of(UNTIDY, f"Certificate {position} of the chain ({certificate.label}): {_listed(untidy)}.", **evidence(certificate, position))


def _malformed(seen: Seen, certificate: Certificate, wrong: Sequence[Problem], position: int, *, used: bool) -> Finding:
    client = seen.get(ClientOutcome)
    worst = next((item for item in wrong if item.grade is Grade.FATAL), wrong[0])
    fatal = used and worst.grade is Grade.FATAL
    blocks = fatal and (_is_refused(client, worst) if client is not None else refused_unasked(seen, certificate.der, _OF_BYTES))
    detail = f"Certificate {position} of the chain ({described(certificate)}): {_listed(wrong)}."
    if worst.grade is Grade.STRICT:
        detail += " Strict readers refuse it; OpenSSL goes on."
    return CertificateFinding.of(
        MALFORMED,
        detail,
        title=f"{MALFORMED.title}: {_cut(worst.detail)}",
        severity=_SEVERITIES[worst.grade],
        blocks=blocks,
        **evidence(certificate, position),
    )


def _cut(text: str) -> str:
    """What fits into a title, without half a word at its end."""
    return text if len(text) <= _LONGEST_REASON else f"{text[:_LONGEST_REASON].rpartition(' ')[0] or text[:_LONGEST_REASON]} ..."


def _is_refused(client: ClientOutcome, worst: Problem) -> bool:
    """Whether the client failed over a certificate's bytes: in reading them, or in verifying what it had read."""
    if client.completed:
        return False
    if client.verify_code is not None:
        return client.verify_code in _REFUSED_FOR or (worst.code == "validity-reversed" and client.verify_code in _OUT_OF_DATE)
    return client.reason == "CERT_LENGTH_MISMATCH" or "asn1" in client.error_text.lower()


def described(certificate: Certificate) -> str:
    """Whatever could be read: subject, issuer, dates and fingerprint."""
    parts = [certificate.subject.text or "no subject"]
    if certificate.issuer.text:
        parts.append(f"issued by {certificate.issuer.text}")
    dates = [f"{moment:%Y-%m-%d}" if moment else "?" for moment in (certificate.not_before, certificate.not_after)]
    if dates != ["?", "?"]:
        parts.append(f"valid {dates[0]} to {dates[1]}")
    return "; ".join((*parts, f"SHA-256 {certificate.sha256}"))


def _listed(problems: Sequence[Problem]) -> str:
    shown = [f"{item.detail} (byte {item.offset})" for item in problems[:_MOST_SHOWN]]
    more = len(problems) - _MOST_SHOWN
    return "; ".join((*shown, f"and {more} more")) if more > 0 else "; ".join(shown)
