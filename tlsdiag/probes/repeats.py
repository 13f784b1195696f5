"""Repeats: the client's own hello sent to the same address again, as it was. What changes then is not the client's doing.

A healthy endpoint costs three connections, side by side. Where one differs from another, or from what the client met, more follow: one after another, and
where some were dropped without a word, with pauses, because that is what tells a limit of the rate from a broken machine.

Where a dialogue leads to TLS, each connection of the diagnosis goes through it and is a sample of it already: nothing is repeated
where all of them failed, and more follow where some did.
"""

from __future__ import annotations

import asyncio
from collections.abc import Sequence

from ..certificates import DEFAULT, StoreError, TrustStore, build_paths, match_host, read_certificate
from ..plugin import (
    AcceptedVersions,
    Attempt,
    ChainSeen,
    ClientOutcome,
    Cost,
    Delivery,
    Depth,
    Failure,
    FailureKind,
    ForwardSecrecy,
    HandshakeOutcome,
    MadeUpName,
    Note,
    Pace,
    Phase,
    Probe,
    Reachability,
    RepeatOutcome,
    Repeats,
    Scene,
    ServedChain,
    ServerDate,
    StarttlsDialogue,
    StarttlsRefusal,
    Unavailable,
    Why,
)
from .client import ClientProbe
from .common import broad_offer, replay_of
from .handshake import credential_of
from .repeats_reading import agree, dropped_some, is_mixed, of_client, of_exchange, of_nobody
from .trust import store_of

TOGETHER = 3
IN_A_ROW = (False, True, True, False)
"""Whether the client's own library speaks: not by turns, since a balancer that takes turns as well would give each always the same machine."""
SLOWLY = (False, True, False, False, True)
PAUSE, COOLING = 0.7, 2.5
"""Seconds between slow ones, and before the first of them: a limit counts what it has dropped as well."""
_NO_WAY = (FailureKind.UNREACHABLE, FailureKind.PROHIBITED, FailureKind.LOCAL, FailureKind.BUDGET_SPENT)
_OWN_NUMBERS = 1000
"""Repetitions of other probes have lower numbers: each of ours is a connection of its own."""
_DATES = ("expired", "not-yet-valid")
_GRAVE = (*_DATES, "other-name", "untrusted")
_PATIENT = 0.3
"""The part of the handshake timeout that one repetition may take."""


class RepeatsProbe(Probe):
    """Sends the same hello again and again, within reason."""

    name = "repeats"
    provides = Repeats
    needs = (ClientOutcome, HandshakeOutcome)
    # all that hold connections while the port works: a server that serves one at a time must not keep us waiting for ourselves
    wants = (AcceptedVersions, ServedChain, ForwardSecrecy, Reachability, ServerDate, MadeUpName, StarttlsDialogue)
    cost = Cost(connections=TOGETHER + len(IN_A_ROW) + len(SLOWLY))

    async def run(self, scene: Scene) -> Repeats | Unavailable:
        """Repeat until it is clear whether the answers agree."""
        client, ours = scene.seen(ClientOutcome), scene.seen(HandshakeOutcome)
        if client is None or ours is None:
            return Unavailable(why=Why.NEEDS, detail="there is no handshake to start from", by=self.name)
        reason = _why_not(scene, client, ours)
        if reason is not None:
            return Unavailable(why=Why.NOT_APPLICABLE, detail=reason, by=self.name)
        return await _Series(scene, client, ours).run()


def _why_not(scene: Scene, client: ClientOutcome, ours: HandshakeOutcome) -> str | None:
    if client.settings.problem:
        return "the client cannot be set up"
    failure = client.failure
    if failure is not None and (failure.phase is Phase.PROXY or failure.kind in _NO_WAY):
        return "the way does not lead as far as TLS"
    if _at_times(scene):
        return None
    if failure is not None and failure.phase is Phase.STARTTLS:
        return "the way does not lead as far as TLS, on any connection"
    if not client.received and not ours.bytes_received and failure is not None and failure.kind is FailureKind.TIMED_OUT:
        return "nothing here has ever answered, and each repetition would cost a timeout"
    if scene.depth is Depth.QUICK and client.completed and ours.completed and not _contradict(scene, client, ours):
        return "nothing points to more than one machine behind the address"
    return None


