"""The network, on loopback: failures are values, with their kind; deadlines and budgets hold."""

from __future__ import annotations

import asyncio
import errno
import socket
import struct
import threading
import time
from collections.abc import Awaitable
from typing import Any, TypeVar

import pytest

from tlsdiag.demo.servers import closes, is_silent, listening, resets, says
from tlsdiag.depth import Limits
from tlsdiag.failure import Blame, Failure, FailureKind, Phase
from tlsdiag.network import BudgetedDialer, Deadline, SocketDialer, resolve
from tlsdiag.network.errors import failure_from_oserror, timed_out
from tlsdiag.network.recording import Direction, Recorder
from tlsdiag.network.resolve import Resolved
from tlsdiag.target import Endpoint
from tlsdiag.testing import Refuse, Reply, ScriptedDialer

T = TypeVar("T")
SOON, PATIENT = 0.2, 10.0


def run(work: Awaitable[T]) -> T:
    async def main() -> T:
        return await work

    return asyncio.run(main())


def loopback(port: int) -> Endpoint:
    return Endpoint(address="127.0.0.1", port=port)


async def said(port: int, data: bytes = b"hello", **limits: Any) -> bytes | Failure:
    """Dial, say something, read once."""
    connection = await SocketDialer(Limits(**limits)).dial(loopback(port), deadline=Deadline.after(PATIENT))
    assert not isinstance(connection, Failure), connection
    try:
        failure = await connection.send(data, deadline=Deadline.after(PATIENT))
        return failure or await connection.receive(deadline=Deadline.after(SOON))
    finally:
        await connection.close()


def kind_of(found: object) -> FailureKind:
    assert isinstance(found, Failure), found
    return found.kind


def test_bytes_come_back_and_are_recorded() -> None:
    async def work() -> None:
        with listening(says(answer=b"yes")) as server:
            connection = await SocketDialer().dial(loopback(server.port), deadline=Deadline.after(PATIENT))
            assert not isinstance(connection, Failure)
            assert await connection.send(b"hi", deadline=Deadline.after(PATIENT)) is None
            assert await connection.receive(deadline=Deadline.after(PATIENT)) == b"yes"
            assert (connection.recording.sent, connection.recording.received) == (b"hi", b"yes")
            await connection.close()

    run(work())


@pytest.mark.parametrize(("converse", "kind"), [(resets, FailureKind.RESET), (closes, FailureKind.CLOSED), (is_silent, FailureKind.TIMED_OUT)])
def test_an_end_without_an_answer_has_its_kind(converse: Any, kind: FailureKind) -> None:
    with listening(converse) as server:
        found = run(said(server.port))
    assert kind_of(found) is kind
    assert isinstance(found, Failure)
    assert found.phase is Phase.HANDSHAKE


def test_a_closed_port_refuses() -> None:
    with socket.create_server(("127.0.0.1", 0)) as listener:
        port = listener.getsockname()[1]
    found = run(SocketDialer().dial(loopback(port), deadline=Deadline.after(PATIENT)))
    assert kind_of(found) is FailureKind.REFUSED


def test_a_full_backlog_times_out() -> None:
    with socket.create_server(("127.0.0.1", 0), backlog=0) as listener:
        filling = [socket.socket() for _ in range(4)]
        for sock in filling:
            sock.setblocking(False)
            sock.connect_ex(listener.getsockname())
        found = run(SocketDialer().dial(loopback(listener.getsockname()[1]), deadline=Deadline.after(SOON)))
        for sock in filling:
            sock.close()
    assert kind_of(found) is FailureKind.TIMED_OUT


async def _stands_still(port: int, answer: threading.Event, *, early: bool) -> bytes | Failure:
    """Read with a deadline that passes while this process does nothing; the peer answers before (`early`) or a moment after it goes on."""
    connection = await SocketDialer().dial(loopback(port), deadline=Deadline.after(PATIENT))
    assert not isinstance(connection, Failure)

    def stand_still() -> None:
        if early:
            answer.set()
        time.sleep(0.8)
        asyncio.get_running_loop().call_later(0.05, answer.set)

    asyncio.get_running_loop().call_soon(stand_still)
    found = await connection.receive(deadline=Deadline.after(SOON))
    await connection.close()
    return found


@pytest.mark.parametrize("early", [True, False], ids=["meanwhile", "a moment later"])
def test_the_time_in_which_this_process_stood_still_is_not_the_peers_silence(early: bool) -> None:
    answer = threading.Event()

    def answers(connection: socket.socket) -> None:
        answer.wait(PATIENT)
        connection.sendall(b"here")

    with listening(answers) as server:
        assert run(_stands_still(server.port, answer, early=early)) == b"here"


