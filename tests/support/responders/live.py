"""What serves answers and lists over HTTP on loopback: a server that says by path what a test gives it, and OpenSSL's own responder."""

from __future__ import annotations

import base64
import contextlib
import shutil
import threading
from collections.abc import Iterator, Sequence
from datetime import datetime
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from urllib.parse import unquote

import attrs
import pytest
from servers import RunningServer
from servers.running import Launch, new_directory, start

from tlsdiag.testing import Authority, Issued


@attrs.frozen
class Page:
    """What a path answers, to POST and to GET alike unless `get` says otherwise."""

    body: bytes
    status: int = 200
    get: int | None = None


@attrs.define
class Responder:
    """A running server; `pages` are by path prefix and may change while it runs, `asked` are methods, paths and questions as they came."""

    port: int
    pages: dict[str, Page] = attrs.field(factory=dict)
    asked: list[tuple[str, str, bytes]] = attrs.field(factory=list)

    def url(self, path: str) -> str:
        """The URL of a page."""
        return f"http://127.0.0.1:{self.port}{path}"


@contextlib.contextmanager
def responder(**pages: bytes | Page) -> Iterator[Responder]:
    """Serve these pages: `ocsp=...` at /ocsp and below, `crl=...` at /crl."""

    class Handler(BaseHTTPRequestHandler):
        def do_POST(self) -> None:
            self.reply("POST", self.rfile.read(int(self.headers.get("Content-Length", 0))))

        def do_GET(self) -> None:
            asked = unquote(self.path.partition("/ocsp/")[2])
            self.reply("GET", base64.b64decode(asked))

        def reply(self, method: str, question: bytes) -> None:
            found.asked.append((method, self.path, question))
            page = found.pages.get(self.path.split("/")[1], Page(b"", 404))
            status = page.get if method == "GET" and page.get is not None else page.status
            self.send_response(status)
            self.send_header("Content-Length", str(len(page.body)))
            self.end_headers()
            self.wfile.write(page.body)

        def log_message(self, *_: object) -> None:
            pass

    with ThreadingHTTPServer(("127.0.0.1", 0), Handler) as server:
        found = Responder(server.server_address[1])
        found.pages |= {name: page if isinstance(page, Page) else Page(page) for name, page in pages.items()}
        threading.Thread(target=server.serve_forever, daemon=True).start()
        try:
            yield found
        finally:
            server.shutdown()


def openssl_responder(authority: Authority, signer: Issued, entries: Sequence[tuple[int, datetime | None]], *, port: int) -> RunningServer:
    """`openssl ocsp` over an index with these serial numbers, and when each was revoked; it answers at the root of its port."""
    program = shutil.which("openssl")
    if program is None:
        pytest.skip("needs openssl")
    folder = new_directory("ocsp")
    rows = [
        "\t".join(("R" if gone else "V", "400101000000Z", f"{gone:%y%m%d%H%M%S}Z,keyCompromise" if gone else "", f"{serial:X}", "unknown", f"/CN={serial}"))
        for serial, gone in entries
    ]
    files = {"index.txt": "\n".join((*rows, "")).encode(), "ca.pem": authority.pem, "signer.pem": signer.pem, "signer.key": signer.key_pem}
    for name, content in files.items():
        (folder / name).write_bytes(content)
    words = [program, "ocsp", "-index", "index.txt", "-port", str(port), "-CA", "ca.pem", "-ndays", "3"]
    words += ["-rsigner", "signer.pem", "-rkey", "signer.key"]
    return start("ocsp", Launch(argv=words), folder, port)
