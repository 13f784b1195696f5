"""The client's context and the trust store: what the target says counts, and what cannot be read is told."""

from __future__ import annotations

import socket
import ssl
from pathlib import Path
from typing import Any

import pytest
from cryptography import x509

import tlsdiag
from tlsdiag.certificates import StoreError, read_certificate
from tlsdiag.demo.servers import listening, tls
from tlsdiag.plugin import ClientCertificate, ClientOutcome
from tlsdiag.probes.client_context import default_context, settings_of
from tlsdiag.probes.trust import other_stores, pem_of, store_of
from tlsdiag.target import Target
from tlsdiag.testing import Authority

ROOT = Authority.root(number=300)
ISSUED = ROOT.issue("server.example")


def target(**options: Any) -> Target:
    return Target.parse("server.example", **options)


def trusts(tmp_path: Path) -> dict[str, Any]:
    folder = tmp_path / "store"
    folder.mkdir()
    (folder / "ca.pem").write_bytes(ROOT.pem)
    return {
        "a file": str(folder / "ca.pem"),
        "a path": folder / "ca.pem",
        "a directory": str(folder),
        "PEM": ROOT.pem,
        "DER": ROOT.issued.der,
        "a parsed certificate": [ROOT.issued.certificate],
        "one of ours": [read_certificate(ROOT.issued.der)],
        "several": [ROOT.issued.der, ROOT.pem],
    }


@pytest.mark.parametrize("kind", ["a file", "a path", "a directory", "PEM", "DER", "a parsed certificate", "one of ours", "several"])
def test_every_way_to_name_a_store_gives_the_same_anchor(kind: str, tmp_path: Path) -> None:
    trust = trusts(tmp_path)[kind]
    store = store_of(target(trust=trust), {})
    assert store.contains(read_certificate(ROOT.issued.der))
    context, problem = default_context(target(trust=trust))
    assert (problem, context is not None) == ("", True)


def test_certifi_and_the_system_are_stores() -> None:
    for trust in ("certifi", "system", None):
        assert len(store_of(target(trust=trust), {})) > 50
        context, _ = default_context(target(trust=trust))
        assert context is not None


def test_a_clients_own_authorities_count() -> None:
    client = ssl.create_default_context(cadata=ROOT.pem.decode())
    store = store_of(target(client=client), {})
    assert (store.name, store.contains(read_certificate(ROOT.issued.der))) == ("the client's context", True)


def test_a_client_without_listed_authorities_is_judged_by_the_default_paths() -> None:
    client = ssl.SSLContext(ssl.PROTOCOL_TLS_CLIENT)
    assert len(store_of(target(client=client), {})) > 50


def test_what_is_no_certificate_is_refused() -> None:
    with pytest.raises(StoreError):
        pem_of([3])


def test_other_stores_leave_the_chosen_one_out() -> None:
    chosen = store_of(target(trust="certifi"), {})
    assert chosen.name not in {store.name for store in other_stores(chosen, {})}
    assert [store.name for store in other_stores(chosen, {"SSL_CERT_FILE": "/no/such/file"})] == []


def test_settings_of_a_context_are_read() -> None:
    context = ssl.create_default_context()
    context.minimum_version = ssl.TLSVersion.TLSv1_2
    settings = settings_of(context, is_default=True)
    assert (settings.verify_mode, settings.check_hostname, settings.minimum_version) == ("CERT_REQUIRED", True, "TLSv1.2")
    assert settings.ciphers


def test_a_missing_file_is_the_clients_problem() -> None:
    context, problem = default_context(target(trust="/no/such/ca.pem"))
    assert context is None
    assert "No such file" in problem


