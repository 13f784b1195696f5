"""Whether one certificate was signed with another's key: our own look at the raw signed bytes, so that a certificate which a strict
library refuses to load can still be judged (RFC 5280 section 4.1.1.3; RFC 8017, RFC 5758, RFC 8410, RFC 9881)."""

from __future__ import annotations

import functools
from typing import Any

from .certificate import Certificate
from .oids import SIGNATURES


@functools.lru_cache(maxsize=1024)
def signed_by(child: Certificate, issuer: Certificate) -> bool | None:
    """True or False when the signature could be tried, None when its algorithm or the key is not known here."""
    from cryptography.exceptions import InvalidSignature, UnsupportedAlgorithm
    from cryptography.hazmat.primitives.serialization import load_der_public_key

    known = SIGNATURES.get(child.signature_algorithm.oid)
    if known is None or not child.signature or not issuer.spki:
        return None
    try:
        key = load_der_public_key(issuer.spki)
        return _verify(known.key, key, child)
    except InvalidSignature:
        return False
    except (AttributeError, ValueError, TypeError, UnsupportedAlgorithm):  # a key for agreement, such as X25519, has no `verify`
        return None


def _verify(kind: str, key: Any, child: Certificate) -> bool:
    """Verify with a key; InvalidSignature when it is wrong, False for a key of another kind, UnsupportedAlgorithm for an unknown hash."""
    from cryptography.hazmat.primitives.asymmetric import dsa, ec, ed448, ed25519, padding, rsa

    signature, tbs = child.signature, child.tbs
    if kind in ("Ed25519", "Ed448") or kind.startswith("ML-DSA"):
        wanted = {"Ed25519": ed25519.Ed25519PublicKey, "Ed448": ed448.Ed448PublicKey}.get(kind)
        if wanted is not None and not isinstance(key, wanted):
            return False
        key.verify(signature, tbs)
        return True
    algorithm = _hash(child.signature_algorithm.hash)
    if kind == "RSA" and isinstance(key, rsa.RSAPublicKey):
        key.verify(signature, tbs, padding.PKCS1v15(), algorithm)
    elif kind == "RSA-PSS" and isinstance(key, rsa.RSAPublicKey):
        key.verify(signature, tbs, padding.PSS(padding.MGF1(algorithm), padding.PSS.AUTO), algorithm)
    elif kind == "EC" and isinstance(key, ec.EllipticCurvePublicKey):
        key.verify(signature, tbs, ec.ECDSA(algorithm))
    elif kind == "DSA" and isinstance(key, dsa.DSAPublicKey):
        key.verify(signature, tbs, algorithm)
    else:
        return False
    return True


def _hash(name: str | None) -> Any:
    from cryptography.exceptions import UnsupportedAlgorithm
    from cryptography.hazmat.primitives import hashes

    known: dict[str | None, Any] = {
        "md5": hashes.MD5, "sha1": hashes.SHA1, "sha224": hashes.SHA224, "sha256": hashes.SHA256, "sha384": hashes.SHA384, "sha512": hashes.SHA512,
    }  # fmt: skip
    if name not in known:
        raise UnsupportedAlgorithm(f"no such hash here: {name}")
    return known[name]()
