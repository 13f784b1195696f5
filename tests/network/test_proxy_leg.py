"""The leg through a proxy on a scripted network: what goes on behind it, what fails in it, and how that is told."""

from __future__ import annotations

import asyncio

import pytest

from tlsdiag.failure import Blame, Failure, FailureKind, Phase
from tlsdiag.network import Connection, Deadline, walk, way_of
from tlsdiag.network.proxy import ProxyLeg, Tunnel, proxy_leg
from tlsdiag.proxies import ProxyServer
from tlsdiag.target import Endpoint, Target
from tlsdiag.testing import Close, Expect, Reply, Reset, ScriptedDialer, Silence
from tlsdiag.testing.transport import Step

PLACE = Endpoint(address="192.0.2.8", port=3128)
OPEN = Reply(b"HTTP/1.1 200 Connection established\r\n\r\n")


def target(proxy: str = "http://proxy.example:3128", host: str = "server.example", **options: object) -> Target:
    return Target.parse(host, proxy=proxy, **options)  # type: ignore[arg-type]


def opened(steps: list[Step], **options: object) -> tuple[Tunnel, bytes]:
    """The tunnel, and what the proxy was sent."""
    dialer = ScriptedDialer([steps])

    async def work() -> Tunnel:
        connection = await dialer.dial(PLACE, deadline=Deadline.after(1))
        leg = proxy_leg(target(**options))  # type: ignore[arg-type]
        assert leg is not None and not isinstance(connection, Failure)
        return await leg.open(connection, deadline=Deadline.after(1))

    return asyncio.run(work()), dialer.connections[0].recording.sent


def test_without_a_proxy_there_is_no_leg() -> None:
    assert proxy_leg(Target.parse("server.example")) is None
    assert proxy_leg(Target.parse("server.example", proxy=False)) is None
    assert way_of(Target.parse("server.example")) == ()


def test_the_tunnel_begins_after_the_answer() -> None:
    async def work() -> tuple[bytes | Failure, bytes]:
        dialer = ScriptedDialer([[Expect(), Reply(b"HTTP/1.0 200 ok\r\n\r\nearly"), Reply(b"later")]])
        connection = await dialer.dial(PLACE, deadline=Deadline.after(1))
        assert not isinstance(connection, Failure)
        beyond = await walk(connection, way_of(target()), deadline=Deadline.after(1))
        assert not isinstance(beyond, Failure)
        await beyond.receive(deadline=Deadline.after(1))
        return await beyond.receive(deadline=Deadline.after(1)), beyond.recording.received

    assert asyncio.run(work()) == (b"later", b"earlylater")


@pytest.mark.parametrize(
    ("options", "asked"),
    [
        ({}, b"CONNECT server.example:443 "),
        ({"port": 8443}, b"CONNECT server.example:8443 "),
        ({"host": "2001:db8::1"}, b"CONNECT [2001:db8::1]:443 "),
        ({"addresses": ["192.0.2.7"]}, b"CONNECT 192.0.2.7:443 "),
    ],
)
def test_the_proxy_is_asked_for_the_name_or_for_the_address_that_is_pinned(options: dict[str, object], asked: bytes) -> None:
    tunnel, sent = opened([Expect(), OPEN], **options)
    assert tunnel.failure is None
    assert sent.startswith(asked)


def test_socks5_resolves_here_and_asks_for_the_address() -> None:
    tunnel, sent = opened([Expect(), Reply(b"\x05\x00"), Expect(8), Reply(b"\x05\x00\x00\x01" + bytes(6))], proxy="socks5://p.example", host="localhost")
    assert tunnel.failure is None
    assert b"\x05\x01\x00\x01\x7f\x00\x00\x01\x01\xbb" in sent
    assert [step.name for step in tunnel.steps] == ["resolve", "greeting", "request"]


def test_a_name_that_does_not_resolve_here_never_reaches_a_socks5_proxy() -> None:
    tunnel, sent = opened([Silence()], proxy="socks5://p.example", host="a" * 64 + ".example")
    assert tunnel.failure is not None and tunnel.failure.phase is Phase.RESOLVE
    assert sent == b""


def test_a_name_is_resolved_once_for_all_connections_of_a_diagnosis() -> None:
    async def work() -> list[Tunnel]:
        script = [Expect(), Reply(b"\x05\x00"), Expect(8), Reply(b"\x05\x00\x00\x01" + bytes(6))]
        dialer = ScriptedDialer([script])
        leg = ProxyLeg(proxy=ProxyServer.parse("socks5://p.example"), target=target(proxy="socks5://p.example", host="localhost"))
        connections = [await dialer.dial(PLACE, deadline=Deadline.after(1)) for _ in range(2)]
        tunnels = [await leg.open(item, deadline=Deadline.after(1)) for item in connections if not isinstance(item, Failure)]
        assert leg._resolving is not None
        return tunnels

    assert [tunnel.failure for tunnel in asyncio.run(work())] == [None, None]


