"""OtherWay: when the connection failed through a proxy, the same past it; when it failed without one, the same through the one that the environment names.

A counterfactual, probed on failure only. It keeps to what the caller allows: past a `socks5h` proxy nothing is tried, since that scheme means that the
name and the address of the target must not be seen here, and nothing is asked of a proxy for a loopback host.
"""

from __future__ import annotations

import asyncio
import ipaddress
from typing import Literal

import attrs

from ..network import Deadline, resolve
from ..network.proxy import as_requests, consulted
from ..plugin import (
    ClientOutcome,
    Cost,
    Endpoint,
    Failure,
    FailureKind,
    HandshakeOutcome,
    OtherWay,
    Phase,
    Probe,
    ProxyServer,
    ProxyWay,
    Reachability,
    Resolution,
    Scene,
    Scope,
    Unavailable,
    Why,
)
from .client import ClientProbe
from .common import broad_offer
from .handshake import credential_of

SHARE = 0.35
"""The part of the handshake timeout for each wait here: the failure itself may have cost one timeout already."""
_NO_WAY = (FailureKind.REFUSED, FailureKind.TIMED_OUT, FailureKind.UNREACHABLE, FailureKind.NAME_NOT_FOUND, FailureKind.RESOLVER_FAILED)


class OtherWayProbe(Probe):
    """Three connections at the most, to the target itself or to the proxy."""

    name = "other-way"
    provides = OtherWay
    wants = (Resolution, Reachability, ProxyWay, ClientOutcome, HandshakeOutcome)
    scope = Scope.TARGET
    cost = Cost(connections=3)

    async def run(self, scene: Scene) -> OtherWay | Unavailable:
        """Go the other way, where there is one and this one failed."""
        proxy = scene.target.proxy
        patience = SHARE * scene.limits.handshake_timeout
        if isinstance(proxy, ProxyServer):
            if proxy.scheme == "socks5h":
                return self._not("past a socks5h proxy nothing is tried")
            return await _past(scene, patience) if _failed(scene) else self._not("the way through the proxy works")
        other = _environment_proxy(scene)
        if other is None:
            return self._not("there is no other way")
        return await _through(scene, other, patience) if _no_way(scene) else self._not("the way without a proxy is open")

    def _not(self, detail: str) -> Unavailable:
        return Unavailable(why=Why.NOT_APPLICABLE, detail=detail, by=self.name)


def _failed(scene: Scene) -> bool:
    """Whether the client got through at no address of the proxy."""
    outcomes = [scene.seen(ClientOutcome, endpoint) for endpoint in scene.endpoints]
    return not any(outcome is not None and outcome.completed for outcome in outcomes)


def _no_way(scene: Scene) -> bool:
    """Whether the target could not even be dialled: no address, or none that connects."""
    resolution = scene.seen(Resolution)
    if resolution is not None and resolution.failure is not None:
        return resolution.failure.kind in _NO_WAY
    dials = [scene.seen(Reachability, endpoint) for endpoint in scene.endpoints]
    failures = [dial.failure for dial in dials if dial is not None and dial.failure is not None]
    return bool(dials) and len(failures) == len(dials) and all(failure.kind in _NO_WAY for failure in failures)


def _environment_proxy(scene: Scene) -> ProxyServer | None:
    """The proxy of the environment for a host that goes without: switched off by the caller, or exempted."""
    target = scene.target
    if target.host == "localhost" or _is_loopback(target.host) or not consulted(attrs.evolve(target, proxy=None)):
        return None
    return as_requests(target.host, target.port, {name: value for name, value in scene.environment.items() if name.lower() != "no_proxy"}).proxy


def _is_loopback(host: str) -> bool:
    try:
        return ipaddress.ip_address(host).is_loopback
    except ValueError:
        return False


async def _past(scene: Scene, patience: float) -> OtherWay:
    target = scene.target
    base = OtherWay(way="direct")
    if target.addresses:
        return await _first_open(scene, [Endpoint(address=target.addresses[0], port=target.port)], False, base, patience)
    return await _first_open(scene, await _resolved(scene, target.host, target.port, patience), False, base, patience)


async def _through(scene: Scene, proxy: ProxyServer, patience: float) -> OtherWay:
    places = await _resolved(scene, proxy.host, proxy.port, patience)
    return await _first_open(scene, places, proxy, OtherWay(way="proxy", url=str(proxy), origin=proxy.origin), patience)


async def _resolved(scene: Scene, host: str, port: int, patience: float) -> list[Endpoint] | Failure:
    """The first address of each family."""
    found = await resolve(host, port, deadline=Deadline.after(min(patience, scene.limits.resolve_timeout)))
    return found if isinstance(found, Failure) else list({place.family: place for place in reversed(found.addresses)}.values())[::-1]


async def _first_open(
    scene: Scene, places: list[Endpoint] | Failure, proxy: ProxyServer | Literal[False], base: OtherWay, patience: float
) -> OtherWay:
    if isinstance(places, Failure):
        return attrs.evolve(base, failure=places, error_text=places.detail)
    found = base
    for place in places:
        found = await _shaken(scene.by_way(place, proxy, patience=patience), attrs.evolve(base, address=str(place)))
        if found.opened:
            break
    return found


async def _shaken(scene: Scene, base: OtherWay) -> OtherWay:
    """Both handshakes there, the client's own and ours, which shows the certificates."""
    ours = asyncio.ensure_future(scene.handshake(broad_offer(scene.target), credential=credential_of(scene)))
    client = await ClientProbe().run(scene)
    exchange = await ours
    failure = client.failure or exchange.failure
    return attrs.evolve(
        base,
        opened=failure is None or failure.phase not in (Phase.RESOLVE, Phase.CONNECT, Phase.PROXY),
        completed=client.completed,
        failure=failure,
        error_text=client.error_text,
        certificates=exchange.result.certificates,
    )
