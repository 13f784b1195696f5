"""Soundness: keys, signatures, usages, and certificates that cannot even be read."""

from __future__ import annotations

from collections.abc import Iterator

from ...certificates import Certificate, Weakness, read_certificate, weak_key, weak_signature
from ...plugin import (
    Blame,
    CertificateFinding,
    ChainPaths,
    Check,
    ClientOutcome,
    Finding,
    Fix,
    Layer,
    Note,
    Rule,
    Seen,
    ServedChain,
    Severity,
)
from ..common import CONSEQUENCE, refuses_certificates

WEAK_KEY = Rule(
    code="weak-key",
    title="The key is too weak",
    layer=Layer.CERTIFICATE,
    severity=Severity.HIGH,
    blame=Blame.SERVER,
    why="Short keys can be broken; OpenSSL refuses them at its usual security level ('ee key too small').",
    fix=Fix(summary="Make a new key (ECDSA P-256, or RSA with 2048 bits or more) and have the certificate issued again.", snippets={"openssl": "openssl req -new -newkey ec -pkeyopt ec_paramgen_curve:P-256 -nodes -keyout key.pem -out request.pem"}),
    references=("RFC 9325 section 4.5", "CA/Browser Forum Baseline Requirements 6.1.5"),
    explains=CONSEQUENCE,
    failing="an RSA key of 1024 bits",
    passing="an RSA key of 2048 bits",
)
WEAK_SIGNATURE = Rule(
    code="weak-signature",
    title="A certificate is signed with a broken hash",
    layer=Layer.CERTIFICATE,
    severity=Severity.HIGH,
    blame=Blame.AUTHORITY,
    why="Whoever can make two certificates with the same MD5 or SHA-1 hash can forge one; clients have refused such signatures since 2017.",
    fix=Fix(summary="Have the certificate issued again with SHA-256; move a private authority off SHA-1."),
    references=("RFC 9155", "RFC 9325 section 4.4"),
    explains=CONSEQUENCE,
    failing="a certificate with sha1WithRSAEncryption",
    passing="a self-signed root with SHA-1, which nobody verifies",
)
WRONG_USAGE = Rule(
    code="certificate-wrong-usage",
    title="The certificate is not for servers",
    layer=Layer.CERTIFICATE,
    severity=Severity.CRITICAL,
    blame=Blame.SERVER,
    why="Its extendedKeyUsage allows other things (clients, mail, code); a client refuses it at a server ('unsupported certificate purpose').",
    fix=Fix(summary="Have it issued again with the usage serverAuth, or install the right file.", snippets={"openssl": "extendedKeyUsage = serverAuth"}),
    references=("RFC 5280 section 4.2.1.12",),
    explains=CONSEQUENCE,
    failing="a certificate for clientAuth only",
    passing="a certificate for serverAuth",
)
NOT_AUTHORITY = Rule(
    code="issuer-not-authority",
    title="The issuer may not issue certificates",
    layer=Layer.CERTIFICATE,
    severity=Severity.CRITICAL,
    blame=Blame.AUTHORITY,
    why="A certificate on the path is no authority (basicConstraints), may not sign certificates (keyUsage), or has more authorities below it than it allows.",
    fix=Fix(summary="Issue the intermediate again, with CA:TRUE and keyCertSign; have what is below it issued by a proper authority.", snippets={"openssl": "basicConstraints = critical, CA:TRUE\nkeyUsage = critical, keyCertSign, cRLSign"}),
    references=("RFC 5280 section 4.2.1.9", "RFC 5280 section 6.1.4"),
    explains=CONSEQUENCE,
    failing="a leaf that was issued by another leaf",
    passing="a path of authorities",
)
UNKNOWN_EXTENSION = Rule(
    code="certificate-unknown-extension",
    title="The certificate has a critical extension that clients do not know",
    layer=Layer.CERTIFICATE,
    severity=Severity.HIGH,
    blame=Blame.AUTHORITY,
    why="Critical means: refuse the certificate if you do not understand this.",
    fix=Fix(summary="Have it issued again with the extension marked as not critical, or without it."),
    references=("RFC 5280 section 4.2",),
    explains=CONSEQUENCE,
    failing="a certificate with a critical private extension",
    passing="the same extension, not critical",
)
MALFORMED = Rule(
    code="certificate-malformed",
    title="A certificate is malformed",
    layer=Layer.CERTIFICATE,
    severity=Severity.HIGH,
    blame=Blame.AUTHORITY,
    why="It does not follow the encoding rules; lenient clients take it, strict ones end the handshake, and what they read may differ.",
    fix=Fix(summary="Have it issued again; where the bytes were cut or changed, install the file once more."),
    references=("RFC 5280 section 4.1", "X.690"),
    explains=CONSEQUENCE,
    failing="a certificate that was cut short",
    passing="a certificate as the authority issued it",
)
_OF_PATHS: dict[str, Rule] = {
    "wrong-usage": WRONG_USAGE,
    "not-a-ca": NOT_AUTHORITY,
    "no-cert-sign": NOT_AUTHORITY,
    "path-too-long": NOT_AUTHORITY,
    "unknown-critical-extension": UNKNOWN_EXTENSION,
}
_REFUSED_FOR = {"weak-key": (66, 67), "weak-signature": (68,)}


