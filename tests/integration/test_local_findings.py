"""The machine that runs the client, for real: a Python process of its own with other variables, another configuration, another directory of authorities."""

from __future__ import annotations

import json
import os
import re
import shutil
import ssl
import subprocess
import sys
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest
from cryptography import x509
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.serialization import Encoding
from servers import RunningServer

import tlsdiag
from tlsdiag import Report
from tlsdiag.demo.servers import listening, tls
from tlsdiag.plugin import LocalLibrary, TrustSources
from tlsdiag.testing import Authority

Serve = Callable[..., RunningServer]
NAME = "server.example"
ROOT = Authority.root(number=300)
ISSUED = ROOT.intermediate(number=301).issue(NAME)
BUNDLE = "/etc/ssl/certs/ca-certificates.crt"
_ABOUT_TRUST = re.compile(r"CA_BUNDLE|CA_CERTS|CERT|CAINFO|CAPATH|JAVA|OPENSSL")
pytestmark = pytest.mark.skipif(not Path(BUNDLE).exists(), reason="the system has no bundle of authorities in Debian's place")


@pytest.fixture(scope="module")
def port() -> Iterator[int]:
    """A sound server of a private authority."""
    with listening(tls(ISSUED.chain_pem, ISSUED.key_pem)) as server:
        yield server.port


def plain_environment(variables: dict[str, object]) -> dict[str, str]:
    """Our own, without anything about trust, and with `variables`."""
    base = {name: value for name, value in os.environ.items() if not _ABOUT_TRUST.search(name)}
    return base | {name: str(value) for name, value in variables.items()}


def diagnosed(port: int, *options: str, before: tuple[str, ...] = (), **variables: object) -> Report:
    """What the command says in a process with these variables."""
    argv = [*before, sys.executable, "-m", "tlsdiag", NAME, "--port", str(port), "--address", "127.0.0.1", "--json", *options]
    done = subprocess.run(argv, env=plain_environment(variables), capture_output=True, text=True, check=False, timeout=60)
    assert done.returncode in (0, 1), done.stderr
    return Report.from_dict(json.loads(done.stdout))


def assert_cause(report: Report, code: str, *consequences: str) -> Any:
    """This is the one root cause, and these are explained by it."""
    unexplained = [item.code for item in report.findings if item.blocks and not item.explained_by]
    assert unexplained == [code], report
    assert report.root_cause is not None
    explained = {key.partition("|")[0] for key in report.root_cause.explains}
    assert explained >= {"client-handshake-failed", *consequences}
    return report.root_cause


def write(path: Path, content: bytes) -> Path:
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_bytes(content)
    return path


def damaged(pem: bytes) -> bytes:
    """A certificate with four characters that are no base64."""
    return pem[:100] + b"!!!!" + pem[104:]


FILES: dict[str, bytes | None] = {"missing": None, "empty": b"", "not PEM": b"hello", "a damaged block": ROOT.pem + damaged(ROOT.pem)}


@pytest.mark.parametrize("kind", FILES)
def test_a_variable_that_names_no_usable_file_is_the_cause(kind: str, port: int, tmp_path: Path) -> None:
    content = FILES[kind]
    path = tmp_path / "ca.pem" if content is None else write(tmp_path / "ca.pem", content)
    cause = assert_cause(diagnosed(port, SSL_CERT_FILE=path), "trust-variable-broken", "issuer-untrusted")
    assert cause.evidence["variable"] == "SSL_CERT_FILE"
    assert str(path) in cause.detail


def test_a_damaged_bundle_is_proven_by_the_sound_certificates_in_it(port: int, tmp_path: Path) -> None:
    path = write(tmp_path / "ca.pem", ROOT.pem + damaged(ROOT.pem))
    cause = assert_cause(diagnosed(port, SSL_CERT_FILE=path), "trust-variable-broken")
    assert cause.confidence is tlsdiag.Confidence.PROVEN
    assert "block 2" in cause.detail


def test_an_empty_variable_counts_as_set(port: int) -> None:
    assert_cause(diagnosed(port, SSL_CERT_FILE="", SSL_CERT_DIR="/no/such/directory"), "trust-variable-broken")


def test_the_store_of_another_client_proves_that_the_variable_is_the_cause(port: int, tmp_path: Path) -> None:
    good = write(tmp_path / "root.pem", ROOT.pem)
    cause = assert_cause(diagnosed(port, SSL_CERT_FILE="/no/such.pem", REQUESTS_CA_BUNDLE=good), "trust-variable-broken")
    assert cause.confidence is tlsdiag.Confidence.PROVEN
    assert cause.evidence["trusted_by"] == ("pip", "requests")


