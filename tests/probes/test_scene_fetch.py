"""What a probe may fetch through its scene: to which addresses by where the target is, and what is left in the report."""

from __future__ import annotations

import asyncio
from datetime import UTC, datetime
from time import monotonic

import pytest
from web import answer, web

import tlsdiag
from tlsdiag.failure import Failure, FailureKind
from tlsdiag.fetching import Fetched, Fetches, Fetching
from tlsdiag.network import Deadline, Fetcher, SocketDialer
from tlsdiag.observation import Resolution
from tlsdiag.scene import Stage
from tlsdiag.target import Endpoint, Target
from tlsdiag.testing import ScriptedDialer, Silence

LOOPBACK, PRIVATE, PUBLIC = (Endpoint(address=address, port=443) for address in ("127.0.0.1", "10.0.0.1", "1.1.1.1"))


def stage(*endpoints: Endpoint, fetch: Fetching = "public", proxy: str | None = None, host: str = "server.example") -> Stage:
    limits = tlsdiag.Limits()
    found = Stage(
        target=Target.parse(host, proxy=proxy),
        depth=tlsdiag.Depth.QUICK,
        limits=limits,
        now=datetime(2026, 6, 1, tzinfo=UTC),
        clock=monotonic,
        randomness=bytes,
        environment={},
        dialer=ScriptedDialer([[Silence()]]),
        fetcher=Fetcher(SocketDialer(limits), limits, fetch),
        deadline=Deadline.after(30),
    )
    for endpoint in endpoints:
        found.observations.put(Resolution, endpoint, Resolution(host=host))
    return found


def fetch(stage: Stage, url: str, place: Endpoint | None) -> Fetched | Failure:
    async def work() -> Fetched | Failure:
        try:
            return await stage.scene(place).fetch(url)
        finally:
            await stage.close()

    return asyncio.run(work())


@pytest.mark.parametrize(
    ("endpoints", "place", "allowed"),
    [
        ([LOOPBACK], LOOPBACK, True),
        ([LOOPBACK], None, True),
        ([PRIVATE], PRIVATE, False),
        ([PUBLIC], PUBLIC, False),
        # a name of a stranger's that has a local address beside its own must not open the way into this machine
        ([PUBLIC, LOOPBACK], PUBLIC, False),
        ([PUBLIC, LOOPBACK], None, False),
        ([], None, False),
    ],
)
def test_a_url_leads_to_this_machine_only_where_the_certificate_came_from_it(endpoints: list[Endpoint], place: Endpoint | None, allowed: bool) -> None:
    with web({"/": answer(b"yes")}) as server:
        found = fetch(stage(*endpoints), server.url("/"), place)
        assert (isinstance(found, Fetched), len(server.requests)) == (allowed, int(allowed))


def test_a_target_behind_a_proxy_is_not_gone_past_unless_the_caller_says_so() -> None:
    with web({"/": answer(b"yes")}) as server:
        found = fetch(stage(LOOPBACK, proxy="http://127.0.0.1:3128"), server.url("/"), LOOPBACK)
        assert isinstance(found, Failure) and found.kind is FailureKind.NOT_ALLOWED and "proxy" in found.detail
        assert not server.requests
        assert isinstance(fetch(stage(LOOPBACK, proxy="http://127.0.0.1:3128", fetch="any"), server.url("/"), LOOPBACK), Fetched)


def test_what_was_fetched_is_an_observation_of_the_target() -> None:
    with web({"/": answer(b"yes")}) as server:
        used, idle = stage(LOOPBACK), stage(LOOPBACK)
        fetch(used, server.url("/"), LOOPBACK)
        asyncio.run(idle.close())
    seen = used.observations.get(Fetches)
    assert seen is not None and [(item.url, item.status) for item in seen.fetched] == [(server.url("/"), 200)]
    assert idle.observations.get(Fetches) is None