class SoundnessCheck(Check):
    """Looks at every certificate that was sent, and at what the best path breaks."""

    name = "certificate/soundness"
    rules = (WEAK_KEY, WEAK_SIGNATURE, WRONG_USAGE, NOT_AUTHORITY, UNKNOWN_EXTENSION, MALFORMED)
    needs = (ServedChain,)
    wants = (ChainPaths, ClientOutcome)

    def run(self, seen: Seen) -> Iterator[Finding]:
        """Yield certificate by certificate, then what is wrong with the path."""
        served, paths = seen[ServedChain], seen.get(ChainPaths)
        unused = set(paths.shape.extras) | set(paths.shape.duplicates) if paths is not None else set()
        anchor = _anchor(paths)
        for position, der in enumerate(served.certificates):
            certificate = read_certificate(der)
            if certificate.problems:
                yield _malformed(seen, certificate, position)
            if position in unused or der == anchor:
                continue
            for rule, weakness in ((WEAK_KEY, weak_key(certificate)), (WEAK_SIGNATURE, weak_signature(certificate))):
                if weakness is not None:
                    yield _weak(seen, rule, weakness, certificate, position)
        yield from _of_path(seen, paths)


def _anchor(paths: ChainPaths | None) -> bytes | None:
    """The anchor of the best path: it is trusted as it is."""
    best = paths.paths[0] if paths is not None and paths.paths else None
    return best.certificates[-1] if best is not None and best.anchored and len(best.certificates) > 1 else None


def _common(certificate: Certificate, position: int | None) -> dict[str, object]:
    return {
        "subject": certificate.label,
        "certificate": certificate.der,
        "position": position,
        "not_before": certificate.not_before,
        "not_after": certificate.not_after,
    }


def _weak(seen: Seen, rule: Rule, weakness: Weakness, certificate: Certificate, position: int) -> Finding:
    client = seen.get(ClientOutcome)
    reason = (client.reason or "") if client is not None else ""
    refused = client is not None and not client.completed and (
        client.verify_code in _REFUSED_FOR[rule.code] or "KEY_TOO_SMALL" in reason or "MD_TOO_WEAK" in reason
    )
    detail = f"{certificate.subject.text or certificate.label} has {weakness.detail}." if rule is WEAK_KEY else f"{certificate.label} is {weakness.detail}."
    return CertificateFinding.of(rule, detail, blocks=refused, **_common(certificate, position))


def _malformed(seen: Seen, certificate: Certificate, position: int) -> Finding:
    problems = "; ".join(f"{item.detail} (byte {item.offset})" for item in certificate.problems[:3])
    client = seen.get(ClientOutcome)
    blocks = client is not None and not client.completed and not certificate.loads
    detail = f"Certificate {position} of the chain: {problems}."
    return CertificateFinding.of(MALFORMED, detail, blocks=blocks, **_common(certificate, position))


def _of_path(seen: Seen, paths: ChainPaths | None) -> Iterator[Finding]:
    """What the best path breaks, when no path is without a fault."""
    if paths is None or paths.trusted or not paths.paths:
        return
    best = paths.paths[0]
    broken: dict[tuple[str, int], list[Note]] = {}
    for note in best.violations:
        if note.code in _OF_PATHS:
            broken.setdefault((_OF_PATHS[note.code].code, note.depth or 0), []).append(note)
    for (_, depth), notes in broken.items():
        certificate = read_certificate(best.certificates[depth])
        detail = "; ".join(note.detail for note in notes) + "."
        yield CertificateFinding.of(_OF_PATHS[notes[0].code], detail, blocks=refuses_certificates(seen), **_common(certificate, None))