def _at_times(scene: Scene) -> bool:
    """Whether the dialogue before TLS went well on one connection and not on another, or was heard to begin where it had been met with silence."""
    dialogue = scene.seen(StarttlsDialogue)
    return is_mixed(scene.tries) or (dialogue is not None and dialogue.greeted > 0)


def _contradict(scene: Scene, client: ClientOutcome, ours: HandshakeOutcome) -> bool:
    """Whether the client took what it should have refused, had it met the certificate that we met."""
    served = scene.seen(ServedChain)
    met = served.certificates if served is not None else ours.certificates  # of two kinds of key the one that the client was given
    if not client.completed or client.settings.verify_mode != "CERT_REQUIRED" or not met:
        return False
    return any(note.code in _GRAVE for note in _of_its_own_clock(_chain_seen(met, scene).faults, scene))


def _of_its_own_clock(faults: Sequence[Note], scene: Scene) -> list[Note]:
    """What the client itself would stumble over: it goes by the machine's clock, and not by one that is under test."""
    return [note for note in faults if scene.target.now is None or note.code not in _DATES]


class _Series:
    """One endpoint's repetitions."""

    def __init__(self, scene: Scene, client: ClientOutcome, ours: HandshakeOutcome) -> None:
        self._scene, self._client, self._ours = scene, client, ours
        replay = replay_of(client)
        self._replayed = (replay is not None or not client.client_hello) and not _keeps_a_certificate(scene, ours)
        self._offer = replay or broad_offer(scene.target)
        self._seen = [of_client(client, Pace.FIRST)]
        self._chains: dict[bytes, ChainSeen] = {}
        self._began = scene.clock()
        self._sent = 0

    async def run(self) -> Repeats:
        await asyncio.gather(*(self._core(Pace.TOGETHER) for _ in range(TOGETHER)))
        others = _others(self._scene, self._client)
        dropped = [item for item in others if _was_turned_away(item)]
        if dropped or _at_times(self._scene) or not self._agree():
            await self._more(bool(dropped))
        return Repeats(
            attempts=tuple(sorted(self._seen, key=lambda item: (item.pace is not Pace.FIRST, item.at))),
            chains=tuple(self._chains.values()),
            turned_away=len(dropped),
            again=sum(item.dropped > 1 or item.accepted is None for item in dropped),
            others=len(others),
            replayed=self._replayed,
            pause=PAUSE,
            tries=self._scene.tries,
        )

    async def _more(self, turned_away: bool) -> None:
        for by_client in IN_A_ROW:
            await self._one(Pace.IN_A_ROW, by_client)
        if all(item.refusal is StarttlsRefusal.GREETING for item in self._seen[1:]):
            return  # it has said so often enough
        slow = turned_away or dropped_some(self._seen)
        if not slow and self._harmless():
            return
        for number, by_client in enumerate(SLOWLY):
            if slow:
                await asyncio.sleep(PAUSE if number else COOLING)
            await self._one(Pace.SLOWLY if slow else Pace.IN_A_ROW, by_client)

    def _harmless(self) -> bool:
        """Whether they differ in nothing that a client would stumble over."""
        works = all(item.outcome in (RepeatOutcome.WORKS, RepeatOutcome.UNKNOWN) and item.verify_code is None for item in self._seen)
        return works and not any(chain.faults for chain in self._chains.values()) and len({item.version for item in self._seen if item.version}) == 1

    def _agree(self) -> bool:
        checks_names = self._client.settings.check_hostname
        faulty = {
            chain.leaf
            for chain in self._chains.values()
            if any(note.code != "other-name" or checks_names for note in _of_its_own_clock(chain.faults, self._scene))
        }
        ours_lost = not self._ours.completed and self._ours.failure is not None and self._client.completed
        alike = [item for item in self._seen if self._replayed or not item.by_client]
        return agree(alike, faulty, self._client) and not ours_lost and not _contradict(self._scene, self._client, self._ours)

    def _patience(self) -> float:
        timeout = self._scene.limits.handshake_timeout
        known = [self._ours.elapsed] if self._ours.completed else []
        known += [self._client.elapsed] if self._client.completed else []
        before = min((item.elapsed for item in self._scene.tries if item.failure is None), default=0.0)
        return max(_PATIENT * timeout, min(timeout, 3 * (before + min(known, default=0.0))))

    async def _one(self, pace: Pace, by_client: bool) -> None:
        await (self._again(pace) if by_client else self._core(pace))

    async def _core(self, pace: Pace) -> None:
        """Our own core with the client's words."""
        began = self._scene.clock()
        self._sent += 1
        exchange = await self._scene.handshake(
            self._offer, credential=credential_of(self._scene), timeout=self._patience(), delivery=Delivery(number=_OWN_NUMBERS + self._sent)
        )
        chain = exchange.result.certificates
        if chain and chain[0] not in self._chains:
            self._chains[chain[0]] = _chain_seen(chain, self._scene)
        refuses = self._client.verify_code is not None
        self._seen.append(of_exchange(exchange, pace, began - self._began, self._scene.clock() - began, refuses_certificate=refuses))

    async def _again(self, pace: Pace) -> None:
        """The client itself."""
        began, tried = self._scene.clock(), len(self._scene.tries)
        try:
            async with asyncio.timeout(self._patience()):
                outcome = await ClientProbe().run(self._scene)
        except TimeoutError:
            refusal = self._cut_short(began, tried)
            self._seen.append(of_nobody(pace, began - self._began, self._scene.clock() - began, refusal))
            return
        self._seen.append(of_client(outcome, pace, began - self._began, self._scene.clock() - began))

    def _cut_short(self, began: float, tried: int) -> StarttlsRefusal | None:
        """Note a dialogue before TLS that did not come to its end in the client's time."""
        if self._scene.target.starttls is None or len(self._scene.tries) > tried:
            return None
        silence = StarttlsRefusal.SILENCE
        detail = "no answer in the time of one repetition"
        self._scene.tried(Failure(kind=FailureKind.TIMED_OUT, phase=Phase.STARTTLS, detail=detail, refusal=silence), began=began)
        return silence


