"""Stapled: the OCSP answer of the handshake. It opens a connection only where the certificate demands an answer and none came."""

from __future__ import annotations

from ..certificates import read_certificate
from ..certificates.revocation import wants_staple
from ..iana import ProtocolVersion
from ..plugin import Cost, Delivery, HandshakeOutcome, Probe, Scene, Stapled, Unavailable, Why
from .common import broad_offer
from .handshake import credential_of

_AGAIN = Delivery(number=77)
"""The same hello once more, told apart from the repetitions of other probes."""


class StapledProbe(Probe):
    """Takes the answer from the handshake that there is."""

    name = "stapled"
    provides = Stapled
    needs = (HandshakeOutcome,)
    cost = Cost(connections=1)

    async def run(self, scene: Scene) -> Stapled | Unavailable:
        """Say what was stapled."""
        ours = scene.seen(HandshakeOutcome)
        if ours is None or not ours.certificates or not _would_have_come(ours):
            return Unavailable(why=Why.NOT_APPLICABLE, detail="the handshake did not get as far as a stapled answer", by=self.name)
        leaf = read_certificate(ours.certificates[0])
        demanded = wants_staple(leaf)
        again = await _once_more(scene) if demanded and ours.ocsp_response is None and ours.completed else None
        return Stapled(
            certificate=leaf.der,
            demanded=demanded,
            response=ours.ocsp_response,
            asked_again=again is not None,
            again=again or None,
        )


def _would_have_come(ours: HandshakeOutcome) -> bool:
    """TLS 1.3 has the answer beside the certificate, older versions have it in a message of its own after it."""
    return ours.completed or ours.version is ProtocolVersion.TLS1_3 or ours.ocsp_response is not None or "server_hello_done" in ours.messages


async def _once_more(scene: Scene) -> bytes | None:
    """What a second connection brings: the answer, empty when there is none again, None when that could not be found out."""
    exchange = await scene.handshake(broad_offer(scene.target), credential=credential_of(scene), delivery=_AGAIN)
    return (exchange.result.ocsp_response or b"") if exchange.result.completed else None
