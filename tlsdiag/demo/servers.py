"""Broken servers for the demo, inside this process: each listens on a loopback port in a thread of its own and ends with its context."""

from __future__ import annotations

import contextlib
import os
import socket
import ssl
import struct
import tempfile
import threading
from collections.abc import Callable, Iterator

import attrs

Conversation = Callable[[socket.socket], None]
_PATIENCE = 30.0
"""Seconds that a connection may take: a demo server must not keep threads for ever."""


@attrs.frozen(kw_only=True)
class DemoServer:
    """A server that listens: its port on 127.0.0.1."""

    port: int


@contextlib.contextmanager
def listening(converse: Conversation) -> Iterator[DemoServer]:
    """Serve every connection with `converse`, until the context ends."""
    with socket.create_server(("127.0.0.1", 0), backlog=64) as listener:
        stop = threading.Event()
        thread = threading.Thread(target=_accept, args=(listener, converse, stop), name="tlsdiag-demo", daemon=True)
        thread.start()
        try:
            yield DemoServer(port=listener.getsockname()[1])
        finally:
            stop.set()
            with contextlib.suppress(OSError):
                socket.create_connection(listener.getsockname(), 1).close()
            thread.join(2)


def _accept(listener: socket.socket, converse: Conversation, stop: threading.Event) -> None:
    while not stop.is_set():
        try:
            connection, _ = listener.accept()
        except OSError:
            return
        threading.Thread(target=_serve, args=(connection, converse), name="tlsdiag-demo-connection", daemon=True).start()


def _serve(connection: socket.socket, converse: Conversation) -> None:
    connection.settimeout(_PATIENCE)
    with connection, contextlib.suppress(OSError, ValueError):
        converse(connection)


def tls(chain_pem: bytes, key_pem: bytes, configure: Callable[[ssl.SSLContext], None] | None = None) -> Conversation:
    """A TLS server with a chain, answering each request with a short page."""
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    with tempfile.TemporaryDirectory() as folder:
        path = os.path.join(folder, "server.pem")
        with open(path, "wb") as file:
            file.write(key_pem + chain_pem)
        context.load_cert_chain(path)
    if configure is not None:
        configure(context)

    def converse(connection: socket.socket) -> None:
        with context.wrap_socket(connection, server_side=True) as secure:
            if secure.recv(4096):
                secure.sendall(b"HTTP/1.0 200 OK\r\nContent-Length: 3\r\n\r\nok\n")

    return converse


def says(greeting: bytes = b"", answer: bytes = b"") -> Conversation:
    """A plain server: a greeting at once, an answer to whatever comes."""

    def converse(connection: socket.socket) -> None:
        if greeting:
            connection.sendall(greeting)
        if connection.recv(4096) and answer:
            connection.sendall(answer)
            connection.shutdown(socket.SHUT_WR)
            connection.recv(4096)

    return converse


def resets(connection: socket.socket) -> None:
    """Read the hello and reset."""
    connection.recv(4096)
    connection.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))


def closes(connection: socket.socket) -> None:
    """Read the hello and close in good order."""
    connection.recv(65536)


def is_silent(connection: socket.socket) -> None:
    """Read, and never write."""
    while connection.recv(4096):
        pass
