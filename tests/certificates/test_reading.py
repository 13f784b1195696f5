"""Reading certificates: facts of sound ones, problems of broken ones, and never an exception."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

import certifi
import pytest
from cryptography import x509
from hypothesis import given, settings
from hypothesis import strategies as st

from tlsdiag.certificates import DerError, Grade, Name, read_certificate, read_name_der, signed_by
from tlsdiag.certificates.der import Element, oid_text, read_element
from tlsdiag.certificates.stores import pem_to_der
from tlsdiag.testing import Authority, Window, self_signed

NOW = datetime(2026, 6, 1, 12, 0, tzinfo=UTC)
ROOT = Authority.root(number=300, now=NOW)
LEAF = ROOT.intermediate(number=301).issue(
    "server.example", "192.0.2.7", "2001:db8::7", window=Window.around(NOW), organization="Server, Inc.", issuer_urls=("http://ca.example/ca.der",)
)


def test_the_facts_of_a_certificate_are_read() -> None:
    found = read_certificate(LEAF.der)
    expected = x509.load_der_x509_certificate(LEAF.der)
    assert found.problems == ()
    assert (found.version, found.serial) == (3, expected.serial_number)
    assert (found.not_before, found.not_after) == (expected.not_valid_before_utc, expected.not_valid_after_utc)
    assert (found.dns_names, found.ip_addresses) == (("server.example",), ("192.0.2.7", "2001:db8::7"))
    assert (found.key.kind, found.key.curve, str(found.key)) == ("EC", "secp256r1", "EC secp256r1")
    assert (found.is_ca, found.path_length) == (False, None)
    assert found.key_usage == {"digitalSignature"}
    assert found.extended_key_usage == ("1.3.6.1.5.5.7.3.1",)
    assert found.ca_issuers == ("http://ca.example/ca.der",)
    assert found.subject.text == "CN=server.example, O=Server\\, Inc."
    assert found.signature_algorithm.name == "ecdsa-with-SHA256"
    assert found.loads
    assert not found.is_self_issued
    assert found.authority_key_id == read_certificate(LEAF.chain[1]).subject_key_id


@pytest.mark.parametrize(("kind", "shown"), [("rsa", "RSA 2048"), ("ed25519", "Ed25519 256"), ("ed448", "Ed448 456"), ("dsa", "DSA 2048")])
def test_every_kind_of_key_is_told(kind: str, shown: str) -> None:
    issued = ROOT.issue("k.example", key=kind) if kind == "dsa" else self_signed("k.example", key=kind)
    assert str(read_certificate(issued.der).key) == shown


def test_every_root_of_certifi_reads_without_a_problem_and_signs_itself() -> None:
    with open(certifi.where(), "rb") as file:
        roots = [read_certificate(der) for der in pem_to_der(file.read())]
    assert len(roots) > 100
    for root in roots:
        assert all(problem.grade is Grade.REMARK for problem in root.problems), root.problems
        assert root.is_ca
        assert signed_by(root, root) is not False


def test_a_certificate_that_is_cut_keeps_what_could_be_read() -> None:
    found = read_certificate(LEAF.der[:-10])
    assert found.problems
    assert not found.loads


def test_bytes_after_a_certificate_are_a_problem() -> None:
    found = read_certificate(LEAF.der + b"\0\0")
    assert found.problems[0].code == "trailing-data"
    assert found.dns_names == ("server.example",)


def test_an_empty_certificate_has_a_label_all_the_same() -> None:
    found = read_certificate(b"")
    assert found.problems[0].code == "certificate-malformed"
    assert found.label.startswith("SHA-256")
    assert not found.readable


@settings(max_examples=200, deadline=None)
@given(st.binary(max_size=300))
def test_arbitrary_bytes_never_raise(data: bytes) -> None:
    found = read_certificate(data)
    assert found.problems
    assert found.label


@settings(max_examples=200, deadline=None)
@given(at=st.integers(0, len(LEAF.der) - 1), mask=st.integers(1, 255))
def test_a_certificate_with_one_byte_changed_never_raises(at: int, mask: int) -> None:
    data = LEAF.der[:at] + bytes([LEAF.der[at] ^ mask]) + LEAF.der[at + 1 :]
    found = read_certificate(data)
    assert found.label
    assert signed_by(found, read_certificate(LEAF.chain[1])) is not True or found.tbs == read_certificate(LEAF.der).tbs


def test_a_name_that_cannot_be_read_keeps_its_bytes() -> None:
    assert read_name_der(b"\x30\x05ab") == Name(raw=b"\x30\x05ab")
    assert read_name_der(ROOT.issued.certificate.subject.public_bytes()).common_name == "Test Root CA"


@pytest.mark.parametrize(
    "data", [b"", b"\x30", b"\x30\x80", b"\x30\x85\0\0\0\0\1", b"\x30\x05ab", b"\x3f\x01a"], ids=["empty", "tag", "indefinite", "huge", "short", "long tag"]
)
def test_a_damaged_element_is_a_der_error(data: bytes) -> None:
    with pytest.raises(DerError):
        read_element(data)


def test_a_time_with_a_zone_of_its_own_is_told_as_what_it_is() -> None:
    with pytest.raises(DerError, match="'2601010000\\+0200' is no time of the form"):
        Element(0x17, b"2601010000+0200", b"", 0).time()
    with pytest.raises(DerError, match="tag 0x04 is no time"):
        Element(0x04, b"20260101000000Z", b"", 0).time()


def test_times_are_read_in_both_forms() -> None:
    assert Element(0x17, b"500101000000Z", b"", 0).time().year == 1950
    assert Element(0x17, b"491231235959Z", b"", 0).time() == datetime(2049, 12, 31, 23, 59, 59, tzinfo=UTC)
    assert Element(0x18, b"20500101000000Z", b"", 0).time() - timedelta(seconds=1) == datetime(2049, 12, 31, 23, 59, 59, tzinfo=UTC)
    for tag, text in ((0x17, b"9913"), (0x18, b"20501301000000Z"), (0x04, b"20500101000000Z")):
        with pytest.raises(DerError):
            Element(tag, text, b"", 0).time()


def test_an_empty_integer_and_a_damaged_identifier_are_der_errors() -> None:
    with pytest.raises(DerError):
        Element(0x02, b"", b"", 0).integer()
    with pytest.raises(DerError):
        oid_text(b"\x80")
    for content in (b"\xff" * 300 + b"\x01", b""):
        with pytest.raises(DerError):
            oid_text(content)
    assert oid_text(bytes.fromhex("2b0e03021a")) == "1.3.14.3.2.26"


def test_a_version_that_does_not_exist_is_a_problem() -> None:
    from tlsdiag.handshake.signatures import public_key_of

    at = LEAF.der.index(bytes.fromhex("a003020102")) + 4
    odd = LEAF.der[:at] + b"\x03" + LEAF.der[at + 1 :]
    found = read_certificate(odd)
    assert found.version == 4
    assert not found.loads
    assert [problem.code for problem in found.problems] == ["version-malformed"]
    assert public_key_of(odd) is not None
