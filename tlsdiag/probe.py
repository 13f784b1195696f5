"""Probes: what makes observations. The only code that may wait for the network; it never judges.

A probe gets its connections, clock, randomness and everything else from the `Scene` and from nowhere else, so that a
diagnosis can be driven by a scripted network. What fails is a value in the observation, never an exception.
"""

from __future__ import annotations

from abc import ABC, abstractmethod
from collections.abc import Callable, Mapping, Sequence
from datetime import datetime
from enum import StrEnum
from typing import TYPE_CHECKING, ClassVar, Literal, Protocol, TypeVar

import attrs

from .depth import Depth, Limits
from .facts import StarttlsTry
from .failure import Failure, Phase
from .fetching import DEFAULT_LIMIT, Fetched
from .observation import Observation, Unavailable
from .resolver import DnsAnswer
from .target import Endpoint, Target

if TYPE_CHECKING:
    from .certificates.authorities import AuthorityData
    from .certificates.transparency import LogList
    from .handshake import HandshakeResult, Offer, StopAfter
    from .handshake.credential import ClientCredential
    from .network import Connection, Recording
    from .proxies import ProxyServer

O = TypeVar("O", bound=Observation)  # noqa: E741 - the letter reads as "observation"


class Scope(StrEnum):
    """What a probe or check is run for: once for the target, or once for each endpoint."""

    TARGET = "target"
    ENDPOINT = "endpoint"


@attrs.frozen(kw_only=True)
class Cost:
    """What a probe asks of an endpoint: connections at the most, and whether it is intrusive."""

    connections: int = 0
    intrusive: bool = False


@attrs.frozen(kw_only=True)
class Exchange:
    """One handshake as it went: the result of our core, the network failure if any, every byte with its time.

    `late_*` are filled when a client certificate was asked for: how the connection ended after the handshake, or what it answered to an HTTP request.
    """

    result: HandshakeResult
    failure: Failure | None
    recording: Recording
    late_failure: Failure | None = None
    late_answer: bytes = b""


@attrs.frozen(kw_only=True)
class Delivery:
    """How an offer is sent, where it matters: `max_segment` is TCP_MAXSEG in bytes, `pieces` cuts the first flight into TCP segments of so many
    bytes, `number` tells apart what is sent again on purpose."""

    max_segment: int | None = None
    pieces: int | None = None
    number: int = 0


AS_USUAL = Delivery()


class Scene(Protocol):
    """What a probe may use. Times in seconds; `now` is the diagnosis's own time, not the wall clock."""

    @property
    def target(self) -> Target: ...
    @property
    def endpoint(self) -> Endpoint: ...
    @property
    def endpoints(self) -> tuple[Endpoint, ...]: ...
    @property
    def depth(self) -> Depth: ...
    @property
    def limits(self) -> Limits: ...
    @property
    def revocation(self) -> bool: ...
    @property
    def ct_logs(self) -> LogList | None: ...
    @property
    def authority_data(self) -> AuthorityData | None: ...
    @property
    def now(self) -> datetime: ...
    @property
    def environment(self) -> Mapping[str, str]: ...
    @property
    def randomness(self) -> Callable[[int], bytes]: ...

    def clock(self) -> float:
        """Monotonic seconds."""

    def seen(self, kind: type[O], endpoint: Endpoint | None = None) -> O | None:
        """An observation made earlier (of this endpoint, or of the target), or None."""

    def missing(self, kind: type[O]) -> Unavailable | None:
        """Why an observation is not there, when it is not."""

    @property
    def tries(self) -> tuple[StarttlsTry, ...]:
        """The dialogues before TLS with the endpoint so far, on all connections, in the order of time."""

    def tried(self, failure: Failure | None, *, began: float) -> None:
        """Note how a dialogue before TLS came out that did not go by `connect`; `began` is by `clock()`."""

    async def connect(
        self, *, timeout: float | None = None, max_segment: int | None = None, before: Phase | None = None, port: int | None = None
    ) -> Connection | Failure:
        """Dial the endpoint within its budget of connections and go the way to where TLS begins; `before` stops ahead of that phase's leg. `port`
        dials another port of the same address instead, and goes no further."""

    def by_way(self, endpoint: Endpoint, proxy: ProxyServer | Literal[False], *, patience: float) -> Scene:
        """The scene of the same target gone another way: through `proxy` or past it, dialling `endpoint`, with `patience` seconds for each wait."""

    async def handshake(
        self,
        offer: Offer,
        *,
        stop_after: StopAfter | None = None,
        credential: ClientCredential | None = None,
        timeout: float | None = None,
        delivery: Delivery = AS_USUAL,
    ) -> Exchange:
        """Send an offer with our own core; the same offer is sent to the same endpoint in the same way once."""

    async def ask(self, offer: Offer, request: bytes, *, until: bytes = b"", timeout: float | None = None) -> Exchange:
        """Complete a handshake on a connection of its own and say `request`; `late_answer` is the first of what comes back: 4,096 bytes, or as
        far as `until`."""

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
        """Fetch a URL that stands in a certificate, with `limit` bytes of the body at the most and `timeout` seconds (default: `limits.fetch_timeout`).

        Only http and https, and where the caller lets it lead (`diagnose(fetch=...)`); the same request is sent once. Every status is a `Fetched`; a `Failure`
        of kind NOT_ALLOWED means that nobody looked.
        """

    async def lookup(self, name: str, kind: str) -> DnsAnswer | Unavailable:
        """Ask the DNS for the records of a type ("CAA"), where the caller wants it asked (`diagnose(dns=...)`); the same question is asked once.

        Every outcome is a `DnsAnswer`, failures too; `Unavailable` says why nobody is asked.
        """


class Probe(ABC):
    """Base of every probe: set the class attributes, implement `run`.

    `needs` must be available or the probe is skipped; `wants` are awaited, available or not.
    """

    name: ClassVar[str] = ""
    provides: ClassVar[type[Observation]]
    needs: ClassVar[tuple[type[Observation], ...]] = ()
    wants: ClassVar[tuple[type[Observation], ...]] = ()
    scope: ClassVar[Scope] = Scope.ENDPOINT
    cost: ClassVar[Cost] = Cost()
    depth: ClassVar[Depth] = Depth.QUICK

    @abstractmethod
    async def run(self, scene: Scene) -> Observation | Unavailable:
        """Make the observation, or say why it is not to be had."""
