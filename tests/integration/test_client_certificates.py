"""Mutual TLS against real servers: what is wrong with the client's certificate is the root cause, in TLS 1.2 and in TLS 1.3, where the refusal comes late."""

from __future__ import annotations

import ssl
from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import attrs
import pytest
from cryptography import x509
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.serialization import BestAvailableEncryption, Encoding, PrivateFormat
from patience import PATIENT
from servers import RunningServer

import tlsdiag
from tlsdiag import Confidence, Report, Severity, Verdict
from tlsdiag.plugin import ClientCertificate, CredentialFinding
from tlsdiag.testing import Authority, Issued, Window

Serve = Callable[..., RunningServer]
NAME = "server.example"
ROOT = Authority.root(number=300)
ISSUING = ROOT.intermediate(number=301)
STRANGER = Authority.root("Stranger Root CA", organization="Strangers", number=310)
NOW = datetime.now(UTC)
KINDS = ("openssl", "nginx", "apache", "gnutls", "java")
VERSIONS = ("TLSv1.2", "TLSv1.3")
everywhere = pytest.mark.parametrize(("kind", "version"), [(kind, version) for kind in KINDS for version in VERSIONS])


def mine(authority: Authority = ISSUING, **faults: Any) -> Issued:
    """A client certificate with a fault."""
    faults.setdefault("usages", ("client",))
    faults.setdefault("number", 7)
    return authority.issue("me.example", **faults)


def days(before: float, after: float) -> Window:
    """A validity period in days from now."""
    return Window(not_before=NOW + timedelta(days=before), not_after=NOW + timedelta(days=after))


def mutual(serve: Serve, kind: str, version: str, **options: Any) -> RunningServer:
    """A server that asks for a certificate of the test's root."""
    issued = ISSUING.issue(NAME)
    return serve(kind, chain_pem=issued.chain_pem, key_pem=issued.key_pem, versions=(version,), client_ca_pem=ROOT.pem, **options)


def diagnose(server: RunningServer, issued: Issued, *, chain: bytes | None = None, key: bytes | None = None, password: str | None = None) -> Report:
    """Diagnose with this client certificate."""
    given = ClientCertificate(certificate=chain or issued.chain_pem, key=key or issued.key_pem, password=password)
    limits = PATIENT
    return tlsdiag.diagnose(NAME, port=server.port, addresses=[server.host], trust=ROOT.pem, client_certificate=given, limits=limits)


def assert_cause(report: Report, code: str) -> CredentialFinding:
    """This is the one root cause; the refusal of the server is its consequence."""
    unexplained = [item.code for item in report.findings if item.blocks and not item.explained_by]
    assert unexplained == [code], report
    cause = report.root_cause
    assert isinstance(cause, CredentialFinding)
    assert report.verdict is Verdict.BROKEN
    explained = {key.partition("|")[0] for key in cause.explains}
    assert explained & {"client-certificate-refused", "client-certificate-required"}
    return cause


@everywhere
def test_an_expired_client_certificate_is_named_with_its_date(kind: str, version: str, serve: Serve) -> None:
    cause = assert_cause(diagnose(mutual(serve, kind, version), mine(window=days(-90, -3))), "client-certificate-expired")
    assert "3 days ago" in cause.detail


@pytest.mark.parametrize("kind", ["openssl", "nginx"])
def test_a_client_certificate_of_tomorrow_is_named(kind: str, serve: Serve) -> None:
    cause = assert_cause(diagnose(mutual(serve, kind, "TLSv1.3"), mine(window=days(1, 90))), "client-certificate-expired")
    assert "is valid from" in cause.detail


@everywhere
def test_a_client_certificate_of_an_authority_that_the_server_does_not_name_is_told(kind: str, version: str, serve: Serve) -> None:
    cause = assert_cause(diagnose(mutual(serve, kind, version), mine(STRANGER)), "client-certificate-wrong-authority")
    assert "Stranger Root CA" in cause.detail
    assert cause.accepted == ("CN=Test Root CA, O=Test Trust",)


