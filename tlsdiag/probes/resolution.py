"""Resolution: which addresses the host name leads to, unless the caller pinned them; with a proxy, where the proxy is, which is what is dialled."""

from __future__ import annotations

import attrs

from ..network import Deadline, resolve
from ..plugin import Endpoint, Failure, Probe, ProxyServer, Resolution, Scene, Scope


class ResolutionProbe(Probe):
    """Asks the system's resolver, as the client would."""

    name = "resolution"
    provides = Resolution
    scope = Scope.TARGET

    async def run(self, scene: Scene) -> Resolution:
        """Resolve the target's host."""
        target = scene.target
        if isinstance(target.proxy, ProxyServer):
            found = await _resolved(scene, target.proxy.host, target.proxy.port)
            return attrs.evolve(found, via=str(target.proxy), via_origin=target.proxy.origin)
        if target.addresses is not None:
            pinned = tuple(Endpoint(address=address, port=target.port) for address in target.addresses)
            return _capped(Resolution(host=target.host, endpoints=pinned, pinned=True), scene)
        return await _resolved(scene, target.host, target.port)


async def _resolved(scene: Scene, host: str, port: int) -> Resolution:
    began = scene.clock()
    found = await resolve(host, port, deadline=Deadline.after(scene.limits.resolve_timeout))
    elapsed = round(scene.clock() - began, 4)
    if isinstance(found, Failure):
        return Resolution(host=host, failure=found, elapsed=elapsed)
    return _capped(Resolution(host=host, endpoints=found.addresses, elapsed=elapsed), scene)


def _capped(resolution: Resolution, scene: Scene) -> Resolution:
    most = scene.limits.endpoints
    omitted = max(0, len(resolution.endpoints) - most)
    return attrs.evolve(resolution, endpoints=resolution.endpoints[:most], omitted=omitted)
