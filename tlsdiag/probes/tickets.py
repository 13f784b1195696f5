"""Resumptions: a session of one connection, offered on the next ones. OpenSSL does it, as a client would; certificates are not looked at.

It costs several connections, and seldom finds what keeps anybody out: it belongs to a full diagnosis.
"""

from __future__ import annotations

import ssl
from typing import Any

from ..network import Connection, Deadline
from ..plugin import ClientOutcome, Cost, Depth, Failure, HandshakeOutcome, Probe, Resumptions, Scene, Unavailable, Why

TRIES = 6
_ENOUGH = 3
"""Connections that break with the session, each beside one without it: a machine that fails half the time does so once in 64 times."""
_TICKET = 0.4
"""Seconds to wait for the ticket of TLS 1.3, which comes after the handshake."""


class TicketsProbe(Probe):
    """Gets one session and shows it several times."""

    name = "tickets"
    provides = Resumptions
    needs = (HandshakeOutcome,)
    wants = (ClientOutcome,)
    depth = Depth.FULL
    cost = Cost(connections=2 + TRIES)

    async def run(self, scene: Scene) -> Resumptions | Unavailable:
        """Resume again and again with the same session."""
        ours, client = scene.seen(HandshakeOutcome), scene.seen(ClientOutcome)
        if client is not None and not client.completed and client.verify_code is None:
            return Unavailable(why=Why.NOT_APPLICABLE, detail="the client does not get as far as a session", by=self.name)
        if ours is None or not ours.completed:
            return Unavailable(why=Why.NOT_APPLICABLE, detail="there is no handshake to resume", by=self.name)
        context = _context()
        first = await _connect(scene, context, None)
        session = None if isinstance(first, str) else _resumable(first)
        if isinstance(first, str) or session is None:
            return Unavailable(why=Why.NOT_APPLICABLE, detail="the server gives no session to resume", by=self.name)
        shown = await _show(scene, context, session)
        return Resumptions(version=first.version() or "", by_ticket=session.has_ticket, lifetime=session.ticket_lifetime_hint, **shown)


async def _show(scene: Scene, context: ssl.SSLContext, session: ssl.SSLSession) -> dict[str, Any]:
    """Offer the session again and again; where that breaks the connection, one without it follows each time, to see that it is the session."""
    taken: list[bool] = []
    broken: list[str] = []
    fresh: list[bool] = []
    while len(taken) + len(broken) < TRIES and len(broken) < _ENOUGH:
        tls = await _connect(scene, context, session)
        if isinstance(tls, str):
            broken.append(tls)
            fresh.append(not isinstance(await _connect(scene, context, None), str))
        else:
            taken.append(bool(tls.session_reused))
    return {"taken": tuple(taken), "broken": tuple(broken), "fresh": tuple(fresh)}


def _resumable(tls: ssl.SSLObject) -> ssl.SSLSession | None:
    """The session, where there is something to show: a ticket, or (before TLS 1.3, where it is an echo only) an identifier."""
    session = tls.session
    if session is None or session.has_ticket:
        return session
    return session if session.id and tls.version() != "TLSv1.3" else None


def _context() -> ssl.SSLContext:
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_CLIENT)
    context.check_hostname = False
    context.verify_mode = ssl.CERT_NONE
    return context


async def _connect(scene: Scene, context: ssl.SSLContext, session: ssl.SSLSession | None) -> ssl.SSLObject | str:
    """One handshake; how it ended where it did not complete."""
    connection = await scene.connect()
    if isinstance(connection, Failure):
        return connection.detail
    incoming, outgoing = ssl.MemoryBIO(), ssl.MemoryBIO()
    deadline = Deadline.after(scene.limits.handshake_timeout)
    try:
        tls = context.wrap_bio(incoming, outgoing, server_hostname=scene.target.server_name, session=session)
        if (failure := await _shake(tls, connection, incoming, outgoing, deadline)) is not None:
            return failure.detail
        if session is None and tls.version() == "TLSv1.3":
            await _take_ticket(tls, connection, incoming, deadline.sooner(_TICKET))
        return tls
    except (ssl.SSLError, ValueError) as exc:
        return str(getattr(exc, "reason", None) or exc)
    finally:
        await connection.close()


async def _shake(tls: ssl.SSLObject, connection: Connection, incoming: ssl.MemoryBIO, outgoing: ssl.MemoryBIO, deadline: Deadline) -> Failure | None:
    """Until it is done, or the network fails."""
    while True:
        done = False
        try:
            tls.do_handshake()
            done = True
        except ssl.SSLWantReadError:
            pass  # it waits for the server's flight, which is fed below
        if (data := outgoing.read()) and (failure := await connection.send(data, deadline=deadline)) is not None:
            return failure
        if done:
            return None
        received = await connection.receive(deadline=deadline)
        if isinstance(received, Failure):
            return received
        incoming.write(received)


async def _take_ticket(tls: ssl.SSLObject, connection: Connection, incoming: ssl.MemoryBIO, deadline: Deadline) -> None:
    received = await connection.receive(deadline=deadline)
    if isinstance(received, Failure):
        return
    incoming.write(received)
    try:
        tls.read(1)
    except ssl.SSLWantReadError:
        pass  # the ticket was read, and no data behind it