def test_a_broken_variable_of_other_clients_blocks_nothing(port: int, tmp_path: Path) -> None:
    report = diagnosed(port, SSL_CERT_FILE=write(tmp_path / "root.pem", ROOT.pem), CURL_CA_BUNDLE="/no/such.pem")
    (finding,) = report.filter(code="trust-variable-broken")
    assert not finding.blocks
    assert set(finding.evidence["clients"]) == {"curl", "requests", "pip"}


def test_a_directory_without_hashed_names_is_the_cause(port: int, tmp_path: Path) -> None:
    folder = write(tmp_path / "store" / "root.pem", ROOT.pem).parent
    cause = assert_cause(diagnosed(port, SSL_CERT_DIR=folder), "trust-directory-unhashed", "issuer-untrusted")
    assert cause.confidence is tlsdiag.Confidence.PROVEN


def test_a_directory_that_the_caller_names_needs_hashed_names_too(port: int, tmp_path: Path) -> None:
    folder = write(tmp_path / "store" / "root.pem", ROOT.pem).parent
    assert_cause(diagnosed(port, "--trust", str(folder)), "trust-directory-unhashed")
    subprocess.run(["openssl", "rehash", str(folder)], check=True, capture_output=True)
    assert diagnosed(port, "--trust", str(folder)).verdict is tlsdiag.Verdict.HEALTHY


def test_an_unhashed_directory_explains_the_broken_file_beside_it(port: int, tmp_path: Path) -> None:
    folder = write(tmp_path / "store" / "root.pem", ROOT.pem).parent
    report = diagnosed(port, SSL_CERT_DIR=folder, SSL_CERT_FILE="/no/such.pem")
    assert_cause(report, "trust-directory-unhashed", "trust-variable-broken")


def test_a_hashed_directory_is_a_store(port: int, tmp_path: Path) -> None:
    folder = write(tmp_path / "store" / "root.pem", ROOT.pem).parent
    subprocess.run(["openssl", "rehash", str(folder)], check=True, capture_output=True)
    report = diagnosed(port, SSL_CERT_DIR=folder)
    assert [item for item in report.findings if item.blocks] == []


def test_a_store_of_this_machine_that_would_do_is_the_cure(port: int, tmp_path: Path) -> None:
    report = diagnosed(port, REQUESTS_CA_BUNDLE=write(tmp_path / "root.pem", ROOT.pem))
    cause = assert_cause(report, "trust-stores-disagree", "issuer-untrusted")
    assert cause.evidence["trusted_by"] == ("requests", "pip")


def test_clients_that_would_fail_where_this_one_does_not_are_told(port: int, tmp_path: Path) -> None:
    report = diagnosed(port, SSL_CERT_FILE=write(tmp_path / "root.pem", ROOT.pem), NODE_EXTRA_CA_CERTS=tmp_path / "root.pem")
    (finding,) = report.filter(code="trust-stores-disagree")
    assert finding.severity is tlsdiag.Severity.INFO
    assert "requests" in finding.evidence["clients"]
    assert not {"python", "httpx", "node"} & set(finding.evidence["clients"])


def test_an_unknown_authority_on_a_sound_machine_stays_that(port: int) -> None:
    assert_cause(diagnosed(port), "issuer-untrusted")


def test_a_store_that_everyone_reads_raises_nothing(port: int, tmp_path: Path) -> None:
    bundle = write(tmp_path / "all.pem", Path(BUNDLE).read_bytes() + ROOT.pem)
    names = ("SSL_CERT_FILE", "REQUESTS_CA_BUNDLE", "CURL_CA_BUNDLE", "NODE_EXTRA_CA_CERTS", "GIT_SSL_CAINFO")
    report = diagnosed(port, **dict.fromkeys(names, bundle), JAVA_TOOL_OPTIONS=f"-Djavax.net.ssl.trustStore={key_store(tmp_path)}")
    assert [item.code for item in report.findings] == []
    assert report.verdict is tlsdiag.Verdict.HEALTHY


def key_store(folder: Path) -> Path:
    """A trust store of Java's with the test's root, made by keytool where there is one."""
    keytool = shutil.which("keytool")
    if keytool is None:
        pytest.skip("no keytool here")
    path, pem = folder / "trust.p12", write(folder / "one.pem", ROOT.pem)
    command = [keytool, "-importcert", "-noprompt", "-alias", "root", "-file", str(pem), "-keystore", str(path), "-storepass", "changeit"]
    subprocess.run(command, check=True, capture_output=True)
    return path


