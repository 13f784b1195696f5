"""Conversations over a connection: a handshake driven to its end, and what is said after it.

The seam between our sans-IO core and the network. Nothing raises for the network: a failure is returned.
"""

from __future__ import annotations

import asyncio
from typing import TYPE_CHECKING

from .failure import Blame, Failure, FailureKind, Phase
from .starttls import protocol_named
from .target import Target

if TYPE_CHECKING:
    from .handshake import ClientHandshake
    from .network import Connection, Deadline

_BETWEEN_PIECES = 0.005
LATE = 1.5
"""Seconds to wait for a server that refuses a client after the handshake: in TLS 1.3 it learns of a missing certificate only then."""
_REQUEST = "GET / HTTP/1.1\r\nHost: {}\r\nConnection: close\r\nAccept: */*\r\n\r\n"


async def drive(core: ClientHandshake, connection: Connection, deadline: Deadline, *, pieces: int | None = None) -> Failure | None:
    """Pass bytes between a handshake and a connection until it is done; the failure of the network, if any. `pieces` cuts the first flight."""
    to_send = core.start()
    send_failure: Failure | None = None
    if pieces is not None:
        send_failure, to_send = await _send_in_pieces(connection, to_send, pieces, deadline), b""
    while True:
        if to_send and send_failure is None:
            send_failure = await connection.send(to_send, deadline=deadline)
        if core.done:
            return _unless_answered(core, send_failure)
        received = await connection.receive(deadline=deadline)
        if isinstance(received, Failure):
            if received.kind is FailureKind.CLOSED:
                core.receive_eof()
            return send_failure or received
        core.receive(received)
        to_send = core.data_to_send()


async def _send_in_pieces(connection: Connection, data: bytes, size: int, deadline: Deadline) -> Failure | None:
    """Send so many bytes at a time, with a pause, so that each piece goes in a segment of its own (Nagle's algorithm is off)."""
    for at in range(0, len(data), size):
        if at:
            await asyncio.sleep(_BETWEEN_PIECES)
        if (failure := await connection.send(data[at : at + size], deadline=deadline)) is not None:
            return failure
    return None


async def afterwards(
    core: ClientHandshake, connection: Connection, deadline: Deadline, target: Target
) -> tuple[Failure | None, bytes]:
    """Whether the server lets us in without a certificate: the end of the connection, or its answer to what a client says first (an HTTP request, an EHLO).

    After STARTTLS many a protocol begins with a login: then nothing is said, and what the server does of itself is all there is to learn.
    """
    word = _first_word(target)
    if word and core.result.version is not None and core.result.version >= 0x0304:
        received = await connection.receive(deadline=deadline.sooner(LATE / 3))
        if isinstance(received, bytes):
            core.receive(received)
        elif received.kind is not FailureKind.TIMED_OUT:
            return received, b""
        if core.result.late_alert is not None or core.result.close_notify:
            return _ended(core, b""), b""
    if word and (failure := await connection.send(core.send_application_data(word), deadline=deadline)) is not None:
        return failure, b""
    if target.starttls is None:
        return await _answer(core, connection, deadline, enough=4096)
    return await _answer(core, connection, deadline.sooner(LATE / 3), enough=1)


def _first_word(target: Target) -> bytes:
    protocol = None if target.starttls is None else protocol_named(target.starttls)
    if protocol is not None:
        return protocol.first_word
    return _REQUEST.format(target.server_name or target.host).encode("ascii", "replace")


async def say(
    core: ClientHandshake, connection: Connection, deadline: Deadline, request: bytes, until: bytes = b""
) -> tuple[Failure | None, bytes]:
    """Send a request over a completed handshake: the first of the answer (no further than `until`), or how the connection ended without one."""
    if (failure := await connection.send(core.send_application_data(request), deadline=deadline)) is not None:
        return failure, b""
    return await _answer(core, connection, deadline, enough=4096, until=until)


async def _answer(
    core: ClientHandshake, connection: Connection, deadline: Deadline, *, enough: int, until: bytes = b""
) -> tuple[Failure | None, bytes]:
    """What the server says, up to `enough` bytes or as far as `until`, and how the connection ended when it did."""
    from .handshake.events import ApplicationData

    answer = b""
    while len(answer) < enough and not _has_ended(core):
        if until and until in answer:
            break
        received = await connection.receive(deadline=deadline)
        if isinstance(received, Failure):
            silent = received.kind is FailureKind.TIMED_OUT or answer
            return (None if silent else received), answer
        answer += b"".join(event.data for event in core.receive(received) if isinstance(event, ApplicationData))
    return _ended(core, answer), answer[:4096]


def _has_ended(core: ClientHandshake) -> bool:
    """Whether nothing more is to be waited for: an alert, the end, or a demand for a certificate that we do not answer."""
    result = core.result
    return result.late_alert is not None or result.close_notify or result.late_certificate_request is not None or result.renegotiation_asked


def _ended(core: ClientHandshake, answer: bytes) -> Failure | None:
    """A server that says close_notify and nothing else has turned us away."""
    if answer or core.result.late_alert is not None or not core.result.close_notify:
        return None
    return Failure(kind=FailureKind.CLOSED, phase=Phase.DATA, blame=Blame.SERVER, detail="the server ended the session with close_notify")


def _unless_answered(core: ClientHandshake, failure: Failure | None) -> Failure | None:
    """A write that failed does not matter once the peer has said why (an alert), or all has been read."""
    return None if core.result.completed or core.result.alert_received else failure
