"""AnswerPace: how our own handshake's answer came in. It opens nothing: the recording is there."""

from __future__ import annotations

from ..network import Direction
from ..plugin import AnswerPace, HandshakeOutcome, Probe, Scene, Unavailable, Why
from .common import broad_offer
from .handshake import credential_of


class AnswerPaceProbe(Probe):
    """Reads the times of the pieces."""

    name = "answer-pace"
    provides = AnswerPace
    needs = (HandshakeOutcome,)

    async def run(self, scene: Scene) -> AnswerPace | Unavailable:
        """Count the pieces of the handshake that there was."""
        exchange = await scene.handshake(broad_offer(scene.target), credential=credential_of(scene))
        pieces = [chunk for chunk in exchange.recording.chunks if chunk.direction is Direction.RECEIVED]
        if not pieces:
            return Unavailable(why=Why.NOT_APPLICABLE, detail="nothing was received", by=self.name)
        return AnswerPace(pieces=len(pieces), received=sum(len(chunk.data) for chunk in pieces), first_at=pieces[0].at, last_at=pieces[-1].at)
