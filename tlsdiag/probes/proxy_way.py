"""ProxyWay: what the proxy says to a request for a tunnel; or, without a proxy, what in the environment exempts the host from one."""

from __future__ import annotations

import attrs

from ..network import Deadline
from ..network.proxy import Choice, ProxyLeg, Tunnel, as_requests, consulted, difference, reply_name
from ..plugin import Cost, Failure, FailureKind, Phase, Probe, ProxyServer, ProxyStep, ProxyWay, Scene, Unavailable, Why

_PATIENCE = 1.5
"""Seconds for a word in the other scheme: a port that is a proxy in it answers at once."""
_OTHERS = {"http": ("https", "socks5h"), "https": ("http",), "socks5": ("http",), "socks5h": ("http",)}
_WEB_REFUSALS = (400, 404, 405, 501)


class ProxyWayProbe(Probe):
    """One tunnel, opened and closed; more connections where the answer looks like that of a proxy of another scheme."""

    name = "proxy-way"
    provides = ProxyWay
    cost = Cost(connections=3)

    async def run(self, scene: Scene) -> ProxyWay | Unavailable:
        """Ask the proxy."""
        proxy = scene.target.proxy
        if not isinstance(proxy, ProxyServer):
            return _without_proxy(scene) or self._none(scene)
        connection = await scene.connect(before=Phase.PROXY)
        if isinstance(connection, Failure):
            return attrs.evolve(_described(scene, proxy), failure=connection)
        try:
            tunnel = await ProxyLeg(proxy=proxy, target=scene.target).open(connection, deadline=Deadline.after(scene.limits.connect_timeout))
        finally:
            await connection.close()
        found = _told(_described(scene, proxy), tunnel)
        if _looks_turned(found):
            found = attrs.evolve(found, other_scheme=await _other_scheme(scene, proxy))
        return found


    def _none(self, scene: Scene) -> Unavailable:
        target = scene.target
        choice = as_requests(target.host, target.port, scene.environment) if consulted(target) else Choice()
        if choice.unsupported:
            detail = f"{choice.variable} names a {choice.unsupported} proxy, and tlsdiag goes through SOCKS5 and HTTP only: it went directly"
            return Unavailable(why=Why.FAILED, detail=detail, by=self.name)
        return Unavailable(why=Why.NOT_APPLICABLE, detail="no proxy is in use", by=self.name)


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
        page=http is not None and http.is_page,
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
    """Whether a failure could come from schemes being mixed up in the URL of the proxy."""
    failure = found.failure
    if found.opened or failure is None or found.problem == "certificate":
        return False
    if found.scheme == "https":
        return found.problem == "tls"
    if found.scheme.startswith("socks"):
        return found.problem in ("not-socks", "no-answer")
    closed = found.problem == "no-answer" and failure.kind in (FailureKind.CLOSED, FailureKind.RESET)
    return closed or found.problem == "not-http" or found.status == 400


async def _other_scheme(scene: Scene, proxy: ProxyServer) -> str | None:
    """The scheme in which the port is a proxy after all; asked without credentials, which are for the scheme that the caller named."""
    for scheme in _OTHERS[proxy.scheme]:
        other = attrs.evolve(proxy, scheme=scheme, username=None, password=None)
        connection = await scene.connect(before=Phase.PROXY, timeout=_PATIENCE)
        if isinstance(connection, Failure):
            return None
        try:
            leg = ProxyLeg(proxy=other, target=scene.target, verifies=False)
            tunnel = await leg.open(connection, deadline=Deadline.after(_PATIENCE))
        finally:
            await connection.close()
        if _is_proxy(tunnel, scheme):
            return scheme
    return None


def _is_proxy(tunnel: Tunnel, scheme: str) -> bool:
    if scheme == "socks5h":
        return tunnel.method is not None
    http = tunnel.http
    return http is not None and http.status not in _WEB_REFUSALS and not http.is_page
