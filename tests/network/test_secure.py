"""TLS to a proxy as a connection: what goes inside is what is recorded, and each way of ending is a failure of its own."""

from __future__ import annotations

import asyncio
import ssl
import tempfile
from collections.abc import Callable
from pathlib import Path

from tlsdiag.failure import Failure, FailureKind
from tlsdiag.network import Deadline
from tlsdiag.network.secure import Insecure, SecureConnection, proxy_context, secured, unverified_context
from tlsdiag.target import Endpoint, Target
from tlsdiag.testing import Authority, ScriptedDialer

ROOT = Authority.root(number=630)
PAIR = ROOT.issue("proxy.example")
PLACE = Endpoint(address="192.0.2.8", port=443)
SOON = 2


class Peer:
    """A TLS server in memory: echoes in capitals; "bye" ends it in good order, "junk" sends what is no record."""

    def __init__(self) -> None:
        context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
        with tempfile.TemporaryDirectory() as folder:
            path = Path(folder) / "pair.pem"
            path.write_bytes(PAIR.key_pem + PAIR.chain_pem)
            context.load_cert_chain(path)
        self.incoming, self.outgoing = ssl.MemoryBIO(), ssl.MemoryBIO()
        self.tls = context.wrap_bio(self.incoming, self.outgoing, server_side=True)

    def __call__(self, data: bytes) -> bytes:
        self.incoming.write(data)
        try:
            if not self.tls.version() or self.tls.cipher() is None:
                self.tls.do_handshake()
            heard = self.tls.read(65536)
        except ssl.SSLWantReadError:
            return self.outgoing.read()
        except ssl.SSLError:
            return self.outgoing.read()
        if heard == b"junk":
            return b"\x17\x03\x03\x00\x20" + b"j" * 32
        if heard == b"bye":
            try:
                self.tls.unwrap()
            except ssl.SSLError:
                pass  # the other side has not said goodbye yet
            return self.outgoing.read()
        self.tls.write(heard.upper())
        return self.outgoing.read()


def inside(work: Callable[[SecureConnection], object], *, trust: bytes | str = ROOT.pem, name: str = "proxy.example") -> object:
    """Run `work` on a connection inside TLS; the `Insecure` where there is none."""

    async def run() -> object:
        connection = await ScriptedDialer([Peer()]).dial(PLACE, deadline=Deadline.after(SOON))
        assert not isinstance(connection, Failure)
        found = await secured(connection, proxy_context(Target.parse("a.example", trust=trust)), name, deadline=Deadline.after(SOON))
        return found if isinstance(found, Insecure) else await work(found)  # type: ignore[misc]

    return asyncio.run(run())


async def _said(connection: SecureConnection, words: bytes) -> bytes | Failure:
    assert await connection.send(words, deadline=Deadline.after(SOON)) is None
    return await connection.receive(deadline=Deadline.after(SOON))


def test_what_goes_inside_is_what_is_recorded() -> None:
    async def work(connection: SecureConnection) -> tuple[object, ...]:
        answer = await _said(connection, b"hello")
        await connection.close()
        return answer, connection.recording.sent, connection.recording.received

    assert inside(work) == (b"HELLO", b"hello", b"HELLO")


def test_a_goodbye_is_the_end() -> None:
    found = inside(lambda connection: _said(connection, b"bye"))
    assert isinstance(found, Failure) and found.kind is FailureKind.CLOSED


def test_a_broken_record_is_a_reset() -> None:
    async def work(connection: SecureConnection) -> tuple[object, object]:
        return await _said(connection, b"junk"), await connection.send(b"more", deadline=Deadline.after(SOON))

    first, _ = inside(work)  # type: ignore[misc]
    assert isinstance(first, Failure) and first.kind is FailureKind.RESET and "the TLS session broke" in first.detail


def test_silence_inside_is_a_timeout() -> None:
    async def work(connection: SecureConnection) -> bytes | Failure:
        return await connection.receive(deadline=Deadline.after(SOON))

    found = inside(work)
    assert isinstance(found, Failure) and found.kind is FailureKind.TIMED_OUT


def test_a_certificate_for_another_name_or_of_another_authority_is_refused() -> None:
    async def never(connection: SecureConnection) -> None:
        raise AssertionError("let in")

    for found in (inside(never, name="other.example"), inside(never, trust="certifi")):
        assert isinstance(found, Insecure) and found.verify_message


def test_the_context_for_a_proxy_is_made_of_what_the_client_trusts(tmp_path: Path) -> None:
    file = tmp_path / "ca.pem"
    file.write_bytes(ROOT.pem)
    client = ssl.create_default_context(cadata=ROOT.pem.decode())
    client.check_hostname = False
    for options in ({"trust": str(file)}, {"trust": ROOT.pem}, {"trust": ROOT.issued.der}, {"client": client}):
        context = proxy_context(Target.parse("a.example", **options))  # type: ignore[arg-type]
        assert [item["subject"] for item in context.get_ca_certs()] == [item["subject"] for item in client.get_ca_certs()]
    assert proxy_context(Target.parse("a.example", client=client)).check_hostname is False
    assert proxy_context(Target.parse("a.example", trust=str(tmp_path))).verify_mode is ssl.CERT_REQUIRED
    assert proxy_context(Target.parse("a.example", trust="system")).verify_mode is ssl.CERT_REQUIRED
    assert unverified_context().verify_mode is ssl.CERT_NONE
