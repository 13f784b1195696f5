"""ProxyWay: what the proxy says to a request for a tunnel; or, without a proxy, what in the environment exempts the host from one."""

from __future__ import annotations

import attrs

from ..network import Connection, Deadline
from ..network.proxy import ProxyLeg, Tunnel, as_requests, consulted, difference, reply_name
from ..plugin import Cost, Failure, FailureKind, Phase, Probe, ProxyServer, ProxyStep, ProxyWay, Scene, Unavailable, Why

_PATIENCE = 1.5
"""Seconds for a word in the other scheme: a port that is a proxy in it answers at once."""
_TURNED = {"http": "https", "https": "http"}


class ProxyWayProbe(Probe):
    """One tunnel, opened and closed; a second connection where the proxy's answer looks like that of another scheme."""

    name = "proxy-way"
    provides = ProxyWay
    cost = Cost(connections=2)

    async def run(self, scene: Scene) -> ProxyWay | Unavailable:
        """Ask the proxy."""
        proxy = scene.target.proxy
        if not isinstance(proxy, ProxyServer):
            return _without_proxy(scene) or Unavailable(why=Why.NOT_APPLICABLE, detail="no proxy is in use", by=self.name)
        connection = await scene.connect(before=Phase.PROXY)
        if isinstance(connection, Failure):
            return attrs.evolve(_described(scene, proxy), failure=connection)
        try:
            tunnel = await _opened(scene, proxy, connection, scene.limits.connect_timeout)
        finally:
            await connection.close()
        found = _told(_described(scene, proxy), tunnel)
        if _looks_turned(found):
            found = attrs.evolve(found, other_scheme=await _other_scheme(scene, proxy))
        return found


def _without_proxy(scene: Scene) -> ProxyWay | None:
    """Why there is no proxy, where the environment has something to do with it."""
    target, environment = scene.target, scene.environment
    if not consulted(target):
        return None
    choice = as_requests(target.host, target.port, environment)
    differs = difference(target.host, target.port, environment)
    if not (choice.exempted_by or choice.problem or differs):
        return None
    return ProxyWay(
        origin=choice.variable,
        exempted_by=choice.exempted_by,
        exempting=choice.exempting,
        unreadable=choice.problem,
        difference=differs,
    )


def _described(scene: Scene, proxy: ProxyServer) -> ProxyWay:
    target = scene.target
    return ProxyWay(
        url=str(proxy),
        scheme=proxy.scheme,
        origin=proxy.origin,
        has_credentials=proxy.has_credentials,
        difference=difference(target.host, target.port, scene.environment) if proxy.from_environment else "",
    )


async def _opened(scene: Scene, proxy: ProxyServer, connection: Connection, patience: float) -> Tunnel:
    return await ProxyLeg(proxy=proxy, target=scene.target).open(connection, deadline=Deadline.after(patience))


def _told(base: ProxyWay, tunnel: Tunnel) -> ProxyWay:
    """A tunnel as a fact."""
    http = tunnel.http
    steps = tuple(ProxyStep(name=step.name, said=step.said, answer=step.answer, elapsed=step.elapsed) for step in tunnel.steps)
    return attrs.evolve(
        base,
        destination=tunnel.destination,
        opened=tunnel.failure is None,
        steps=steps,
        status=http.status if http else None,
        reason=http.reason if http else reply_name(tunnel.reply),
        headers=http.headers if http else (),
        words=http.words if http else "",
        software=http.software if http else None,
        schemes=http.schemes if http else (),
        method=tunnel.method,
        reply=tunnel.reply,
        problem=tunnel.problem,
        verify_message=tunnel.verify_message,
        evidence=b"" if tunnel.failure is None else tunnel.evidence,
        failure=tunnel.failure,
    )


def _looks_turned(found: ProxyWay) -> bool:
    """Whether a failure could come from http and https being mixed up in the URL of the proxy."""
    if found.scheme not in _TURNED or found.opened:
        return False
    if found.scheme == "https":
        return found.problem == "tls"
    closed = found.failure is not None and found.failure.kind in (FailureKind.CLOSED, FailureKind.RESET)
    return found.problem == "not-http" or closed or found.status == 400


async def _other_scheme(scene: Scene, proxy: ProxyServer) -> str | None:
    """The other scheme, where the port is a proxy in it: without credentials, which are for the scheme that the caller named."""
    turned = attrs.evolve(proxy, scheme=_TURNED[proxy.scheme], username=None, password=None)
    connection = await scene.connect(before=Phase.PROXY, timeout=_PATIENCE)
    if isinstance(connection, Failure):
        return None
    try:
        tunnel = await _opened(scene, turned, connection, _PATIENCE)
    finally:
        await connection.close()
    if turned.scheme == "https":
        speaks_tls = any(step.name == "tls" and step.answer == "done" for step in tunnel.steps) or tunnel.problem == "certificate"
        is_proxy = speaks_tls and (tunnel.http is None or tunnel.http.status not in (400, 404, 405, 501))
    else:
        is_proxy = tunnel.http is not None and tunnel.http.status not in (400, 404, 405, 501)
    return turned.scheme if is_proxy else None