@everywhere
def test_a_client_that_sends_its_own_certificate_alone_is_told_what_links_it(kind: str, version: str, serve: Serve) -> None:
    issued = mine()
    cause = assert_cause(diagnose(mutual(serve, kind, version), issued, chain=issued.pem), "client-certificate-chain-incomplete")
    assert cause.confidence is Confidence.PROVEN  # the server's own chain shows the intermediate


def test_an_intermediate_of_the_same_organization_is_only_likely_to_be_missing(serve: Serve) -> None:
    issued = mine(ROOT.intermediate("Other Issuing CA", number=305))
    cause = assert_cause(diagnose(mutual(serve, "openssl", "TLSv1.3"), issued, chain=issued.pem), "client-certificate-chain-incomplete")
    assert cause.confidence is Confidence.LIKELY


@pytest.mark.parametrize(("kind", "version"), [(kind, version) for kind in KINDS if kind != "gnutls" for version in VERSIONS])
def test_a_client_certificate_for_servers_is_of_the_wrong_usage(kind: str, version: str, serve: Serve) -> None:
    assert_cause(diagnose(mutual(serve, kind, version), mine(usages=("server",))), "client-certificate-wrong-usage")


def test_a_wrong_usage_that_the_server_does_not_mind_blocks_nothing(serve: Serve) -> None:
    report = diagnose(mutual(serve, "gnutls", "TLSv1.3"), mine(usages=("server",)))
    assert [item.code for item in report.filter(severity=Severity.LOW)] == ["client-certificate-wrong-usage"]
    assert report.verdict is Verdict.FLAWED


@pytest.mark.parametrize("version", VERSIONS)
def test_a_key_of_a_kind_that_the_server_does_not_take_is_told(version: str, serve: Serve) -> None:
    server = mutual(serve, "openssl", version, extra=("-client_sigalgs", "ECDSA+SHA256"))
    cause = assert_cause(diagnose(server, mine(key="ed25519")), "client-certificate-scheme-unsupported")
    assert "Ed25519" in cause.detail and "ecdsa_secp256r1_sha256" in cause.detail


@pytest.mark.parametrize("version", VERSIONS)
def test_the_key_of_another_certificate_is_the_cause(version: str, serve: Serve) -> None:
    issued, other = mine(), ISSUING.issue("other.example", number=8)
    report = diagnose(mutual(serve, "nginx", version), issued, key=other.key_pem)
    cause = assert_cause(report, "client-key-mismatch")
    assert "does not belong to the certificate me.example" in cause.detail
    assert "client-misconfigured" in {key.partition("|")[0] for key in cause.explains}


def test_a_file_that_begins_with_the_intermediate_is_told(serve: Serve) -> None:
    issued = mine()
    turned = issued.chain_pem[len(issued.pem) :] + issued.pem
    cause = assert_cause(diagnose(mutual(serve, "openssl", "TLSv1.3"), issued, chain=turned), "client-key-mismatch")
    assert "belongs to certificate 2 of the file" in cause.detail


@pytest.mark.parametrize(("password", "said"), [(None, "no password was given"), ("wrong", "does not open it")])
def test_an_encrypted_key_without_its_password_is_the_cause(password: str | None, said: str, serve: Serve) -> None:
    issued = mine()
    cause = assert_cause(diagnose(mutual(serve, "openssl", "TLSv1.3"), issued, key=locked(issued), password=password), "client-key-password")
    assert said in cause.detail


def test_an_encrypted_key_with_its_password_is_let_in(serve: Serve) -> None:
    issued = mine()
    report = diagnose(mutual(serve, "openssl", "TLSv1.3"), issued, key=locked(issued), password="secret")
    assert report.verdict is Verdict.HEALTHY, report


def locked(issued: Issued) -> bytes:
    """The key, encrypted."""
    found: bytes = issued.private_key.private_bytes(Encoding.PEM, PrivateFormat.PKCS8, BestAvailableEncryption(b"secret"))
    return found


