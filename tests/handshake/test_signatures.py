"""Signatures of the handshake: every scheme against a key of its kind, and the answers for keys and schemes that do not fit."""

from __future__ import annotations

from typing import Any

import pytest
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import ec, rsa, x25519

from tlsdiag.handshake.signatures import md5_sha1, public_key_of, schemes_for, sign, sign_legacy, verify, verify_legacy
from tlsdiag.iana import ProtocolVersion, SignatureScheme
from tlsdiag.testing.certificates import new_key

V = ProtocolVersion
DATA = b"what was said"
KINDS = ("rsa", "ecdsa", "ecdsa-p384", "ecdsa-p521", "ed25519", "ed448")


@pytest.mark.parametrize("version", [V.TLS1_2, V.TLS1_3])
@pytest.mark.parametrize("kind", KINDS)
def test_what_a_key_signs_is_right_for_its_data_alone(kind: str, version: int) -> None:
    key = new_key(kind)
    schemes = schemes_for(key, version)
    assert schemes
    for scheme in schemes:
        signature = sign(key, scheme, DATA)
        assert verify(key.public_key(), scheme, signature, DATA) is True
        assert verify(key.public_key(), scheme, signature, b"something else") is False


def test_tls_1_3_signs_neither_with_sha_1_nor_with_pkcs_1() -> None:
    assert [code for code in schemes_for(new_key("rsa"), V.TLS1_3) if code < 0x0804] == []
    assert schemes_for(new_key("ecdsa-p384"), V.TLS1_3) == (SignatureScheme(0x0503),)


@pytest.mark.parametrize(("scheme", "digest"), [(0x0202, hashes.SHA1()), (0x0402, hashes.SHA256())])
def test_a_signature_of_dsa_is_verified(scheme: int, digest: Any) -> None:
    key = new_key("dsa")
    signature = key.sign(DATA, digest)
    assert verify(key.public_key(), scheme, signature, DATA) is True
    assert verify(key.public_key(), scheme, signature, b"something else") is False


@pytest.mark.parametrize("scheme", [0x0000, 0x0904, 0xFE01])
def test_an_unknown_scheme_is_neither_right_nor_wrong(scheme: int) -> None:
    assert verify(new_key("rsa").public_key(), scheme, b"x", DATA) is None


@pytest.mark.parametrize(("kind", "scheme"), [("ecdsa", 0x0804), ("rsa", 0x0403), ("ed448", 0x0807), ("ed25519", 0x0808), ("rsa", 0x0402)])
def test_a_scheme_of_another_kind_of_key_is_wrong(kind: str, scheme: int) -> None:
    assert verify(new_key(kind).public_key(), scheme, b"x" * 64, DATA) is False


def test_a_signature_that_the_key_is_too_short_for_is_not_right() -> None:
    short = rsa.generate_private_key(65537, 1024)
    assert not verify(short.public_key(), 0x0806, b"x" * 128, DATA)


@pytest.mark.parametrize("der", [b"", b"no certificate", b"\x30\x03\x02\x01\x01"])
def test_there_is_no_key_in_what_is_no_certificate(der: bytes) -> None:
    assert public_key_of(der) is None


@pytest.mark.parametrize("kind", ["rsa", "ecdsa"])
def test_what_is_signed_before_tls_1_2_is_right_for_its_data_alone(kind: str) -> None:
    key = new_key(kind)
    signature = sign_legacy(key, DATA)
    assert verify_legacy(key.public_key(), signature, DATA) is True
    assert verify_legacy(key.public_key(), signature, b"something else") is False


def test_dsa_signs_sha_1_before_tls_1_2() -> None:
    key = new_key("dsa")
    assert verify_legacy(key.public_key(), key.sign(DATA, hashes.SHA1()), DATA) is True


def test_a_key_without_a_signature_before_tls_1_2_makes_none_right() -> None:
    assert not verify_legacy(new_key("ed25519").public_key(), b"x" * 64, DATA)
    with pytest.raises(ValueError, match=r"cannot sign before TLS 1\.2"):
        sign_legacy(new_key("ed25519"), DATA)


def test_rsa_signs_both_hashes_before_tls_1_2() -> None:
    assert len(md5_sha1(DATA)) == 16 + 20


def test_a_key_for_agreement_signs_nothing() -> None:
    key = x25519.X25519PrivateKey.generate()
    assert schemes_for(key, V.TLS1_2) == ()
    with pytest.raises(ValueError, match="cannot sign with"):
        sign(key, 0x0403, DATA)


def test_a_curve_without_a_scheme_of_its_own_signs_as_p_256_does() -> None:
    key = ec.generate_private_key(ec.SECP256K1())
    assert schemes_for(key, V.TLS1_3) == (SignatureScheme(0x0403),)
