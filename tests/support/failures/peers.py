"""Scripted peers and middleboxes: what no real server does when it is asked to."""

from __future__ import annotations

import contextlib
import socket
import struct
import threading
from collections.abc import Callable

from tlsdiag.demo.servers import Conversation

from .case import Bench, Build, Setting
from .making import ROOT, met


class Last(bytes):
    """What is passed on before the connection is ended."""


Change = Callable[[bytes, int], bytes | None]
"""Takes what one side sent and how much went before; gives what is passed on: `Last` to end it after that, None to end it at once."""


def alert(code: int, level: int = 2) -> bytes:
    """An alert record (RFC 8446 section 6)."""
    return bytes([21, 3, 3, 0, 2, level, code])


def answers(data: bytes) -> Conversation:
    """Read the hello, answer, and wait for the client to go."""

    def converse(connection: socket.socket) -> None:
        if connection.recv(16384):
            connection.sendall(data)
            connection.shutdown(socket.SHUT_WR)
            connection.recv(16384)

    return converse


def resets_at_once(connection: socket.socket) -> None:
    """Reset without a word read."""
    _reset(connection)


def closes_at_once(connection: socket.socket) -> None:
    """Close without a word read; what came is read first, or the kernel would reset."""
    connection.shutdown(socket.SHUT_WR)
    with contextlib.suppress(OSError):
        connection.recv(65536)


def _reset(connection: socket.socket) -> None:
    connection.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))


def box(server: Build, *, outward: Change | None = None, inward: Change | None = None, ending: str = "reset") -> Build:
    """A middlebox before a server: `outward` changes what the client sends, `inward` what the server sends; `ending` is how it ends a connection: "reset" or "close"."""

    def build(bench: Bench) -> Setting:
        setting = server(bench)
        behind = ("127.0.0.1", int(setting.options["port"]))
        port = bench.peer(lambda connection: _relay(connection, behind, outward, inward, ending))
        return Setting(setting.host, {**setting.options, "port": port})

    return build


def _relay(client: socket.socket, behind: tuple[str, int], outward: Change | None, inward: Change | None, ending: str) -> None:
    with socket.create_connection(behind, 5) as server:
        ended = threading.Event()
        there = threading.Thread(target=_pump, args=(client, server, outward, ended), daemon=True)
        there.start()
        _pump(server, client, inward, ended)
        if not ended.is_set():
            return
        if ending == "reset":
            _reset(client)
        else:
            client.shutdown(socket.SHUT_WR)
            with contextlib.suppress(OSError):
                client.recv(65536)


def _pump(source: socket.socket, sink: socket.socket, change: Change | None, ended: threading.Event) -> None:
    before = 0
    with contextlib.suppress(OSError):
        while not ended.is_set() and (data := source.recv(65536)):
            passed = data if change is None else change(data, before)
            before += len(data)
            if passed is None or isinstance(passed, Last):
                sink.sendall(passed or b"")
                ended.set()
                for end in (source, sink):
                    with contextlib.suppress(OSError):
                        end.shutdown(socket.SHUT_RD)
                return
            sink.sendall(passed)
        if not ended.is_set():
            sink.shutdown(socket.SHUT_WR)


def only_first(count: int) -> Change:
    """Pass on so many bytes, and end it there."""
    return lambda data, before: data if before + len(data) < count else Last(data[: count - before])


def flipped(at: int) -> Change:
    """One bit is changed on the way."""

    def change(data: bytes, before: int) -> bytes:
        if before <= at < before + len(data):
            where = at - before
            return data[:where] + bytes([data[where] ^ 1]) + data[where + 1 :]
        return data

    return change


def exchanged(old: bytes, new: bytes) -> Change:
    """Bytes are exchanged for others of the same length."""
    return lambda data, before: data.replace(old, new)


def stops_at(wanted: Callable[[bytes], bool]) -> Change:
    """End it when the first data are such."""
    return lambda data, before: None if before == 0 and wanted(data) else data


