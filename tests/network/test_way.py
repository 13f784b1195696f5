"""The way before TLS: legs in order, what they read too much is not lost, a failure closes the connection."""

from __future__ import annotations

import asyncio

import attrs
import pytest

from tlsdiag.failure import Failure, FailureKind, Phase
from tlsdiag.network import Connection, Deadline, walk
from tlsdiag.target import Endpoint
from tlsdiag.testing import Expect, Reply, ScriptedDialer

PLACE = Endpoint(address="192.0.2.1", port=443)


@attrs.frozen
class Greeted:
    """A leg that says a word and waits for a line."""

    phase: Phase = Phase.STARTTLS
    refuses: bool = False

    async def walk(self, connection: Connection, *, deadline: Deadline) -> bytes | Failure:
        """Say hello, keep what comes after the first line."""
        await connection.send(b"hello\n", deadline=deadline)
        heard = await connection.receive(deadline=deadline)
        if isinstance(heard, Failure) or self.refuses:
            return Failure(kind=FailureKind.PROTOCOL, phase=self.phase, detail="no")
        return heard.partition(b"\n")[2]


@attrs.frozen
class Sleeps:
    """A leg that does not come to its end."""

    phase: Phase = Phase.STARTTLS

    async def walk(self, connection: Connection, *, deadline: Deadline) -> bytes | Failure:
        """Wait for longer than anybody does."""
        await asyncio.sleep(60)
        return b""


async def walked(dialer: ScriptedDialer, *legs: Greeted | Sleeps) -> Connection | Failure:
    deadline = Deadline.after(1)
    connection = await dialer.dial(PLACE, deadline=deadline)
    assert not isinstance(connection, Failure)
    return await walk(connection, legs, deadline=deadline)


def test_the_recording_begins_where_the_legs_have_ended() -> None:
    async def work() -> tuple[bytes, bytes]:
        connection = await walked(ScriptedDialer([[Expect(), Reply(b"ok\n"), Expect(7), Reply(b"tls")]]), Greeted())
        assert not isinstance(connection, Failure)
        await connection.send(b"!", deadline=Deadline.after(1))
        await connection.receive(deadline=Deadline.after(1))
        return connection.recording.sent, connection.recording.received

    assert asyncio.run(work()) == (b"!", b"tls")


def test_what_a_leg_read_too_much_is_read_first_and_recorded_once() -> None:
    async def work() -> tuple[bytes | Failure, bytes]:
        connection = await walked(ScriptedDialer([[Reply(b"ok\nearly")]]), Greeted())
        assert not isinstance(connection, Failure)
        return await connection.receive(deadline=Deadline.after(1)), connection.recording.received

    assert asyncio.run(work()) == (b"early", b"early")


def test_each_leg_begins_where_the_one_before_ended() -> None:
    async def work() -> bytes:
        connection = await walked(ScriptedDialer([[Reply(b"one\ntwo\nthree")]]), Greeted(Phase.PROXY), Greeted())
        assert not isinstance(connection, Failure)
        return connection.recording.received

    assert asyncio.run(work()) == b"three"


def test_a_leg_that_fails_closes_the_connection() -> None:
    dialer = ScriptedDialer([[Reply(b"ok\n")]])

    async def work() -> Connection | Failure:
        return await walked(dialer, Greeted(refuses=True))

    found = asyncio.run(work())
    assert isinstance(found, Failure) and found.phase is Phase.STARTTLS
    assert dialer.connections[0].closed


def test_a_way_that_nobody_waits_for_any_longer_closes_the_connection() -> None:
    dialer = ScriptedDialer([[]])

    async def work() -> None:
        with pytest.raises(TimeoutError):
            async with asyncio.timeout(0.05):
                await walked(dialer, Sleeps())

    asyncio.run(work())
    assert dialer.connections[0].closed
