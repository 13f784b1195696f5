"""The scene: what the engine hands to a probe. The one place where probes meet the network and our handshake core.

Connections are dialled within the endpoint's budget and deadline; an offer that was sent before is answered from memory.
"""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Mapping, Sequence
from datetime import datetime
from typing import TYPE_CHECKING, Literal, TypeVar

import attrs

from .conversation import LATE, afterwards, drive, say
from .depth import Depth, Limits
from .facts import StarttlsTry
from .failure import Failure, FailureKind, Phase
from .fetching import DEFAULT_LIMIT, Fetched, Fetches
from .observation import Observation, Observations, Resolution, Unavailable, Why
from .probe import AS_USUAL, Delivery, Exchange
from .resolver import DnsAnswer, ResolverAddress
from .target import Endpoint, Target

if TYPE_CHECKING:
    from .certificates.authorities import AuthorityData
    from .certificates.transparency import LogList
    from .handshake import Offer, StopAfter
    from .handshake.credential import ClientCredential
    from .network import AddressKind, Connection, Deadline, Dialer, Fetcher, Leg, Lookups
    from .proxies import ProxyServer

O = TypeVar("O", bound=Observation)  # noqa: E741 - the letter reads as "observation"
_ORDER = {phase: place for place, phase in enumerate(Phase)}


@attrs.define(kw_only=True, eq=False)
class Stage:
    """What all scenes of one diagnosis share."""

    target: Target
    depth: Depth
    limits: Limits
    now: datetime
    clock: Callable[[], float]
    randomness: Callable[[int], bytes]
    environment: Mapping[str, str]
    dialer: Dialer
    fetcher: Fetcher
    revocation: bool = False
    ct_logs: LogList | None = None
    authority_data: AuthorityData | None = None
    way: tuple[Leg, ...] = ()
    deadline: Deadline
    observations: Observations = attrs.field(factory=Observations)
    exchanges: dict[object, asyncio.Task[Exchange]] = attrs.field(factory=dict)
    tries: dict[Endpoint, list[StarttlsTry]] = attrs.field(factory=dict)
    dns: bool | ResolverAddress | None = None
    _lookups: Lookups | Unavailable | None = None

    def scene(self, endpoint: Endpoint | None) -> EndpointScene:
        """The scene of one endpoint, or of the target as a whole."""
        return EndpointScene(stage=self, place=endpoint)

    @property
    def lookups(self) -> Lookups | Unavailable:
        """Who asks the DNS for this diagnosis, or why nobody does."""
        if self._lookups is None:
            self._lookups = self._new_lookups()
        return self._lookups

    def _new_lookups(self) -> Lookups | Unavailable:
        from .network import Lookups
        from .network.dns import INSTALL, is_installed, system_resolvers

        if not self.dns:
            return Unavailable(why=Why.NOT_APPLICABLE, detail="the DNS is asked only where the caller wants it (dns=True)")
        if not is_installed():
            return Unavailable(why=Why.FAILED, detail=f"could not look: {INSTALL}")
        resolvers = (self.dns,) if isinstance(self.dns, ResolverAddress) else system_resolvers()
        return Lookups(resolvers, self.limits, self.randomness)

    async def close(self) -> None:
        """End what is still under way."""
        if self._lookups is not None and not isinstance(self._lookups, Unavailable):
            await self._lookups.close()
        waiting = [task for task in self.exchanges.values() if not task.done()]
        for task in waiting:
            task.cancel()
        await asyncio.gather(*waiting, return_exceptions=True)
        await self.fetcher.close()
        if self.fetcher.seen:
            self.observations.put(Fetches, None, Fetches(fetched=tuple(self.fetcher.seen)))