def unshared(script: str) -> tuple[str, ...]:
    """A mount namespace of its own, in which `script` runs before the command."""
    return ("unshare", "--mount", "sh", "-c", f'{script} && exec "$@"', "sh")


def can_unshare() -> bool:
    if shutil.which("unshare") is None:
        return False
    done = subprocess.run([*unshared("mount -t tmpfs none /mnt"), "true"], capture_output=True, check=False)
    return done.returncode == 0


in_a_namespace = pytest.mark.skipif(not can_unshare(), reason="no mount namespaces here")


@in_a_namespace
def test_a_machine_without_authorities_is_the_cause(port: int) -> None:
    report = diagnosed(port, before=unshared("mount -t tmpfs none /etc/ssl/certs"))
    cause = assert_cause(report, "trust-store-empty", "issuer-untrusted")
    assert "/usr/lib/ssl" in cause.detail


@in_a_namespace
def test_a_store_of_old_authorities_is_the_cause(port: int, tmp_path: Path) -> None:
    """certifi is given a newer bundle with the test's root; the system keeps its own, of which the newest authorities are taken out."""
    import certifi

    old = tmp_path / "old.pem"
    blocks = re.findall(rb"-----BEGIN CERTIFICATE-----.*?-----END CERTIFICATE-----\n", Path(BUNDLE).read_bytes(), re.DOTALL)
    old.write_bytes(b"".join(blocks[:60]))
    new = write(tmp_path / "new.pem", Path(certifi.where()).read_bytes() + ROOT.pem)
    script = f"mount --bind {new} {certifi.where()} && mount -t tmpfs none /etc/ssl/certs && cp {old} {BUNDLE}"
    assert_cause(diagnosed(port, before=unshared(script)), "trust-store-stale", "issuer-untrusted")


def policy(folder: Path, *settings: str) -> Path:
    """OpenSSL's configuration with system-wide settings."""
    lines = ["openssl_conf = main", "[main]", "ssl_conf = ssl", "[ssl]", "system_default = everyone", "[everyone]", *settings]
    return write(folder / "openssl.cnf", "\n".join(lines).encode())


def test_a_maximum_of_the_machine_is_why_there_is_no_common_version(tmp_path: Path, serve: Serve) -> None:
    server = serve("nginx", chain_pem=ISSUED.chain_pem, key_pem=ISSUED.key_pem, versions=("TLSv1.3",))
    report = diagnosed(server.port, "--trust", str(write(tmp_path / "ca.pem", ROOT.pem)), OPENSSL_CONF=policy(tmp_path, "MaxProtocol = TLSv1.2"))
    cause = assert_cause(report, "client-policy-forbids", "no-common-version")
    assert cause.evidence["settings"] == ("MaxProtocol = TLSv1.2",)


def test_the_groups_of_the_machine_are_why_the_server_refuses(tmp_path: Path, serve: Serve) -> None:
    server = serve("nginx", chain_pem=ISSUED.chain_pem, key_pem=ISSUED.key_pem, versions=("TLSv1.3",), groups="X25519")
    report = diagnosed(server.port, "--trust", str(write(tmp_path / "ca.pem", ROOT.pem)), OPENSSL_CONF=policy(tmp_path, "Groups = P-521"))
    cause = assert_cause(report, "client-policy-forbids", "fatal-alert")
    assert "Groups = P-521" in cause.detail


def test_a_policy_that_the_server_meets_raises_nothing(tmp_path: Path, port: int) -> None:
    report = diagnosed(port, "--trust", str(write(tmp_path / "ca.pem", ROOT.pem)), OPENSSL_CONF=policy(tmp_path, "MaxProtocol = TLSv1.2"))
    assert report.verdict is tlsdiag.Verdict.HEALTHY
    library = report.observations.get(LocalLibrary)
    assert library is not None
    assert (library.chosen_by, library.setting("maxprotocol"), library.maximum_version) == ("OPENSSL_CONF", "TLSv1.2", "TLSv1.2")


def test_a_security_level_of_three_refuses_a_sound_key(serve: Serve) -> None:
    issued = ROOT.issue(NAME, key="rsa")
    server = serve("nginx", chain_pem=issued.chain_pem, key_pem=issued.key_pem)
    context = ssl.create_default_context(cadata=ROOT.pem.decode())
    context.set_ciphers("DEFAULT:@SECLEVEL=3")
    cause = assert_cause(diagnose(server.port, client=context), "client-policy-forbids")
    assert "security level 3" in cause.detail and "RSA 2048" in cause.detail


