"""Each cause on a real server: the root cause is named, and it explains the client's failure."""

from __future__ import annotations

import ssl
import subprocess
from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
from cryptography import x509
from patience import HASTY, PATIENT
from servers import RunningServer, Site

import tlsdiag
from tlsdiag import Report, Severity, Verdict
from tlsdiag.certificates import read_certificate
from tlsdiag.plugin import CertificateFinding, NameFinding, VersionFinding
from tlsdiag.testing import Authority, Issued, Window, self_signed
from tlsdiag.testing.certificates import pem_of

Serve = Callable[..., RunningServer]
NAME = "server.example"
ROOT = Authority.root(number=300)
ISSUING = ROOT.intermediate(number=301)
NOW = datetime.now(UTC)


def days(before: float, after: float) -> Window:
    """A validity period in days from now."""
    return Window(not_before=NOW + timedelta(days=before), not_after=NOW + timedelta(days=after))


def diagnose(server: RunningServer, *, name: str = NAME, **options: Any) -> Report:
    """Diagnose a server on loopback; the test's root is trusted unless `client` or `trust` says otherwise."""
    if "client" not in options:
        options.setdefault("trust", ROOT.pem)
    return tlsdiag.diagnose(name, port=server.port, addresses=[server.host], **{"limits": PATIENT, **options})


def serving(serve: Serve, kind: str, issued: Issued, *, chain: bytes | None = None, **options: Any) -> RunningServer:
    """A server with this certificate."""
    return serve(kind, chain_pem=chain or issued.chain_pem, key_pem=issued.key_pem, **options)


def client(**limits: Any) -> ssl.SSLContext:
    """A client of the test's own."""
    context = ssl.create_default_context(cadata=ROOT.pem.decode())
    for name, value in limits.items():
        setattr(context, name, value)
    return context


def assert_cause(report: Report, code: str, *, explains: bool = True) -> None:
    """This is the root cause, and the client's failure is its consequence."""
    assert report.root_cause is not None, report
    assert report.root_cause.code == code, report
    assert report.verdict is Verdict.BROKEN
    if explains:
        explained = {key.partition("|")[0] for key in report.root_cause.explains}
        assert "client-handshake-failed" in explained
    unexplained = [item.code for item in report.findings if item.blocks and not item.explained_by]
    assert unexplained == [code]


@pytest.mark.parametrize("kind", ["nginx", "gnutls", "java"])
def test_an_expired_certificate_is_named_with_its_dates(kind: str, serve: Serve) -> None:
    issued = ISSUING.issue(NAME, window=days(-90, -3))
    report = diagnose(serving(serve, kind, issued))
    assert_cause(report, "certificate-expired")
    cause = report.root_cause
    assert isinstance(cause, CertificateFinding)
    assert cause.not_after == read_certificate(issued.der).not_after
    assert "3 days ago" in cause.detail


def test_a_certificate_of_tomorrow_is_not_yet_valid(serve: Serve) -> None:
    report = diagnose(serving(serve, "nginx", ISSUING.issue(NAME, window=days(1, 90))))
    assert_cause(report, "certificate-not-yet-valid")


def test_a_certificate_that_ends_in_three_days_is_told_and_does_not_block(serve: Serve) -> None:
    report = diagnose(serving(serve, "apache", ISSUING.issue(NAME, window=days(-87, 3))))
    assert [item.code for item in report.filter(severity=Severity.LOW)] == ["certificate-expiring"]
    assert report.verdict is Verdict.FLAWED


def test_an_expired_intermediate_is_named_as_the_issuer(serve: Serve) -> None:
    import attrs

    old = attrs.evolve(ROOT, window=days(-400, -1)).intermediate("Old Issuing CA", number=302)
    report = diagnose(serving(serve, "nginx", old.issue(NAME, window=days(-30, 60))))
    assert_cause(report, "certificate-expired")
    assert report.root_cause is not None and "Old Issuing CA" in report.root_cause.detail


def test_a_certificate_for_other_names_says_which_and_the_nearest(serve: Serve) -> None:
    report = diagnose(serving(serve, "haproxy", ISSUING.issue("www.server.example", "mail.example")))
    assert_cause(report, "name-mismatch")
    cause = report.root_cause
    assert isinstance(cause, NameFinding)
    assert cause.presented == ("www.server.example", "mail.example")
    assert cause.nearest == "www.server.example"


def test_an_address_needs_an_ip_name(serve: Serve) -> None:
    report = diagnose(serving(serve, "nginx", ISSUING.issue(NAME)), name="127.0.0.1")
    assert_cause(report, "name-mismatch")