def test_a_peer_that_stays_silent_is_silent_though_this_process_stood_still() -> None:
    with listening(is_silent) as server:
        assert kind_of(run(_stands_still(server.port, threading.Event(), early=False))) is FailureKind.TIMED_OUT


def test_an_endless_sender_is_cut_off() -> None:
    def endless(connection: socket.socket) -> None:
        while True:
            connection.sendall(bytes(10_000))

    async def work() -> Failure:
        with listening(endless) as server:
            connection = await SocketDialer(Limits(received_bytes=50_000)).dial(loopback(server.port), deadline=Deadline.after(PATIENT))
            assert not isinstance(connection, Failure)
            while not isinstance(found := await connection.receive(deadline=Deadline.after(PATIENT)), Failure):
                pass
            await connection.close()
            return found

    assert kind_of(run(work())) is FailureKind.LIMIT_EXCEEDED


def test_writing_to_a_peer_that_has_gone_is_a_failure() -> None:
    dialled, gone = threading.Event(), threading.Event()

    def vanish(connection: socket.socket) -> None:
        dialled.wait(PATIENT)  # a reset before the dial has returned would fail the dial, not the write
        connection.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))
        connection.close()
        gone.set()

    async def work() -> Failure | None:
        with listening(vanish) as server:
            connection = await SocketDialer().dial(loopback(server.port), deadline=Deadline.after(PATIENT))
            assert not isinstance(connection, Failure)
            dialled.set()
            gone.wait(PATIENT)
            found = await connection.send(bytes(5_000_000), deadline=Deadline.after(PATIENT))
            await connection.close()
            return found

    assert kind_of(run(work())) is FailureKind.RESET


def test_a_peer_that_does_not_read_times_out_the_writer() -> None:
    async def work() -> Failure | None:
        stop = threading.Event()
        with listening(lambda connection: bool(stop.wait(PATIENT)) and None) as server:
            connection = await SocketDialer().dial(loopback(server.port), deadline=Deadline.after(PATIENT))
            assert not isinstance(connection, Failure)
            found = await connection.send(bytes(50_000_000), deadline=Deadline.after(SOON))
            await connection.close()
            stop.set()
            return found

    assert kind_of(run(work())) is FailureKind.TIMED_OUT


@pytest.mark.parametrize(
    ("number", "kind", "blame"),
    [
        (errno.ECONNREFUSED, FailureKind.REFUSED, Blame.SERVER),
        (errno.EPERM, FailureKind.PROHIBITED, Blame.CLIENT),
        (errno.ENETUNREACH, FailureKind.UNREACHABLE, Blame.CLIENT),
        (errno.EHOSTUNREACH, FailureKind.UNREACHABLE, Blame.NETWORK),
        (errno.EMFILE, FailureKind.LOCAL, Blame.CLIENT),
        (errno.ETIMEDOUT, FailureKind.TIMED_OUT, Blame.NETWORK),
    ],
)
def test_an_error_of_the_system_has_its_meaning(number: int, kind: FailureKind, blame: Blame) -> None:
    found = failure_from_oserror(OSError(number, "words"), Phase.CONNECT)
    assert (found.kind, found.blame, found.errno) == (kind, blame, number)


def test_a_timeout_after_connecting_is_the_servers() -> None:
    assert timed_out(Phase.CONNECT, 1).blame is Blame.NETWORK
    assert timed_out(Phase.HANDSHAKE, 1).blame is Blame.SERVER
    assert failure_from_oserror(TimeoutError("late"), Phase.HANDSHAKE).blame is Blame.SERVER


def test_a_segment_size_can_be_asked_for() -> None:
    async def work() -> None:
        with listening(says(answer=b"yes")) as server:
            connection = await SocketDialer().dial(loopback(server.port), deadline=Deadline.after(PATIENT), max_segment=600)
            assert not isinstance(connection, Failure)
            await connection.close()
            assert kind_of(await SocketDialer().dial(loopback(server.port), deadline=Deadline.after(PATIENT), max_segment=-1)) is FailureKind.LOCAL

    run(work())


def test_a_recording_keeps_to_its_cap() -> None:
    recorder = Recorder(limit=5)
    recorder.add(Direction.SENT, b"abc", 0.1)
    recorder.add(Direction.RECEIVED, b"defg", 0.2)
    recorder.add(Direction.RECEIVED, b"hij", 0.3)
    found = recorder.snapshot()
    assert (found.sent, found.received, found.omitted, recorder.received) == (b"abc", b"de", 5, 7)


