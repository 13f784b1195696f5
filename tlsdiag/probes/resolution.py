"""Resolution: which addresses the host name leads to, unless the caller pinned them."""

from __future__ import annotations

import attrs

from ..network import Deadline, resolve
from ..plugin import Endpoint, Failure, Probe, Resolution, Scene, Scope


class ResolutionProbe(Probe):
    """Asks the system's resolver, as the client would."""

    name = "resolution"
    provides = Resolution
    scope = Scope.TARGET

    async def run(self, scene: Scene) -> Resolution:
        """Resolve the target's host."""
        target = scene.target
        if target.addresses is not None:
            pinned = tuple(Endpoint(address=address, port=target.port) for address in target.addresses)
            return _capped(Resolution(host=target.host, endpoints=pinned, pinned=True), scene)
        began = scene.clock()
        found = await resolve(target.host, target.port, deadline=Deadline.after(scene.limits.resolve_timeout))
        elapsed = round(scene.clock() - began, 4)
        if isinstance(found, Failure):
            return Resolution(host=target.host, failure=found, elapsed=elapsed)
        return _capped(Resolution(host=target.host, endpoints=found.addresses, elapsed=elapsed), scene)


def _capped(resolution: Resolution, scene: Scene) -> Resolution:
    most = scene.limits.endpoints
    omitted = max(0, len(resolution.endpoints) - most)
    return attrs.evolve(resolution, endpoints=resolution.endpoints[:most], omitted=omitted)