def test_a_log_of_keys_that_cannot_be_written_is_named(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("SSLKEYLOGFILE", "/no/such/keys.log")
    context, problem = default_context(target(), {"SSLKEYLOGFILE": "/no/such/keys.log"})
    assert context is None
    assert "SSLKEYLOGFILE names /no/such/keys.log, which cannot be written (No such file or directory)" in problem


def test_a_log_of_keys_that_cannot_be_written_is_the_clients_problem_in_the_report(monkeypatch: pytest.MonkeyPatch) -> None:
    made = ROOT.issue("server.example")
    monkeypatch.setenv("SSLKEYLOGFILE", "/no/such/keys.log")
    with listening(tls(made.chain_pem, made.key_pem)) as server:
        report = tlsdiag.diagnose("server.example", port=server.port, addresses=["127.0.0.1"], trust=ROOT.pem, depth="quick")
    assert report.root_cause is not None
    assert report.root_cause.code == "client-misconfigured"
    assert "SSLKEYLOGFILE" in report.root_cause.detail


def test_a_client_certificate_in_memory_is_loaded() -> None:
    mine = ROOT.issue("me", usages=("client",))
    given = ClientCertificate(certificate=mine.chain_pem, key=mine.key_pem)
    context, problem = default_context(target(client_certificate=given, alpn=["h2"]))
    assert (problem, context is not None) == ("", True)


def diagnosed(**options: Any) -> tlsdiag.Report:
    with listening(tls(ISSUED.chain_pem, ISSUED.key_pem)) as server:
        return tlsdiag.diagnose("server.example", port=server.port, addresses=["127.0.0.1"], **options)


def test_an_unreadable_client_certificate_is_the_cause() -> None:
    report = diagnosed(trust=ROOT.pem, client_certificate=("/no/such.pem", "/no/such.key"))
    assert report.root_cause is not None
    assert report.root_cause.code == "client-misconfigured"


def test_an_unreadable_trust_store_is_the_cause() -> None:
    report = diagnosed(trust="/no/such/ca.pem")
    assert report.root_cause is not None
    assert report.root_cause.code == "trust-store-unreadable"


def test_a_context_that_checks_names_cannot_go_without_one() -> None:
    report = diagnosed(client=ssl.create_default_context(cadata=ROOT.pem.decode()), server_name=False)
    assert report.root_cause is not None
    assert report.root_cause.code == "client-misconfigured"


def test_without_a_server_name_the_default_client_gets_through() -> None:
    report = diagnosed(trust=ROOT.pem, server_name=False)
    assert report.verdict is tlsdiag.Verdict.HEALTHY, report


def test_the_clients_own_hello_and_bytes_are_in_the_report() -> None:
    report = diagnosed(trust=ROOT.pem)
    (client,) = report.observations.all(ClientOutcome).values()
    assert client.client_hello[:1] == b"\x01"
    assert client.sent.startswith(b"\x16\x03\x01")
    assert client.received.startswith(b"\x16\x03\x03")
    assert client.offer is not None
    assert client.offer.server_name == "server.example"
    assert (client.version, client.cipher is not None) == ("TLSv1.3", True)


def test_certificates_of_the_cryptography_package_are_taken() -> None:
    assert isinstance(ROOT.issued.certificate, x509.Certificate)
    assert diagnosed(trust=[ROOT.issued.certificate]).verdict is tlsdiag.Verdict.HEALTHY


@pytest.mark.parametrize("highest", [ssl.TLSVersion.TLSv1_2, ssl.TLSVersion.TLSv1_3])
def test_a_server_that_hangs_up_politely_on_a_client_without_certificate_requires_one(highest: ssl.TLSVersion, tmp_path: Path) -> None:
    path = tmp_path / "server.pem"
    path.write_bytes(ISSUED.key_pem + ISSUED.chain_pem)
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.load_cert_chain(path)
    context.load_verify_locations(cadata=ROOT.pem.decode())
    context.verify_mode, context.maximum_version = ssl.CERT_OPTIONAL, highest

    def converse(connection: socket.socket) -> None:
        with context.wrap_socket(connection, server_side=True) as secure:
            if not secure.getpeercert():
                secure.unwrap()  # close_notify, and not a word more

    with listening(converse) as server:
        report = tlsdiag.diagnose("server.example", port=server.port, addresses=["127.0.0.1"], trust=ROOT.pem)
    assert report.root_cause is not None and report.root_cause.code == "client-certificate-required", report


def test_a_client_certificate_that_cannot_be_loaded_is_named(tmp_path: Path) -> None:
    missing = ClientCertificate(certificate=str(tmp_path / "me.pem"), key=str(tmp_path / "me.key"))
    assert str(tmp_path / "me.pem") in default_context(target(client_certificate=missing))[1]


def test_a_certificate_and_a_key_that_are_exchanged_are_told() -> None:
    mine = ROOT.issue("me", usages=("client",))
    exchanged = ClientCertificate(certificate=mine.key_pem, key=mine.chain_pem)
    assert "may be exchanged" in default_context(target(client_certificate=exchanged))[1]
