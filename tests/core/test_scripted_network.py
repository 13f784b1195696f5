"""The scripted network of `tlsdiag.testing`: what each step does."""

from __future__ import annotations

import asyncio

import pytest

from tlsdiag.failure import Failure, FailureKind
from tlsdiag.network import Deadline
from tlsdiag.testing import Close, Delay, Expect, Refuse, Reply, ScriptedDialer
from tlsdiag.testing.observations import ENDPOINT
from tlsdiag.testing.transport import Script, ScriptedConnection


def received(script: Script, *sent: bytes) -> list[bytes | FailureKind]:
    """All that a connection gives after these bytes, up to its end."""

    async def run() -> list[bytes | FailureKind]:
        connection = await ScriptedDialer([script]).dial(ENDPOINT, deadline=Deadline.after(1))
        assert isinstance(connection, ScriptedConnection)
        for data in sent:
            assert await connection.send(data, deadline=Deadline.after(1)) is None
        found: list[bytes | FailureKind] = []
        while not found or isinstance(found[-1], bytes):
            got = await connection.receive(deadline=Deadline.after(1), size=4)
            found.append(got.kind if isinstance(got, Failure) else got)
        return found

    return asyncio.run(run())


def test_a_dialer_without_scripts_is_refused() -> None:
    with pytest.raises(ValueError, match="at least one script"):
        ScriptedDialer([])


def test_a_reply_comes_in_pieces_no_larger_than_asked_for() -> None:
    assert received([Reply(b"abcdef"), Close()]) == [b"abcd", b"ef", FailureKind.CLOSED]


def test_a_peer_that_waits_for_more_is_silent() -> None:
    assert received([Expect(3), Reply(b"ab")], b"x") == [FailureKind.TIMED_OUT]
    assert received([Expect(3), Reply(b"ab"), Close()], b"x", b"yz") == [b"ab", FailureKind.CLOSED]


def test_a_delay_beyond_the_deadline_is_a_timeout_and_a_short_one_is_waited_out() -> None:
    assert received([Delay(60), Reply(b"ab")]) == [FailureKind.TIMED_OUT]
    assert received([Delay(0), Reply(b"ab"), Close()]) == [b"ab", FailureKind.CLOSED]


def test_a_peer_that_is_a_function_answers_each_word_and_then_is_silent() -> None:
    assert received(lambda data: data[::-1], b"ab", b"cd") == [b"badc", FailureKind.TIMED_OUT]


def test_the_last_script_is_used_for_all_that_follow() -> None:
    async def run() -> list[bool]:
        dialer = ScriptedDialer([[Close()], [Refuse()]])
        return [isinstance(await dialer.dial(ENDPOINT, deadline=Deadline.after(1)), Failure) for _ in range(3)]

    assert asyncio.run(run()) == [False, True, True]
