"""The fixture `serve` itself: every kind starts, shows what it was given, and ends without a trace."""

from __future__ import annotations

import datetime
import os
import socket
import ssl
from collections.abc import Callable

import pytest
from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.x509.oid import NameOID
from servers import KINDS, RunningServer
from servers import serve as start_server

SECURE = ("nginx", "apache", "haproxy", "lighttpd", "caddy", "openssl", "gnutls", "stunnel", "node", "java")
SECURE += ("tlslite", "postfix", "dovecot", "vsftpd", "slapd", "prosody")
GREETINGS = {"sshd": b"SSH-2.0-", "postfix": b"220 ", "dovecot": b"* OK", "vsftpd": b"220 "}
PROXIES = {"squid": "http", "tinyproxy": "http", "privoxy": "http", "apache-proxy": "http", "danted": "socks5", "microsocks": "socks5"}

Serve = Callable[..., RunningServer]


@pytest.fixture(scope="module")
def pair() -> tuple[bytes, bytes]:
    """A self-signed certificate for localhost and its key, both in PEM."""
    key = ec.generate_private_key(ec.SECP256R1())
    name = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, "localhost")])
    now = datetime.datetime.now(datetime.UTC)
    certificate = (
        x509.CertificateBuilder(name, name, key.public_key(), x509.random_serial_number())
        .not_valid_before(now - datetime.timedelta(days=1))
        .not_valid_after(now + datetime.timedelta(days=30))
        .add_extension(x509.SubjectAlternativeName([x509.DNSName("localhost")]), critical=False)
        .sign(key, hashes.SHA256())
    )
    return (
        certificate.public_bytes(serialization.Encoding.PEM),
        key.private_bytes(
            serialization.Encoding.PEM, serialization.PrivateFormat.PKCS8, serialization.NoEncryption()
        ),
    )


def served_certificate(server: RunningServer, highest: ssl.TLSVersion) -> tuple[bytes | None, str | None]:
    """What Python's client is shown, and the version it agrees on."""
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_CLIENT)
    context.check_hostname, context.verify_mode = False, ssl.CERT_NONE
    context.maximum_version = highest
    with (
        socket.create_connection((server.host, server.port), 10) as plain,
        context.wrap_socket(plain, server_hostname="localhost") as secure,
    ):
        return secure.getpeercert(binary_form=True), secure.version()


@pytest.mark.parametrize("kind", SECURE)
def test_a_secure_server_shows_its_certificate(kind: str, serve: Serve, pair: tuple[bytes, bytes]) -> None:
    server = serve(kind, chain_pem=pair[0], key_pem=pair[1])
    der = ssl.PEM_cert_to_DER_cert(pair[0].decode("ascii"))
    assert served_certificate(server, ssl.TLSVersion.TLSv1_2) == (der, "TLSv1.2")
    assert served_certificate(server, ssl.TLSVersion.TLSv1_3) == (der, "TLSv1.3")


@pytest.mark.parametrize("kind", GREETINGS)
def test_a_plain_server_greets(kind: str, serve: Serve) -> None:
    server = serve(kind, tls="none")
    with socket.create_connection((server.host, server.port), 10) as plain:
        assert plain.recv(100).startswith(GREETINGS[kind])


@pytest.mark.parametrize("kind", ["postgresql", "mariadb"])
def test_a_database_listens(kind: str, serve: Serve, pair: tuple[bytes, bytes]) -> None:
    server = serve(kind, chain_pem=pair[0], key_pem=pair[1], tls="starttls")
    socket.create_connection((server.host, server.port), 10).close()


@pytest.mark.parametrize("kind", PROXIES)
def test_a_proxy_answers_in_its_protocol(kind: str, serve: Serve) -> None:
    server = serve(kind, tls="none")
    request, answer = (b"CONNECT 127.0.0.1:1 HTTP/1.0\r\n\r\n", b"HTTP/1.") if PROXIES[kind] == "http" else (b"\x05\x01\x00", b"\x05\x00")
    with socket.create_connection((server.host, server.port), 10) as plain:
        plain.sendall(request)
        assert plain.recv(100).startswith(answer)


def test_every_kind_is_tried_here() -> None:
    assert set(KINDS) == {*SECURE, *GREETINGS, *PROXIES, "postgresql", "mariadb"}


def test_a_stopped_server_leaves_nothing_behind(serve: Serve) -> None:
    server = serve("nginx", tls="none")
    directory, pid = server.directory, server.pid
    server.stop()
    assert not directory.exists()
    with pytest.raises(ProcessLookupError):
        os.kill(pid, 0)


def test_an_option_that_a_program_cannot_obey_is_refused() -> None:
    with pytest.raises(ValueError, match="does not understand the option alpn"):
        start_server("sshd", tls="none", alpn=("h2",))


def test_a_gap_in_the_versions_is_refused_where_only_a_range_can_be_given(pair: tuple[bytes, bytes]) -> None:
    with pytest.raises(ValueError, match="cannot leave a gap"):
        start_server("haproxy", chain_pem=pair[0], key_pem=pair[1], versions=("TLSv1.1", "TLSv1.3"))