@pytest.mark.parametrize(
    ("steps", "kind", "detail", "problem"),
    [
        ([Expect(), Reply(b"HTTP/1.1 407 Who are you\r\n\r\n"), Close()], FailureKind.PROTOCOL, "Tunnel connection failed: 407 Who are you", ""),
        ([Expect(), Reply(b"HTTP/1.1 403\r\n\r\n"), Silence()], FailureKind.PROTOCOL, "Tunnel connection failed: 403", ""),
        ([Expect(), Reply(b"SSH-2.0-x\r\n")], FailureKind.PROTOCOL, "the answer is not HTTP", "not-http"),
        ([Expect(), Reply(b"HTTP/1.1 200 x\r\n" + b"a: b\r\n" * 9000)], FailureKind.PROTOCOL, "the answer does not come to an end", "too-long"),
        ([Expect(), Close()], FailureKind.CLOSED, "the proxy:", "no-answer"),
        ([Expect(), Reset()], FailureKind.RESET, "the proxy:", "no-answer"),
        ([Silence()], FailureKind.TIMED_OUT, "the proxy:", "no-answer"),
    ],
)
def test_a_refusal_is_a_failure_of_the_proxys_phase(steps: list[Step], kind: FailureKind, detail: str, problem: str) -> None:
    tunnel, _ = opened(steps)
    failure = tunnel.failure
    assert failure is not None and failure.phase is Phase.PROXY
    assert (failure.kind, tunnel.problem) == (kind, problem)
    assert failure.detail.startswith(detail)
    assert tunnel.steps[-1].name == "connect"


def test_only_missing_credentials_are_the_clients_fault() -> None:
    blames = [opened([Expect(), Reply(f"HTTP/1.1 {status} x\r\n\r\n".encode()), Close()])[0].failure for status in (407, 403, 502)]
    assert [failure.blame for failure in blames if failure is not None] == [Blame.CLIENT, Blame.NETWORK, Blame.NETWORK]


@pytest.mark.parametrize(
    ("replies", "problem", "words"),
    [
        ([b"\x05\xff"], "method", "no acceptable method"),
        ([b"\x05\x77"], "method", "method 119"),
        ([b"\x05\x02", b"\x01\x05"], "credentials", "refused"),
        ([b"\x05\x00", b"\x05\x05"], "reply", "connection refused"),
        ([b"\x05\x00", b"\x05\x63"], "reply", "unassigned reply 0x63"),
        ([b"HTTP/1.1 400 x\r\n"], "not-socks", "not SOCKS5"),
    ],
)
def test_a_socks_refusal_says_which_step_refused(replies: list[bytes], problem: str, words: str) -> None:
    steps: list[Step] = [Expect()]
    for reply in replies:
        steps += [Reply(reply)]
    tunnel, _ = opened([*steps, Silence()], proxy="socks5h://alice:s3cr3t@p.example")
    assert tunnel.failure is not None and words in tunnel.failure.detail
    assert tunnel.problem == problem
    assert "s3cr3t" not in repr([tunnel.steps, tunnel.failure, tunnel.evidence])


def test_a_socks_proxy_that_hangs_up_is_told() -> None:
    tunnel, _ = opened([Expect(), Close()], proxy="socks5h://p.example")
    assert tunnel.failure is not None and tunnel.failure.kind is FailureKind.CLOSED


def test_an_https_proxy_without_tls_fails_in_the_outer_handshake() -> None:
    tunnel, _ = opened([Expect(), Reply(b"HTTP/1.1 400 Bad Request\r\n\r\n")], proxy="https://p.example")
    assert tunnel.problem == "tls"
    assert tunnel.evidence.startswith(b"HTTP/1.1 400")
    assert tunnel.failure is not None and tunnel.failure.phase is Phase.PROXY


@pytest.mark.parametrize("ending", [Close(), Reset(), Silence()])
def test_an_https_proxy_that_is_lost_fails_in_the_outer_handshake(ending: Step) -> None:
    tunnel, _ = opened([Expect(), ending], proxy="https://p.example")
    assert tunnel.problem == "tls" and tunnel.failure is not None and tunnel.failure.phase is Phase.PROXY


def test_a_trust_store_that_cannot_be_read_is_our_own_fault() -> None:
    tunnel, _ = opened([Silence()], proxy="https://p.example", trust="/no/such/file.pem")
    assert tunnel.failure is not None and tunnel.failure.kind is FailureKind.LOCAL


def test_a_leg_that_fails_closes_the_connection() -> None:
    dialer = ScriptedDialer([[Expect(), Reply(b"HTTP/1.1 403 x\r\n\r\n"), Close()]])

    async def work() -> Connection | Failure:
        connection = await dialer.dial(PLACE, deadline=Deadline.after(1))
        assert not isinstance(connection, Failure)
        return await walk(connection, way_of(target()), deadline=Deadline.after(1))

    assert isinstance(asyncio.run(work()), Failure)
    assert dialer.connections[0].closed
