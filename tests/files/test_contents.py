"""What the checks of files say, case by case: the words that a tired person reads."""

from __future__ import annotations

import base64

import pytest
from cryptography import x509
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.serialization import Encoding, PublicFormat

from tlsdiag import Report, Severity, diagnose_certificates
from tlsdiag.finding_types import FileFinding
from tlsdiag.testing import Authority
from tlsdiag.testing.observations import NOW

ROOT = Authority.root(number=970, now=NOW)
MIDDLE = ROOT.intermediate(number=971)
LEAF = MIDDLE.issue("server.example", number=972, now=NOW)
REQUEST = x509.CertificateSigningRequestBuilder().subject_name(LEAF.certificate.subject).sign(LEAF.private_key, hashes.SHA256())
PUBLIC = LEAF.private_key.public_key().public_bytes(Encoding.PEM, PublicFormat.SubjectPublicKeyInfo)


def judged(*contents: bytes, key: bytes | None = None) -> Report:
    return diagnose_certificates(contents, trust=ROOT.pem, now=NOW, host="server.example", key=key)


def only(report: Report, code: str) -> FileFinding:
    (found,) = report.filter(code=code)
    assert isinstance(found, FileFinding)
    return found


@pytest.mark.parametrize(
    ("data", "reason", "said", "fixed"),
    [
        (b"<html>login</html>", "html", "it is an HTML page", "Look at the page"),
        (b"ssh-ed25519 AAAAC3NzaC1lZDI1NTE5AAAAIA a@b", "ssh-key", "it is an SSH key", "TLS wants an X.509 certificate"),
        (b"-----BEGIN PGP MESSAGE-----\n\nmQ==\n-----END PGP MESSAGE-----\n", "pgp", "it is a PGP block", "Give the file that the authority sent"),
        (b"\xfe\xed\xfe\xed\0\0\0\2\0\0\0\0", "java-keystore", "it is a Java keystore (JKS)", "Export the certificate"),
        (b"PK\3\4", "archive", "it is an archive", "Unpack it"),
        (b"", "empty", "it is empty", "Give the file"),
        (b"hello", "unknown", "it is neither PEM nor DER", "Give the file"),
        (REQUEST.public_bytes(Encoding.PEM), "request", "holds one certificate request, and no certificate", "A request is what"),
        (REQUEST.public_bytes(Encoding.DER), "request", "holds one certificate request, and no certificate", "A request is what"),
        (LEAF.key_pem, "private-key", "holds one private key, and no certificate", "This is the key"),
        (LEAF.key_pem + PUBLIC + PUBLIC, "", "holds one private key, 2 public keys, and no certificate", "Give the file"),
    ],
)
def test_a_file_without_a_certificate_is_called_by_its_name_with_its_own_remedy(data: bytes, reason: str, said: str, fixed: str) -> None:
    report = judged(data)
    found = only(report, "file-holds-no-certificate")
    assert report.root_cause == found
    assert found.reason == reason
    assert said in found.detail
    assert found.fix.summary.startswith(fixed)


def test_only_the_file_that_is_something_else_is_blamed() -> None:
    report = judged(LEAF.chain_pem, b"<html>")
    assert only(report, "file-holds-no-certificate").file == "the given certificates (2)"
    assert [item.code for item in report.findings] == ["file-holds-no-certificate"]


def test_der_that_is_cut_short_is_damaged() -> None:
    found = only(judged(LEAF.der[:-5]), "file-damaged")
    assert "it begins as a DER structure does, and is damaged or cut short" in found.detail


def test_damage_is_told_with_file_line_and_label() -> None:
    pem = LEAF.pem + MIDDLE.pem.replace(b"\nMII", b"\n*II", 1) + MIDDLE.pem.replace(b"-----END CERTIFICATE-----", b"")
    found = only(judged(pem), "file-damaged")
    line = LEAF.pem.count(b"\n") + 1
    assert found.line == line
    place = f"In the given certificates, line {line} (CERTIFICATE): line {line + 1} has '*'"
    assert found.detail == f"{place}, which is no character of base64; and 1 more."


def test_what_only_some_programs_read_breaks_nothing() -> None:
    for data in (b"\xef\xbb\xbf" + LEAF.chain_pem, LEAF.der + b"more"):
        found = only(judged(data, MIDDLE.pem), "file-form-unreadable")
        assert found.severity is Severity.MEDIUM
        assert not found.blocks
        assert found.title == "Some programs do not read the whole file"


def test_the_form_that_is_not_read_comes_with_what_was_read_all_the_same() -> None:
    report = judged(base64.b64encode(LEAF.chain_pem))
    assert report.root_cause is not None
    assert report.root_cause.code == "file-form-unreadable"
    assert "Kubernetes" in report.root_cause.detail
    assert report.repaired_chain() == LEAF.chain_pem


def test_a_damaged_key_is_told_with_its_line() -> None:
    lines = LEAF.key_pem.splitlines(keepends=True)
    found = only(judged(LEAF.chain_pem, key=b"".join([lines[0], lines[1][:32] + b"\n", *lines[2:]])), "file-key-unreadable")
    assert found.detail == "The key in the given key, line 1: it has contents that are damaged or make no key."
    found = only(judged(LEAF.chain_pem, key=LEAF.key_pem.replace(b"-----END PRIVATE KEY-----", b"")), "file-key-unreadable")
    assert "the block has no line '-----END PRIVATE KEY-----'" in found.detail


def test_a_key_under_the_label_of_a_certificate_is_unreadable() -> None:
    report = judged(LEAF.chain_pem, key=LEAF.key_pem.replace(b"PRIVATE KEY", b"CERTIFICATE"))
    assert report.root_cause is not None
    assert report.root_cause.code == "file-key-unreadable"
    assert "holds a private key" in report.root_cause.detail


def test_two_certificates_for_the_same_names_are_told_with_their_kinds_of_keys() -> None:
    rsa = MIDDLE.issue("server.example", number=973, now=NOW, key="rsa")
    found = only(judged(LEAF.chain_pem + rsa.pem), "file-several-leaves")
    assert "2 certificates for the same names with keys of the kinds EC secp256r1, RSA 2048" in found.detail
    many = b"".join(MIDDLE.issue(f"{number}.example", number=974, now=NOW).pem for number in range(6))
    assert "; and 2 more." in only(judged(LEAF.chain_pem + many), "file-several-leaves").detail


def test_a_root_and_its_intermediate_are_a_chain_file_and_no_store() -> None:
    report = judged(ROOT.pem + MIDDLE.pem)
    assert [item.code for item in report.findings] == ["file-without-leaf"]


def test_a_long_list_is_shortened() -> None:
    more = b"".join(Authority.root(f"Stranger {number}", number=975, now=NOW).pem for number in range(9))
    (found,) = judged(LEAF.chain_pem + more).filter(code="chain-extra")
    assert found.detail.endswith("and 3 more.")
