"""Soundness: keys, signatures, usages, and what a path breaks; the bytes themselves are `encoding`'s."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from ...certificates import DEFAULT, Certificate, Weakness, read_certificate, weak_key, weak_signature
from ...certificates.oids import CT_POISON
from ...iana import AlertDescription, ProtocolVersion
from ...plugin import (
    AcceptedVersions,
    Blame,
    BrokenRule,
    CertificateFinding,
    ChainPaths,
    Check,
    ClientOutcome,
    Confidence,
    Finding,
    Fix,
    HandshakeOutcome,
    Layer,
    OfferSeen,
    Rule,
    Seen,
    ServedChain,
    Severity,
)
from ..common import CONSEQUENCE, refuses_certificates
from ..proof import SYMPTOMS
from .common import evidence, refused_unasked, unused_positions

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
    why="Its extendedKeyUsage allows other things (clients, mail, code), or its keyUsage no handshakes; a client refuses it at a server ('unsuitable certificate purpose').",
    fix=Fix(summary="Have it issued again for servers, or install the right file.", snippets={"openssl": "extendedKeyUsage = serverAuth\nkeyUsage = critical, digitalSignature, keyEncipherment"}),
    references=("RFC 5280 section 4.2.1.12", "RFC 5280 section 4.2.1.3"),
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
NOT_PERMITTED = Rule(
    code="name-constraints-violated",
    title="The issuer may not issue certificates for this name",
    layer=Layer.CERTIFICATE,
    severity=Severity.CRITICAL,
    blame=Blame.AUTHORITY,
    why="An authority on the path is limited to certain names (nameConstraints), and the certificate has one that is outside; a client refuses it whatever name it asked for ('permitted subtree violation', 'excluded subtree violation').",
    fix=Fix(
        summary="Have the certificate issued by an authority that may, or with permitted names only; an authority of your own is issued again with wider constraints.",
        snippets={"openssl": "nameConstraints = critical, permitted;DNS:example.com"},
    ),
    references=("RFC 5280 section 4.2.1.10",),
    explains=CONSEQUENCE,
    failing="an authority for other.example that issues for server.example",
    passing="an authority for example that issues for server.example",
)
USAGE_NARROW = Rule(
    code="key-usage-narrow",
    title="The key may not sign handshakes",
    layer=Layer.CERTIFICATE,
    severity=Severity.MEDIUM,
    blame=Blame.AUTHORITY,
    why="The certificate's keyUsage has keyEncipherment or keyAgreement and lacks digitalSignature, which ECDHE and all of TLS 1.3 need. OpenSSL goes on with RSA, and refuses an ECDSA key below TLS 1.3 ('bad ecc cert'); Chrome says ERR_SSL_KEY_USAGE_INCOMPATIBLE and Firefox SEC_ERROR_INADEQUATE_KEY_USAGE.",
    fix=Fix(summary="Have it issued again with digitalSignature.", snippets={"openssl": "keyUsage = critical, digitalSignature, keyEncipherment"}),
    references=("RFC 5280 section 4.2.1.3", "RFC 8446 section 4.4.2.2", "RFC 8422 section 5.3"),
    explains=CONSEQUENCE,
    failing="an RSA certificate for keyEncipherment only",
    passing="an RSA certificate for digitalSignature and keyEncipherment",
)
_OF_PATHS: dict[str, Rule] = {
    "wrong-usage": WRONG_USAGE,
    "usage-any": WRONG_USAGE,
    "wrong-key-usage": WRONG_USAGE,
    "name-not-permitted": NOT_PERMITTED,
    "not-a-ca": NOT_AUTHORITY,
    "no-cert-sign": NOT_AUTHORITY,
    "path-too-long": NOT_AUTHORITY,
    "unknown-critical-extension": UNKNOWN_EXTENSION,
}
_WEAK_AUTHORITY = Fix(summary="Have the certificate issued below an authority with a key of today; an authority of your own makes a new key and issues everything below it again.")
_NOT_THROUGH_IT = Fix(
    summary="Have the certificate issued by an authority that may issue for servers: its own extendedKeyUsage has to hold serverAuth, or be left out.",
    snippets={"openssl": "extendedKeyUsage = serverAuth, clientAuth   # in the authority's certificate"},
)
_THE_CERTIFICATE_ITSELF = Fix(
    summary="Install the certificate itself, which the authority gives out after the logging; it has the same serial number, and timestamps in the place of the poison.",
)
_FIXES: dict[str, Fix] = {
    "path-too-long": Fix(
        summary="Have the certificate issued by the authority with the limit itself, or issue that authority's certificate again with a larger pathLenConstraint.",
        snippets={"openssl": "basicConstraints = critical, CA:TRUE, pathlen:1"},
    ),
    "wrong-key-usage": Fix(summary="Have it issued again with digitalSignature in its keyUsage, or install the right file.", snippets={"openssl": "keyUsage = critical, digitalSignature, keyEncipherment"}),
}
_REFUSED_FOR = {"weak-key": (66, 67), "weak-signature": (68,)}
_NO_PATH = (2, 19, 20, 21)
"""OpenSSL found no path to an authority: it looks at the strength of keys and signatures only after that."""
_REFUSED_FROM_LEVEL = {"weak-key": 2, "weak-signature": 1}
"""The security level from which OpenSSL 3 refuses RSA below 2048 bits, and SHA-1 (SSL_CTX_set_security_level(3))."""


class SoundnessCheck(Check):
    """Looks at every certificate that was sent, and at what the best path breaks."""

    name = "certificate/soundness"
    rules = (WEAK_KEY, WEAK_SIGNATURE, WRONG_USAGE, USAGE_NARROW, NOT_AUTHORITY, NOT_PERMITTED, UNKNOWN_EXTENSION)
    needs = (ServedChain,)
    wants = (ChainPaths, ClientOutcome, HandshakeOutcome, AcceptedVersions)

    def run(self, seen: Seen) -> Iterator[Finding]:
        """Yield certificate by certificate, then what is wrong with the path."""
        served, paths = seen[ServedChain], seen.get(ChainPaths)
        unused = unused_positions(paths)
        anchor = _anchor(paths)
        for position, der in enumerate(served.certificates):
            certificate = read_certificate(der)
            if position == 0 and certificate.key_usage is not None and _narrow(certificate.key_usage):
                detail = f"The key of {certificate.label} is for {', '.join(sorted(certificate.key_usage))} (keyUsage)."
                reason, effects = _kept_from_signing(seen, certificate)
                yield CertificateFinding.of(USAGE_NARROW, detail + reason, **effects, **evidence(certificate, position))
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


def _weak(seen: Seen, rule: Rule, weakness: Weakness, certificate: Certificate, position: int) -> Finding:
    client = seen.get(ClientOutcome)
    reason = (client.reason or "") if client is not None else ""
    refused = client is not None and not client.completed and (
        client.verify_code in _REFUSED_FOR[rule.code] or "KEY_TOO_SMALL" in reason or "MD_TOO_WEAK" in reason
    )
    refused = refused or refused_unasked(seen, certificate.der, (rule.code,)) or (client is not None and _comes_next(client, rule, certificate))
    detail = f"{certificate.subject.text or certificate.label} has {weakness.detail}." if rule is WEAK_KEY else f"{certificate.label} is {weakness.detail}."
    if rule is WEAK_KEY and position > 0:
        return CertificateFinding.of(rule, detail, blocks=refused, blame=Blame.AUTHORITY, fix=_WEAK_AUTHORITY, title="An authority's key is too weak", **evidence(certificate, position))
    return CertificateFinding.of(rule, detail, blocks=refused, **evidence(certificate, position))


def _comes_next(client: ClientOutcome, rule: Rule, certificate: Certificate) -> bool:
    """Whether the client would refuse this as soon as it knew the authority."""
    level = client.settings.security_level
    lacks_path = not client.completed and client.verify_code in _NO_PATH and not certificate.is_self_issued
    return lacks_path and level is not None and level >= _REFUSED_FROM_LEVEL[rule.code]


def _narrow(usage: frozenset[str]) -> bool:
    return bool(usage & {"keyEncipherment", "keyAgreement"}) and "digitalSignature" not in usage


def _weak_anchor(seen: Seen, anchor: Certificate, note: BrokenRule) -> Finding:
    """OpenSSL looks at the key of an anchor too."""
    more: dict[str, object] = {"blame": Blame.AUTHORITY, "fix": _WEAK_AUTHORITY, "title": "A trusted authority's key is too weak"}
    return CertificateFinding.of(WEAK_KEY, f"{note.detail}.", blocks=refuses_certificates(seen), **more, **evidence(anchor, None))


def _without_what_follows(notes: Sequence[BrokenRule]) -> Iterator[BrokenRule]:
    """Where a certificate that is no authority has issued another, an authority above it has one too many below it: that follows."""
    lowest = min((note.depth or 0 for note in notes if note.code == "not-a-ca" and DEFAULT in note.profiles), default=None)
    return (note for note in notes if not (note.code == "path-too-long" and lowest is not None and (note.depth or 0) > lowest))


def _of_path(seen: Seen, paths: ChainPaths | None) -> Iterator[Finding]:
    """What the best path breaks, when no path is without a fault."""
    if paths is None or paths.trusted or not paths.paths:
        return
    best = paths.paths[0]
    broken: dict[tuple[str, int], list[BrokenRule]] = {}
    for note in _without_what_follows(best.violations):
        if DEFAULT in note.profiles and note.code in _OF_PATHS:
            broken.setdefault((_OF_PATHS[note.code].code, note.depth or 0), []).append(note)
        elif DEFAULT in note.profiles and note.code == "weak-key" and note.depth == len(best.certificates) - 1 > 0:
            yield _weak_anchor(seen, read_certificate(best.certificates[-1]), note)
    for (_, depth), notes in broken.items():
        certificate = read_certificate(best.certificates[depth])
        detail = "; ".join(note.detail for note in notes) + "."
        rule = _OF_PATHS[notes[0].code]
        more: dict[str, object] = {"fix": _FIXES.get(notes[0].code, rule.fix)}
        if rule is UNKNOWN_EXTENSION and depth == 0 and certificate.is_precertificate:
            more = {"fix": _THE_CERTIFICATE_ITSELF, "blame": Blame.SERVER, "title": "A precertificate stands where the certificate should"}
            detail = f"{certificate.label} is a precertificate, which is made for the logs of Certificate Transparency alone: its critical extension (the poison, {CT_POISON}) is there so that no client takes it."
        if rule is WRONG_USAGE and depth > 0:
            more = {"fix": _NOT_THROUGH_IT, "blame": Blame.AUTHORITY, "title": "The issuer is not for servers"}
        if notes[0].code == "path-too-long":
            more["title"] = "An authority on the path may not have so many below it"
        more["refused_by"] = tuple(sorted({profile for note in notes for profile in note.profiles}))
        more["blocks"] = refuses_certificates(seen)
        if notes[0].code == "wrong-key-usage" and depth == 0:
            reason, effects = _kept_from_signing(seen, certificate)
            detail, more = detail + reason, more | effects
        yield CertificateFinding.of(rule, detail, **more, **evidence(certificate, None))


def _kept_from_signing(seen: Seen, certificate: Certificate) -> tuple[str, dict[str, object]]:
    """More words, and what the finding has besides, where one side keeps to the keyUsage and the handshake fails for it; else nothing.

    OpenSSL and GnuTLS choose no suite at the server for which the key would have to sign; OpenSSL refuses such an ECDSA certificate as a client (BAD_ECC_CERT).
    """
    client = seen.get(ClientOutcome)
    if client is None or client.completed or client.offer is None or certificate.key_usage is None or "digitalSignature" in certificate.key_usage:
        return "", {}
    if client.reason == "BAD_ECC_CERT":
        return " This client refuses it below TLS 1.3, where the key has to sign.", {"blocks": True, "severity": Severity.CRITICAL}
    alert = client.alert_received
    if alert is None or alert.description != AlertDescription.HANDSHAKE_FAILURE or not _server_obeys(seen, client.offer):
        return "", {}
    explained = (*SYMPTOMS, "no-common-version", "no-common-cipher", "no-forward-secrecy")
    effects = {"blocks": True, "severity": Severity.CRITICAL, "confidence": Confidence.LIKELY, "also_explains": explained}
    return " This server does not let it sign, and has then no cipher suite in common with the client.", effects


def _server_obeys(seen: Seen, offer: OfferSeen) -> bool:
    """Whether the server refuses for the keyUsage: all that it takes is TLS 1.3, which has no suites for a kind of key, or RSA key exchange, where the key does not sign."""
    versions, ours = seen.get(AcceptedVersions), seen.get(HandshakeOutcome)
    accepted = versions.accepted if versions is not None else ()
    if accepted and min(accepted) >= ProtocolVersion.TLS1_3 > max(offer.versions, default=ProtocolVersion.TLS1_3):
        return True  # a server that is set to TLS 1.3 alone says protocol_version
    chosen = ours.cipher_suite.row if ours is not None and ours.cipher_suite is not None else None
    own = [suite.row for suite in offer.cipher_suites]
    return chosen is not None and chosen["kx"] == "RSA" and not any(row is not None and row["kx"] == "RSA" for row in own)