def test_the_sooner_deadline_counts() -> None:
    now = [10.0]
    deadline = Deadline.after(5, lambda: now[0])
    assert deadline.sooner(2).remaining() == 2
    assert deadline.sooner(9).remaining() == 5
    now[0] = 20.0
    assert deadline.remaining() == 0


def test_a_budget_is_spent() -> None:
    async def work() -> list[object]:
        dialer = BudgetedDialer(ScriptedDialer([[Reply(b"x")]]), Limits(connections=2, parallel=1))
        found: list[object] = []
        for _ in range(3):
            connection = await dialer.dial(loopback(1), deadline=Deadline.after(PATIENT))
            found.append(connection)
            if not isinstance(connection, Failure):
                assert await connection.receive(deadline=Deadline.after(PATIENT)) == b"x"
                assert connection.recording.received == b"x"
                await connection.close()
                await connection.close()
        assert dialer.total == 2
        return found

    *_, last = run(work())
    assert kind_of(last) is FailureKind.BUDGET_SPENT


def test_a_refused_dial_gives_its_place_back() -> None:
    async def work() -> None:
        dialer = BudgetedDialer(ScriptedDialer([[Refuse()]]), Limits(parallel=1))
        for _ in range(3):
            assert kind_of(await dialer.dial(loopback(1), deadline=Deadline.after(PATIENT))) is FailureKind.REFUSED

    run(work())


def test_a_dial_that_is_cancelled_gives_its_place_back() -> None:
    class Hanging:
        async def dial(self, endpoint: Endpoint, *, deadline: Deadline, max_segment: int | None = None) -> Failure:
            await asyncio.sleep(10)
            raise AssertionError("unreachable")

    async def work() -> None:
        dialer = BudgetedDialer(Hanging(), Limits(parallel=1))
        for _ in range(2):
            with pytest.raises(TimeoutError):
                async with asyncio.timeout(0.02):
                    await dialer.dial(loopback(1), deadline=Deadline.after(PATIENT))

    run(work())


def answers(*addresses: str) -> Any:
    return lambda host, port: [(socket.AF_INET, socket.SOCK_STREAM, 6, "", (address, port)) for address in addresses]


def failing(error: Exception) -> Any:
    def getaddrinfo(host: str, port: int) -> Any:
        raise error

    return getaddrinfo


def test_a_name_gives_each_address_once() -> None:
    found = run(resolve("a.example", 443, deadline=Deadline.after(PATIENT), getaddrinfo=answers("192.0.2.1", "192.0.2.2", "192.0.2.1")))
    assert isinstance(found, Resolved)
    assert [item.address for item in found.addresses] == ["192.0.2.1", "192.0.2.2"]


@pytest.mark.parametrize(
    ("error", "kind"),
    [
        (socket.gaierror(socket.EAI_NONAME, "no name"), FailureKind.NAME_NOT_FOUND),
        (socket.gaierror(socket.EAI_AGAIN, "again"), FailureKind.RESOLVER_FAILED),
        (socket.gaierror(-5, "no data"), FailureKind.NO_ADDRESS),
        (socket.gaierror(-99, "odd"), FailureKind.RESOLVER_FAILED),
        (UnicodeError("label too long"), FailureKind.NAME_INVALID),
    ],
)
def test_a_resolver_that_fails_has_its_kind(error: Exception, kind: FailureKind) -> None:
    assert kind_of(run(resolve("a.example", 443, deadline=Deadline.after(PATIENT), getaddrinfo=failing(error)))) is kind


def test_a_resolver_without_an_answer_is_told() -> None:
    assert kind_of(run(resolve("a.example", 443, deadline=Deadline.after(PATIENT), getaddrinfo=answers()))) is FailureKind.NO_ADDRESS


def test_a_resolver_that_hangs_holds_nobody() -> None:
    hang = threading.Event()

    def hanging(host: str, port: int) -> Any:
        hang.wait(5)
        return []

    found = run(resolve("a.example", 443, deadline=Deadline.after(SOON), getaddrinfo=hanging))
    hang.set()
    assert kind_of(found) is FailureKind.RESOLVER_FAILED


@pytest.mark.parametrize("name", ["a..b", ".a", "a" * 64 + ".example", ".".join(["a" * 60] * 5), "\u2603\u200d.example"])
def test_a_name_that_can_be_none_is_not_asked_for(name: str) -> None:
    assert kind_of(run(resolve(name, 443, deadline=Deadline.after(PATIENT), getaddrinfo=answers("192.0.2.1")))) is FailureKind.NAME_INVALID