@attrs.frozen(kw_only=True, eq=False)
class EndpointScene:
    """A `tlsdiag.probe.Scene` over a `Stage`."""

    stage: Stage
    place: Endpoint | None

    @property
    def target(self) -> Target:
        """What is diagnosed."""
        return self.stage.target

    @property
    def endpoint(self) -> Endpoint:
        """The endpoint in question; LookupError for a probe of the whole target."""
        if self.place is None:
            raise LookupError("a probe with Scope.TARGET has no endpoint")
        return self.place

    @property
    def endpoints(self) -> tuple[Endpoint, ...]:
        """Every endpoint of the target that is known by now."""
        return self.stage.observations.endpoints

    @property
    def depth(self) -> Depth:
        """How far this diagnosis looks."""
        return self.stage.depth

    @property
    def limits(self) -> Limits:
        """The caps of this diagnosis."""
        return self.stage.limits

    @property
    def authority_data(self) -> AuthorityData | None:
        """The caller's tables of authorities; None: the shipped ones."""
        return self.stage.authority_data

    @property
    def revocation(self) -> bool:
        """Whether the caller wants the authorities asked about revocation."""
        return self.stage.revocation

    @property
    def ct_logs(self) -> LogList | None:
        """The caller's list of transparency logs; None: the shipped one."""
        return self.stage.ct_logs

    @property
    def now(self) -> datetime:
        """The time of this diagnosis."""
        return self.stage.now

    @property
    def environment(self) -> Mapping[str, str]:
        """The environment variables that this diagnosis may know."""
        return self.stage.environment

    @property
    def randomness(self) -> Callable[[int], bytes]:
        """The source of random bytes."""
        return self.stage.randomness

    def clock(self) -> float:
        """Monotonic seconds."""
        return self.stage.clock()

    def seen(self, kind: type[O], endpoint: Endpoint | None = None) -> O | None:
        """An observation of the given or this endpoint, or of the target; None when there is none."""
        bag = self.stage.observations
        if (place := endpoint or self.place) is not None and (found := bag.get(kind, place)) is not None:
            return found
        return bag.get(kind, None)

    def missing(self, kind: type[O]) -> Unavailable | None:
        """Why an observation is not there, when somebody looked."""
        for place in (self.place, None):
            found = self.stage.observations.find(kind, place)
            if isinstance(found, Unavailable):
                return found
        return None

    async def connect(
        self, *, timeout: float | None = None, max_segment: int | None = None, before: Phase | None = None, port: int | None = None
    ) -> Connection | Failure:
        """Dial the endpoint and go the way to where TLS begins; `before` stops ahead of the leg of that phase. `timeout` defaults to the limit
        for connecting, and for the way (where peers may take their time) to that for a handshake. `port` dials another port of the same address
        instead, and goes no further."""
        from .network import walk

        deadline = self.stage.deadline.sooner(timeout or self.limits.connect_timeout)
        endpoint = self.endpoint if port is None else attrs.evolve(self.endpoint, port=port)
        connection = await self.stage.dialer.dial(endpoint, deadline=deadline, max_segment=max_segment)
        if isinstance(connection, Failure) or port is not None:
            return connection
        legs = [leg for leg in self.stage.way if before is None or _ORDER[leg.phase] < _ORDER[before]]
        began = self.clock()
        found = await walk(connection, legs, deadline=self.stage.deadline.sooner(timeout or self.limits.handshake_timeout))
        failure = found if isinstance(found, Failure) else None
        if any(leg.phase is Phase.STARTTLS for leg in legs) and (failure is None or failure.phase is Phase.STARTTLS):
            self.tried(failure, began=began)
        return found

    @property
    def tries(self) -> tuple[StarttlsTry, ...]:
        """The dialogues before TLS with this endpoint so far, on all connections, in the order of time."""
        return tuple(sorted(self.stage.tries.get(self.endpoint, ()), key=lambda item: item.at))

    def tried(self, failure: Failure | None, *, began: float) -> None:
        """Note how a dialogue before TLS came out."""
        entry = StarttlsTry(at=round(began, 4), elapsed=round(self.clock() - began, 4), failure=failure)
        self.stage.tries.setdefault(self.endpoint, []).append(entry)

    def by_way(self, endpoint: Endpoint, proxy: ProxyServer | Literal[False], *, patience: float) -> EndpointScene:
        """The scene of the same target gone another way: through `proxy` or past it, dialling `endpoint`, with `patience` seconds for each wait."""
        from .network import way_of

        target = attrs.evolve(self.target, proxy=proxy)
        limits = attrs.evolve(self.limits, connect_timeout=patience, handshake_timeout=patience)
        return EndpointScene(stage=attrs.evolve(self.stage, target=target, way=way_of(target), limits=limits, tries={}), place=endpoint)

    async def handshake(
        self,
        offer: Offer,
        *,
        stop_after: StopAfter | None = None,
        credential: ClientCredential | None = None,
        timeout: float | None = None,
        delivery: Delivery = AS_USUAL,
    ) -> Exchange:
        """Send `offer`, drive the handshake as far as `stop_after` (default: Finished), remember the outcome."""
        from .handshake import StopAfter

        wanted = stop_after or StopAfter.FINISHED
        key = (self.endpoint, offer, wanted, id(credential) if credential else None, delivery)
        task = self.stage.exchanges.get(key)
        if task is None:
            task = asyncio.ensure_future(self._exchange(offer, wanted, credential, timeout, delivery))
            self.stage.exchanges[key] = task
        return await asyncio.shield(task)

    async def ask(self, offer: Offer, request: bytes, *, until: bytes = b"", timeout: float | None = None) -> Exchange:
        """Complete a handshake on a connection of its own, say `request` and hear the first of the answer, as far as `until`."""
        from .handshake import StopAfter

        return await self._exchange(offer, StopAfter.FINISHED, None, timeout, request=(request, until))

    async def fetch(
        self,
        url: str,
        *,
        method: str = "GET",
        body: bytes = b"",
        headers: Sequence[tuple[str, str]] = (),
        limit: int = DEFAULT_LIMIT,
        timeout: float | None = None,
    ) -> Fetched | Failure:
        """Fetch a URL that stands in a certificate, under the rules of `network.fetch`: the only way to do that."""
        from .network import Request

        fetcher = self.stage.fetcher
        if self.target.proxy and fetcher.policy == "public":
            detail = "the target is reached through a proxy, and a fetch would go past it"
            return Failure(kind=FailureKind.NOT_ALLOWED, phase=Phase.RESOLVE, detail=detail)
        return await fetcher.fetch(
            url,
            Request(method=method, headers=tuple(headers), body=body, limit=limit, allowed=self._kinds_of_the_target()),
            deadline=self.stage.deadline.sooner(timeout or self.limits.fetch_timeout),
        )

    async def lookup(self, name: str, kind: str) -> DnsAnswer | Unavailable:
        """Ask the DNS for the records of a type, where the caller wants it asked: the only way to do that."""
        lookups = self.stage.lookups
        return lookups if isinstance(lookups, Unavailable) else await lookups.ask(name, kind)

    def _kinds_of_the_target(self) -> frozenset[AddressKind]:
        """The kind of address that the certificate came from. Of several endpoints only what they share: a name may have a stranger's and a local address."""
        from .network import kind_of

        resolution = self.seen(Resolution)
        resolved = resolution.endpoints if resolution is not None else ()  # a probe of the target may run before anything is known of an endpoint
        places = (self.endpoints or resolved) if self.place is None else (self.place,)
        kinds = {kind_of(place.address) for place in places}
        return frozenset(kinds) if len(kinds) == 1 and not self.target.proxy else frozenset()

    async def _exchange(
        self,
        offer: Offer,
        stop_after: StopAfter,
        credential: ClientCredential | None,
        timeout: float | None,
        delivery: Delivery = AS_USUAL,
        request: tuple[bytes, bytes] | None = None,
    ) -> Exchange:
        from .handshake import ClientHandshake
        from .network import Recording

        core = ClientHandshake(
            offer, randomness=self.randomness, stop_after=stop_after, client_certificate=credential
        )
        connection = await self.connect(timeout=timeout, max_segment=delivery.max_segment)
        if isinstance(connection, Failure):
            return Exchange(result=core.result, failure=connection, recording=Recording())
        try:
            deadline = self.stage.deadline.sooner(timeout or self.limits.handshake_timeout)
            failure = await drive(core, connection, deadline, pieces=delivery.pieces)
            late, answer = None, b""
            if core.result.completed and request is not None:
                late, answer = await say(core, connection, deadline, *request)
            elif core.result.completed and core.result.certificate_request is not None:
                late, answer = await afterwards(core, connection, deadline.sooner(LATE), self.target)
            return Exchange(
                result=core.result, failure=failure, recording=connection.recording, late_failure=late, late_answer=answer
            )
        finally:
            await connection.close()
