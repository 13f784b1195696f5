"""Signatures of the handshake: which scheme means what (RFC 8446 section 4.2.3), verifying the server's, making the client's.

Before TLS 1.2 there are no schemes: RSA signs MD5 and SHA-1 together, ECDSA and DSA sign SHA-1 (RFC 4346 section 7.4.3).
"""

from __future__ import annotations

import hashlib

import attrs
from cryptography.exceptions import InvalidSignature, UnsupportedAlgorithm
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import dsa, ec, ed448, ed25519, padding, rsa, utils
from cryptography.hazmat.primitives.asymmetric.types import PrivateKeyTypes, PublicKeyTypes

from ..certificates.public_keys import public_key
from ..certificates.reading import read_certificate
from ..iana import ProtocolVersion, SignatureScheme


@attrs.frozen
class _Scheme:
    kind: str
    hash: hashes.HashAlgorithm | None = None


_SCHEMES: dict[int, _Scheme] = {
    0x0201: _Scheme("rsa", hashes.SHA1()),
    0x0202: _Scheme("dsa", hashes.SHA1()),
    0x0203: _Scheme("ecdsa", hashes.SHA1()),
    0x0301: _Scheme("rsa", hashes.SHA224()),
    0x0303: _Scheme("ecdsa", hashes.SHA224()),
    0x0401: _Scheme("rsa", hashes.SHA256()),
    0x0402: _Scheme("dsa", hashes.SHA256()),
    0x0403: _Scheme("ecdsa", hashes.SHA256()),
    0x0501: _Scheme("rsa", hashes.SHA384()),
    0x0503: _Scheme("ecdsa", hashes.SHA384()),
    0x0601: _Scheme("rsa", hashes.SHA512()),
    0x0603: _Scheme("ecdsa", hashes.SHA512()),
    0x0804: _Scheme("pss", hashes.SHA256()),
    0x0805: _Scheme("pss", hashes.SHA384()),
    0x0806: _Scheme("pss", hashes.SHA512()),
    0x0807: _Scheme("ed25519"),
    0x0808: _Scheme("ed448"),
    0x0809: _Scheme("pss", hashes.SHA256()),
    0x080A: _Scheme("pss", hashes.SHA384()),
    0x080B: _Scheme("pss", hashes.SHA512()),
}


def public_key_of(der: bytes) -> PublicKeyTypes | None:
    """The public key of a certificate, however odd the certificate is; None when the key cannot be read or is of an unknown kind."""
    found = public_key(read_certificate(der).spki)
    return found[1] if found is not None else None


def verify(key: PublicKeyTypes, scheme: int, signature: bytes, data: bytes) -> bool | None:
    """Whether `signature` of `data` is right under a scheme; None when the scheme is not known here, False also for a wrong kind of key."""
    known = _SCHEMES.get(scheme)
    if known is None:
        return None
    try:
        return _verify(key, known, signature, data)
    except InvalidSignature:
        return False
    except (UnsupportedAlgorithm, ValueError):
        return None


def _verify(key: PublicKeyTypes, scheme: _Scheme, signature: bytes, data: bytes) -> bool:
    if scheme.kind in ("rsa", "pss") and isinstance(key, rsa.RSAPublicKey):
        assert scheme.hash is not None
        key.verify(signature, data, _padding(scheme), scheme.hash)
    elif scheme.kind == "ecdsa" and isinstance(key, ec.EllipticCurvePublicKey):
        assert scheme.hash is not None
        key.verify(signature, data, ec.ECDSA(scheme.hash))
    elif scheme.kind == "dsa" and isinstance(key, dsa.DSAPublicKey):
        assert scheme.hash is not None
        key.verify(signature, data, scheme.hash)
    elif (scheme.kind == "ed25519" and isinstance(key, ed25519.Ed25519PublicKey)) or (
        scheme.kind == "ed448" and isinstance(key, ed448.Ed448PublicKey)
    ):
        key.verify(signature, data)
    else:
        return False
    return True


def _padding(scheme: _Scheme) -> padding.AsymmetricPadding:
    if scheme.kind == "rsa":
        return padding.PKCS1v15()
    assert scheme.hash is not None
    return padding.PSS(mgf=padding.MGF1(scheme.hash), salt_length=scheme.hash.digest_size)


def verify_legacy(key: PublicKeyTypes, signature: bytes, data: bytes) -> bool | None:
    """The same without a scheme, before TLS 1.2."""
    try:
        if isinstance(key, rsa.RSAPublicKey):
            return key.recover_data_from_signature(signature, padding.PKCS1v15(), None) == md5_sha1(data)
        if isinstance(key, ec.EllipticCurvePublicKey):
            return _verify(key, _SCHEMES[0x0203], signature, data)
        return _verify(key, _SCHEMES[0x0202], signature, data)
    except InvalidSignature:
        return False
    except (UnsupportedAlgorithm, ValueError):
        return None


def md5_sha1(data: bytes) -> bytes:
    """The two hashes that RSA signs before TLS 1.2."""
    return (
        hashlib.md5(data, usedforsecurity=False).digest() + hashlib.sha1(data, usedforsecurity=False).digest()
    )


def schemes_for(key: PrivateKeyTypes, version: int) -> tuple[SignatureScheme, ...]:
    """The schemes that a private key can sign with in a version, best first."""
    if isinstance(key, rsa.RSAPrivateKey):
        codes = [0x0804, 0x0805, 0x0806]
        if version < ProtocolVersion.TLS1_3:
            codes += [0x0401, 0x0501, 0x0601, 0x0201]
    elif isinstance(key, ec.EllipticCurvePrivateKey):
        own = {"secp256r1": 0x0403, "secp384r1": 0x0503, "secp521r1": 0x0603}.get(key.curve.name, 0x0403)
        codes = [own]
        if version < ProtocolVersion.TLS1_3:
            codes += [code for code in (0x0403, 0x0503, 0x0603, 0x0203) if code != own]
    elif isinstance(key, ed25519.Ed25519PrivateKey):
        codes = [0x0807]
    elif isinstance(key, ed448.Ed448PrivateKey):
        codes = [0x0808]
    else:
        codes = []
    return tuple(SignatureScheme(code) for code in codes)


def sign(key: PrivateKeyTypes, scheme: int, data: bytes) -> bytes:
    """Sign under a scheme that `schemes_for` gave."""
    known = _SCHEMES[scheme]
    if isinstance(key, rsa.RSAPrivateKey) and known.hash is not None:
        return key.sign(data, _padding(known), known.hash)
    if isinstance(key, ec.EllipticCurvePrivateKey) and known.hash is not None:
        return key.sign(data, ec.ECDSA(known.hash))
    if isinstance(key, (ed25519.Ed25519PrivateKey, ed448.Ed448PrivateKey)):
        return key.sign(data)
    raise ValueError(f"a {type(key).__name__} cannot sign with {SignatureScheme(scheme).name}")


def sign_legacy(key: PrivateKeyTypes, data: bytes) -> bytes:
    """Sign without a scheme, before TLS 1.2; ValueError for a kind of key that these versions do not have."""
    if isinstance(key, rsa.RSAPrivateKey):
        return key.sign(md5_sha1(data), padding.PKCS1v15(), utils.NoDigestInfo())
    if isinstance(key, ec.EllipticCurvePrivateKey):
        return key.sign(data, ec.ECDSA(hashes.SHA1()))
    raise ValueError(f"a {type(key).__name__} cannot sign before TLS 1.2")
