"""Keys: broken, or public already; curves written out; kinds that a part of the clients does not take; odd sizes and exponents."""

from __future__ import annotations

from collections.abc import Iterator

from ...certificates import Certificate
from ...certificates.keys import broken_key, explicit_parameters, key_remarks, little_supported, published_key
from ...plugin import Blame, CertificateFinding, ChainPaths, Check, Finding, Fix, Layer, Rule, Seen, ServedChain, Severity, StoreVerdicts
from .common import evidence, is_public, judged
from .served import other_chains

_NEW_KEY = Fix(
    summary="Make a new key on another system than the one that made this, have a certificate issued for it, install both, and have the old certificate revoked.",
    snippets={"openssl": "openssl req -new -newkey ec -pkeyopt ec_paramgen_curve:P-256 -nodes -keyout key.pem -out request.pem -addext subjectAltName=DNS:NAME"},
)
_NEW_AUTHORITY = Fix(summary="The authority has to make a new key and issue everything below it again; have the certificate issued elsewhere until then.")
KEY_BROKEN = Rule(
    code="key-broken",
    title="The private key can be computed from the certificate",
    layer=Layer.CERTIFICATE,
    severity=Severity.CRITICAL,
    blame=Blame.SERVER,
    why="The primes of this RSA key can be found by anybody in seconds to weeks, so that anybody can pass for the server. Clients do not notice: they accept it.",
    fix=_NEW_KEY,
    references=("CA/Browser Forum Baseline Requirements 6.1.1.3", "CVE-2017-15361", "CVE-2022-26320", "https://fermatattack.secvuln.info/"),
    failing="an RSA key whose primes are neighbours",
    passing="an RSA key with primes that were chosen at random",
)
KEY_PUBLISHED = Rule(
    code="key-published",
    title="The private key is public",
    layer=Layer.CERTIFICATE,
    severity=Severity.CRITICAL,
    blame=Blame.SERVER,
    why="The key is an example or a test key of well-known software, or one that many appliances share. Whoever looks can have it and pass for the server.",
    fix=_NEW_KEY,
    references=("CA/Browser Forum Baseline Requirements 6.1.1.3", "RFC 9500"),
    failing="a certificate for a test key of RFC 9500",
    passing="a certificate for a key of the server's own",
)
KEY_EXPLICIT = Rule(
    code="key-explicit-parameters",
    title="The curve of the key is written out in place of its name",
    layer=Layer.CERTIFICATE,
    severity=Severity.HIGH,
    blame=Blame.SERVER,
    why="RFC 5480 allows named curves only, since whoever chooses the numbers chooses what they are worth (CVE-2020-0601). OpenSSL 3 refuses it for an authority and in strict verification, Go, Java and browsers refuse it altogether.",
    fix=Fix(
        summary="Make a key that names its curve, and have the certificate issued again.",
        snippets={"openssl": "openssl genpkey -algorithm EC -pkeyopt ec_paramgen_curve:P-256 -pkeyopt ec_param_enc:named_curve"},
    ),
    references=("RFC 5480 section 2.1.1", "CVE-2020-0601"),
    failing="a key on P-256 with explicit parameters",
    passing="a key that names P-256",
)
KEY_LITTLE_SUPPORTED = Rule(
    code="key-little-supported",
    title="Some clients do not take this kind of key",
    layer=Layer.CERTIFICATE,
    severity=Severity.INFO,
    blame=Blame.SERVER,
    why="RSA from 2048 bits on, P-256 and P-384 are taken everywhere; what else there is serves the clients that know it and locks out the others, which say that there is no common cipher or signature algorithm.",
    fix=Fix(
        summary="Where others than the clients at hand are to connect, serve a certificate with a key on P-256 or RSA beside it or in its place.",
        snippets={"nginx": "ssl_certificate ecdsa.pem; ssl_certificate_key ecdsa.key;\nssl_certificate ed25519.pem; ssl_certificate_key ed25519.key;"},
    ),
    references=("RFC 8446 section 9.1", "RFC 8422 section 5.1.1", "RFC 9325 section 4.5"),
    failing="a key of the kind Ed25519",
    passing="a key on P-384",
)
KEY_UNUSUAL = Rule(
    code="key-unusual",
    title="The size or the exponent of the RSA key is unusual",
    layer=Layer.CERTIFICATE,
    severity=Severity.INFO,
    blame=Blame.SERVER,
    why="It is not broken. A size that is no multiple of 8 is not allowed to public authorities, small public exponents have made attacks easier, and very long keys cost time in every handshake, where some clients refuse them.",
    fix=Fix(summary="Take RSA with 2048, 3072 or 4096 bits and the exponent 65537, or a key on P-256.", snippets={"openssl": "openssl genpkey -algorithm RSA -pkeyopt rsa_keygen_bits:2048"}),
    references=("CA/Browser Forum Baseline Requirements 6.1.5", "CA/Browser Forum Baseline Requirements 6.1.6"),
    failing="an RSA key with the exponent 3",
    passing="an RSA key with the exponent 65537",
)


class KeysCheck(Check):
    """Looks at the key of every certificate that counts, those for other clients too."""

    name = "certificate/keys"
    rules = (KEY_BROKEN, KEY_PUBLISHED, KEY_EXPLICIT, KEY_LITTLE_SUPPORTED, KEY_UNUSUAL)
    needs = (ServedChain,)
    wants = (ChainPaths, StoreVerdicts)

    def run(self, seen: Seen) -> Iterator[Finding]:
        """Yield certificate by certificate, the gravest first."""
        for position, certificate in (*judged(seen), *((None, chain[0]) for _, chain in other_chains(seen))):
            yield from _broken(certificate, position)
            if explicit_parameters(certificate):
                detail = f"The key of {_name(certificate)} has the parameters of its curve in full."
                yield CertificateFinding.of(KEY_EXPLICIT, detail, blame=_blame(position), **evidence(certificate, position))
            if (kind := little_supported(certificate)) is not None:
                yield CertificateFinding.of(KEY_LITTLE_SUPPORTED, f"{_name(certificate)} has a key of {kind.detail}.", blame=_blame(position), **evidence(certificate, position))
            if remarks := key_remarks(certificate):
                grave = is_public(seen) and any(item.code in ("odd-size", "too-long") for item in remarks)
                detail = f"{_name(certificate)} has an RSA key with {' and '.join(item.detail for item in remarks)}."
                yield CertificateFinding.of(KEY_UNUSUAL, detail, severity=Severity.LOW if grave else Severity.INFO, blame=_blame(position), **evidence(certificate, position))


def _broken(certificate: Certificate, position: int | None) -> Iterator[Finding]:
    fix = _NEW_AUTHORITY if position else _NEW_KEY
    if (fault := broken_key(certificate)) is not None:
        detail = f"The RSA key of {_name(certificate)} is broken: {fault.detail}."
        yield CertificateFinding.of(KEY_BROKEN, detail, fix=fix, blame=_blame(position), **evidence(certificate, position))
    if (origin := published_key(certificate)) is not None:
        detail = f"The private half of the key of {_name(certificate)} was published: {origin}."
        yield CertificateFinding.of(KEY_PUBLISHED, detail, fix=fix, blame=_blame(position), **evidence(certificate, position))


def _name(certificate: Certificate) -> str:
    return certificate.subject.text or certificate.label


def _blame(position: int | None) -> Blame:
    """The first certificate is the server's own, and so is one that other clients get in its place (None)."""
    return Blame.AUTHORITY if position else Blame.SERVER
