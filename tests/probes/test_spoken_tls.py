"""A port for TLS that answers HTTP in the clear with "this is for HTTPS" does not speak plain HTTP, whatever became of the hello."""

from __future__ import annotations

import socket
import struct

import pytest

import tlsdiag
from tlsdiag.demo.servers import listening

LIMITS = tlsdiag.Limits(handshake_timeout=1)
NGINX = b"HTTP/1.1 400 Bad Request\r\n\r\n<center>The plain HTTP request was sent to HTTPS port</center>"
APACHE = b"HTTP/1.1 400 Bad Request\r\n\r\nReason: You're speaking plain HTTP to an SSL-enabled server port.<br />"
GO = b"HTTP/1.0 400 Bad Request\r\n\r\nClient sent an HTTP request to an HTTPS server.\n"
TOMCAT = b"HTTP/1.1 400 \r\n\r\nBad Request\r\nThis combination of host and port requires TLS.\r\n"
PLAIN = b"HTTP/1.1 400 Bad Request\r\nServer: sample\r\n\r\n"


def filtered(answer: bytes, other: bytes = PLAIN):  # type: ignore[no-untyped-def]
    """Reset what begins as TLS, answer GET with one thing, and other words with another."""

    def converse(connection: socket.socket) -> None:
        first = connection.recv(4096)
        if first[:1] == b"\x16":
            connection.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))
            return
        connection.sendall(answer if first.startswith(b"GET") else other)

    return converse


@pytest.mark.parametrize("answer", [NGINX, APACHE, GO, TOMCAT], ids=["nginx", "apache", "go", "tomcat"])
def test_a_port_that_asks_for_tls_is_not_called_plain(answer: bytes) -> None:
    with listening(filtered(answer)) as server:
        report = tlsdiag.diagnose("127.0.0.1", port=server.port, limits=LIMITS)
    assert [item.code for item in report.causes] == ["reset-after-hello"], report


def test_a_port_that_answers_a_plain_request_is_called_plain() -> None:
    with listening(filtered(PLAIN)) as server:
        report = tlsdiag.diagnose("127.0.0.1", port=server.port, limits=LIMITS)
    assert [item.code for item in report.causes] == ["speaks-plain-http"], report