def test_a_self_signed_certificate_is_named(serve: Serve) -> None:
    report = diagnose(serving(serve, "openssl", self_signed(NAME, authority=True)))
    assert_cause(report, "certificate-self-signed")


@pytest.mark.parametrize("kind", ["nginx", "haproxy", "java", "node"])
def test_a_missing_intermediate_is_told_from_an_unknown_authority(kind: str, serve: Serve) -> None:
    issued = ISSUING.issue(NAME)
    assert_cause(diagnose(serving(serve, kind, issued, chain=issued.pem)), "intermediate-missing")
    stranger = Authority.root("Stranger Root CA", organization="Strangers", number=310).issue(NAME)
    assert_cause(diagnose(serving(serve, kind, stranger)), "issuer-untrusted")


def test_a_private_root_that_is_sent_along_is_named(serve: Serve) -> None:
    issued = Authority.root("Stranger Root CA", organization="Strangers", number=310).issue(NAME)
    assert_cause(diagnose(serving(serve, "nginx", issued, chain=issued.full_chain_pem)), "private-authority")


def test_a_chain_in_the_wrong_order_is_told_with_the_right_one(serve: Serve) -> None:
    lower = ISSUING.intermediate("Test Lower CA", number=303)
    issued = lower.issue(NAME)
    chain = pem_of(issued.certificate, issued.issuers[1], issued.issuers[0])
    report = diagnose(serving(serve, "nginx", issued, chain=chain))
    (finding,) = report.filter(code="chain-wrong-order")
    assert finding.evidence["right_order"] == (0, 2, 1)
    assert not finding.blocks


def test_what_is_too_much_in_a_chain_is_told(serve: Serve) -> None:
    issued = ISSUING.issue(NAME)
    stranger = Authority.root("Stranger Root CA", organization="Strangers", number=310)
    chain = pem_of(issued.certificate, issued.issuers[0], issued.issuers[0], stranger.issued.certificate, ROOT.issued.certificate)
    report = diagnose(serving(serve, "openssl", issued, chain=chain))
    assert {item.code for item in report.findings} >= {"chain-duplicate", "chain-extra", "root-sent"}
    assert report.verdict is Verdict.FLAWED


def test_a_weak_key_is_the_cause_for_a_client_that_refuses_it(serve: Serve) -> None:
    issued = ISSUING.issue(NAME, key="rsa1024")
    report = diagnose(serving(serve, "openssl", issued, security_level=0))
    assert_cause(report, "weak-key")
    assert report.root_cause is not None and "1024 bits" in report.root_cause.detail


def test_a_weak_signature_is_the_cause_for_a_client_that_refuses_it(serve: Serve, tmp_path: Path) -> None:
    issued = signed_with_sha1(tmp_path)
    report = diagnose(serving(serve, "openssl", issued, security_level=0))
    assert_cause(report, "weak-signature")
    assert report.root_cause is not None and "SHA-1" in report.root_cause.detail


def signed_with_sha1(folder: Path) -> Issued:
    """A certificate over SHA-1: openssl still makes them."""
    key = ISSUING.issue(NAME, key="rsa").private_key
    for name, content in {"ca.pem": ROOT.pem, "ca.key": ROOT.issued.key_pem, "key.pem": ISSUING.issue(NAME, key="rsa").key_pem}.items():
        (folder / name).write_bytes(content)
    command = "openssl req -x509 -new -sha1 -key key.pem -CA ca.pem -CAkey ca.key -subj /CN=server.example -days 60"
    command += " -addext subjectAltName=DNS:server.example -addext basicConstraints=critical,CA:FALSE -out leaf.pem"
    subprocess.run(command.split(), cwd=folder, check=True, capture_output=True)
    certificate = x509.load_pem_x509_certificate((folder / "leaf.pem").read_bytes())
    return Issued(certificate=certificate, private_key=key, root=ROOT.issued.certificate)


def test_a_certificate_for_clients_is_of_the_wrong_usage(serve: Serve) -> None:
    report = diagnose(serving(serve, "nginx", ISSUING.issue(NAME, usages=("client",))))
    assert_cause(report, "certificate-wrong-usage")


def test_a_leaf_that_issues_is_no_authority(serve: Serve) -> None:
    leaf = ROOT.issue("ca.example", number=5)
    bad = Authority(issued=leaf, window=ROOT.window).issue(NAME)
    report = diagnose(serving(serve, "nginx", bad))
    assert_cause(report, "issuer-not-authority")


