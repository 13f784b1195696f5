"""The numbers of a public key, out of its SubjectPublicKeyInfo (RFC 5280 section 4.1.2.7)."""

from __future__ import annotations

from ..certificate import Certificate
from ..der import BIT_STRING, DerError, read_element


def rsa_modulus(certificate: Certificate) -> int | None:
    """The modulus of an RSA key (RFC 8017 appendix A.1.1); None for another kind, and for one that is damaged or not positive."""
    if certificate.key.kind != "RSA":
        return None
    try:
        bits = read_element(certificate.spki).children()[1].expect(BIT_STRING)
        modulus = read_element(bits.content, 1).children()[0].integer()
    except (DerError, IndexError):
        return None
    return modulus if modulus > 0 else None


def key_algorithm(certificate: Certificate) -> tuple[str, int | None]:
    """The object identifier of the key's algorithm, and the tag of its parameters (None: there are none); ("", None) where it is damaged."""
    try:
        parts = read_element(certificate.spki).children()[0].children()
        return parts[0].oid(), parts[1].tag if len(parts) > 1 else None
    except (DerError, IndexError):
        return "", None
