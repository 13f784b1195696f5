"""AcceptedVersions: each protocol version offered alone, from SSL 2.0 to TLS 1.3.

QUICK looks only when the handshake failed in a way that a version could explain. A version that was agreed on already costs no connection.
"""

from __future__ import annotations

import asyncio

from ..handshake import Offer, StopAfter
from ..iana import ProtocolVersion
from ..plugin import (
    AcceptedVersions,
    Attempt,
    ClientOutcome,
    Cost,
    Depth,
    HandshakeOutcome,
    Probe,
    Reachability,
    Scene,
    Unavailable,
    VersionAttempt,
    Why,
)
from .common import attempt_of, stopped_on_the_way

VERSIONS = tuple(ProtocolVersion(code) for code in (0x0002, 0x0300, 0x0301, 0x0302, 0x0303, 0x0304))


class VersionsProbe(Probe):
    """One ServerHello for each version, side by side."""

    name = "versions"
    provides = AcceptedVersions
    needs = (Reachability,)
    wants = (HandshakeOutcome, ClientOutcome)
    cost = Cost(connections=6)

    async def run(self, scene: Scene) -> AcceptedVersions | Unavailable:
        """Offer each version."""
        reason = _why_not(scene)
        if reason is not None:
            return Unavailable(why=Why.NOT_APPLICABLE, detail=reason, by=self.name)
        ours = scene.seen(HandshakeOutcome)
        attempts = await asyncio.gather(*(_try(scene, version, ours) for version in VERSIONS))
        found = tuple(VersionAttempt(version=version, attempt=attempt) for version, attempt in zip(VERSIONS, attempts, strict=True))
        return AcceptedVersions(attempts=found, complete=all(attempt.accepted is not None for attempt in attempts))


def _why_not(scene: Scene) -> str | None:
    ours, client = scene.seen(HandshakeOutcome), scene.seen(ClientOutcome)
    reachable = scene.seen(Reachability)
    if reachable is None or not reachable.connected:
        return "TCP does not connect"
    if ours is None:
        return "there is no handshake to start from"
    if stopped_on_the_way(ours):
        return "the way to TLS ended early"
    if not ours.answered_in_tls and ours.bytes_received == 0 and ours.failure is not None and ours.failure.kind.value == "timed-out":
        return "the peer is silent"
    if ours.non_tls is not None:
        return "the port does not speak TLS"
    if scene.depth is Depth.QUICK and not _worth_it(ours, client):
        return "nothing points to the protocol version"
    return None


def _worth_it(ours: HandshakeOutcome, client: ClientOutcome | None) -> bool:
    if not ours.completed:
        return True
    return client is not None and not client.completed and client.verify_code is None


async def _try(scene: Scene, version: ProtocolVersion, ours: HandshakeOutcome | None) -> Attempt:
    if ours is not None and ours.completed and ours.version == version:
        return Attempt(
            accepted=True, version=version, cipher_suite=ours.cipher_suite, certificates=ours.certificates
        )
    offer = Offer.for_version(version, scene.target.server_name)
    return attempt_of(await scene.handshake(offer, stop_after=StopAfter.SERVER_HELLO))
