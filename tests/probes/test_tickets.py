"""Resumptions and other ports, against servers in this process: what is given, what is taken, and what is no answer."""

from __future__ import annotations

import asyncio
import socket
import ssl
from typing import Any

import pytest
from dropping import QUICKLY, by_number
from openssl_peer import server_context

import tlsdiag
from tlsdiag.demo.scenarios import NAME, SCENARIOS
from tlsdiag.demo.servers import Conversation, closes, listening, resets, says, tls
from tlsdiag.facts import OtherPorts, PortSeen, Resumptions
from tlsdiag.failure import FailureKind
from tlsdiag.observation import Unavailable, Why
from tlsdiag.testing import Authority, Expect, Refuse, Reply, ScriptedDialer
from tlsdiag.testing.transport import Close, Reset, Silence

HEALTHY = next(item for item in SCENARIOS if item.name == "healthy")
ROOT = Authority.root(number=300)


def resumed(converse: Conversation) -> Resumptions | Unavailable:
    """What the probe saw, asked for by name."""
    with listening(converse) as server:
        report = tlsdiag.diagnose(NAME, port=server.port, addresses=["127.0.0.1"], limits=QUICKLY, checks=["tickets-not-shared"])
    found = report.observations.find(Resumptions, report.endpoints[0])
    assert found is not None
    return found


def limited(context: ssl.SSLContext) -> None:
    context.maximum_version = ssl.TLSVersion.TLSv1_2


def test_a_server_takes_its_own_tickets() -> None:
    found = resumed(HEALTHY.build().converse)
    assert isinstance(found, Resumptions)
    assert found.taken == (True,) * 6 and found.by_ticket and found.version == "TLSv1.3"


def test_a_session_of_tls_12_is_taken_too() -> None:
    issued = ROOT.issue(NAME)
    found = resumed(tls(issued.chain_pem, issued.key_pem, limited))
    assert isinstance(found, Resumptions) and found.version == "TLSv1.2" and all(found.taken)


def test_a_server_without_sessions_is_not_applicable() -> None:
    issued = ROOT.issue(NAME)

    def without(context: ssl.SSLContext) -> None:
        context.num_tickets = 0

    assert isinstance(resumed(tls(issued.chain_pem, issued.key_pem, without)), Unavailable)


@pytest.mark.parametrize("how", [resets, closes, says(answer=b"HTTP/1.1 400 Bad Request\r\n\r\n")], ids=["reset", "closed", "http"])
def test_connections_that_fail_are_no_refusal_of_a_ticket(how: Conversation) -> None:
    found = resumed(by_number(HEALTHY.build().converse, lambda number: number >= 3, how))
    assert isinstance(found, Unavailable) or False not in found.taken
    assert isinstance(resumed(by_number(HEALTHY.build().converse, lambda number: number >= 1, how)), Unavailable)


def test_connections_that_break_with_the_session_alone_are_told_from_a_server_that_fails_now_and_then() -> None:
    def breaks(fresh: tuple[bool, ...], taken: tuple[bool, ...] = ()) -> bool:
        return Resumptions(version="TLSv1.3", by_ticket=True, taken=taken, broken=("closed",) * len(fresh), fresh=fresh).breaks

    assert breaks((True, True, True))
    assert not breaks((True, False, True))
    assert not breaks((True,), taken=(True,))
    assert not breaks(())


def port_80(script: list[Any]) -> bytes:
    """What port 80 of a host answers, of which the asked port refuses: every connection before that one is refused."""
    target = tlsdiag.Target.parse(NAME, addresses=["192.0.2.1"])
    for refusals in range(1, 4):  # the order in which client, core and reachability dial is no matter here
        dialer = ScriptedDialer([*([[Refuse()]] * refusals), script])
        report = asyncio.run(tlsdiag.Diagnosis(["network/reachability"], dialer=dialer, limits=QUICKLY).run(target))
        found = report.observations.get(OtherPorts, report.endpoints[0])
        seen = next((item for item in found.ports if item.port == 80), None) if found is not None else None
        if seen is not None and seen.request:
            return seen.answer
    raise AssertionError("port 80 was never asked")


@pytest.mark.parametrize(
    ("script", "answer"),
    [
        ([Expect(), Reply(b"HTTP/1.1 511 X\r\n\r\n"), Close()], b"HTTP/1.1 511 X\r\n\r\n"),
        ([Expect(), Reply(b"x" * 9000), Close()], b"x" * 4096),
        ([Reset()], b""),
    ],
    ids=["answer", "endless", "reset"],
)
def test_port_80_is_heard_as_far_as_it_is_bounded(script: list[Any], answer: bytes) -> None:
    assert port_80(script) == answer


def beside(scripts: list[Any], port: int = 8443) -> dict[int, PortSeen]:
    """What is seen at the other ports of a host, whose asked port does what the scripts say; the last one is for the rest."""
    target = tlsdiag.Target.parse(NAME, port=port, addresses=["192.0.2.1"])
    report = asyncio.run(tlsdiag.Diagnosis(["network/reachability"], dialer=ScriptedDialer(scripts), limits=QUICKLY).run(target))
    found = report.observations.get(OtherPorts, report.endpoints[0])
    return {} if found is None else {item.port: item for item in found.ports}


def test_a_host_that_refuses_everywhere_is_asked_at_both_other_ports() -> None:
    found = beside([[Refuse()]])
    assert {port: item.failure.kind for port, item in found.items() if item.failure} == {443: FailureKind.REFUSED, 80: FailureKind.REFUSED}


def test_the_asked_port_is_not_asked_again_as_another() -> None:
    assert set(beside([[Refuse()]], port=443)) == {80}
    assert set(beside([[Refuse()]], port=80)) == {443}


def test_port_443_is_connected_to_and_nothing_is_said() -> None:
    for refusals in range(1, 4):  # as for port 80
        found = beside([*([[Refuse()]] * refusals), [Expect(), Reply(b"HTTP/1.1 200 X\r\n\r\n"), Close()]])
        if 443 in found and found[443].connected:
            assert (found[443].request, found[443].answer, found[443].failure) == (b"", b"", None)
            return
    raise AssertionError("port 443 was never reached")


def test_a_port_that_takes_connections_and_is_silent_is_left_alone() -> None:
    assert beside([[Silence()]]) == {}


def test_a_session_is_not_looked_for_where_there_is_no_handshake() -> None:
    found = resumed(closes)
    assert isinstance(found, Unavailable) and found.why is Why.NOT_APPLICABLE


def test_a_server_that_hangs_up_before_its_ticket_gives_no_session() -> None:
    context = server_context(ROOT.issue(NAME), num_tickets=0)

    def hangs_up(connection: socket.socket) -> None:
        with context.wrap_socket(connection, server_side=True) as secure:
            secure.shutdown(socket.SHUT_WR)

    found = resumed(hangs_up)
    assert isinstance(found, Unavailable) and "no session" in found.detail
