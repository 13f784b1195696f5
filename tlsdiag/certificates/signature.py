"""Whether one certificate was signed with another's key: our own look at the raw signed bytes, so that a certificate which a strict
library refuses to load can still be judged (RFC 5280 section 4.1.1.3; RFC 8017, RFC 5758, RFC 8410, RFC 9881)."""

from __future__ import annotations

import functools
from typing import Any

from .algorithms import pss_parameters_of
from .certificate import Certificate
from .oids import SIGNATURES
from .public_keys import public_key

_TAKES = {"RSA": ("RSA",), "RSA-PSS": ("RSA", "RSA-PSS")}
"""The kinds of keys under a kind of signature, where that is not one: a key for RSASSA-PSS alone makes no other signature (RFC 4055 section 1.2)."""
_HASHES = {
    "md5": "MD5", "sha1": "SHA1", "sha224": "SHA224", "sha256": "SHA256", "sha384": "SHA384", "sha512": "SHA512",
    "sha3-224": "SHA3_224", "sha3-256": "SHA3_256", "sha3-384": "SHA3_384", "sha3-512": "SHA3_512",
}  # fmt: skip


@functools.lru_cache(maxsize=1024)
def signed_by(child: Certificate, issuer: Certificate) -> bool | None:
    """True or False when the signature could be tried, None when its algorithm, its parameters or the key are not known here."""
    from cryptography.exceptions import InvalidSignature, UnsupportedAlgorithm

    known = SIGNATURES.get(child.signature_algorithm.oid)
    found = public_key(issuer.spki)
    if known is None or not child.signature or found is None:
        return None
    kind, key = found
    if kind not in _TAKES.get(known.key, (known.key,)):
        return False
    try:
        return _verify(known.key, key, child)
    except InvalidSignature:
        return False
    except (ValueError, TypeError, UnsupportedAlgorithm):
        return None


def _verify(kind: str, key: Any, child: Certificate) -> bool | None:
    """Verify with a key of the right kind; InvalidSignature when it is wrong, None for parameters or a hash that are not known here."""
    from cryptography.hazmat.primitives.asymmetric import ec, padding

    signature, tbs = child.signature, child.tbs
    if kind == "RSA-PSS":
        parameters = pss_parameters_of(child.signature_parameters)
        algorithm, mask = (_hash(parameters.hash), _hash(parameters.mask_hash)) if parameters else (None, None)
        if parameters is None or algorithm is None or mask is None:
            return None
        key.verify(signature, tbs, padding.PSS(padding.MGF1(mask), parameters.salt_length), algorithm)
        return True
    if kind not in ("RSA", "EC", "DSA"):
        key.verify(signature, tbs)
        return True
    algorithm = _hash(child.signature_algorithm.hash)
    if algorithm is None:
        return None
    if kind == "RSA":
        key.verify(signature, tbs, padding.PKCS1v15(), algorithm)
    elif kind == "EC":
        key.verify(signature, tbs, ec.ECDSA(algorithm))
    else:
        key.verify(signature, tbs, algorithm)
    return True


def _hash(name: str | None) -> Any:
    """The hash of `cryptography`; None for one that it does not have."""
    from cryptography.hazmat.primitives import hashes

    found = getattr(hashes, _HASHES.get(name or "", ""), None)
    return found() if found is not None else None