def diagnose(port: int, **options: Any) -> Report:
    return tlsdiag.diagnose(NAME, port=port, addresses=["127.0.0.1"], **options)


def test_a_context_without_authorities_is_the_cause(port: int) -> None:
    cause = assert_cause(diagnose(port, client=ssl.SSLContext(ssl.PROTOCOL_TLS_CLIENT)), "context-without-roots", "issuer-untrusted")
    assert "no certificate is loaded" in cause.detail


def test_a_context_for_servers_is_the_cause(port: int) -> None:
    assert_cause(diagnose(port, client=ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)), "context-server-side")


def test_a_context_that_leaves_nothing_to_offer_is_the_cause(port: int) -> None:
    context = ssl.create_default_context(cadata=ROOT.pem.decode())
    context.minimum_version = ssl.TLSVersion.TLSv1_3
    context.maximum_version = ssl.TLSVersion.TLSv1_2
    cause = assert_cause(diagnose(port, client=context), "context-offers-nothing")
    assert "TLSv1.3 to TLSv1.2" in cause.detail


def test_a_context_that_compares_no_names_is_told(port: int) -> None:
    context = ssl.create_default_context(cadata=ROOT.pem.decode())
    context.check_hostname = False
    assert [item.code for item in diagnose(port, client=context).findings] == ["name-check-off"]


def test_a_context_of_the_callers_own_with_its_authority_raises_nothing(port: int) -> None:
    report = diagnose(port, client=ssl.create_default_context(cadata=ROOT.pem.decode()))
    assert report.verdict is tlsdiag.Verdict.HEALTHY
    assert report.findings == ()


def test_the_sources_are_in_the_report(port: int, tmp_path: Path) -> None:
    report = diagnosed(port, SSL_CERT_FILE=write(tmp_path / "root.pem", ROOT.pem))
    sources = report.observations.get(TrustSources)
    assert sources is not None
    python = sources.user("python")
    assert python is not None and python.places[0] == str(tmp_path / "root.pem")
    place = sources.place(python.places[0])
    assert place is not None and (place.certificates, place.problem) == (1, "")




def test_a_damaged_file_that_the_caller_names_is_the_cause(port: int, tmp_path: Path) -> None:
    report = diagnosed(port, "--trust", str(write(tmp_path / "ca.pem", ROOT.pem + damaged(ROOT.pem))))
    cause = assert_cause(report, "trust-store-unreadable", "client-misconfigured")
    assert "block 2" in cause.detail


def test_a_store_that_the_caller_names_wrongly_is_held_against_the_others(port: int, tmp_path: Path) -> None:
    report = diagnosed(port, "--trust", "certifi", SSL_CERT_FILE=write(tmp_path / "root.pem", ROOT.pem))
    cause = assert_cause(report, "trust-stores-disagree", "issuer-untrusted")
    assert set(cause.evidence["trusted_by"]) >= {"python", "httpx"}


def test_a_private_authority_without_key_identifiers_is_told_before_python_313_comes(serve: Serve, tmp_path: Path) -> None:
    root = Authority.root("Old Root CA", number=320)
    bare = rewritten(root.issued.certificate, root.issued.private_key, without=x509.KeyUsage)
    issued = root.issue(NAME)
    leaf = rewritten(issued.certificate, root.issued.private_key, without=x509.AuthorityKeyIdentifier)
    server = serve("nginx", chain_pem=leaf.public_bytes(Encoding.PEM), key_pem=issued.key_pem)
    report = diagnose(server.port, trust=bare.public_bytes(Encoding.PEM))
    if sys.version_info >= (3, 13):
        assert_cause(report, "certificate-breaks-profile")
        return
    assert [item.code for item in report.findings] == ["strict-clients-refuse"]
    assert report.findings[0].severity is tlsdiag.Severity.LOW
    assert "verify code 85" in report.findings[0].detail and "verify code 92" in report.findings[0].detail


def rewritten(certificate: x509.Certificate, key: Any, *, without: type[x509.ExtensionType]) -> x509.Certificate:
    """The same certificate without one of its extensions."""
    builder = x509.CertificateBuilder(
        certificate.issuer,
        certificate.subject,
        certificate.public_key(),
        x509.random_serial_number(),
        certificate.not_valid_before_utc,
        certificate.not_valid_after_utc,
    )
    for extension in certificate.extensions:
        if not isinstance(extension.value, without):
            builder = builder.add_extension(extension.value, extension.critical)
    return builder.sign(key, hashes.SHA256())
