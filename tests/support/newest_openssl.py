"""The newest OpenSSL as a server in memory: the one that is linked into cryptography's wheels, through pyOpenSSL. It has what the system's lacks (ML-KEM)."""

from __future__ import annotations

import os

from OpenSSL import SSL
from OpenSSL._util import lib  # the groups of a context have no public name in pyOpenSSL

from tlsdiag.handshake import ClientHandshake, Offer
from tlsdiag.handshake.events import ApplicationData
from tlsdiag.testing import Issued


class NewestMeeting:
    """Our client and that server, passing bytes until neither has more to say."""

    def __init__(self, issued: Issued, offer: Offer, *, groups: str | None = None, suites: str | None = None) -> None:
        context = SSL.Context(SSL.TLS_SERVER_METHOD)
        context.use_certificate(issued.certificate)
        context.use_privatekey(issued.private_key)
        if groups is not None:
            assert lib.SSL_CTX_set1_curves_list(context._context, groups.encode()) == 1, f"this OpenSSL has no {groups}"
        if suites is not None:
            context.set_tls13_ciphersuites(suites.encode())
        self.server = SSL.Connection(context, None)
        self.server.set_accept_state()
        self.client = ClientHandshake(offer, randomness=os.urandom)

    def run(self) -> NewestMeeting:
        """Shake hands."""
        self.server.bio_write(self.client.start())
        for _ in range(6):
            try:
                self.server.do_handshake()
            except SSL.WantReadError:
                pass
            if not self._deliver():
                break
        return self

    def _deliver(self) -> bytes:
        """Pass on what the server has said, and the client's answer; the application data in it."""
        try:
            said = self.server.bio_read(1 << 16)
        except SSL.WantReadError:
            return b""
        events = self.client.receive(said)
        answer = self.client.data_to_send()
        if answer:
            self.server.bio_write(answer)
        return b"".join(event.data for event in events if isinstance(event, ApplicationData)) or said

    def echo(self, data: bytes = b"hello") -> bytes:
        """One application record each way."""
        self.server.bio_write(self.client.send_application_data(data))
        self.server.send(self.server.recv(4096)[::-1])
        return self._deliver()
