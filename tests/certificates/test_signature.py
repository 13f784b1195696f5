"""Signatures over the raw bytes: right, wrong, or not to be told, whatever wraps the key and the algorithm."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from typing import Any

import attrs
import pytest
from cryptography import x509
from cryptography.exceptions import UnsupportedAlgorithm
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import dsa, ec, mldsa, padding, rsa, x25519
from cryptography.hazmat.primitives.serialization import Encoding, PublicFormat
from der import NULL, bits, certificate, element, integer, oid, seq

from tlsdiag.certificates import Certificate, read_certificate, signed_by
from tlsdiag.certificates.certificate import SignatureInfo
from tlsdiag.testing import Authority, self_signed
from tlsdiag.testing.certificates import new_key

NOW = datetime(2026, 6, 1, 12, 0, tzinfo=UTC)
ROOT = Authority.root(number=300, now=NOW)
RSA = new_key("rsa", 0)


@pytest.mark.parametrize("kind", ["rsa", "ecdsa", "ecdsa-p384", "ed25519", "ed448"])
def test_a_signature_is_told_right_from_wrong(kind: str) -> None:
    root = Authority.root("R", key=kind, number=400)
    other = Authority.root("R", key=kind, number=401)
    leaf = read_certificate(root.issue("a.example").der)
    assert signed_by(leaf, read_certificate(root.issued.der)) is True
    assert signed_by(leaf, read_certificate(other.issued.der)) is False


def test_a_signature_by_another_kind_of_key_is_wrong() -> None:
    leaf = read_certificate(ROOT.issue("a.example").der)
    assert signed_by(leaf, read_certificate(self_signed("b.example", key="rsa").der)) is False


def claimed(oid: str, hash: str | None = None, key: str = "rsa") -> tuple[Certificate, Certificate]:
    """A certificate that claims another signature algorithm, and its issuer."""
    issuer = Authority.root("R", key=key, number=400)
    leaf = read_certificate(issuer.issue("a.example").der)
    return attrs.evolve(leaf, signature_algorithm=SignatureInfo(oid=oid, hash=hash)), read_certificate(issuer.issued.der)


ML_DSA, RSA_PSS, MD2 = "2.16.840.1.101.3.4.3.17", "1.2.840.113549.1.1.10", "1.2.840.113549.1.1.2"


@pytest.mark.parametrize(("oid", "hash"), [("1.2.3.4", None), (RSA_PSS, None), (MD2, "md2")], ids=["unknown", "pss", "md2"])
def test_a_signature_that_cannot_be_tried_is_neither_right_nor_wrong(oid: str, hash: str | None) -> None:
    assert signed_by(*claimed(oid, hash)) is None


@pytest.mark.parametrize("oid", [ML_DSA, "1.3.101.112", "1.2.840.113549.1.1.11"], ids=["ml-dsa", "ed25519", "rsa"])
def test_an_issuer_with_a_key_for_agreement_has_signed_nothing(oid: str) -> None:
    leaf, issuer = claimed(oid, "sha256")
    spki = x25519.X25519PrivateKey.generate().public_key().public_bytes(Encoding.DER, PublicFormat.SubjectPublicKeyInfo)
    assert not signed_by(leaf, attrs.evolve(issuer, spki=spki, der=b"agreement"))


def test_a_damaged_key_of_the_issuer_is_no_answer() -> None:
    leaf, issuer = claimed("1.2.840.113549.1.1.11", "sha256")
    assert signed_by(leaf, attrs.evolve(issuer, spki=b"0\x00", der=b"damaged")) is None


def spki(key: Any) -> bytes:
    found: bytes = key.public_key().public_bytes(Encoding.DER, PublicFormat.SubjectPublicKeyInfo)
    return found


def signed(algorithm: bytes, sign: Any, key: bytes) -> Certificate:
    """A certificate that was signed with its own key, under any algorithm."""
    unsigned = read_certificate(certificate(inner=algorithm, outer=algorithm, key=key, signature=bits(b"")))
    return read_certificate(certificate(inner=algorithm, outer=algorithm, key=key, signature=bits(sign(unsigned.tbs))))


def issued_by_itself(algorithm: bytes, sign: Any, key: bytes) -> bool | None:
    made = signed(algorithm, sign, key)
    damaged = attrs.evolve(made, tbs=made.tbs + b"x", der=made.der + b"x")
    assert signed_by(damaged, made) is not True
    return signed_by(made, made)


CURVES = [
    ec.SECP224R1(), ec.SECP256R1(), ec.SECP384R1(), ec.SECP521R1(), ec.SECP256K1(), ec.BrainpoolP256R1(), ec.BrainpoolP384R1(), ec.BrainpoolP512R1(),
]  # fmt: skip


@pytest.mark.parametrize("curve", CURVES, ids=lambda curve: curve.name)
def test_every_curve_verifies(curve: ec.EllipticCurve) -> None:
    key = ec.generate_private_key(curve)
    assert issued_by_itself(seq(oid("1.2.840.10045.4.3.3")), lambda tbs: key.sign(tbs, ec.ECDSA(hashes.SHA384())), spki(key)) is True


@pytest.mark.parametrize(("last", "hash"), [(9, hashes.SHA3_224()), (10, hashes.SHA3_256()), (11, hashes.SHA3_384()), (12, hashes.SHA3_512())])
def test_sha3_verifies_under_ecdsa(last: int, hash: Any) -> None:
    key = new_key("ecdsa", 7)
    algorithm = seq(oid(f"2.16.840.1.101.3.4.3.{last}"))
    assert issued_by_itself(algorithm, lambda tbs: key.sign(tbs, ec.ECDSA(hash)), spki(key)) is True


def test_sha3_verifies_under_rsa() -> None:
    algorithm = seq(oid("2.16.840.1.101.3.4.3.14"), NULL)
    assert issued_by_itself(algorithm, lambda tbs: RSA.sign(tbs, padding.PKCS1v15(), hashes.SHA3_256()), spki(RSA)) is True


def test_null_parameters_under_ecdsa_do_not_hide_a_right_signature() -> None:
    key = new_key("ecdsa", 7)
    made = signed(seq(oid("1.2.840.10045.4.3.2"), NULL), lambda tbs: key.sign(tbs, ec.ECDSA(hashes.SHA256())), spki(key))
    assert [problem.code for problem in made.problems] == ["signature-parameters"]
    assert signed_by(made, made) is True


@pytest.mark.parametrize("wrapped", [seq(oid("1.2.840.113549.1.1.1")), seq(oid("1.2.840.113549.1.1.10"))], ids=["without NULL", "for PSS"])
def test_an_odd_wrapping_of_an_rsa_key_does_not_hide_a_right_signature(wrapped: bytes) -> None:
    numbers = RSA.public_key().public_numbers()
    key = seq(wrapped, bits(seq(integer(numbers.n), integer(numbers.e))))
    sha256 = seq(oid("2.16.840.1.101.3.4.2.1"), NULL)
    mask = seq(oid("1.2.840.113549.1.1.8"), sha256)
    parameters = seq(element(0xA0, sha256), element(0xA1, mask), element(0xA2, integer(32)))
    pss = padding.PSS(padding.MGF1(hashes.SHA256()), 32)
    made = signed(seq(oid("1.2.840.113549.1.1.10"), parameters), lambda tbs: RSA.sign(tbs, pss, hashes.SHA256()), key)
    assert signed_by(made, made) is True
    assert made.key.modulus == numbers.n


def test_a_key_for_pss_alone_signs_in_no_other_way() -> None:
    numbers = RSA.public_key().public_numbers()
    key = seq(seq(oid("1.2.840.113549.1.1.10")), bits(seq(integer(numbers.n), integer(numbers.e))))
    made = signed(seq(oid("1.2.840.113549.1.1.11"), NULL), lambda tbs: RSA.sign(tbs, padding.PKCS1v15(), hashes.SHA256()), key)
    assert signed_by(made, made) is False


def pss_certificate(hash: Any, mask: Any, salt: int) -> Certificate:
    key = ROOT.issue("x.example", key="rsa").private_key
    name = x509.Name([])
    builder = x509.CertificateBuilder(name, name, key.public_key(), 5, NOW, NOW + timedelta(days=1))
    return read_certificate(builder.sign(key, hash, rsa_padding=padding.PSS(padding.MGF1(mask), salt)).public_bytes(Encoding.DER))


@pytest.mark.parametrize("salt", [0, 20, 48])
def test_pss_goes_by_its_parameters(salt: int) -> None:
    found = pss_certificate(hashes.SHA384(), hashes.SHA384(), salt)
    assert found.signature_algorithm.hash == "sha384"
    assert found.problems == ()
    assert signed_by(found, found) is True
    assert signed_by(attrs.evolve(found, signature=found.signature[::-1], der=b"wrong"), found) is False


def test_pss_without_parameters_cannot_be_tried() -> None:
    made = signed(seq(oid("1.2.840.113549.1.1.10")), lambda tbs: b"x" * 256, spki(RSA))
    assert signed_by(made, made) is None
    assert [problem.code for problem in made.problems] == ["signature-parameters"]


ODD_PARAMETERS = {
    "another trailer": seq(element(0xA3, integer(2))),
    "a negative salt": seq(element(0xA2, integer(-1))),
    "an unknown hash": seq(element(0xA0, seq(oid("1.2.3"))), element(0xA1, seq(oid("1.2.840.113549.1.1.8"), seq(oid("1.2.3"))))),
    "an unknown mask": seq(element(0xA1, seq(oid("1.2.3")))),
    "an unknown element": seq(element(0xA7, integer(1))),
    "no sequence": NULL,
}


@pytest.mark.parametrize("case", ODD_PARAMETERS)
def test_odd_parameters_of_pss_are_told_and_cannot_be_tried(case: str) -> None:
    made = signed(seq(oid("1.2.840.113549.1.1.10"), ODD_PARAMETERS[case]), lambda tbs: b"x" * 256, spki(RSA))
    assert signed_by(made, made) is None
    assert case == "an unknown hash" or any(problem.code.startswith("signature") for problem in made.problems)


ML_DSA_KEYS = [(17, mldsa.MLDSA44PrivateKey, "ML-DSA-44"), (18, mldsa.MLDSA65PrivateKey, "ML-DSA-65"), (19, mldsa.MLDSA87PrivateKey, "ML-DSA-87")]


@pytest.mark.parametrize(("last", "kind", "name"), ML_DSA_KEYS, ids=["44", "65", "87"])
def test_ml_dsa_verifies_where_the_library_has_it(last: int, kind: Any, name: str) -> None:
    try:
        key = kind.generate()
    except UnsupportedAlgorithm as exc:  # an older OpenSSL below: nothing to verify with
        pytest.skip(str(exc))
    made = signed(seq(oid(f"2.16.840.1.101.3.4.3.{last}")), key.sign, spki(key))
    assert made.key.kind == made.signature_algorithm.name == name
    assert made.problems == ()
    assert signed_by(made, made) is True


def test_dsa_verifies() -> None:
    key = new_key("dsa", 0)
    assert issued_by_itself(seq(oid("2.16.840.1.101.3.4.3.2")), lambda tbs: key.sign(tbs, hashes.SHA256()), spki(key)) is True


def test_a_dsa_key_with_its_issuers_parameters_is_read_and_cannot_be_tried() -> None:
    public = new_key("dsa", 0).public_key()
    assert isinstance(public, dsa.DSAPublicKey)
    key = seq(seq(oid("1.2.840.10040.4.1")), bits(integer(public.public_numbers().y)))
    made = signed(seq(oid("2.16.840.1.101.3.4.3.2")), lambda tbs: b"0", key)
    assert (made.key.kind, made.key.bits, made.problems) == ("DSA", None, ())
    assert signed_by(made, made) is None


@pytest.mark.parametrize(("modulus", "exponent"), [(RSA.public_key().public_numbers().n, 2), (RSA.public_key().public_numbers().n, 1)])
def test_an_rsa_key_that_no_library_takes_is_no_answer(modulus: int, exponent: int) -> None:
    key = seq(seq(oid("1.2.840.113549.1.1.1"), NULL), bits(seq(integer(modulus), integer(exponent))))
    made = signed(seq(oid("1.2.840.113549.1.1.11"), NULL), lambda tbs: b"x" * 256, key)
    assert (made.key.modulus, made.key.exponent) == (modulus, exponent)
    assert signed_by(made, made) is None


def test_a_compressed_point_verifies_and_an_unknown_curve_does_not() -> None:
    key = new_key("ecdsa", 7)
    point = key.public_key().public_bytes(Encoding.X962, PublicFormat.CompressedPoint)
    for curve, answer in (("1.2.840.10045.3.1.7", True), ("1.2.156.10197.1.301", None)):
        wrapped = seq(seq(oid("1.2.840.10045.2.1"), oid(curve)), bits(point))
        assert issued_by_itself(seq(oid("1.2.840.10045.4.3.2")), lambda tbs: key.sign(tbs, ec.ECDSA(hashes.SHA256())), wrapped) is answer


def test_a_library_without_a_kind_of_key_gives_no_answer(monkeypatch: pytest.MonkeyPatch) -> None:
    from tlsdiag.certificates import public_keys

    monkeypatch.setitem(public_keys._PLAIN, "Ed25519", ("no_such_module", "Ed25519PublicKey"))
    public_keys.public_key.cache_clear()
    made = read_certificate(self_signed("ed.example", key="ed25519", number=900).der)
    assert signed_by(made, made) is None


def test_rsa_numbers_of_any_size_do_not_raise() -> None:
    assert isinstance(RSA, rsa.RSAPrivateKey)
    key = seq(seq(oid("1.2.840.113549.1.1.1"), NULL), bits(seq(element(0x02, b"\x7f" * 5000), integer(3))))
    made = signed(seq(oid("1.2.840.113549.1.1.11"), NULL), lambda tbs: b"x", key)
    assert (made.key.bits, made.key.modulus) == (40_000, None)
    assert signed_by(made, made) is None
