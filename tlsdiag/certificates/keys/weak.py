"""Keys and signatures that clients refuse (CA/Browser Forum Baseline Requirements 6.1.5; RFC 8446 section 4.4.2.4; RFC 9155)."""

from __future__ import annotations

import attrs

from ..certificate import Certificate

_BROKEN_HASHES = {"md2": "MD2", "md5": "MD5", "sha1": "SHA-1"}
# What real clients did with such a chain below a private root: OpenSSL 1.1.1 to 4.0, GnuTLS 3.7, Go 1.19 and 1.27, Node 20 and 26, NSS 3.87, Java 11 to 25.
_REFUSED_BY = {
    "md2": "every client of today refuses it",
    "md5": "OpenSSL, GnuTLS, Go, Java, NSS and browsers refuse it",
    "sha1": "OpenSSL 3, GnuTLS, Go, Node and browsers refuse it, OpenSSL 1.1.1 and Java (below a private root) take it",
}
_LEAST_RSA, _LEAST_EC = 2048, 224


@attrs.frozen(kw_only=True)
class Weakness:
    """What is weak: "weak-key" or "weak-signature", with the values in words."""

    code: str
    detail: str


def weak_key(certificate: Certificate) -> Weakness | None:
    """A key that is too short, or of a kind that TLS has given up."""
    key = certificate.key
    if key.kind == "RSA" and key.bits is not None:
        if key.bits < _LEAST_RSA:
            return Weakness(code="weak-key", detail=f"an RSA key of {key.bits} bits; {_LEAST_RSA} is the least")
        if key.exponent is not None and (key.exponent < 3 or key.exponent % 2 == 0):
            return Weakness(code="weak-key", detail=bad_exponent(key.exponent))
    if key.kind == "EC" and key.bits is not None and key.bits < _LEAST_EC:
        return Weakness(code="weak-key", detail=f"an elliptic-curve key of {key.bits} bits ({key.curve})")
    if key.kind == "DSA":
        return Weakness(code="weak-key", detail=f"a DSA key ({key.bits} bits), which no client of today takes")
    return None


def bad_exponent(exponent: int) -> str:
    """In words, a public exponent that is even or below 3; a hostile certificate may have made it longer than Python writes out."""
    shown = str(exponent) if abs(exponent) < 10**20 else f"of {exponent.bit_length()} bits"
    why = "every text is its own signature" if exponent == 1 else "no RSA key can have it"
    return f"an RSA key with the public exponent {shown}: {why}"


def weak_signature(certificate: Certificate) -> Weakness | None:
    """A signature over a broken hash, and who refuses it; one that a certificate has put on itself protects nothing and is passed over."""
    name = certificate.signature_algorithm.hash or ""
    broken = _BROKEN_HASHES.get(name)
    if broken is None or certificate.is_self_issued:
        return None
    return Weakness(code="weak-signature", detail=f"signed with {certificate.signature_algorithm.name}: {broken} is broken; {_REFUSED_BY[name]}")
