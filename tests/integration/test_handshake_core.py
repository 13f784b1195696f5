"""Our own core against real servers on sockets: every generation to the peer's Finished, and one application record each way."""

from __future__ import annotations

import asyncio
import os
import subprocess
from collections.abc import Callable
from typing import Any

import pytest
from servers import RunningServer

from tlsdiag.conversation import drive
from tlsdiag.failure import Failure
from tlsdiag.handshake import ClientCredential, ClientHandshake, HandshakeResult, Offer
from tlsdiag.handshake.events import ApplicationData
from tlsdiag.iana import CipherSuite, NamedGroup, ProtocolVersion
from tlsdiag.network import Connection, Deadline, SocketDialer
from tlsdiag.target import Endpoint
from tlsdiag.testing import Authority, Issued

Serve = Callable[..., RunningServer]
V = ProtocolVersion
NAME = "server.example"
ROOT = Authority.root(number=300)
SUITES = {
    "RSA": ("rsa", 0x002F), "RSA-AES256": ("rsa", 0x0035), "RSA-3DES": ("rsa", 0x000A), "RSA-RC4": ("rsa", 0x0005), "DHE": ("rsa", 0x0033),
    "ECDHE-RSA": ("rsa", 0xC013), "ECDHE-ECDSA": ("ecdsa", 0xC009),
}  # fmt: skip


def issued(key: str) -> Issued:
    return ROOT.issue(NAME, key=key)


def conversed(server: RunningServer, offer: Offer, credential: ClientCredential | None = None) -> tuple[HandshakeResult, bytes]:
    """Shake hands, ask for a page, and give what became of both."""
    core = ClientHandshake(offer, randomness=os.urandom, client_certificate=credential)

    async def work() -> bytes:
        deadline = Deadline.after(10)
        connection = await SocketDialer().dial(Endpoint(address=server.host, port=server.port), deadline=deadline)
        assert not isinstance(connection, Failure), connection
        try:
            failure = await drive(core, connection, deadline)
            assert core.result.completed, (failure, core.result.problem_detail, core.result.alert_received)
            return await asked(core, connection, deadline)
        finally:
            await connection.close()

    answer = asyncio.run(work())
    return core.result, answer


async def asked(core: ClientHandshake, connection: Connection, deadline: Deadline) -> bytes:
    """The first line that answers a request; old servers send its first byte in a record of its own."""
    await connection.send(core.send_application_data(b"GET / HTTP/1.0\r\n\r\n"), deadline=deadline)
    answer = b""
    while b"\n" not in answer and not isinstance(received := await connection.receive(deadline=deadline), Failure):
        answer += b"".join(event.data for event in core.receive(received) if isinstance(event, ApplicationData))
    return answer


def serving(serve: Serve, kind: str, key: str, **options: Any) -> RunningServer:
    certificate = issued(key)
    return serve(kind, chain_pem=certificate.chain_pem, key_pem=certificate.key_pem, **options)


@pytest.mark.parametrize("suite", SUITES)
@pytest.mark.parametrize("version", [V.SSL3, V.TLS1_0, V.TLS1_1, V.TLS1_2])
def test_tlslite_completes_in_every_old_version(version: ProtocolVersion, suite: str, serve: Serve) -> None:
    key, code = SUITES[suite]
    if version == V.SSL3 and suite.startswith("ECDHE"):
        key, code = "rsa", 0x0039  # SSL 3.0 has no extensions to agree on a curve with
    server = serving(serve, "tlslite", key, versions=("SSLv3", "TLSv1", "TLSv1.1", "TLSv1.2"))
    result, answer = conversed(server, Offer.for_version(version, NAME).with_(cipher_suites=(CipherSuite(code),)))
    assert (result.version, result.cipher_suite, result.deviations) == (version, code, ())
    assert answer.startswith(b"HTTP/1.0 200")


