"""ForwardSecrecy: whether an ephemeral key exchange was agreed on, and if not, whether one can be had."""

from __future__ import annotations

from ..handshake import StopAfter
from ..plugin import Cost, ForwardSecrecy, HandshakeOutcome, Probe, Scene, Unavailable, Why
from .common import broad_offer
from .patience import ask


class ForwardSecrecyProbe(Probe):
    """Costs a connection only when the agreed suite has no forward secrecy."""

    name = "forward-secrecy"
    provides = ForwardSecrecy
    needs = (HandshakeOutcome,)
    cost = Cost(connections=1)

    async def run(self, scene: Scene) -> ForwardSecrecy | Unavailable:
        """Look at the suite, or offer ephemeral suites alone."""
        ours = scene.seen(HandshakeOutcome)
        if ours is None or ours.cipher_suite is None:
            return Unavailable(why=Why.NOT_APPLICABLE, detail="no cipher suite was agreed on", by=self.name)
        row = ours.cipher_suite.row
        if row is None or row["forward_secret"]:
            return ForwardSecrecy(agreed=True)
        offer = broad_offer(scene.target)
        ephemeral = tuple(suite for suite in offer.cipher_suites if (item := suite.row) is not None and item["forward_secret"])
        good = offer if ours.completed else None
        (attempt,) = await ask(scene, [offer.with_(cipher_suites=ephemeral)], stop_after=StopAfter.SERVER_HELLO, good=good)
        return ForwardSecrecy(agreed=False, only_ephemeral=attempt)