def test_of_two_faults_the_alert_names_the_cause(serve: Serve) -> None:
    issued = mine(STRANGER, window=days(-90, -3))
    report = diagnose(mutual(serve, "openssl", "TLSv1.3"), issued)
    assert_cause(report, "client-certificate-wrong-authority")
    (other,) = report.filter(code="client-certificate-expired")
    assert not other.blocks


@pytest.mark.parametrize("kind", KINDS)
@pytest.mark.parametrize("version", VERSIONS)
def test_a_sound_client_certificate_raises_nothing(kind: str, version: str, serve: Serve) -> None:
    report = diagnose(mutual(serve, kind, version), mine())
    assert [item.code for item in report.filter(severity=Severity.LOW)] == []
    assert report.verdict is Verdict.HEALTHY, report
    assert report.connections <= 20


def test_an_expired_intermediate_that_the_client_sends_is_named(serve: Serve) -> None:
    old = attrs.evolve(ROOT, window=days(-400, -1)).intermediate("Old Client CA", number=302)
    cause = assert_cause(diagnose(mutual(serve, "openssl", "TLSv1.3"), mine(old, window=days(-30, 30))), "client-certificate-expired")
    assert "Old Client CA" in cause.detail


def of_a_context(serve: Serve, version: str, issued: Issued, tmp_path: Path) -> Report:
    """Diagnose with a context of the caller's that has this certificate."""
    path = tmp_path / "client.pem"
    path.write_bytes(issued.chain_pem + issued.key_pem)
    context = ssl.create_default_context(cadata=ROOT.pem.decode())
    context.load_cert_chain(path)
    server = mutual(serve, "openssl", version)
    return tlsdiag.diagnose(NAME, port=server.port, addresses=[server.host], client=context)


def test_the_certificate_of_a_context_is_seen_on_the_wire_of_tls_12(serve: Serve, tmp_path: Path) -> None:
    assert_cause(of_a_context(serve, "TLSv1.2", mine(window=days(-90, -3)), tmp_path), "client-certificate-expired")


def test_the_certificate_of_a_context_is_told_by_the_alert_in_tls_13(serve: Serve, tmp_path: Path) -> None:
    report = of_a_context(serve, "TLSv1.3", mine(window=days(-90, -3)), tmp_path)
    assert report.root_cause is not None and report.root_cause.code == "client-certificate-refused", report
    assert "certificate_expired" in report.root_cause.detail


@pytest.mark.parametrize("version", VERSIONS)
def test_a_context_with_the_right_certificate_raises_nothing(version: str, serve: Serve, tmp_path: Path) -> None:
    report = of_a_context(serve, version, mine(), tmp_path)
    assert [item.code for item in report.filter(severity=Severity.LOW)] == []


@pytest.mark.parametrize("version", VERSIONS)
def test_a_context_without_a_certificate_needs_one(version: str, serve: Serve) -> None:
    server = mutual(serve, "openssl", version)
    report = tlsdiag.diagnose(NAME, port=server.port, addresses=[server.host], client=ssl.create_default_context(cadata=ROOT.pem.decode()))
    assert report.root_cause is not None and report.root_cause.code == "client-certificate-required", report


def test_a_revoked_client_certificate_is_named_by_the_servers_word(serve: Serve, tmp_path: Path) -> None:
    issued = mine(ROOT)
    revoked = x509.RevokedCertificateBuilder().serial_number(issued.certificate.serial_number).revocation_date(NOW - timedelta(days=1)).build()
    builder = x509.CertificateRevocationListBuilder(ROOT.issued.certificate.subject, NOW - timedelta(days=1), NOW + timedelta(days=9))
    builder = builder.add_revoked_certificate(revoked)
    path = tmp_path / "crl.pem"
    path.write_bytes(builder.sign(ROOT.issued.private_key, hashes.SHA256()).public_bytes(Encoding.PEM))
    report = diagnose(mutual(serve, "openssl", "TLSv1.3", extra=("-CRL", str(path), "-crl_check")), issued)
    assert report.root_cause is not None and report.root_cause.code == "client-certificate-revoked", report
    assert "certificate_revoked" in report.root_cause.detail
