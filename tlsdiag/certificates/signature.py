"""Whether bytes were signed with a key: our own look at the raw signed bytes, so that what a strict library refuses to load can still be
judged (RFC 5280 section 4.1.1.3; RFC 8017, RFC 5758, RFC 8410, RFC 9881). For certificates, OCSP answers, revocation lists and transparency logs alike."""

from __future__ import annotations

from typing import Any

from .algorithms import pss_parameters_of
from .certificate import Certificate
from .oids import SIGNATURES
from .public_keys import public_key
from .remembering import remembered

_TAKES = {"RSA": ("RSA",), "RSA-PSS": ("RSA", "RSA-PSS")}
"""The kinds of keys under a kind of signature, where that is not one: a key for RSASSA-PSS alone makes no other signature (RFC 4055 section 1.2)."""
_HASHES = {
    "md5": "MD5", "sha1": "SHA1", "sha224": "SHA224", "sha256": "SHA256", "sha384": "SHA384", "sha512": "SHA512",
    "sha3-224": "SHA3_224", "sha3-256": "SHA3_256", "sha3-384": "SHA3_384", "sha3-512": "SHA3_512",
}  # fmt: skip


@remembered(1024)
def signed_by(child: Certificate, issuer: Certificate) -> bool | None:
    """True or False when the signature could be tried, None when its algorithm, its parameters or the key are not known here."""
    return verify(issuer.spki, child.signature_algorithm.oid, child.signature_parameters, child.tbs, child.signature)


def verify(spki: bytes, algorithm: str, parameters: bytes, tbs: bytes, signature: bytes) -> bool | None:
    """Verify `signature` over the raw bytes `tbs` with a key (DER of a SubjectPublicKeyInfo).

    `algorithm` is the dotted OID of the signature algorithm, `parameters` the DER of the whole AlgorithmIdentifier, which has those of RSASSA-PSS.
    True or False when it could be tried, None when the algorithm, its parameters or the key are not known here. Never raises.
    """
    from cryptography.exceptions import InvalidSignature, UnsupportedAlgorithm

    known = SIGNATURES.get(algorithm)
    found = public_key(spki)
    if known is None or not signature or found is None:
        return None
    kind, key = found
    if kind not in _TAKES.get(known.key, (known.key,)):
        return False
    try:
        if known.key == "RSA-PSS":
            return _verify_pss(key, parameters, tbs, signature)
        return _verify(known.key, key, known.hash, tbs, signature)
    except InvalidSignature:
        return False
    except (ValueError, TypeError, UnsupportedAlgorithm):
        return None


def _verify_pss(key: Any, parameters: bytes, tbs: bytes, signature: bytes) -> bool | None:
    from cryptography.hazmat.primitives.asymmetric import padding

    named = pss_parameters_of(parameters)
    algorithm, mask = (_hash(named.hash), _hash(named.mask_hash)) if named else (None, None)
    if named is None or algorithm is None or mask is None:
        return None
    key.verify(signature, tbs, padding.PSS(padding.MGF1(mask), named.salt_length), algorithm)
    return True


def _verify(kind: str, key: Any, digest: str | None, tbs: bytes, signature: bytes) -> bool | None:
    """Verify with a key of the right kind; InvalidSignature when it is wrong, None for a hash that is not known here."""
    from cryptography.hazmat.primitives.asymmetric import ec, padding

    if kind not in ("RSA", "EC", "DSA"):
        key.verify(signature, tbs)
        return True
    algorithm = _hash(digest)
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
