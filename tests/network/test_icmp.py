"""ICMP behind a failed connect: what the error queue of a socket says, read whole and in pieces."""

from __future__ import annotations

import asyncio
import ipaddress
import socket
import struct

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tlsdiag.failure import Blame, FailureKind, Phase
from tlsdiag.network.deadline import Deadline
from tlsdiag.network.errors import failure_from_oserror, said_in_icmp
from tlsdiag.network.icmp import icmp_error, listen_for_errors, read_error
from tlsdiag.target import Endpoint

ROUTER, HERE = "192.0.2.254", "192.0.2.1"


def queued(code: int, *, kind: int = 3, origin: int = 2, said_by: str = ROUTER) -> bytes:
    """What Linux puts into the queue: sock_extended_err and the offender's address."""
    head = struct.pack("=IBBBBII", 113, origin, kind, code, 0, 0, 0)
    address = ipaddress.ip_address(said_by)
    body = bytes(4) + address.packed + bytes(8) if address.version == 4 else bytes(8) + address.packed + bytes(4)
    return head + body


@pytest.mark.parametrize(("code", "prohibited"), [(1, False), (3, False), (9, True), (10, True), (13, True), (200, False)])
def test_the_codes_of_icmp_that_close_a_way_on_purpose(code: int, prohibited: bool) -> None:
    found = read_error(queued(code))
    assert found is not None
    assert (found.said_by, found.prohibited) == (ROUTER, prohibited)


@pytest.mark.parametrize(("code", "prohibited"), [(0, False), (1, True), (4, False), (5, True), (6, True)])
def test_the_codes_of_icmpv6(code: int, prohibited: bool) -> None:
    found = read_error(queued(code, kind=1, origin=3, said_by="2001:db8::1"))
    assert found is not None and found.said_by == "2001:db8::1" and found.prohibited is prohibited


def test_other_messages_and_short_ones_are_nothing() -> None:
    assert read_error(queued(1, kind=11)) is None
    assert read_error(queued(1, origin=1)) is None
    assert all(read_error(queued(1)[:size]) is None for size in range(24))


@given(st.binary(max_size=64))
def test_arbitrary_bytes_raise_nothing(data: bytes) -> None:
    read_error(data)


def test_a_router_that_prohibits_is_the_network_and_this_machine_is_the_client() -> None:
    failure = failure_from_oserror(OSError(113, "No route to host"), Phase.CONNECT)
    by_router = said_in_icmp(failure, read_error(queued(13), HERE))
    assert (by_router.kind, by_router.blame, by_router.said_by) == (FailureKind.PROHIBITED, Blame.NETWORK, ROUTER)
    by_us = said_in_icmp(failure, read_error(queued(13, said_by=HERE), HERE))
    assert (by_us.kind, by_us.blame) == (FailureKind.PROHIBITED, Blame.CLIENT)
    assert "this machine itself" in by_us.detail


def test_a_neighbour_that_is_not_there_is_no_fault_of_this_machine() -> None:
    failure = failure_from_oserror(OSError(113, "No route to host"), Phase.CONNECT)
    found = said_in_icmp(failure, read_error(queued(1, said_by=HERE), HERE))
    assert (found.kind, found.blame) == (FailureKind.UNREACHABLE, Blame.NETWORK)
    assert "nothing in the local network answers" in found.detail


def test_without_a_message_the_failure_is_as_it_was() -> None:
    failure = failure_from_oserror(OSError(111, "Connection refused"), Phase.CONNECT)
    assert said_in_icmp(failure, None) is failure


def test_an_empty_queue_says_nothing() -> None:
    with socket.socket() as sock:
        listen_for_errors(sock, on=True)
        assert icmp_error(sock) is None


def test_a_closed_port_of_loopback_answers_with_a_reset_and_not_in_icmp() -> None:
    from tlsdiag.network import SocketDialer
    from tlsdiag.plugin import Failure

    with socket.create_server(("127.0.0.1", 0)) as listener:
        port: int = listener.getsockname()[1]
    found = asyncio.run(SocketDialer().dial(Endpoint(address="127.0.0.1", port=port), deadline=Deadline.after(2)))
    assert isinstance(found, Failure) and found.kind is FailureKind.REFUSED and found.said_by == ""


def test_without_such_a_queue_nothing_is_told(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("tlsdiag.network.icmp._AVAILABLE", False)
    with socket.socket() as sock:
        listen_for_errors(sock, on=True)
        assert sock.getsockopt(socket.IPPROTO_IP, 11) == 0
        assert icmp_error(sock) is None


@pytest.mark.skipif(not hasattr(socket, "AF_INET6") or not socket.has_ipv6, reason="no IPv6 here")
def test_errors_are_kept_for_an_ipv6_socket_until_no_longer() -> None:
    try:
        sock = socket.socket(socket.AF_INET6)
    except OSError:
        pytest.skip("no IPv6 here")
    with sock:
        for on in (True, False):
            listen_for_errors(sock, on=on)
            assert sock.getsockopt(socket.IPPROTO_IPV6, 25) == int(on)


def test_an_empty_queue_is_no_error() -> None:
    with socket.socket() as sock:
        listen_for_errors(sock, on=True)
        assert icmp_error(sock) is None
