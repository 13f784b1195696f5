"""ServedChain: the certificates as they are sent, with and without the server name, for RSA and for ECDSA."""

from __future__ import annotations

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
from .common import broad_offer
from .patience import ask


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
        offers = _offers(scene, ours)
        good = broad_offer(scene.target) if ours.completed else None
        attempts = await ask(scene, list(offers.values()), stop_after=StopAfter.CERTIFICATE, good=good)
        others = dict(zip(offers, attempts, strict=True))
        return ServedChain(certificates=ours.certificates, with_name=with_name, **others)


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


def _offers(scene: Scene, ours: HandshakeOutcome) -> dict[str, Offer]:
    """What else to ask, by the field that it fills."""
    broad, found = broad_offer(scene.target), {}
    quick = scene.depth is Depth.QUICK
    if broad.server_name is not None and not (quick and ours.certificates):
        found["without_name"] = broad.with_(server_name=None)
    if not quick and ours.certificates:
        found |= {"rsa": broad.authenticated_by("RSA"), "ecdsa": broad.authenticated_by("ECDSA")}
    return found
