"""Reachability: whether TCP connects, and how long that takes."""

from __future__ import annotations

from ..plugin import Cost, Failure, FailureKind, Phase, Probe, Reachability, Scene


class ReachabilityProbe(Probe):
    """Connects and hangs up."""

    name = "reachability"
    provides = Reachability
    cost = Cost(connections=1)

    async def run(self, scene: Scene) -> Reachability:
        """Dial the endpoint once."""
        began = scene.clock()
        found = await scene.connect(before=Phase.PROXY)
        elapsed = round(scene.clock() - began, 4)
        if isinstance(found, Failure):
            if found.kind is FailureKind.RESET:
                return Reachability(connected=True, elapsed=elapsed)  # torn down before we could look: TCP did connect
            return Reachability(connected=False, failure=found, elapsed=elapsed)
        await found.close()
        return Reachability(connected=True, elapsed=elapsed)
