"""ServedChain: the certificates as they are sent, with and without the server name, for RSA and for ECDSA.

What counts is what the client gets. Our own broad offer takes every kind of key: a server with two certificates may have given the client the
other one.
"""

from __future__ import annotations

from ..certificates import read_certificate
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
from .common import broad_offer, chain_in_the_clear, replay_of
from .patience import ask


class ServedChainProbe(Probe):
    """Takes the chain from the handshake that there is; asks again with other offers where that tells something."""

    name = "served-chain"
    provides = ServedChain
    needs = (Reachability,)
    wants = (HandshakeOutcome, ClientOutcome)
    cost = Cost(connections=4)

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
        certificates = await _clients_own(scene, ours, (others.get("rsa"), others.get("ecdsa")))
        return ServedChain(certificates=certificates, with_name=with_name, **others)


async def _clients_own(scene: Scene, ours: HandshakeOutcome, others: tuple[Attempt | None, ...]) -> tuple[bytes, ...]:
    """The chain that the client was given, where its key is of another kind than that of ours; ours where they agree, or where that cannot be told.

    Another leaf with the same kind of key is another machine's, and told by the repetitions.
    """
    client = scene.seen(ClientOutcome)
    if client is None or not ours.certificates:
        return ours.certificates
    kinds = {_kind(attempt.certificates) for attempt in others if attempt is not None and attempt.certificates}
    found = chain_in_the_clear(client.received)
    replay = None if found else replay_of(client)
    if replay is not None and (kinds - {_kind(ours.certificates)} or (client.verify_code is not None and scene.depth is Depth.QUICK)):
        exchange = await scene.handshake(replay, stop_after=StopAfter.CERTIFICATE)
        found = exchange.result.certificates
    return found if found and _kind(found) != _kind(ours.certificates) else ours.certificates


def _kind(chain: tuple[bytes, ...]) -> str:
    """The kind of key of the first certificate."""
    return read_certificate(chain[0]).key.kind


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