def with_a_wrong_length(data: bytes, before: int) -> bytes:
    """The block of extensions in a hello says that it is a byte longer than it is."""
    if before or (at := _extensions_at(data)) is None:
        return data
    length = int.from_bytes(data[at : at + 2], "big") + 1
    return data[:at] + length.to_bytes(2, "big") + data[at + 2 :]


def without_key_share(data: bytes, before: int) -> bytes:
    """The extension key_share (51) in a hello gets a type that nobody knows."""
    at = None if before else _extensions_at(data)
    while at is not None and at + 6 <= len(data):
        start = at + 2
        if data[start : start + 2] == b"\0\x33":
            return data[:start] + b"\xff\x33" + data[start + 2 :]
        at = start + 2 + int.from_bytes(data[start + 2 : start + 4], "big")
    return data


def _extensions_at(data: bytes) -> int | None:
    """Where the length of the extensions of a hello is (RFC 8446 section 4.1.2): after version, random, session, suites and compression."""
    if data[:1] != b"\x16" or data[5:6] != b"\x01":
        return None
    at = 5 + 4 + 2 + 32
    at += 1 + data[at]
    at += 2 + int.from_bytes(data[at : at + 2], "big")
    return at + 1 + data[at]


def in_turn(*made: Build) -> Build:
    """A balancer that sends each connection to the next server behind it."""

    def build(bench: Bench) -> Setting:
        settings = [one(bench) for one in made]
        ports = [int(setting.options["port"]) for setting in settings]
        lock, count = threading.Lock(), [0]

        def converse(connection: socket.socket) -> None:
            with lock:
                port = ports[count[0] % len(ports)]
                count[0] += 1
            _relay(connection, ("127.0.0.1", port), None, None, "close")

        return Setting(settings[0].host, {**settings[0].options, "port": bench.peer(converse)})

    return build


def behind_proxy(converse: Conversation, host: str = "server.example") -> Build:
    """A proxy that is spoken to with CONNECT."""
    return lambda bench: Setting(host, {"port": 443, "proxy": f"http://127.0.0.1:{bench.peer(converse)}", "trust": ROOT.pem})


def with_a_spoilt_binder(server: Build) -> Build:
    """A middlebox that changes the last byte of a hello that ends with a PSK binder: the server finds that it does not verify (RFC 8446 section 4.2.11.2)."""
    return box(server, outward=lambda data, before: data[:-1] + bytes([data[-1] ^ 1]) if before == 0 and _ends_with_a_binder(data) else data)


def _ends_with_a_binder(hello: bytes) -> bool:
    """Whether the last extension is pre_shared_key (41): its length leads to the end of the hello."""
    return any(
        hello[at : at + 2] == b"\0\x29" and at + 4 + int.from_bytes(hello[at + 2 : at + 4], "big") == len(hello) for at in range(len(hello) - 4)
    )


def without_session_context(version: str) -> Build:
    """OpenSSL as a server that asks for client certificates, lets everybody in without, and has not set the context of its sessions."""

    def build(bench: Bench) -> Setting:
        from OpenSSL import SSL

        issued = ROOT.issue("server.example")
        context = SSL.Context(SSL.TLS_SERVER_METHOD)
        context.use_certificate(issued.certificate)
        context.use_privatekey(issued.private_key)
        context.set_verify(SSL.VERIFY_PEER, lambda *_: True)
        context.set_max_proto_version({"TLSv1.2": SSL.TLS1_2_VERSION, "TLSv1.3": SSL.TLS1_3_VERSION}[version])

        def converse(connection: socket.socket) -> None:
            connection.setblocking(True)
            tls = SSL.Connection(context, connection)
            tls.set_accept_state()
            with contextlib.suppress(SSL.Error):
                tls.do_handshake()
                tls.recv(4096)
                tls.send(b"HTTP/1.1 204 No Content\r\n\r\n")

        return met(converse, depth="full")(bench)

    return build
