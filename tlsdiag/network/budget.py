"""Budgets: how many connections an endpoint must bear, in all and at once."""

from __future__ import annotations

import asyncio

import attrs

from ..depth import Limits
from ..failure import Blame, Failure, FailureKind, Phase
from ..target import Endpoint
from .connection import Connection, Dialer
from .deadline import Deadline
from .recording import Recording


@attrs.define
class _Account:
    room: asyncio.Semaphore
    used: int = 0


class BudgetedDialer:
    """A dialer that keeps to the limits of each endpoint. `total` counts the connections of all."""

    def __init__(self, dialer: Dialer, limits: Limits) -> None:
        self._dialer = dialer
        self._limits = limits
        self._accounts: dict[Endpoint, _Account] = {}

    @property
    def beneath(self) -> Dialer:
        """The dialer without budgets: for what burdens no endpoint."""
        return self._dialer

    @property
    def total(self) -> int:
        """Connections dialled so far."""
        return sum(account.used for account in self._accounts.values())

    async def dial(
        self, endpoint: Endpoint, *, deadline: Deadline, max_segment: int | None = None
    ) -> Connection | Failure:
        """Connect when there is room; BUDGET_SPENT when the endpoint has had its share."""
        account = self._accounts.setdefault(endpoint, _Account(asyncio.Semaphore(self._limits.parallel)))
        if account.used >= self._limits.connections:
            detail = f"{account.used} connections to {endpoint} are enough"
            return Failure(kind=FailureKind.BUDGET_SPENT, phase=Phase.CONNECT, blame=Blame.NOBODY, detail=detail)
        account.used += 1
        asked = deadline.clock()
        await account.room.acquire()
        # waiting for room is our own doing: it does not count against the peer
        allowed = Deadline(deadline.at + deadline.clock() - asked, deadline.clock)
        try:
            found = await self._dialer.dial(endpoint, deadline=allowed, max_segment=max_segment)
        except BaseException:
            account.room.release()
            raise
        if isinstance(found, Failure):
            account.room.release()
            return found
        return _Counted(found, account.room)


class _Counted:
    """A connection that gives its place back when it closes."""

    def __init__(self, connection: Connection, room: asyncio.Semaphore) -> None:
        self._connection = connection
        self._room: asyncio.Semaphore | None = room

    @property
    def recording(self) -> Recording:
        return self._connection.recording

    async def send(self, data: bytes, *, deadline: Deadline) -> Failure | None:
        return await self._connection.send(data, deadline=deadline)

    async def receive(self, *, deadline: Deadline, size: int = 65536) -> bytes | Failure:
        return await self._connection.receive(deadline=deadline, size=size)

    async def close(self) -> None:
        if self._room is not None:
            self._room.release()
            self._room = None
        await self._connection.close()
