"""A real TLS server in memory: the interpreter's OpenSSL behind two buffers, driven against our own client without a socket."""

from __future__ import annotations

import os
import ssl
import tempfile
from collections.abc import Callable
from typing import Any

from tlsdiag.handshake import ClientHandshake, Offer
from tlsdiag.handshake.events import ApplicationData
from tlsdiag.testing import Issued


def server_context(issued: Issued, *, minimum: ssl.TLSVersion | None = None, ciphers: str = "ALL:@SECLEVEL=0", **settings: Any) -> ssl.SSLContext:
    """A context that serves a certificate in every version that OpenSSL still has."""
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    with tempfile.TemporaryDirectory() as folder:
        path = os.path.join(folder, "server.pem")
        with open(path, "wb") as file:
            file.write(issued.key_pem + issued.chain_pem)
        context.load_cert_chain(path)
    context.set_ciphers(ciphers)
    context.minimum_version = minimum or ssl.TLSVersion.TLSv1_2
    for name, value in settings.items():
        setattr(context, name, value)
    return context


class Meeting:
    """Our client and OpenSSL's server, passing bytes until neither has more to say."""

    def __init__(self, context: ssl.SSLContext, offer: Offer, *, randomness: Callable[[int], bytes] = os.urandom, chunk: int = 1 << 20, **options: Any) -> None:
        self.client = ClientHandshake(offer, randomness=randomness, **options)
        self.incoming, self.outgoing = ssl.MemoryBIO(), ssl.MemoryBIO()
        self.server = context.wrap_bio(self.incoming, self.outgoing, server_side=True)
        self.chunk = chunk
        self.events: list[Any] = []
        self.error: ssl.SSLError | None = None

    def run(self, change: Callable[[bytes], bytes] = lambda data: data) -> Meeting:
        """Shake hands; `change` may spoil what the server says."""
        self.incoming.write(self.client.start())
        for _ in range(10):
            try:
                self.server.do_handshake()
            except ssl.SSLWantReadError:
                pass
            except ssl.SSLError as exc:
                self.error = exc
            if not self.deliver(change):
                break
        return self

    def deliver(self, change: Callable[[bytes], bytes] = lambda data: data) -> bool:
        """Pass on what the server has said, and the client's answer; False when there was nothing."""
        data = change(self.outgoing.read())
        for at in range(0, len(data), self.chunk):
            self.events += self.client.receive(data[at : at + self.chunk])
        self.incoming.write(self.client.data_to_send())
        return bool(data)

    def echo(self, data: bytes = b"hello") -> bytes:
        """One application record each way."""
        self.incoming.write(self.client.send_application_data(data))
        self.server.write(self.server.read(4096)[::-1])
        self.events.clear()
        self.deliver()
        return b"".join(event.data for event in self.events if isinstance(event, ApplicationData))
