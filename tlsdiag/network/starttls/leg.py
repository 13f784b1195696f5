"""The leg of the way that a STARTTLS dialogue is, and the one place where a dialogue meets a connection."""

from __future__ import annotations

import attrs

from ...failure import Blame, Failure, FailureKind, Phase
from ...starttls import protocol_named
from ...target import Target
from ..connection import Connection
from ..deadline import Deadline
from .dialogue import Dialogue
from .table import SPEAKERS
from .tds import TdsConnection


@attrs.frozen(kw_only=True)
class StarttlsLeg:
    """Speak `protocol` up to where TLS begins; `name` is whom the words are for, where the protocol says so (XMPP)."""

    protocol: str
    name: str

    @property
    def phase(self) -> Phase:
        """The phase of its failures."""
        return Phase.STARTTLS

    async def walk(self, connection: Connection, *, deadline: Deadline) -> bytes | Failure | Connection:
        """Go it. What was said in the clear after the go-ahead is left behind, as careful clients do; what looks like TLS is read next."""
        dialogue = self.dialogue()
        failure = await converse(dialogue, connection, deadline=deadline)
        if failure is not None:
            return failure
        return TdsConnection(connection) if self.protocol == "tds" else dialogue.early

    def dialogue(self, *, insist: bool = False) -> Dialogue:
        """A dialogue of the protocol that has not begun."""
        return Dialogue(SPEAKERS[self.protocol], self.name, insist=insist)


def starttls_leg(target: Target) -> StarttlsLeg | None:
    """The leg that leads to a target's TLS; None where TLS begins at once."""
    protocol = protocol_named(target.starttls) if target.starttls is not None else None
    return None if protocol is None else StarttlsLeg(protocol=protocol.name, name=target.server_name or target.host)


async def converse(dialogue: Dialogue, connection: Connection, *, deadline: Deadline) -> Failure | None:
    """Pass bytes between a dialogue and a connection until it is done; the failure where it did not lead to TLS."""
    to_send = dialogue.start()
    while True:
        if to_send and (lost := await connection.send(to_send, deadline=deadline)) is not None:
            dialogue.ended(attrs.evolve(lost, phase=Phase.STARTTLS))
        if dialogue.done:
            return _failure(dialogue)
        received = await connection.receive(deadline=deadline)
        if isinstance(received, Failure):
            dialogue.ended(attrs.evolve(received, phase=Phase.STARTTLS))
            return _failure(dialogue)
        to_send = dialogue.receive(received)


def _failure(dialogue: Dialogue) -> Failure | None:
    if dialogue.refusal is None:
        return None
    refusal = dialogue.refusal.value
    if dialogue.failure is not None:
        return attrs.evolve(dialogue.failure, refusal=refusal)
    return Failure(kind=FailureKind.PROTOCOL, phase=Phase.STARTTLS, blame=Blame.SERVER, detail=dialogue.detail, refusal=refusal)