@pytest.mark.parametrize("group", ["secp384r1", "secp521r1", "x448"])
@pytest.mark.parametrize("kind", ["openssl", "gnutls", "java", "node"])
def test_a_retry_completes(kind: str, group: str, serve: Serve) -> None:
    """Java sends a cookie with its HelloRetryRequest."""
    server = serving(serve, kind, "ecdsa", versions=("TLSv1.3",))
    offer = Offer.broad(NAME).with_(versions=(V.TLS1_3,), groups=(NamedGroup.by_name(group),), key_share_groups=())
    result, answer = conversed(server, offer)
    assert (result.hello_retry, result.group, result.deviations) == (True, NamedGroup.by_name(group), ())
    assert answer.startswith(b"HTTP/1.")


@pytest.mark.parametrize("code", [0x1304, 0x1305])
def test_ccm_completes_in_tls_1_3(code: int, serve: Serve) -> None:
    server = serving(serve, "openssl", "rsa", versions=("TLSv1.3",), extra=("-ciphersuites", "TLS_AES_128_CCM_SHA256:TLS_AES_128_CCM_8_SHA256"))
    result, answer = conversed(server, Offer.broad(NAME).with_(cipher_suites=(CipherSuite(code),)))
    assert (result.cipher_suite, result.deviations) == (code, ())
    assert answer.startswith(b"HTTP/1.0 200")


@pytest.mark.parametrize("suite", [0x0033, 0x0067, 0x009E, 0xCCAA, 0xC09E, 0xC0A2])
def test_a_finite_field_completes_in_tls_1_2(suite: int, serve: Serve) -> None:
    parameters = subprocess.run(["openssl", "dhparam", "-dsaparam", "2048"], capture_output=True, check=True).stdout
    server = serving(serve, "openssl", "rsa", versions=("TLSv1.2",), ciphers="ALL", security_level=0, dh_pem=parameters)
    result, answer = conversed(server, Offer.for_version(V.TLS1_2, NAME).with_(cipher_suites=(CipherSuite(suite),)))
    assert (result.cipher_suite, result.dh_bits, result.deviations) == (suite, 2048, ())
    assert answer.startswith(b"HTTP/1.0 200")


@pytest.mark.parametrize("kind", ["openssl", "gnutls", "nginx", "apache", "haproxy", "java", "node"])
@pytest.mark.parametrize("key", ["rsa", "ecdsa", "ed25519"])
@pytest.mark.parametrize("version", [V.TLS1_2, V.TLS1_3])
def test_a_client_certificate_is_taken(version: ProtocolVersion, key: str, kind: str, serve: Serve) -> None:
    server = serving(serve, kind, "ecdsa", client_ca_pem=ROOT.pem)
    mine = ROOT.issue("me.example", key=key, usages=("client",), number=9)
    credential = ClientCredential.from_pem(mine.chain_pem, mine.key_pem)
    result, answer = conversed(server, Offer.broad(NAME).with_(versions=(version,)), credential)
    assert result.certificate_request is not None
    assert result.late_alert is None
    assert answer[:5] == b"HTTP/"


@pytest.mark.parametrize("version", [V.TLS1_2, V.TLS1_3])
def test_a_certificate_whose_key_fits_none_of_the_servers_schemes_is_kept_back(version: ProtocolVersion, serve: Serve) -> None:
    extra = ("ssl_conf_command ClientSignatureAlgorithms RSA-PSS+SHA256:RSA+SHA256;",)
    server = serving(serve, "nginx", "rsa", client_ca_pem=ROOT.pem, extra=extra)
    mine = ROOT.issue("me.example", usages=("client",), number=9)
    credential = ClientCredential.from_pem(mine.chain_pem, mine.key_pem)
    result, answer = conversed(server, Offer.broad(NAME).with_(versions=(version,)), credential)
    assert result.certificate_request is not None and not result.certificate_request.answered
    assert answer.startswith(b"HTTP/1.1 400")
