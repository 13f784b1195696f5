"""Keys and signatures that clients refuse or that can be broken (CA/Browser Forum Baseline Requirements 6.1.5; RFC 8446 section 4.4.2.4; RFC 9155)."""

from __future__ import annotations

import attrs

from .certificate import Certificate

_BROKEN_HASHES = {"md2": "MD2", "md5": "MD5", "sha1": "SHA-1"}
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
            return Weakness(code="weak-key", detail=f"an RSA key with the public exponent {key.exponent}")
    if key.kind == "EC" and key.bits is not None and key.bits < _LEAST_EC:
        return Weakness(code="weak-key", detail=f"an elliptic-curve key of {key.bits} bits ({key.curve})")
    if key.kind == "DSA":
        return Weakness(code="weak-key", detail=f"a DSA key ({key.bits} bits), which no client of today takes")
    return None


def weak_signature(certificate: Certificate) -> Weakness | None:
    """A signature over a broken hash; one that a certificate has put on itself protects nothing and is passed over."""
    broken = _BROKEN_HASHES.get(certificate.signature_algorithm.hash or "")
    if broken is None or certificate.is_self_issued:
        return None
    return Weakness(code="weak-signature", detail=f"signed with {certificate.signature_algorithm.name}: {broken} is broken")