@pytest.mark.parametrize("kind", ["nginx", "apache", "gnutls"])
def test_no_common_version_says_what_each_side_offers(kind: str, serve: Serve) -> None:
    server = serving(serve, kind, ISSUING.issue(NAME), versions=("TLSv1.2",))
    report = diagnose(server, client=client(minimum_version=ssl.TLSVersion.TLSv1_3))
    assert_cause(report, "no-common-version")
    cause = report.root_cause
    assert isinstance(cause, VersionFinding)
    assert (cause.offered, cause.accepted) == ((0x0304,), (0x0303,))


def test_a_client_that_is_too_old_is_to_blame(serve: Serve) -> None:
    server = serving(serve, "nginx", ISSUING.issue(NAME), versions=("TLSv1.3",))
    report = diagnose(server, client=client(maximum_version=ssl.TLSVersion.TLSv1_2))
    assert_cause(report, "no-common-version")
    assert report.root_cause is not None and report.root_cause.blame is tlsdiag.Blame.CLIENT


@pytest.mark.parametrize("kind", ["nginx", "openssl", "haproxy"])
def test_no_common_cipher_is_told(kind: str, serve: Serve) -> None:
    server = serving(serve, kind, ISSUING.issue(NAME), versions=("TLSv1.2",), ciphers="ECDHE-ECDSA-AES256-GCM-SHA384")
    context = client()
    context.set_ciphers("ECDHE-ECDSA-CHACHA20-POLY1305")
    assert_cause(diagnose(server, client=context), "no-common-cipher")


def test_old_versions_are_told_one_by_one(serve: Serve) -> None:
    issued = ISSUING.issue(NAME, key="rsa")
    report = diagnose(serving(serve, "openssl", issued, versions=("TLSv1", "TLSv1.1", "TLSv1.2", "TLSv1.3")))
    assert {item.code for item in report.filter(severity=Severity.LOW)} == {"tls10-accepted", "tls11-accepted"}


def test_ssl3_is_told(serve: Serve) -> None:
    issued = ISSUING.issue(NAME, key="rsa")
    report = diagnose(serving(serve, "tlslite", issued, versions=("SSLv3", "TLSv1", "TLSv1.1", "TLSv1.2")))
    assert "ssl3-accepted" in {item.code for item in report.filter(severity=Severity.HIGH)}


def test_a_server_without_tls13_is_healthy_and_told_so(serve: Serve) -> None:
    report = diagnose(serving(serve, "nginx", ISSUING.issue(NAME), versions=("TLSv1.2",)))
    assert [item.code for item in report.findings] == ["tls13-missing"]
    assert report.verdict is Verdict.HEALTHY


def test_no_forward_secrecy_is_told(serve: Serve) -> None:
    issued = ISSUING.issue(NAME, key="rsa")
    report = diagnose(serving(serve, "nginx", issued, versions=("TLSv1.2",), ciphers="AES128-GCM-SHA256"))
    assert "no-forward-secrecy" in {item.code for item in report.findings}


def test_an_unknown_server_name_is_told(serve: Serve) -> None:
    issued = ISSUING.issue(NAME)
    server = serving(serve, "haproxy", issued, server_names=(NAME,), sni_strict=True)
    report = diagnose(server, name="other.example")
    assert report.root_cause is not None and report.root_cause.code == "server-name-unknown", report


def test_the_right_name_of_two_sites_is_served(serve: Serve) -> None:
    first, second = ISSUING.issue(NAME), ISSUING.issue("second.example", number=1)
    site = Site(names=("second.example",), chain_pem=second.chain_pem, key_pem=second.key_pem)
    server = serving(serve, "nginx", first, server_names=(NAME,), sites=(site,))
    assert diagnose(server, name="second.example").verdict is Verdict.HEALTHY


@pytest.mark.parametrize("version", ["TLSv1.2", "TLSv1.3"])
@pytest.mark.parametrize("kind", ["openssl", "gnutls", "haproxy", "apache", "nginx", "stunnel", "java", "node"])
def test_a_required_client_certificate_is_told(kind: str, version: str, serve: Serve) -> None:
    server = serving(serve, kind, ISSUING.issue(NAME), versions=(version,), client_ca_pem=ROOT.pem)
    report = diagnose(server)
    assert report.root_cause is not None and report.root_cause.code == "client-certificate-required", report
    assert report.verdict is Verdict.BROKEN


