"""ClientOutcome: the client's own handshake. Its `ssl.SSLContext` is driven over our transport through `ssl.MemoryBIO`, so that its real
ClientHello, its real exception and the bytes of both directions are known.

The context is the caller's, as it is, or what `ssl.create_default_context()` gives, with the target's trust store and client certificate.
"""

from __future__ import annotations

import asyncio
import ssl
from typing import Any

import attrs

from ..handshake import Offer
from ..iana import AlertDescription, ContentType
from ..network import Connection, Deadline, Recording
from ..plugin import AlertSeen, ClientOutcome, ClientSettings, Cost, Failure, FailureKind, OfferSeen, Probe, Scene, Target
from ..wire import Alert, ClientHello, DecodeError, NotTLS, RecordReader
from .client_context import default_context, settings_of
from .common import broad_offer, first_message, offer_seen
from .handshake import credential_of
from .own_certificate import sent_certificates

KEPT = 64 * 1024
"""Bytes of each direction that go into the report."""
_LATE = 0.5
_PATIENCE = 0.3
"""Seconds to wait for our own handshake while the client's connection is open: a server that serves one connection at a time waits for its end."""


class ClientProbe(Probe):
    """The handshake of the client under diagnosis."""

    name = "client"
    provides = ClientOutcome
    cost = Cost(connections=1)

    async def run(self, scene: Scene) -> ClientOutcome:
        """Dial, and let the client's own library shake hands."""
        target = scene.target
        context, problem = (target.client, "") if target.client is not None else default_context(target, scene.environment)
        if context is None:
            context = ssl.SSLContext(ssl.PROTOCOL_TLS_CLIENT)  # the default one may be what cannot be made
        settings = attrs.evolve(settings_of(context, is_default=target.client is None), problem=problem)
        if problem:
            return ClientOutcome(
                completed=False, settings=settings, error_type="ssl.SSLError", error_text=problem
            )
        connection = await scene.connect()
        if isinstance(connection, Failure):
            return _not_connected(settings, connection)
        try:
            return await _Attempt(scene, context, settings, connection).run()
        finally:
            await connection.close()


def _not_connected(settings: ClientSettings, failure: Failure) -> ClientOutcome:
    kinds = {FailureKind.REFUSED: "ConnectionRefusedError", FailureKind.TIMED_OUT: "TimeoutError"}
    return ClientOutcome(
        completed=False,
        settings=settings,
        failure=failure,
        error_type=kinds.get(failure.kind, "OSError"),
        error_text=failure.detail,
    )


class _Attempt:
    """One handshake through a pair of memory buffers."""

    def __init__(self, scene: Scene, context: ssl.SSLContext, settings: ClientSettings, connection: Connection) -> None:
        self._scene, self._context, self._settings, self._connection = scene, context, settings, connection
        self._incoming, self._outgoing = ssl.MemoryBIO(), ssl.MemoryBIO()
        self._deadline: Deadline = Deadline.after(scene.limits.handshake_timeout)
        self._failure: Failure | None = None

    async def run(self) -> ClientOutcome:
        began = self._scene.clock()
        error: BaseException | None = None
        found: dict[str, Any] = {}
        name = _hostname(self._scene.target)
        try:
            if self._context.check_hostname and not name:
                raise ValueError("check_hostname requires server_hostname")  # as wrap_socket says; wrap_bio would check nothing
            tls = self._context.wrap_bio(self._incoming, self._outgoing, server_hostname=name)
            error = await self._shake(tls)
            if error is None:
                found = await self._finished(tls)
        except (ValueError, ssl.SSLError, OSError) as exc:
            error = exc  # the context does not even begin, such as check_hostname without a name
        elapsed = round(self._scene.clock() - began, 4)
        base = dict(settings=self._settings, failure=self._failure, elapsed=elapsed, **_bytes(self._connection.recording))
        if error is not None:
            return ClientOutcome(completed=False, **{**base, **_error(error), **_alert(error, base)})
        return ClientOutcome(completed=True, **base, **found)

    async def _shake(self, tls: ssl.SSLObject) -> BaseException | None:
        """None when the handshake is complete; the client's exception when it is not."""
        while True:
            error: BaseException | None = None
            try:
                tls.do_handshake()
            except ssl.SSLWantReadError as exc:
                error = exc
            except (ssl.SSLError, OSError) as exc:
                await self._flush()
                return exc
            await self._flush()
            if error is None:
                return None
            lost = await self._feed(self._deadline)
            if lost is not None:
                return lost

    async def _flush(self) -> None:
        data = self._outgoing.read()
        if data:
            failure = await self._connection.send(data, deadline=self._deadline)
            self._failure = self._failure or failure

    async def _feed(self, deadline: Deadline) -> BaseException | None:
        """Read once; the exception that a socket would have raised, when there is nothing to read."""
        received = await self._connection.receive(deadline=deadline)
        if isinstance(received, bytes):
            self._incoming.write(received)
            return None
        if received.kind is FailureKind.CLOSED and not self._incoming.eof:
            self._failure = self._failure or received
            self._incoming.write_eof()
            return None
        self._failure = self._failure or received
        return _as_exception(received)

    async def _finished(self, tls: ssl.SSLObject) -> dict[str, Any]:
        cipher = tls.cipher()
        found: dict[str, Any] = {
            "version": tls.version(),
            "cipher": cipher[0] if cipher else None,
            "alpn": tls.selected_alpn_protocol(),
        }
        if tls.version() == "TLSv1.3" and await self._was_asked():
            found |= await self._late(tls)
        return found

    async def _was_asked(self) -> bool:
        """Whether the server asks for a client certificate: our own handshake saw that; True where it has not come so far, as a server may ask."""
        credential = credential_of(self._scene)
        ours = asyncio.ensure_future(self._scene.handshake(broad_offer(self._scene.target), credential=credential))
        done, _ = await asyncio.wait({ours}, timeout=_PATIENCE)
        if not done:
            ours.cancel()
            return True
        return ours.result().result.certificate_request is not None

    async def _late(self, tls: ssl.SSLObject) -> dict[str, Any]:
        """What comes after the handshake: in TLS 1.3 a server refuses a client's certificate only then."""
        received = await self._connection.receive(deadline=self._deadline.sooner(_LATE))
        if isinstance(received, Failure):
            return {"late_failure": None if received.kind is FailureKind.TIMED_OUT else received}
        self._incoming.write(received)
        try:
            tls.read(1)
        except ssl.SSLWantReadError:
            return {}
        except ssl.SSLError as exc:
            return {"late_alert": _alert(exc, {}).get("alert_received"), "error_text": str(exc), "reason": exc.reason}
        return {}


