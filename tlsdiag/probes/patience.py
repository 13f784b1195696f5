"""Asking a server for one thing after another without mistaking its patience for an answer.

A connection that is dropped without a word may mean "not this offer", or "not so many". So what was dropped is asked once more, by itself, and then
an offer that is known to be good: only where that one is taken was the other refused. Where it is dropped too there are pauses, and in the end no answer
(`accepted` None). Of many that were dropped two are asked again, and the others only where one of the two has another answer then: a limit
that had dropped them would let these through, and a guest does not ask five times for what is not there.
"""

from __future__ import annotations

import asyncio
from collections.abc import Sequence

import attrs

from ..handshake import Offer, StopAfter
from ..plugin import Attempt, Delivery, FailureKind, Scene
from .common import attempt_of

PAUSES = (0.5, 1.0, 2.0)
"""Seconds to wait when a server drops even a good offer: the usual limits count over one to three seconds."""
_SAMPLE = 2
"""How many of those that were dropped are asked again first: the last, which are the newest versions."""
_DROPS = (FailureKind.RESET, FailureKind.CLOSED, FailureKind.REFUSED, FailureKind.TIMED_OUT)


def was_dropped(attempt: Attempt) -> bool:
    """Whether a connection ended without a word: no alert, no answer of any kind."""
    failure = attempt.failure
    return failure is not None and failure.kind in _DROPS and attempt.alert is None and attempt.version is None and attempt.accepted is not True


async def ask(scene: Scene, offers: Sequence[Offer], *, stop_after: StopAfter, good: Offer | None) -> list[Attempt]:
    """What became of each offer, sent side by side; `good` is one that this endpoint is known to take (None: take one that it takes now)."""
    exchanges = await asyncio.gather(*(scene.handshake(offer, stop_after=stop_after) for offer in offers))
    attempts = [attempt_of(exchange) for exchange in exchanges]
    dropped = [place for place, attempt in enumerate(attempts) if _is_in_doubt(attempt)]
    taken = next((offer for offer, attempt in zip(offers, attempts, strict=True) if attempt.accepted), None)
    good = good or taken
    if not dropped:
        return attempts
    if good is None:  # nothing works here: there is nothing to tell a refusal from anything else by
        return [_unsure(attempt) if place in dropped else attempt for place, attempt in enumerate(attempts)]
    again = await _once_more(scene, [offers[place] for place in dropped], [attempts[place] for place in dropped], stop_after, good)
    for place, attempt in zip(dropped, again, strict=True):
        attempts[place] = attempt
    return attempts


async def _once_more(
    scene: Scene, offers: Sequence[Offer], before: Sequence[Attempt], stop_after: StopAfter, good: Offer
) -> list[Attempt]:
    """One after another, then the good offer; with pauses where that is dropped."""
    first = [attrs.evolve(await _again(scene, offer, stop_after, 1), dropped=1) for offer in offers[-_SAMPLE:]]
    rest = offers[:-_SAMPLE]
    if rest and all(_is_in_doubt(attempt) for attempt in first) and await _takes(scene, good, 1):
        return [*(attrs.evolve(attempt, dropped=1) for attempt in before[:-_SAMPLE]), *first]
    attempts = [*[attrs.evolve(await _again(scene, offer, stop_after, 1), dropped=1) for offer in rest], *first]
    if not any(_is_in_doubt(attempt) for attempt in attempts) or await _takes(scene, good, 1):
        return attempts
    for number, pause in enumerate(PAUSES, 2):
        await asyncio.sleep(pause)
        if await _takes(scene, good, number):
            return [await _slowly(scene, offer, attempt, stop_after, pause) for offer, attempt in zip(offers, attempts, strict=True)]
    return [_unsure(attempt) if _is_in_doubt(attempt) else attempt for attempt in attempts]


async def _slowly(scene: Scene, offer: Offer, attempt: Attempt, stop_after: StopAfter, pause: float) -> Attempt:
    """A server that limits us is asked once more after a pause; what it drops then says nothing."""
    if not _is_in_doubt(attempt):
        return attempt
    await asyncio.sleep(pause)
    last = await _again(scene, offer, stop_after, 2)
    return attrs.evolve(_unsure(last) if _is_in_doubt(last) else last, dropped=2)


async def _again(scene: Scene, offer: Offer, stop_after: StopAfter, number: int) -> Attempt:
    return attempt_of(await scene.handshake(offer, stop_after=stop_after, delivery=Delivery(number=number)))


async def _takes(scene: Scene, good: Offer, number: int) -> bool:
    exchange = await scene.handshake(good, stop_after=StopAfter.SERVER_HELLO, delivery=Delivery(number=-number))
    return exchange.result.reached


def _is_in_doubt(attempt: Attempt) -> bool:
    """Dropped at once. Silence is not asked again: it costs a timeout each time, and never reads as a refusal."""
    return was_dropped(attempt) and attempt.failure is not None and attempt.failure.kind is not FailureKind.TIMED_OUT


def _unsure(attempt: Attempt) -> Attempt:
    return attrs.evolve(attempt, accepted=None)
