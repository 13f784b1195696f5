"""ServedChain: the certificates as they are sent, with and without the server name, for RSA and for ECDSA."""

from __future__ import annotations

import asyncio

from ..handshake import Offer, StopAfter
from ..plugin import (
    Attempt,
    ClientOutcome,
    Cost,
    Depth,
    HandshakeOutcome,
    Probe,
    Reachability,
    Scene,
    ServedChain,
    Unavailable,
    Why,
)
from .common import attempt_of, broad_offer


class ServedChainProbe(Probe):
    """Takes the chain from the handshake that there is; asks again with other offers where that tells something."""

    name = "served-chain"
    provides = ServedChain
    needs = (Reachability,)
    wants = (HandshakeOutcome, ClientOutcome)
    cost = Cost(connections=3)

    async def run(self, scene: Scene) -> ServedChain | Unavailable:
        """Collect what is served."""
        ours = scene.seen(HandshakeOutcome)
        if ours is None or not ours.answered_in_tls:
            return Unavailable(why=Why.NOT_APPLICABLE, detail="there was no answer in TLS", by=self.name)
        with_name = _as_attempt(ours)
        offer = broad_offer(scene.target)
        without, rsa, ecdsa = await asyncio.gather(
            _without_name(scene, offer, ours), _only(scene, offer, ours, "RSA"), _only(scene, offer, ours, "ECDSA")
        )
        return ServedChain(certificates=ours.certificates, with_name=with_name, without_name=without, rsa=rsa, ecdsa=ecdsa)


def _as_attempt(ours: HandshakeOutcome) -> Attempt:
    return Attempt(
        accepted=ours.completed or (False if ours.problem else None),
        version=ours.version,
        cipher_suite=ours.cipher_suite,
        alert=ours.alert_received,
        failure=ours.failure,
        problem=ours.problem,
        certificates=ours.certificates,
    )


async def _without_name(scene: Scene, offer: Offer, ours: HandshakeOutcome) -> Attempt | None:
    if offer.server_name is None or (scene.depth is Depth.QUICK and ours.certificates):
        return None
    return attempt_of(await scene.handshake(offer.with_(server_name=None), stop_after=StopAfter.CERTIFICATE))


async def _only(scene: Scene, offer: Offer, ours: HandshakeOutcome, kind: str) -> Attempt | None:
    if scene.depth is Depth.QUICK or not ours.certificates:
        return None
    return attempt_of(await scene.handshake(offer.authenticated_by(kind), stop_after=StopAfter.CERTIFICATE))
