"""SpokenProtocol: what a port speaks that does not answer in TLS. It listens for a greeting and, side by side, says a word in other protocols."""

from __future__ import annotations

import asyncio
import re
from collections.abc import Sequence

import attrs

from ..handshake import ClientHandshake
from ..network import Connection, Deadline
from ..plugin import Cost, Failure, FailureKind, HandshakeOutcome, Phase, Probe, Reachability, Scene, SpokenProtocol, Unavailable, Why
from .common import broad_offer, stopped_on_the_way
from .spoken_signatures import recognise, software_of

SHARE = 0.35
"""The part of the handshake timeout that is spent here, so that silence costs little more than one deadline."""


@attrs.frozen
class Word:
    """Something to say on a connection of its own; empty: only listen."""

    how: str
    data: bytes


# What nginx, Apache, Go and Tomcat answer to plain HTTP on a port that does speak TLS. nginx answers other bytes with a 400 too.
_ASKS_FOR_TLS = re.compile(
    rb"plain HTTP request was sent to HTTPS port|speaking plain HTTP to an SSL-enabled server port|"
    rb"HTTP request to an HTTPS server|combination of host and port requires TLS",
    re.IGNORECASE,
)
WORDS = (
    Word("greeting", b""),
    Word("reply to GET", b"GET / HTTP/1.0\r\n\r\n"),
    Word("reply to SSLRequest", bytes.fromhex("0000000804d2162f")),
    Word("reply to a StartTLS request", bytes.fromhex("301d02010177188016312e332e362e312e342e312e313436362e3230303337")),
)


_PROXIED = "reply to a hello behind a PROXY line"
_HANDSHAKE_RECORD = b"\x16\x03"


class SpokenProtocolProbe(Probe):
    """Runs only where the handshake met something that is no TLS, silence, or a closed door."""

    name = "spoken-protocol"
    provides = SpokenProtocol
    needs = (Reachability, HandshakeOutcome)
    cost = Cost(connections=len(WORDS) + 1)

    async def run(self, scene: Scene) -> SpokenProtocol | Unavailable:
        """Recognise the answer, or ask further."""
        ours, reachable = scene.seen(HandshakeOutcome), scene.seen(Reachability)
        if reachable is None or not reachable.connected:
            return Unavailable(why=Why.NOT_APPLICABLE, detail="TCP does not connect", by=self.name)
        if ours is None or ours.answered_in_tls or ours.completed:
            return Unavailable(why=Why.NOT_APPLICABLE, detail="the port answers in TLS", by=self.name)
        if stopped_on_the_way(ours):
            return Unavailable(why=Why.NOT_APPLICABLE, detail="the way to TLS ended early", by=self.name)
        if scene.target.starttls is not None:
            return await _ask(scene, ours, WORDS[:1])  # past the go-ahead no other protocol is to be expected: only listen
        if ours.non_tls is not None and (known := recognised(ours.non_tls, "reply to ClientHello", 0.0)) is not None:
            return known
        hung_up = ours.failure is not None and ours.failure.kind in (FailureKind.RESET, FailureKind.CLOSED)
        return await _ask(scene, ours, (*WORDS, _proxied_hello(scene)) if hung_up else WORDS)  # in silence a fifth word would wait for its turn


def _proxied_hello(scene: Scene) -> Word:
    """Our hello behind a line of the PROXY protocol that names no address: a port that waits for one answers it in TLS."""
    hello = ClientHandshake(broad_offer(scene.target), randomness=scene.randomness).start()
    return Word(_PROXIED, b"PROXY UNKNOWN\r\n" + hello)


def recognised(data: bytes, how: str, listened: float) -> SpokenProtocol | None:
    """What the answer to a word tells; None when it tells nothing."""
    if not data:
        return None
    if how == _PROXIED:
        return SpokenProtocol(protocol="proxy-protocol", evidence=data[:512], how=how, listened=listened) if data[:2] == _HANDSHAKE_RECORD else None
    if how == "reply to SSLRequest" and data in (b"S", b"N"):
        return SpokenProtocol(protocol="postgresql", evidence=data, how=how, starttls="postgres", listened=listened)
    found = recognise(data)
    if found is None:
        return None
    return SpokenProtocol(
        protocol=found.protocol,
        evidence=data[:512],
        how=how,
        starttls=found.starttls,
        software=software_of(found.protocol, data),
        listened=listened,
    )


async def _ask(scene: Scene, ours: HandshakeOutcome, words: Sequence[Word]) -> SpokenProtocol:
    began = scene.clock()
    allowed = SHARE * scene.limits.handshake_timeout
    answers = await asyncio.gather(*(say(scene, word, allowed) for word in words))
    listened = round(scene.clock() - began, 3)
    heard = [(word.how, answer) for word, answer in zip(words, answers, strict=True) if isinstance(answer, bytes)]
    greeting = answers[0]
    failure = greeting if isinstance(greeting, Failure) and greeting.kind is not FailureKind.TIMED_OUT else None
    if any(_ASKS_FOR_TLS.search(data) for _, data in heard):
        return SpokenProtocol(protocol=None, listened=listened, greeting_failure=failure)
    for how, data in heard if scene.target.starttls is None else ():
        if (known := recognised(data, how, listened)) is not None:
            return known
    evidence = next((data for _, data in heard if data), ours.non_tls or b"")
    how = next((how for how, data in heard if data), "reply to ClientHello" if ours.non_tls else "")
    return SpokenProtocol(protocol=None, evidence=evidence[:512], how=how, listened=listened, greeting_failure=failure)


async def say(scene: Scene, word: Word, allowed: float, *, before: Phase | None = None) -> bytes | Failure:
    """Say a word on a connection of its own, and wait for what comes; `before` stops ahead of that phase of the way."""
    connection = await scene.connect(timeout=allowed, before=before)
    if isinstance(connection, Failure):
        return connection
    try:
        return await _converse(connection, word, Deadline.after(allowed))
    finally:
        await connection.close()


async def _converse(connection: Connection, word: Word, deadline: Deadline) -> bytes | Failure:
    if word.data and (failure := await connection.send(word.data, deadline=deadline)) is not None:
        return failure
    return await connection.receive(deadline=deadline, size=4096)
