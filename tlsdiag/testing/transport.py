"""A scripted network: `ScriptedDialer` stands in for sockets, so that a probe or a whole diagnosis is tested without one.

    dialer = ScriptedDialer([[Expect(), Reply(b"HTTP/1.1 400 Bad Request\\r\\n\\r\\n"), Close()]])
    Diagnosis(dialer=dialer)

Each connection takes the next script; the last one is used for all that follow. A script is a sequence of steps, or a function
from what was received so far to the answer.
"""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Sequence
from typing import TYPE_CHECKING

import attrs

from ..failure import Blame, Failure, FailureKind, Phase
from ..target import Endpoint

if TYPE_CHECKING:
    from ..network import Deadline, Recording


@attrs.frozen
class Expect:
    """Wait until at least `count` bytes have come."""

    count: int = 1


@attrs.frozen
class Reply:
    """Send bytes."""

    data: bytes


@attrs.frozen
class Delay:
    """Wait, in seconds; longer than the deadline that is left, the reader times out."""

    seconds: float


@attrs.frozen
class Reset:
    """Reset the connection."""


@attrs.frozen
class Close:
    """Close in good order."""


@attrs.frozen
class Silence:
    """Say nothing more: every read waits out its deadline, at once on the clock of the test."""


@attrs.frozen
class Refuse:
    """Refuse the dial, with this kind of failure; must be the first step."""

    kind: FailureKind = FailureKind.REFUSED


Step = Expect | Reply | Delay | Reset | Close | Silence | Refuse
Peer = Callable[[bytes], bytes]
Script = Sequence[Step] | Peer


class ScriptedDialer:
    """Opens scripted connections; `dialled` lists the endpoints in the order of dialling, `connections` what was said on each."""

    def __init__(self, scripts: Sequence[Script]) -> None:
        if not scripts:
            raise ValueError("a scripted dialer needs at least one script")
        self._scripts = list(scripts)
        self.dialled: list[Endpoint] = []
        self.connections: list[ScriptedConnection] = []

    async def dial(self, endpoint: Endpoint, *, deadline: Deadline, max_segment: int | None = None) -> ScriptedConnection | Failure:
        """Connect, or refuse, as the next script says."""
        script = self._scripts[min(len(self.dialled), len(self._scripts) - 1)]
        self.dialled.append(endpoint)
        if not callable(script) and script and isinstance(script[0], Refuse):
            return Failure(kind=script[0].kind, phase=Phase.CONNECT, blame=Blame.SERVER, detail="refused by the script")
        connection = ScriptedConnection(script)
        self.connections.append(connection)
        return connection


class ScriptedConnection:
    """One connection of a script."""

    def __init__(self, script: Script) -> None:
        from ..network.recording import Recorder

        self._peer = script if callable(script) else None
        self._steps = [] if callable(script) else list(script)
        self._recorder = Recorder(limit=1_000_000)
        self._unread = b""
        self._heard = 0
        self.closed = False

    @property
    def recording(self) -> Recording:
        """Every byte so far."""
        return self._recorder.snapshot()

    async def send(self, data: bytes, *, deadline: Deadline) -> Failure | None:
        """Take bytes; a reset script fails them."""
        from ..network.recording import Direction

        self._recorder.add(Direction.SENT, data, 0.0)
        self._heard += len(data)
        if self._peer is not None:
            self._unread += self._peer(data)
        return None

    async def receive(self, *, deadline: Deadline, size: int = 65536) -> bytes | Failure:
        """Go on with the script until it gives bytes or ends."""
        from ..network.recording import Direction

        while not self._unread:
            ended = await self._step(deadline)
            if ended is not None:
                return ended
        data, self._unread = self._unread[:size], self._unread[size:]
        self._recorder.add(Direction.RECEIVED, data, 0.0)
        return data

    async def _step(self, deadline: Deadline) -> Failure | None:
        step: Step = self._steps[0] if self._steps else Silence()
        if isinstance(step, Expect) and self._heard < step.count:
            return _failure(FailureKind.TIMED_OUT, "the peer waits for more")
        if isinstance(step, Delay) and step.seconds > deadline.remaining():
            return _failure(FailureKind.TIMED_OUT, "the peer is too slow")
        endings = {Reset: FailureKind.RESET, Close: FailureKind.CLOSED, Silence: FailureKind.TIMED_OUT}
        if (kind := endings.get(type(step))) is not None:
            return _failure(kind, f"{kind} by the script")
        self._steps.pop(0)
        if isinstance(step, Delay):
            await asyncio.sleep(step.seconds)
        elif isinstance(step, Reply):
            self._unread = step.data
        return None

    async def close(self) -> None:
        """Remember that it was closed."""
        self.closed = True


def _failure(kind: FailureKind, detail: str) -> Failure:
    return Failure(kind=kind, phase=Phase.HANDSHAKE, blame=Blame.SERVER, detail=detail)
