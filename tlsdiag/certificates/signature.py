"""Whether bytes were signed with a key: our own look at the raw signed bytes, so that what a strict library refuses to load can still be
judged (RFC 5280 section 4.1.1.3; RFC 8017, RFC 5758, RFC 8410, RFC 9881). For certificates, OCSP answers, revocation lists and transparency logs alike."""

from __future__ import annotations

import functools
from typing import Any

from .certificate import Certificate
from .der import SEQUENCE, DerError, read_element
from .oids import SIGNATURES

_PSS = "1.2.840.113549.1.1.10"
_HASHES = {
    "1.3.14.3.2.26": "sha1", "2.16.840.1.101.3.4.2.4": "sha224", "2.16.840.1.101.3.4.2.1": "sha256", "2.16.840.1.101.3.4.2.2": "sha384",
    "2.16.840.1.101.3.4.2.3": "sha512",
}  # fmt: skip


@functools.lru_cache(maxsize=1024)
def signed_by(child: Certificate, issuer: Certificate) -> bool | None:
    """True or False when the signature could be tried, None when its algorithm or the key is not known here."""
    algorithm = child.signature_algorithm
    return _tried(issuer.spki, algorithm.oid, algorithm.hash, child.tbs, child.signature)


def verify(spki: bytes, algorithm: str, parameters: bytes, tbs: bytes, signature: bytes) -> bool | None:
    """Verify `signature` over the raw bytes `tbs` with a key (DER of a SubjectPublicKeyInfo).

    `algorithm` is the dotted OID of the signature algorithm, `parameters` the DER of the whole AlgorithmIdentifier, which says the hash of RSASSA-PSS
    (empty: its default, SHA-1). True or False when it could be tried, None when the algorithm or the key is not known here. Never raises.
    """
    known = SIGNATURES.get(algorithm)
    digest = pss_hash(parameters) if algorithm == _PSS else known.hash if known else None
    return _tried(spki, algorithm, digest, tbs, signature)


def _tried(spki: bytes, algorithm: str, digest: str | None, tbs: bytes, signature: bytes) -> bool | None:
    from cryptography.exceptions import InvalidSignature, UnsupportedAlgorithm
    from cryptography.hazmat.primitives.serialization import load_der_public_key

    known = SIGNATURES.get(algorithm)
    if known is None or not signature or not spki:
        return None
    try:
        return _verify(known.key, load_der_public_key(spki), digest, tbs, signature)
    except InvalidSignature:
        return False
    except (AttributeError, ValueError, TypeError, UnsupportedAlgorithm):  # a key for agreement, such as X25519, has no `verify`
        return None


def _verify(kind: str, key: Any, digest: str | None, tbs: bytes, signature: bytes) -> bool:
    """Verify with a key; InvalidSignature when it is wrong, False for a key of another kind, UnsupportedAlgorithm for an unknown hash."""
    from cryptography.hazmat.primitives.asymmetric import dsa, ec, ed448, ed25519, padding, rsa

    if kind in ("Ed25519", "Ed448") or kind.startswith("ML-DSA"):
        wanted = {"Ed25519": ed25519.Ed25519PublicKey, "Ed448": ed448.Ed448PublicKey}.get(kind)
        if wanted is not None and not isinstance(key, wanted):
            return False
        key.verify(signature, tbs)
        return True
    algorithm = _hash(digest)
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


def pss_hash(parameters: bytes) -> str:
    """The hash that an AlgorithmIdentifier of RSASSA-PSS names (RFC 4055 section 3.1); SHA-1 is the default, "unknown" one that is not known here."""
    try:
        parts = read_element(parameters).children() if parameters else []
        for part in parts[1].children() if len(parts) > 1 and parts[1].tag == SEQUENCE else ():
            if part.tag == 0xA0:
                return _HASHES.get(part.children()[0].children()[0].oid(), "unknown")
    except (DerError, IndexError):
        return "unknown"
    return "sha1"


def _hash(name: str | None) -> Any:
    from cryptography.exceptions import UnsupportedAlgorithm
    from cryptography.hazmat.primitives import hashes

    known: dict[str | None, Any] = {
        "md5": hashes.MD5, "sha1": hashes.SHA1, "sha224": hashes.SHA224, "sha256": hashes.SHA256, "sha384": hashes.SHA384, "sha512": hashes.SHA512,
    }  # fmt: skip
    if name not in known:
        raise UnsupportedAlgorithm(f"no such hash here: {name}")
    return known[name]()
