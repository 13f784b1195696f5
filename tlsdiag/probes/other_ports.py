"""OtherPorts: what the same address does at 443 and at 80, to tell a closed port from a host that is gone, and to hear what a portal or filter says in HTTP.

It runs only where the asked port fails: at most one connection to each, and to 443 only where TCP does not connect. A peer that takes the connection and is
silent, and a target behind a proxy or with STARTTLS, are left alone.
"""

from __future__ import annotations

import asyncio

from ..network import Deadline
from ..plugin import ClientOutcome, Cost, Failure, FailureKind, HandshakeOutcome, OtherPorts, PortSeen, Probe, Reachability, Resolution, Scene, Unavailable, Why

HTTP, HTTPS = 80, 443
SHARE = 0.3
"""The part of the timeout for connecting that is spent here: a port that drops packets must not cost a second timeout."""
_MOST = 4096
_REQUEST = "GET / HTTP/1.1\r\nHost: {}\r\nUser-Agent: tlsdiag\r\nAccept: */*\r\nConnection: close\r\n\r\n"


class OtherPortsProbe(Probe):
    """Connects to the two ports that tell most."""

    name = "other-ports"
    provides = OtherPorts
    needs = (Reachability,)
    wants = (ClientOutcome, HandshakeOutcome)
    cost = Cost(connections=0)  # none to the endpoint itself

    async def run(self, scene: Scene) -> OtherPorts | Unavailable:
        """Look beside the port that fails."""
        reason = _why_not(scene)
        if reason is not None:
            return Unavailable(why=Why.NOT_APPLICABLE, detail=reason, by=self.name)
        reachable = scene.seen(Reachability)
        others = (HTTP,) if reachable is not None and reachable.connected else (HTTPS, HTTP)
        wanted = [port for port in others if port != scene.endpoint.port]
        found = await asyncio.gather(*(_look(scene, port) for port in wanted))
        return OtherPorts(ports=tuple(found))


def _why_not(scene: Scene) -> str | None:
    client, ours, reachable = scene.seen(ClientOutcome), scene.seen(HandshakeOutcome), scene.seen(Reachability)
    resolution = scene.seen(Resolution)
    if (resolution is not None and resolution.via is not None) or scene.target.starttls is not None:
        return "the way goes through a proxy or a protocol of its own"
    if (client is None or client.completed) and (ours is None or ours.completed) and (reachable is None or reachable.connected):
        return "the port works"
    if reachable is not None and reachable.connected and ours is not None and ours.failure is not None and ours.failure.kind is FailureKind.TIMED_OUT:
        return "the port takes connections and is silent"
    return None


async def _look(scene: Scene, port: int) -> PortSeen:
    began = scene.clock()
    allowed = SHARE * scene.limits.connect_timeout
    connection = await scene.connect(timeout=allowed, port=port)
    elapsed = round(scene.clock() - began, 4)
    if isinstance(connection, Failure):
        return PortSeen(port=port, connected=False, failure=connection, elapsed=elapsed)
    try:
        if port != HTTP:
            return PortSeen(port=port, connected=True, elapsed=elapsed)
        request = _REQUEST.format(scene.target.server_name or scene.target.host).encode("ascii", "replace")
        deadline = Deadline.after(allowed)
        answer, failure = b"", await connection.send(request, deadline=deadline)
        while failure is None and len(answer) < _MOST:
            received = await connection.receive(deadline=deadline, size=_MOST)
            if isinstance(received, Failure):
                break
            answer += received
        return PortSeen(port=port, connected=True, elapsed=elapsed, request=request, answer=answer[:_MOST])
    finally:
        await connection.close()
