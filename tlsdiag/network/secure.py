"""TLS to a proxy that is itself reached over TLS (`https://` in its URL), or to fetch from: a connection inside a connection, through `ssl.MemoryBIO`.

The proxy's certificate is verified as the client would: with the authorities of the target's trust store or of the caller's context, and for the
proxy's own name. What it records is what goes inside.
"""

from __future__ import annotations

import os
import ssl
import time
from pathlib import Path

import attrs

from ..failure import Blame, Failure, FailureKind, Phase
from ..target import Target
from .connection import Connection
from .deadline import Deadline
from .recording import Direction, Recorder, Recording

_LIMIT = 4 * 1024 * 1024
"""Bytes that are kept and accepted, as of a plain connection."""


@attrs.frozen(kw_only=True)
class Insecure:
    """TLS to the proxy was not to be had. `verify_message` is OpenSSL's, where the certificate is the reason; `evidence` the first bytes that came."""

    failure: Failure
    verify_message: str = ""
    evidence: bytes = b""


def proxy_context(target: Target) -> ssl.SSLContext:
    """A context for the proxy: it trusts what the target's client trusts, and carries none of its protocols or certificates. OSError, ValueError."""
    if target.client is not None:
        context = ssl.create_default_context(cadata=b"".join(target.client.get_ca_certs(binary_form=True)) or None)
        context.check_hostname = target.client.check_hostname
        context.verify_mode = target.client.verify_mode
        return context
    trust = target.trust
    if trust == "certifi":
        import certifi

        return ssl.create_default_context(cafile=certifi.where())
    if isinstance(trust, (str, Path)) and trust != "system":
        where = os.fspath(trust)
        return ssl.create_default_context(capath=where) if os.path.isdir(where) else ssl.create_default_context(cafile=where)
    if isinstance(trust, bytes):
        return ssl.create_default_context(cadata=trust.decode("ascii") if b"-----BEGIN" in trust else trust)
    return ssl.create_default_context()


def unverified_context() -> ssl.SSLContext:
    """A context that takes any certificate: to learn what a port speaks, never to send a secret."""
    context = ssl.create_default_context()
    context.check_hostname = False
    context.verify_mode = ssl.CERT_NONE
    return context


async def secured(connection: Connection, context: ssl.SSLContext, name: str, *, deadline: Deadline) -> SecureConnection | Insecure:
    """Shake hands."""
    found = SecureConnection(connection, context.wrap_bio(incoming := ssl.MemoryBIO(), outgoing := ssl.MemoryBIO(), server_hostname=name), incoming, outgoing)
    problem = await found.shake(deadline)
    return found if problem is None else problem


class SecureConnection:
    """A `Connection` inside TLS."""

    def __init__(self, connection: Connection, tls: ssl.SSLObject, incoming: ssl.MemoryBIO, outgoing: ssl.MemoryBIO) -> None:
        self._connection, self._tls, self._incoming, self._outgoing = connection, tls, incoming, outgoing
        self._recorder = Recorder(limit=_LIMIT)
        self._began = time.monotonic()

    @property
    def recording(self) -> Recording:
        """Every byte inside."""
        return self._recorder.snapshot()

    async def shake(self, deadline: Deadline) -> Insecure | None:
        """Complete the handshake, or say why not."""
        while True:
            try:
                self._tls.do_handshake()
            except ssl.SSLWantReadError:
                failure = await self._flush(deadline) or await self._feed(deadline)
                if failure is not None:
                    return Insecure(failure=failure, evidence=self._connection.recording.received[:512])
            except ssl.SSLError as exc:
                await self._flush(deadline)
                return self._insecure(exc)
            else:
                failure = await self._flush(deadline)
                return None if failure is None else Insecure(failure=failure)

    def _insecure(self, exc: ssl.SSLError) -> Insecure:
        message = exc.verify_message or "" if isinstance(exc, ssl.SSLCertVerificationError) else ""
        failure = _failure(FailureKind.PROTOCOL, message or exc.reason or str(exc))
        return Insecure(failure=failure, verify_message=message, evidence=self._connection.recording.received[:512])

    async def send(self, data: bytes, *, deadline: Deadline) -> Failure | None:
        """Send all of `data`."""
        try:
            view = memoryview(data)
            while view:
                view = view[self._tls.write(view) :]
        except ssl.SSLError as exc:
            return _failure(FailureKind.RESET, f"the TLS session broke: {exc.reason or exc}")
        self._recorder.add(Direction.SENT, data, time.monotonic() - self._began)
        return await self._flush(deadline)

    async def receive(self, *, deadline: Deadline, size: int = 65536) -> bytes | Failure:
        """Some bytes from inside; CLOSED at the end."""
        while True:
            try:
                data = self._tls.read(size)
            except ssl.SSLWantReadError:
                failure = await self._flush(deadline) or await self._feed(deadline)
                if failure is not None:
                    return failure
                continue
            except ssl.SSLZeroReturnError:
                data = b""
            except ssl.SSLError as exc:
                return _failure(FailureKind.RESET, f"the TLS session broke: {exc.reason or exc}")
            if not data:
                return _failure(FailureKind.CLOSED, "the peer closed the connection")
            self._recorder.add(Direction.RECEIVED, data, time.monotonic() - self._began)
            return data

    async def close(self) -> None:
        """End it, quietly and at once."""
        await self._connection.close()

    async def _flush(self, deadline: Deadline) -> Failure | None:
        data = self._outgoing.read()
        return await self._connection.send(data, deadline=deadline) if data else None

    async def _feed(self, deadline: Deadline) -> Failure | None:
        received = await self._connection.receive(deadline=deadline)
        if isinstance(received, Failure):
            return received
        self._incoming.write(received)
        return None


def _failure(kind: FailureKind, detail: str) -> Failure:
    return Failure(kind=kind, phase=Phase.HANDSHAKE, blame=Blame.SERVER, detail=detail)
