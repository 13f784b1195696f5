"""Hostile servers: a diagnosis ends, within its limits, with a finding, and with no crash inside."""

from __future__ import annotations

import socket
import struct
import time
from collections.abc import Callable

import pytest

import tlsdiag
from tlsdiag.demo.servers import listening
from tlsdiag.iana import ContentType, ProtocolVersion
from tlsdiag.observation import Why
from tlsdiag.testing import Authority
from tlsdiag.wire import Certificate12, HandshakeMessage, ServerHello, encode_records

LIMITS = tlsdiag.Limits(handshake_timeout=0.8, received_bytes=300_000)
LEAF = Authority.root(number=300).issue("server.example")
Converse = Callable[[socket.socket], None]


def message(kind: int, body: bytes) -> bytes:
    from tlsdiag.iana import HandshakeType

    return encode_records(ContentType.HANDSHAKE, ProtocolVersion.TLS1_2, HandshakeMessage(type=HandshakeType(kind), body=body).encode())


def hello() -> bytes:
    from tlsdiag.iana import CipherSuite

    found = ServerHello(legacy_version=ProtocolVersion(0x303), random=b"r" * 32, cipher_suite=CipherSuite(0xC02B), extensions=())
    return message(2, found.encode())


def answering(data: bytes) -> Converse:
    def converse(connection: socket.socket) -> None:
        connection.recv(4096)
        connection.sendall(data)
        connection.recv(4096)

    return converse


def endless(record: bytes) -> Converse:
    def converse(connection: socket.socket) -> None:
        connection.recv(4096)
        while True:
            connection.sendall(record)

    return converse


def slow(data: bytes) -> Converse:
    def converse(connection: socket.socket) -> None:
        connection.recv(4096)
        for byte in data:
            connection.sendall(bytes([byte]))
            time.sleep(0.3)

    return converse


def resets_at_once(connection: socket.socket) -> None:
    connection.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))


MANY = message(11, Certificate12(certificates=(LEAF.der,) * 10_000).encode())
SERVERS: dict[str, tuple[Converse, set[str]]] = {
    "endless empty records": (endless(encode_records(22, 0x303, b"")), {"server-misbehaves", "peer-endless", "lost-midway"}),
    "endless warnings": (endless(encode_records(21, 0x303, b"\x01\x70")), {"server-misbehaves", "peer-endless", "lost-midway", "fatal-alert"}),
    "an endless message": (endless(b"\x16\x03\x03\x40\x00" + b"\x0b\x0f\xff\xff" + bytes(16380)), {"server-misbehaves", "peer-endless"}),
    "a giant record": (answering(b"\x16\x03\x03\xff\xff" + bytes(100)), {"server-misbehaves"}),
    "a giant message": (answering(encode_records(22, 0x303, b"\x02\xff\xff\xff")), {"server-misbehaves"}),
    "ten thousand certificates": (answering(hello() + MANY), {"lost-midway", "peer-endless", "server-misbehaves"}),
    "a byte at a time": (slow(hello() * 3), {"lost-midway", "peer-silent"}),
    "a certificate of zeros": (answering(hello() + message(11, Certificate12(certificates=(bytes(500),)).encode())), {"certificate-malformed", "lost-midway"}),
    "random bytes": (answering(bytes(range(100, 256)) * 3), {"answer-not-tls"}),
    "a reset at once": (resets_at_once, {"reset-before-hello"}),
    "an empty certificate": (answering(hello() + message(11, Certificate12().encode())), {"lost-midway", "server-misbehaves", "server-deviates"}),
}


@pytest.mark.parametrize("name", SERVERS)
def test_a_hostile_server_ends_in_a_finding(name: str) -> None:
    converse, causes = SERVERS[name]
    with listening(converse) as server:
        report = tlsdiag.diagnose("server.example", port=server.port, addresses=["127.0.0.1"], limits=LIMITS, trust=LEAF.pem)
    assert report.root_cause is not None, report
    assert {item.code for item in report.findings} & causes, report
    crashed = [item for item in report.skipped if item.why is Why.CRASHED]
    crashed_probes = [item for _, _, item in report.observations.unavailable if item.why is Why.CRASHED]
    assert crashed == []
    assert crashed_probes == []
    assert tlsdiag.Report.from_json(report.to_json()).to_dict() == report.to_dict()
