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
    except (ValueError, TypeError, UnsupportedAlgorithm):
        return None


def _verify(kind: str, key: Any, child: Certificate) -> bool | None:
    from cryptography.hazmat.primitives import hashes
    from cryptography.hazmat.primitives.asymmetric import dsa, ec, ed448, ed25519, padding, rsa

    signature, tbs, name = child.signature, child.tbs, child.signature_algorithm.hash
    algorithm: Any = None
    if name is not None:
        algorithm = {"md5": hashes.MD5, "sha1": hashes.SHA1, "sha224": hashes.SHA224, "sha256": hashes.SHA256, "sha384": hashes.SHA384, "sha512": hashes.SHA512}.get(name)
        if algorithm is None:
            return None
        algorithm = algorithm()
    if isinstance(key, rsa.RSAPublicKey) and kind == "RSA":
        key.verify(signature, tbs, padding.PKCS1v15(), algorithm)
    elif isinstance(key, rsa.RSAPublicKey) and kind == "RSA-PSS":
        key.verify(signature, tbs, padding.PSS(padding.MGF1(algorithm), padding.PSS.AUTO), algorithm)
    elif isinstance(key, ec.EllipticCurvePublicKey) and kind == "EC":
        key.verify(signature, tbs, ec.ECDSA(algorithm))
    elif isinstance(key, dsa.DSAPublicKey) and kind == "DSA":
        key.verify(signature, tbs, algorithm)
    elif isinstance(key, (ed25519.Ed25519PublicKey, ed448.Ed448PublicKey)) and kind == type(key).__name__.lstrip("_").removesuffix("PublicKey"):
        key.verify(signature, tbs)
    elif kind.startswith("ML-DSA") and hasattr(key, "verify"):
        key.verify(signature, tbs)
    else:
        return False
    return True