def _hostname(target: Target) -> str | None:
    """What a client passes as `server_hostname`: the SNI, and the address for an address."""
    return target.server_name or (target.host if target.is_address else None)


def _as_exception(failure: Failure) -> BaseException:
    kinds: dict[FailureKind, type[OSError]] = {FailureKind.RESET: ConnectionResetError, FailureKind.TIMED_OUT: TimeoutError}
    return kinds.get(failure.kind, OSError)(failure.detail)


def _bytes(recording: Recording) -> dict[str, Any]:
    sent, received = recording.sent, recording.received
    hello = first_message(sent)
    return {
        "client_hello": hello,
        "offer": _offer(hello),
        "sent": sent[:KEPT],
        "received": received[:KEPT],
        "non_tls": _non_tls(received),
        "client_certificates": sent_certificates(sent),
    }


def _offer(hello: bytes) -> OfferSeen | None:
    try:
        return offer_seen(Offer.from_client_hello(ClientHello.decode(hello[4:])))
    except DecodeError:
        return None


def _non_tls(received: bytes) -> bytes | None:
    try:
        for _ in RecordReader().feed(received):
            return None
    except NotTLS as exc:
        return exc.data[:512]
    except DecodeError:
        pass  # TLS to begin with; the client says what is wrong with it
    return None


def _error(error: BaseException) -> dict[str, Any]:
    kind = type(error)
    found: dict[str, Any] = {
        "error_type": kind.__name__ if kind.__module__ == "builtins" else f"{kind.__module__}.{kind.__name__}",
        "error_text": str(error),
    }
    if isinstance(error, ssl.SSLError):
        found["reason"] = getattr(error, "reason", None)
    if isinstance(error, ssl.SSLCertVerificationError):
        found["verify_code"] = getattr(error, "verify_code", None)
        found["verify_message"] = getattr(error, "verify_message", "") or ""
    return found


def _alert(error: BaseException, base: dict[str, Any]) -> dict[str, Any]:
    """The alert that the peer sent: from the wire, or, when it was encrypted, from OpenSSL's reason."""
    try:
        for record in RecordReader().feed(base.get("received", b"")):
            if record.content_type == ContentType.ALERT and len(record.fragment) == 2:
                alert = Alert.decode(record.fragment)
                return {"alert_received": AlertSeen(level=alert.level, description=alert.description)}
    except DecodeError:
        pass  # not TLS: there is no alert in it
    reason = getattr(error, "reason", None) or ""
    _, found, name = reason.partition("_ALERT_")
    try:
        code = AlertDescription.by_name(name.lower()) if found else None
    except KeyError:
        code = None
    return {} if code is None else {"alert_received": AlertSeen(level=2, description=code)}
