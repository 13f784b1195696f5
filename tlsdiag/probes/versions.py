"""AcceptedVersions: each protocol version offered alone, from SSL 2.0 to TLS 1.3.

QUICK looks only when the handshake failed in a way that a version could explain. A version that was agreed on already costs no connection.
"""

from __future__ import annotations

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
from .common import broad_offer, stopped_on_the_way
from .patience import ask

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
        known = {} if ours is None or not ours.completed or ours.version is None else {ours.version: _agreed(ours)}
        asked = [version for version in VERSIONS if version not in known]
        offers = [Offer.for_version(version, scene.target.server_name) for version in asked]
        good = broad_offer(scene.target) if known else None
        attempts = known | dict(zip(asked, await ask(scene, offers, stop_after=StopAfter.SERVER_HELLO, good=good), strict=True))
        found = tuple(VersionAttempt(version=version, attempt=attempts[version]) for version in VERSIONS)
        return AcceptedVersions(attempts=found, complete=all(item.attempt.accepted is not None for item in found))


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


def _agreed(ours: HandshakeOutcome) -> Attempt:
    return Attempt(accepted=True, version=ours.version, cipher_suite=ours.cipher_suite, certificates=ours.certificates)
