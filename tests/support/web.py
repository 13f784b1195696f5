"""A web server on loopback that says what a test gives it, byte for byte, and remembers what it was asked: for what is fetched for a certificate."""

from __future__ import annotations

import contextlib
import socket
import ssl
import threading
import time
from collections.abc import Callable, Iterator, Mapping

import attrs

Page = bytes | Callable[[socket.socket], None]


@attrs.define
class Web:
    """A running server; `requests` holds what came, in order."""

    port: int
    pages: dict[str, Page]
    scheme: str = "http"
    requests: list[bytes] = attrs.field(factory=list)

    def url(self, path: str = "/", host: str = "127.0.0.1") -> str:
        """The URL of a page."""
        return f"{self.scheme}://{host}:{self.port}{path}"

    @property
    def asked(self) -> list[str]:
        """The paths that were asked for."""
        return [request.split(b" ")[1].decode("latin-1") for request in self.requests]


def answer(body: bytes = b"", status: str = "200 OK", **headers: str) -> bytes:
    """An answer with its length; a header is given as content_type="text/html"."""
    fields = {"Content-Length": str(len(body)), **{name.replace("_", "-").title(): value for name, value in headers.items()}}
    head = "".join(f"{name}: {value}\r\n" for name, value in fields.items())
    return f"HTTP/1.1 {status}\r\n{head}\r\n".encode("latin-1") + body


def redirect(onward: str, status: str = "302 Found") -> bytes:
    """A redirect."""
    return answer(b"", status, location=onward)


def drips(seconds: float = 0.05) -> Page:
    """A body that comes byte by byte, for longer than anybody waits."""

    def page(sock: socket.socket) -> None:
        sock.sendall(b"HTTP/1.1 200 OK\r\nContent-Length: 5000\r\n\r\n")
        with contextlib.suppress(OSError):
            for _ in range(400):
                sock.sendall(b"0")
                time.sleep(seconds)

    return page


def is_silent(sock: socket.socket) -> None:
    """No answer until the client goes."""
    sock.settimeout(20)
    with contextlib.suppress(OSError):
        while sock.recv(1024):
            pass


def is_endless(sock: socket.socket) -> None:
    """A body without end or length."""
    sock.sendall(b"HTTP/1.0 200 OK\r\n\r\n")
    with contextlib.suppress(OSError):
        for _ in range(1000):
            sock.sendall(b"x" * 65536)


@contextlib.contextmanager
def web(pages: Mapping[str, Page], *, tls: ssl.SSLContext | None = None, address: str = "127.0.0.1") -> Iterator[Web]:
    """Serve these pages, each connection on a thread of its own; every other path is 404."""
    family = socket.AF_INET6 if ":" in address else socket.AF_INET
    with socket.create_server((address, 0), family=family, backlog=32) as listener:
        found = Web(listener.getsockname()[1], dict(pages), "https" if tls else "http")
        threading.Thread(target=_accept, args=(listener, found, tls), daemon=True).start()
        yield found


def _accept(listener: socket.socket, found: Web, tls: ssl.SSLContext | None) -> None:
    while True:
        try:
            sock, _ = listener.accept()
        except OSError:
            return  # the test has ended
        threading.Thread(target=_serve, args=(sock, found, tls), daemon=True).start()


def _serve(sock: socket.socket, found: Web, tls: ssl.SSLContext | None) -> None:
    with contextlib.suppress(OSError), contextlib.ExitStack() as stack:
        stack.enter_context(sock)
        sock.settimeout(20)
        if tls is not None:
            sock = stack.enter_context(tls.wrap_socket(sock, server_side=True))
        request = _request(sock)
        if not request:
            return
        found.requests.append(request)
        page = found.pages.get(request.split(b" ")[1].decode("latin-1"), answer(b"nothing here", "404 Not Found"))
        if isinstance(page, bytes):
            sock.sendall(page)
        else:
            page(sock)


def _request(sock: socket.socket) -> bytes:
    """The head, and as much of a body as it announces."""
    data = b""
    while b"\r\n\r\n" not in data:
        piece = sock.recv(65536)
        if not piece:
            return data
        data += piece
    head, _, body = data.partition(b"\r\n\r\n")
    lengths = [line.split(b":")[1] for line in head.split(b"\r\n") if line.lower().startswith(b"content-length:")]
    wanted = int(lengths[0]) if lengths else 0
    while len(body) < wanted:
        piece = sock.recv(65536)
        if not piece:
            break
        body += piece
    return head + b"\r\n\r\n" + body
