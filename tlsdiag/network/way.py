"""The way from TCP to where TLS begins: through a proxy, then over a STARTTLS dialogue. A row of legs, walked in order.

A `Leg` speaks its own words on a connection that is open and hands it on. It returns what it read too much, for the next to read, or another connection
where it went over to one (TLS to a proxy), or the failure with its own phase; it never raises and never judges. The recording of a connection that came
through begins where the legs ended, so that whoever reads TLS finds nothing else in it.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Protocol

from ..failure import Failure, Phase
from ..target import Target
from .connection import Connection
from .deadline import Deadline
from .proxy import proxy_leg
from .recording import Chunk, Direction, Recording
from .starttls import starttls_leg


class Leg(Protocol):
    """One stretch of the way; `phase` is the phase of its failures."""

    @property
    def phase(self) -> Phase: ...

    async def walk(self, connection: Connection, *, deadline: Deadline) -> bytes | Failure | Connection:
        """Go it: the bytes that were read beyond its end (mostly none), or why it ended early.

        A leg beyond which bytes go in another form (TLS to a proxy, TDS) gives a connection of its own, which is handed on as it is.
        """


def way_of(target: Target) -> tuple[Leg, ...]:
    """The legs that lead to a target, in the order in which they are gone."""
    legs = (proxy_leg(target), starttls_leg(target))
    return tuple(leg for leg in legs if leg is not None)


async def walk(connection: Connection, legs: Sequence[Leg], *, deadline: Deadline) -> Connection | Failure:
    """Lead an open connection over the legs; it is closed where one of them fails, or where nobody waits any longer."""
    for leg in legs:
        try:
            found = await leg.walk(connection, deadline=deadline)
        except BaseException:
            await connection.close()
            raise
        if isinstance(found, Failure):
            await connection.close()
            return found
        connection = Onward(connection, found) if isinstance(found, bytes) else found
    return connection


class Onward:
    """A connection from where a leg has ended: what the leg read too much is read first, and recorded as received here."""

    def __init__(self, connection: Connection, unread: bytes = b"") -> None:
        self._connection = connection
        self._unread = unread
        chunks = connection.recording.chunks
        self._skipped = len(chunks)
        at = chunks[-1].at if chunks else 0.0
        self._left_over = (Chunk(direction=Direction.RECEIVED, data=unread, at=at),) if unread else ()

    @property
    def recording(self) -> Recording:
        """Every byte since the leg ended."""
        whole = self._connection.recording
        return Recording(chunks=(*self._left_over, *whole.chunks[self._skipped :]), omitted=whole.omitted)

    async def send(self, data: bytes, *, deadline: Deadline) -> Failure | None:
        """Send all of `data`."""
        return await self._connection.send(data, deadline=deadline)

    async def receive(self, *, deadline: Deadline, size: int = 65536) -> bytes | Failure:
        """What is left of the leg, then what comes."""
        if self._unread:
            data, self._unread = self._unread[:size], self._unread[size:]
            return data
        return await self._connection.receive(deadline=deadline, size=size)

    async def close(self) -> None:
        """End it, quietly and at once."""
        await self._connection.close()