def _keeps_a_certificate(scene: Scene, ours: HandshakeOutcome) -> bool:
    """Whether the server asks for a client certificate that may be in the caller's context, where we cannot have it."""
    return ours.certificate_requested and scene.target.client is not None and scene.target.client_certificate is None


def _was_turned_away(item: Attempt) -> bool:
    """Whether it was dropped at first and taken later, or never came as far as an answer. What the dialogue before TLS ended is counted there."""
    return item.dropped > 0 and item.accepted is not False and (item.failure is None or not item.failure.refusal)


def _others(scene: Scene, client: ClientOutcome) -> list[Attempt]:
    """The other probes' offers. One that is refused with an alert the second time tells nothing: a reset on the heels of an alert may overtake it."""
    versions, served, secrecy = scene.seen(AcceptedVersions), scene.seen(ServedChain), scene.seen(ForwardSecrecy)
    attempts = [item.attempt for item in versions.attempts] if versions is not None else []
    attempts += [item for item in (served.without_name, served.rsa, served.ecdsa) if item is not None] if served is not None else []
    attempts += [secrecy.only_ephemeral] if secrecy is not None and secrecy.only_ephemeral is not None else []
    reachable = scene.seen(Reachability)
    if client.completed and reachable is not None and not reachable.connected:
        return [Attempt(accepted=True, failure=reachable.failure, dropped=1)]  # the first was refused, and nobody but the client went further
    return attempts


def _chain_seen(chain: tuple[bytes, ...], scene: Scene) -> ChainSeen:
    """A chain with all that a client which verifies would stumble over."""
    certificates = [read_certificate(der) for der in chain]
    try:
        store = store_of(scene.target, scene.environment)
    except StoreError:
        store = TrustStore.from_certificates((), "none")
    search = build_paths(certificates[0], sent=certificates[1:], store=store, at=scene.now)
    best = search.paths[0] if search.paths else None
    faults = [Note(code=item.code, detail=item.detail, depth=item.depth) for item in best.violations if DEFAULT in item.profiles] if best is not None else []
    if best is None or not best.anchored:
        faults.append(Note(code="untrusted", detail=f"no path leads from {certificates[0].label} to {store.name}"))
    match = match_host(certificates[0], scene.target.reference_name)
    if not match.matched:
        faults.append(Note(code="other-name", detail=f"it is for {', '.join(match.presented[:4]) or 'no name'}"))
    return ChainSeen(certificates=chain, faults=tuple(faults))
