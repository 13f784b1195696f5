"""Keys and signatures that clients refuse (Baseline Requirements 6.1.1.3, 6.1.5; RFC 9155): by size, by curve, by hash.

Which clients differ by the particulars, so that each has its variant; the words are those of `keys` where it has any.
"""

from __future__ import annotations

from collections.abc import Iterator

from ...certificate import Certificate, KeyInfo
from ...keys import bad_exponent, weak_signature
from ..judging import Broken, Judged

_TINY_RSA, _NEAR_RSA, _LEAST_RSA, _LEAST_CURVE = 1024, 2041, 2048, 224
_KINDS = {"Ed25519": "", "Ed448": ":ed448"}
_WEB_CURVES = ("secp256r1", "secp384r1", "secp521r1")
_EXOTIC = ("explicit", "secp256k1", "brainpoolP256r1", "brainpoolP384r1", "brainpoolP512r1")


def keys(judged: Judged) -> Iterator[Broken]:
    """The key of every certificate; some clients look at an anchor's too."""
    for depth, item in enumerate(judged.chain):
        for code, detail in _key(item.key):
            yield code, depth, f"{item.label}: {detail}"


def _key(key: KeyInfo) -> Iterator[tuple[str, str]]:
    if key.kind == "RSA" and key.bits is not None:
        yield from _rsa(key, key.bits)
    elif key.kind == "EC":
        if key.bits is not None and key.bits < _LEAST_CURVE:
            yield "weak-key:curve", f"an elliptic-curve key of {key.bits} bits ({key.curve})"
        elif key.curve not in _WEB_CURVES:
            code = "key-not-allowed:curve" if key.curve in _EXOTIC else "key-not-allowed"
            yield code, f"a key on the curve {key.curve}, which the web's authorities do not certify"
    elif key.kind == "DSA":
        yield "weak-key:dsa", f"a DSA key ({key.bits} bits), which hardly any client of today takes"
    elif key.kind != "unknown":
        variant = _KINDS.get(key.kind, ":new")
        yield f"key-not-allowed{variant}", f"a key of the kind {key.kind}, which the web's authorities do not certify"


def _rsa(key: KeyInfo, bits: int) -> Iterator[tuple[str, str]]:
    if bits < _LEAST_RSA:
        variant = "rsa-tiny" if bits < _TINY_RSA else "rsa" if bits < _NEAR_RSA else "rsa-near"
        yield f"weak-key:{variant}", f"an RSA key of {bits} bits; {_LEAST_RSA} is the least"
    elif bits % 8:
        yield "key-size-odd", f"an RSA key of {bits} bits, which is no multiple of 8"
    if key.exponent is not None and (key.exponent < 3 or key.exponent % 2 == 0):
        yield "weak-key:exponent", bad_exponent(key.exponent)


def signatures(judged: Judged) -> Iterator[Broken]:
    """The hash of every signature that is verified: not of an anchor's own, be it a server's certificate that stands alone."""
    if judged.anchored and judged.top == 0:
        return
    for depth, item in enumerate(judged.chain):
        weakness = None if judged.is_anchor(depth) else weak_signature(item)
        if weakness is not None:
            yield f"weak-signature{_variant(item)}", depth, f"{item.label}: {weakness.detail}"


def _variant(item: Certificate) -> str:
    return ":sha1" if item.signature_algorithm.hash == "sha1" else ""