@pytest.mark.parametrize("key", ["rsa", "ecdsa", "ed25519"])
@pytest.mark.parametrize("version", ["TLSv1.2", "TLSv1.3"])
def test_a_client_certificate_of_the_right_authority_is_accepted(version: str, key: str, serve: Serve) -> None:
    server = serving(serve, "openssl", ISSUING.issue(NAME), versions=(version,), client_ca_pem=ROOT.pem)
    mine = ISSUING.issue("me.example", usages=("client",), key=key, number=7)
    report = diagnose(server, client_certificate=tlsdiag.plugin.ClientCertificate(certificate=mine.chain_pem, key=mine.key_pem))
    assert report.verdict is Verdict.HEALTHY, report


@pytest.mark.parametrize("version", ["TLSv1.2", "TLSv1.3"])
def test_a_client_certificate_of_another_authority_is_refused(version: str, serve: Serve) -> None:
    server = serving(serve, "openssl", ISSUING.issue(NAME), versions=(version,), client_ca_pem=ROOT.pem)
    mine = Authority.root("Stranger Root CA", organization="Strangers", number=310).issue("me.example", usages=("client",), number=7)
    report = diagnose(server, client_certificate=tlsdiag.plugin.ClientCertificate(certificate=mine.chain_pem, key=mine.key_pem))
    assert report.root_cause is not None and report.root_cause.code == "client-certificate-wrong-authority", report


def test_an_optional_client_certificate_is_only_mentioned(serve: Serve) -> None:
    server = serving(serve, "nginx", ISSUING.issue(NAME), client_ca_pem=ROOT.pem, client_required=False)
    report = diagnose(server)
    assert [item.code for item in report.findings] == ["client-certificate-requested"]
    assert report.verdict is Verdict.HEALTHY


@pytest.mark.parametrize("kind", ["nginx", "apache", "lighttpd", "caddy"])
def test_plain_http_is_named(kind: str, serve: Serve) -> None:
    assert_cause(diagnose(serve(kind, tls="none")), "speaks-plain-http")


@pytest.mark.parametrize(("kind", "protocol"), [("postfix", "smtp"), ("dovecot", "imap"), ("vsftpd", "ftp")])
def test_a_protocol_with_starttls_is_named_with_its_cure(kind: str, protocol: str, serve: Serve) -> None:
    report = diagnose(serve(kind, tls="none"))
    assert_cause(report, "starttls-needed")
    assert report.root_cause is not None and report.root_cause.evidence["starttls"] == protocol


def test_pop3_is_named(serve: Serve) -> None:
    report = diagnose(serve("dovecot", tls="none", protocol="pop3"))
    assert_cause(report, "starttls-needed")
    assert report.root_cause is not None and report.root_cause.evidence["protocol"] == "pop3"


def test_ssh_is_named(serve: Serve) -> None:
    report = diagnose(serve("sshd", tls="none"))
    assert_cause(report, "speaks-other-protocol")
    assert report.root_cause is not None and report.root_cause.evidence["protocol"] == "ssh"


@pytest.mark.parametrize(("kind", "protocol"), [("postgresql", "postgresql"), ("mariadb", "mysql"), ("slapd", "ldap")])
def test_a_database_or_directory_is_named(kind: str, protocol: str, serve: Serve) -> None:
    issued = ISSUING.issue(NAME)
    report = diagnose(serving(serve, kind, issued, tls="starttls"), limits=HASTY)
    assert_cause(report, "starttls-needed")
    assert report.root_cause is not None and report.root_cause.evidence["protocol"] == protocol


def test_a_small_diffie_hellman_prime_is_told(serve: Serve) -> None:
    parameters = subprocess.run(["openssl", "dhparam", "-dsaparam", "1024"], capture_output=True, check=True).stdout
    issued = ISSUING.issue(NAME, key="rsa")
    options = {"versions": ("TLSv1.2",), "ciphers": "DHE-RSA-AES128-GCM-SHA256", "security_level": 0, "dh_pem": parameters}
    report = diagnose(serving(serve, "nginx", issued, **options), client=client())
    assert_cause(report, "dh-prime-small")


def test_a_client_that_verifies_nothing_gets_through_and_is_told(serve: Serve) -> None:
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_CLIENT)
    context.check_hostname, context.verify_mode = False, ssl.CERT_NONE
    report = diagnose(serving(serve, "nginx", ISSUING.issue(NAME, window=days(-90, -3))), client=context)
    assert report.verdict is Verdict.FLAWED
    assert {item.code for item in report.filter(severity=Severity.HIGH)} >= {"verification-off", "certificate-expired"}


def test_an_application_protocol_that_nobody_speaks_is_told(serve: Serve) -> None:
    server = serving(serve, "nginx", ISSUING.issue(NAME))
    report = diagnose(server, alpn=["acme/9"])
    assert report.root_cause is None or report.root_cause.code == "alpn-refused"
