"""A box in the middle: a TCP proxy that reads the client's hello and decides what becomes of the connection, as filters and old load balancers do."""

from __future__ import annotations

import contextlib
import socket
import struct
import threading
from collections.abc import Callable, Iterator
from enum import Enum

import attrs

from tlsdiag.demo.servers import listening
from tlsdiag.iana import ContentType
from tlsdiag.wire import ClientHello, DecodeError, HandshakeReader, RecordReader


class Verdict(Enum):
    """What the box does with a connection."""

    PASS = "pass"
    RESET = "reset"
    CLOSE = "close"
    DROP = "drop"


@attrs.frozen(kw_only=True)
class Heard:
    """What the box has read: the hello, its bytes with records, the first read alone, and the number of the hello on this connection."""

    hello: ClientHello
    size: int
    records: int
    first_read: bytes
    number: int = 1


Rule = Callable[[Heard], Verdict]


@contextlib.contextmanager
def middlebox(upstream: int, rule: Rule, *, second: Rule | None = None) -> Iterator[int]:
    """A box before a port on loopback: the port to connect to. `second` judges a second hello on the same connection."""

    def converse(connection: socket.socket) -> None:
        connection.settimeout(8)
        data, heard = _hear(connection)
        if not data or (heard is not None and not _carry_out(connection, rule(heard))):
            return
        with socket.create_connection(("127.0.0.1", upstream), 8) as server:
            server.sendall(data)
            back = threading.Thread(target=_pump, args=(server, connection), daemon=True)
            back.start()
            _forward(connection, server, second)
            back.join(8)

    with listening(converse) as running:
        yield running.port


def _hear(connection: socket.socket) -> tuple[bytes, Heard | None]:
    data = first = connection.recv(65536)
    while data:
        heard = _read(data, first)
        if heard is not None or data[0] != ContentType.HANDSHAKE:
            return data, heard  # what is no TLS passes: the box looks for hellos
        more = connection.recv(65536)
        if not more:
            break
        data += more
    return data, None


def _read(data: bytes, first: bytes) -> Heard | None:
    try:
        records = list(RecordReader().feed(data))
        reader = HandshakeReader()
        for number, record in enumerate(records, 1):
            for message in reader.feed(record.fragment):
                return Heard(hello=ClientHello.decode(message.body), size=len(message.body) + 4, records=number, first_read=first)
    except DecodeError:
        pass  # not a hello: the box waits for one
    return None


def _carry_out(connection: socket.socket, verdict: Verdict) -> bool:
    if verdict is Verdict.RESET:
        connection.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))
    elif verdict is Verdict.DROP:
        with contextlib.suppress(OSError):
            while connection.recv(65536):
                pass
    return verdict is Verdict.PASS


def _forward(connection: socket.socket, server: socket.socket, second: Rule | None) -> None:
    """From the client to the server; the first handshake message after the hello may be a second hello."""
    with contextlib.suppress(OSError):
        while data := connection.recv(65536):
            if second is not None and (again := _second_hello(data)) is not None:
                if not _carry_out(connection, second(again)):
                    connection.close()
                    break
                second = None
            server.sendall(data)
        server.shutdown(socket.SHUT_WR)


def _second_hello(data: bytes) -> Heard | None:
    records = [record for record in RecordReader().feed(data) if record.content_type == ContentType.HANDSHAKE]
    plain = b"".join(record.encode() for record in records)
    heard = _read(plain, plain)
    return None if heard is None else attrs.evolve(heard, number=2)


def _pump(source: socket.socket, sink: socket.socket) -> None:
    with contextlib.suppress(OSError):
        while data := source.recv(65536):
            sink.sendall(data)
        sink.shutdown(socket.SHUT_WR)
