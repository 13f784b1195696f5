"""The scene: what a probe can ask of it about what was seen, and what follows a handshake."""

from __future__ import annotations

import asyncio

import pytest
from scripted_tls import Server13

import tlsdiag
from tlsdiag.conversation import say
from tlsdiag.facts import Reachability
from tlsdiag.failure import FailureKind
from tlsdiag.handshake import Offer
from tlsdiag.network import Deadline
from tlsdiag.testing import Authority, Close, Expect, Refuse, Reply, ScriptedDialer
from tlsdiag.testing.observations import ENDPOINT
from tlsdiag.testing.transport import Reset, ScriptedConnection, Silence, Step

ISSUED = Authority.root(number=300).issue("server.example")


def completed() -> Server13:
    return Server13(Offer.broad("server.example"), ISSUED).greet().certify().prove().finish()


def sealed(server: Server13, kind: int, data: bytes) -> bytes:
    return server.writing.seal(kind, 0x0303, data).encode()


def asked(server: Server13, *steps: Step, until: bytes = b"") -> tuple[object, bytes]:
    """What comes back for a request over a completed handshake."""

    async def run() -> tuple[object, bytes]:
        dialer = ScriptedDialer([[Expect(), *steps]])
        connection = await dialer.dial(ENDPOINT, deadline=Deadline.after(1))
        assert isinstance(connection, ScriptedConnection)
        failure, answer = await say(server.client, connection, Deadline.after(1), b"GET", until)
        return getattr(failure, "kind", None), answer

    return asyncio.run(run())


def test_an_answer_is_heard_as_far_as_what_was_waited_for() -> None:
    server = completed()
    steps = [Reply(sealed(server, 23, b"one\r\n")), Reply(sealed(server, 23, b"\r\n")), Reply(sealed(server, 23, b"more")), Close()]
    assert asked(server, *steps, until=b"\r\n\r\n") == (None, b"one\r\n\r\n")


def test_an_answer_without_end_is_cut() -> None:
    server = completed()
    kind, answer = asked(server, Reply(sealed(server, 23, b"x" * 9000)), Silence())
    assert (kind, len(answer)) == (None, 4096)


@pytest.mark.parametrize(("step", "kind"), [(Reset(), FailureKind.RESET), (Close(), FailureKind.CLOSED), (Silence(), None)])
def test_no_answer_is_told_as_the_end_of_the_connection(step: Step, kind: FailureKind | None) -> None:
    assert asked(completed(), step) == (kind, b"")


def test_nonsense_after_the_handshake_is_no_answer_and_never_raises() -> None:
    server = completed()
    nonsense = [Reply(sealed(server, 22, b"\x14\0\0\0")) for _ in range(3)]
    assert asked(server, *nonsense, Close()) == (FailureKind.CLOSED, b"")


@pytest.mark.parametrize(("kind", "connects"), [(FailureKind.RESET, True), (FailureKind.REFUSED, False)])
def test_a_connection_that_is_torn_down_at_once_did_connect(kind: FailureKind, connects: bool) -> None:
    target = tlsdiag.Target.parse("server.example", addresses=["192.0.2.1"])
    diagnosis = tlsdiag.Diagnosis(["network/reachability"], dialer=ScriptedDialer([[Refuse(kind)]]))
    report = asyncio.run(diagnosis.run(target))
    found = report.observations.get(Reachability, report.endpoints[0])
    assert found is not None and (found.connected, found.failure is None) == (connects, connects)
