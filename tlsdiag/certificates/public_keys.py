"""From the bytes of a SubjectPublicKeyInfo to a key that can verify: taken apart here, so that an odd wrapping costs nothing.

`cryptography` does the arithmetic. What it does not take (an even RSA exponent, a modulus of a few bits, a curve that it does not have) is no key.
"""

from __future__ import annotations

import importlib
from typing import Any

from . import oids
from .der import DerError, read_element
from .key_info import key_info
from .remembering import remembered

_CURVES = {
    "secp192r1": "SECP192R1", "secp224r1": "SECP224R1", "secp256r1": "SECP256R1", "secp384r1": "SECP384R1", "secp521r1": "SECP521R1",
    "secp256k1": "SECP256K1", "brainpoolP256r1": "BrainpoolP256R1", "brainpoolP384r1": "BrainpoolP384R1", "brainpoolP512r1": "BrainpoolP512R1",
}  # fmt: skip
_PLAIN = {
    "Ed25519": ("ed25519", "Ed25519PublicKey"),
    "Ed448": ("ed448", "Ed448PublicKey"),
    "ML-DSA-44": ("mldsa", "MLDSA44PublicKey"),
    "ML-DSA-65": ("mldsa", "MLDSA65PublicKey"),
    "ML-DSA-87": ("mldsa", "MLDSA87PublicKey"),
}
"""Kinds whose key is plain bytes: the module of `cryptography` and the class; older releases and builds lack some."""


@remembered(512)
def public_key(spki: bytes) -> tuple[str, Any] | None:
    """The kind of a key ("RSA", "RSA-PSS" for one that may sign in no other way, "EC", "DSA", "Ed25519", ...) and the key; None where there is none."""
    from cryptography.exceptions import UnsupportedAlgorithm

    try:
        element = read_element(spki)
        info = key_info(element)
        bits = element.children()[1].content[1:]
        key = _key(info.kind, info.curve, (info.modulus, info.exponent), bits, spki)
    except (DerError, IndexError, ValueError, TypeError, OverflowError, UnsupportedAlgorithm):
        return None
    kind = "RSA-PSS" if info.oid == oids.RSA_PSS else info.kind
    return (kind, key) if key is not None else None


def _key(kind: str, curve: str | None, numbers: tuple[int | None, int | None], bits: bytes, spki: bytes) -> Any:
    from cryptography.hazmat.primitives.asymmetric import ec, rsa
    from cryptography.hazmat.primitives.serialization import load_der_public_key

    modulus, exponent = numbers
    if kind == "RSA" and modulus is not None and exponent is not None:
        return rsa.RSAPublicNumbers(exponent, modulus).public_key()
    if kind == "EC":
        found = getattr(ec, _CURVES.get(curve or "", ""), None)
        return ec.EllipticCurvePublicKey.from_encoded_point(found(), bits) if found is not None else None
    if kind == "DSA":
        return load_der_public_key(spki)
    return _plain(kind, bits)


def _plain(kind: str, bits: bytes) -> Any:
    module, name = _PLAIN.get(kind, ("", ""))
    if not module:
        return None
    try:
        found = getattr(importlib.import_module(f"cryptography.hazmat.primitives.asymmetric.{module}"), name, None)
    except ImportError:
        return None
    return found.from_public_bytes(bits) if found is not None else None
