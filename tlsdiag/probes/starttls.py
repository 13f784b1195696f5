"""StarttlsDialogue: the way from the greeting to where TLS begins, step by step, on a connection of its own.

Every other probe goes that way silently (`scene.connect`); this one writes it down. Where the peer stays silent or hangs up, further
connections say other first words: that tells a port on which TLS begins at once, or another protocol, from one on which nothing answers.
"""

from __future__ import annotations

import asyncio

import attrs

from ..handshake import ClientHandshake
from ..network import Connection, Deadline, Dialogue, StarttlsLeg, converse, starttls_leg
from ..plugin import Cost, Failure, Phase, Probe, Reachability, Scene, SpokenProtocol, StarttlsDialogue, StarttlsRefusal, Unavailable, Why
from .common import broad_offer
from .spoken import SHARE, WORDS, Word, recognised, say

LINGER = 0.05
"""Seconds to listen after the go-ahead: an honest peer waits for our ClientHello, and says nothing."""
_SAME = {"lmtp": "smtp", "xmpp-server": "xmpp"}
_FIRST_WORDS = ("reply to SSLRequest", "reply to a StartTLS request")
_TLS_STARTS = (b"\x15\x03", b"\x16\x03")


class StarttlsProbe(Probe):
    """Speaks the target's STARTTLS protocol; costs nothing where TLS begins at once."""

    name = "starttls"
    provides = StarttlsDialogue
    needs = (Reachability,)
    cost = Cost(connections=4)

    async def run(self, scene: Scene) -> StarttlsDialogue | Unavailable:
        """Go the way to its end, and look why it ended early."""
        leg, reachable = starttls_leg(scene.target), scene.seen(Reachability)
        if leg is None:
            return Unavailable(why=Why.NOT_APPLICABLE, detail="TLS begins at once on this target", by=self.name)
        if reachable is None or not reachable.connected:
            return Unavailable(why=Why.NOT_APPLICABLE, detail="TCP does not connect", by=self.name)
        began = scene.clock()
        connection = await scene.connect(before=Phase.STARTTLS)
        if isinstance(connection, Failure):
            return Unavailable(why=Why.FAILED, detail=str(connection), by=self.name)
        try:
            dialogue = await _speak(scene, leg, connection)
        finally:
            await connection.close()
        found = _observed(scene, leg, dialogue)
        if not dialogue.completed and found.speaks is None:
            found = await _named(scene, found)
        return attrs.evolve(found, elapsed=round(scene.clock() - began, 4))


async def _speak(scene: Scene, leg: StarttlsLeg, connection: Connection) -> Dialogue:
    dialogue, began = leg.dialogue(insist=True), scene.clock()
    scene.tried(await converse(dialogue, connection, deadline=Deadline.after(scene.limits.handshake_timeout)), began=began)
    if dialogue.completed:
        late = await connection.receive(deadline=Deadline.after(LINGER))
        if isinstance(late, bytes):
            dialogue.receive(late)
    return dialogue


def _observed(scene: Scene, leg: StarttlsLeg, dialogue: Dialogue) -> StarttlsDialogue:
    notes = dialogue.notes
    return StarttlsDialogue(
        protocol=leg.protocol,
        guessed=scene.target.starttls_guessed,
        completed=dialogue.completed,
        steps=tuple(dialogue.steps),
        offered=tuple(item[:200] for item in notes.offered[:64]),
        garbled=notes.garbled[:200],
        accepted_anyway=notes.accepted_anyway,
        refusal=dialogue.refusal,
        refused_at=None if dialogue.completed else dialogue.at,
        detail=dialogue.detail,
        speaks="tls" if dialogue.refusal is StarttlsRefusal.TLS_ALREADY else notes.speaks,
        injected=dialogue.injected,
        software=notes.software,
        failure=dialogue.failure,
    )


async def _named(scene: Scene, found: StarttlsDialogue) -> StarttlsDialogue:
    """Which protocol it is that does not speak as it should."""
    heard = next((step.answered for step in found.steps if step.answered), b"")
    if not heard and found.refusal in (StarttlsRefusal.CLOSED, StarttlsRefusal.SILENCE):
        return await _asked(scene, found)
    other = _other(found.protocol, recognised(heard, "greeting", 0.0))
    if other is None or found.offered:
        return found
    return attrs.evolve(found, refusal=StarttlsRefusal.WRONG_PROTOCOL, speaks=other)


async def _asked(scene: Scene, found: StarttlsDialogue) -> StarttlsDialogue:
    """Say the first words of protocols in which the client speaks first, TLS among them, side by side."""
    hello = ClientHandshake(broad_offer(scene.target), randomness=scene.randomness).start()
    words = (Word("reply to ClientHello", hello), *(word for word in WORDS if word.how in _FIRST_WORDS))
    allowed = SHARE * scene.limits.handshake_timeout
    answers = await asyncio.gather(*(say(scene, word, allowed, before=Phase.STARTTLS) for word in words))
    if isinstance(answers[0], bytes) and answers[0].startswith(_TLS_STARTS):
        detail = f"{found.detail}; a ClientHello is answered in TLS at once"
        return attrs.evolve(found, refusal=StarttlsRefusal.TLS_ALREADY, speaks="tls", detail=detail)
    for word, answer in zip(words, answers, strict=True):
        known = recognised(answer, word.how, 0.0) if isinstance(answer, bytes) else None
        if known is None:
            continue
        if (other := _other(found.protocol, known)) is not None:
            detail = f"{found.detail}; told by the {word.how}"
            return attrs.evolve(found, refusal=StarttlsRefusal.WRONG_PROTOCOL, speaks=other, detail=detail)
        found = attrs.evolve(found, greeted=found.greeted + 1)
    return found


def _other(protocol: str, known: SpokenProtocol | None) -> str | None:
    """The protocol that the words tell, when it is another one. A greeting of 220 alone tells none."""
    if known is None or _SAME.get(protocol, protocol) in (known.starttls, known.protocol):
        return None
    vague = known.protocol == "ftp" and b"ftp" not in known.evidence.lower()
    return None if vague else known.starttls or known.protocol
