"""Keys that are sound and odd: what part of the clients does not take, and what the Baseline Requirements (6.1.5, 6.1.6) do not allow public authorities.

Who supports what was seen with real clients: OpenSSL 1.1.1 to 4.0, GnuTLS 3.7, NSS 3.87, Java 11 to 25, Node 20 and 26, Go 1.19 and 1.27.
"""

from __future__ import annotations

from ..certificate import Certificate
from ..der import DerError, read_element
from .broken import LONGEST, KeyFault

_RSA_PSS = "1.2.840.113549.1.1.10"
_ALL_CLIENTS = ("secp256r1", "secp384r1")
_LONG_RSA = 8192
_LARGEST_EXPONENT = 2**31 - 1
_SUPPORT = {
    "Ed25519": "OpenSSL, GnuTLS, Go, Node and Java from 17 on take it; browsers, NSS and Java 11 do not",
    "Ed448": "OpenSSL, GnuTLS, Node and Java from 17 on take it; browsers, NSS, Go and Java 11 do not",
    "ML-DSA-44": "OpenSSL from 3.5 on takes it; browsers, and everything that is older, do not",
    "ML-DSA-65": "OpenSSL from 3.5 on takes it; browsers, and everything that is older, do not",
    "ML-DSA-87": "OpenSSL from 3.5 on takes it; browsers, and everything that is older, do not",
}
_CURVES = {
    "secp521r1": "OpenSSL, GnuTLS, NSS, Go, Node and Java take it; Chrome does not offer it",
    "secp224r1": "no TLS 1.3 client takes it, and browsers do not offer it",
    "secp256k1": "browsers, Go and GnuTLS do not know it, and TLS 1.3 has no code point for it",
}
_BRAINPOOL = "clients have to be told to offer it; browsers and Go do not know it"


def explicit_parameters(certificate: Certificate) -> bool:
    """Whether the curve is written out in place of its name, which RFC 5480 section 2.1.1 forbids (CVE-2020-0601 came of it)."""
    return certificate.key.curve == "explicit"


def little_supported(certificate: Certificate) -> KeyFault | None:
    """A kind of key that a part of today's clients does not take, and which part."""
    key = certificate.key
    if key.kind in _SUPPORT:
        return KeyFault(code="kind", detail=f"the kind {key.kind}: {_SUPPORT[key.kind]}")
    if key.kind == "EC" and key.curve is not None and key.curve not in _ALL_CLIENTS and not explicit_parameters(certificate):
        who = _CURVES.get(key.curve, _BRAINPOOL if key.curve.startswith("brainpool") else "hardly a client knows it")
        return KeyFault(code="curve", detail=f"the curve {key.curve}: {who}")
    if key.kind == "RSA" and _algorithm(certificate) == _RSA_PSS:
        return KeyFault(code="pss", detail="the kind RSA-PSS: OpenSSL, GnuTLS, Node and Java take it; browsers, NSS and Go do not")
    return None


def _algorithm(certificate: Certificate) -> str:
    """The object identifier of the key's algorithm (RFC 5280 section 4.1.2.7); empty where it is damaged."""
    try:
        return read_element(certificate.spki).children()[0].children()[0].oid()
    except (DerError, IndexError):
        return ""


def key_remarks(certificate: Certificate) -> tuple[KeyFault, ...]:
    """What is odd about the size and the exponent of an RSA key."""
    key = certificate.key
    if key.kind != "RSA" or key.bits is None:
        return ()
    found = []
    if key.bits % 8:
        found.append(KeyFault(code="odd-size", detail=f"{key.bits} bits, which is no multiple of 8"))
    if key.bits > LONGEST:
        found.append(KeyFault(code="too-long", detail=f"{key.bits} bits: OpenSSL takes no more than {LONGEST}"))
    elif key.bits > _LONG_RSA:
        found.append(KeyFault(code="long", detail=f"{key.bits} bits: every handshake costs the server much time, and Go takes no more than {_LONG_RSA}"))
    if key.exponent is not None and key.exponent % 2 and key.exponent >= 3:
        if key.exponent > _LARGEST_EXPONENT:
            found.append(KeyFault(code="long-exponent", detail=f"a public exponent of {key.exponent.bit_length()} bits; Go takes no more than 31"))
        elif key.exponent < 65537:
            found.append(KeyFault(code="small-exponent", detail=f"the public exponent {key.exponent}; 65537 is usual"))
    return tuple(found)
