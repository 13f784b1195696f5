"""Fetching over HTTP what a certificate names: its issuer, its status, lists of the revoked. Whoever made the certificate chose the URL, so there are rules.

- `http` and `https` alone, no credentials, nothing in the URL but printable ASCII; `https` is verified with this interpreter's default authorities.
- A name is resolved once, each address is judged, and the very address that was judged is dialled: for every redirect again. A name that changes its
  address meanwhile (DNS rebinding) changes nothing.
- Caps: bytes of the body, time in all, redirects, fetches of a diagnosis. The same is fetched once.
- Always directly: no proxy of the environment is used.

It goes through the dialer of the diagnosis, so that a scripted network can answer, and past the endpoints' budgets, for it does not burden them.
"""

from __future__ import annotations

import asyncio
import ipaddress
import re
import ssl
from collections.abc import Callable, Sequence
from urllib.parse import urljoin, urlsplit

import attrs

from ..depth import Limits
from ..failure import Blame, Failure, FailureKind, Phase
from ..fetching import DEFAULT_LIMIT, Fetched, Fetching, FetchSeen
from ..target import Endpoint
from .addresses import AddressKind, kind_of
from .connection import Connection, Dialer
from .deadline import Deadline
from .http import AnswerReader, text_of
from .resolve import GetAddrInfo, resolve
from .secure import Insecure, secured

REDIRECTS = 3
"""Redirects that are followed: repositories of authorities have moved, but not often."""
ADDRESSES = 2
"""Addresses of a name that are dialled, one after another."""
LONGEST_URL = 2048
_FOLLOWED = {"GET": (301, 302, 303, 307, 308), "POST": (307, 308)}
_HOST = re.compile(r"[A-Za-z0-9_]([A-Za-z0-9._-]*[A-Za-z0-9_.])?")
_NUMBER = re.compile(r"(^|\.)(0[xX][0-9A-Fa-f]*|[0-9]+)\.?$")
_PROBLEMS = {
    "not-http": "what answers speaks no HTTP",
    "too-long": "the head of the answer does not end",
    "bad-chunk": "the chunks of the answer cannot be read",
}
_FIELD = re.compile(r"[\x20-\x7e]*")


@attrs.frozen(kw_only=True)
class Place:
    """Where a URL leads: what to dial, and what to ask for there."""

    url: str
    secure: bool
    host: str
    port: int
    path: str

    @property
    def authority(self) -> str:
        """The value of the Host field (RFC 9110 section 7.2)."""
        host = f"[{self.host}]" if ":" in self.host else self.host
        return host if self.port == (443 if self.secure else 80) else f"{host}:{self.port}"


@attrs.frozen(kw_only=True)
class Request:
    """What to say there, how many bytes to hear, and to which kinds of addresses it may go beside the public ones."""

    method: str = "GET"
    headers: tuple[tuple[str, str], ...] = ()
    body: bytes = b""
    limit: int = DEFAULT_LIMIT
    allowed: frozenset[AddressKind] = frozenset()

    def encode(self, place: Place) -> bytes:
        """The request as bytes; ValueError for a field that is none, which only our own code can make."""
        fields = [("Host", place.authority), ("User-Agent", "tlsdiag"), ("Accept", "*/*"), ("Connection", "close"), *self.headers]
        if self.body:
            fields.append(("Content-Length", str(len(self.body))))
        if not all(_FIELD.fullmatch(text) for pair in fields for text in pair):
            raise ValueError(f"not a header field: {fields!r}")
        head = [f"{self.method} {place.path} HTTP/1.1", *(f"{name}: {value}" for name, value in fields), "", ""]
        return "\r\n".join(head).encode("ascii") + self.body


_PLAIN = Request()


class Fetcher:
    """Fetches for one diagnosis; `seen` lists what was fetched."""

    def __init__(
        self,
        dialer: Dialer,
        limits: Limits,
        policy: Fetching = "public",
        *,
        getaddrinfo: GetAddrInfo | None = None,
        context: Callable[[], ssl.SSLContext] = ssl.create_default_context,
    ) -> None:
        self._dialer, self._limits, self._policy, self._context = dialer, limits, policy, context
        self._resolver: dict[str, GetAddrInfo] = {} if getaddrinfo is None else {"getaddrinfo": getaddrinfo}
        self._tasks: dict[object, asyncio.Task[Fetched | Failure]] = {}
        self._room = asyncio.Semaphore(limits.parallel)
        self.seen: list[FetchSeen] = []

    @property
    def policy(self) -> Fetching:
        """What is allowed."""
        return self._policy

    async def fetch(self, url: str, request: Request = _PLAIN, *, deadline: Deadline) -> Fetched | Failure:
        """Fetch a URL, or hand on what came when it was fetched before in the same way; every status is an answer."""
        if self._policy is False:
            return _forbidden("fetching is turned off")
        task = self._tasks.get((url, request))
        if task is None:
            if len(self._tasks) >= self._limits.fetches:
                return Failure(kind=FailureKind.BUDGET_SPENT, phase=Phase.CONNECT, detail=f"{len(self._tasks)} fetches in one diagnosis are enough")
            task = asyncio.ensure_future(self._recorded(url, request, _Trail(deadline=deadline)))
            self._tasks[url, request] = task
        return await asyncio.shield(task)

    async def close(self) -> None:
        """End what is still under way."""
        waiting = [task for task in self._tasks.values() if not task.done()]
        for task in waiting:
            task.cancel()
        await asyncio.gather(*waiting, return_exceptions=True)

    async def _recorded(self, url: str, request: Request, trail: _Trail) -> Fetched | Failure:
        found: Fetched | Failure = _gave_up()
        try:
            async with self._room:
                found = await self._follow(url, request, trail)
        finally:  # cancelled or not: it went out
            self.seen.append(_seen(url, request, trail, found))
        return found

    async def _follow(self, url: str, request: Request, trail: _Trail) -> Fetched | Failure:
        while True:
            place = place_of(url)
            if isinstance(place, Failure):
                return place
            found = await self._one(place, request, trail)
            onward = None if isinstance(found, Failure) else found.header("location")
            if isinstance(found, Failure) or onward is None or found.status not in _FOLLOWED.get(request.method, ()):
                return found
            if len(trail.redirects) == REDIRECTS:
                return Failure(kind=FailureKind.LIMIT_EXCEEDED, phase=Phase.DATA, blame=Blame.SERVER, detail=f"more than {REDIRECTS} redirects")
            url = _joined(url, onward)
            trail.redirects.append(url[:LONGEST_URL])

    async def _one(self, place: Place, request: Request, trail: _Trail) -> Fetched | Failure:
        resolved = await resolve(place.host, place.port, deadline=trail.deadline, **self._resolver)
        if isinstance(resolved, Failure):
            return resolved
        addresses = [item for item in resolved.addresses if self._policy == "any" or _is_allowed(item, request)]
        if not addresses:
            return _not_there(place, resolved.addresses, request)
        connection = await self._dial(addresses[:ADDRESSES], trail)
        if isinstance(connection, Failure):
            return connection
        try:
            return await self._converse(connection, place, request, trail)
        finally:
            await connection.close()

    async def _dial(self, addresses: Sequence[Endpoint], trail: _Trail) -> Connection | Failure:
        """The first that connects; each gets its share of the time that is left."""
        found: Connection | Failure = _gave_up()
        for number, endpoint in enumerate(addresses):
            trail.address = endpoint.address
            share = trail.deadline.remaining() / (len(addresses) - number)
            found = await self._dialer.dial(endpoint, deadline=trail.deadline.sooner(min(share, self._limits.connect_timeout)))
            if not isinstance(found, Failure):
                break
        return found

    async def _converse(self, connection: Connection, place: Place, request: Request, trail: _Trail) -> Fetched | Failure:
        if place.secure:
            found = await secured(connection, self._context(), place.host.rstrip("."), deadline=trail.deadline)
            if isinstance(found, Insecure):
                return found.failure
            connection = found
        reader = AnswerReader(request.limit)
        failure = await connection.send(request.encode(place), deadline=trail.deadline)
        while failure is None and not reader.done:
            received = await connection.receive(deadline=trail.deadline)
            if isinstance(received, bytes):
                reader.receive(received)
            elif received.kind is FailureKind.CLOSED and reader.head is not None:
                reader.end()
            else:
                failure = received
        return _result(reader, place, failure, trail)


@attrs.define(kw_only=True)
class _Trail:
    """What is known of a fetch while it is under way."""

    deadline: Deadline
    began: float = attrs.field(init=False)
    address: str = ""
    redirects: list[str] = attrs.field(factory=list)

    def __attrs_post_init__(self) -> None:
        self.began = self.deadline.clock()

    @property
    def elapsed(self) -> float:
        """Seconds so far."""
        return round(self.deadline.clock() - self.began, 4)


def _is_allowed(endpoint: Endpoint, request: Request) -> bool:
    return kind_of(endpoint.address) in {AddressKind.PUBLIC, *request.allowed}


def place_of(url: str) -> Place | Failure:
    """Where a URL leads (RFC 3986), or why it is not gone to."""
    if len(url) > LONGEST_URL:
        return _invalid(f"a URL of {len(url)} characters")
    if not url or not all("!" <= char <= "~" for char in url):
        return _invalid("a URL with white space, control characters, or others than ASCII")
    try:
        parts = urlsplit(url)
        port, host = parts.port, parts.hostname or ""
    except ValueError as exc:
        return _invalid(f"not a URL: {exc}")
    if parts.scheme not in ("http", "https"):
        return _forbidden(f"only http and https are fetched, not {parts.scheme or 'a URL without a scheme'}")
    if "@" in parts.netloc:
        return _forbidden("a URL with credentials is not fetched")
    if port == 0 or not _is_host(host) or ("[" in parts.netloc) != (":" in host):
        return _invalid(f"no host that can be asked: {parts.netloc!r}")
    secure = parts.scheme == "https"
    path = (parts.path or "/") + (f"?{parts.query}" if parts.query else "")
    if not path.startswith("/"):
        return _invalid("a URL without a path from the root")
    return Place(url=url, secure=secure, host=host, port=port or (443 if secure else 80), path=path)


def _is_host(host: str) -> bool:
    """A name, or an address as it is usually written; other spellings of numbers ("2130706433", "0x7f.1") hide where they lead."""
    if ":" in host:
        return _is_literal(host)
    return _HOST.fullmatch(host) is not None and (_NUMBER.search(host) is None or _is_literal(host))


def _is_literal(host: str) -> bool:
    try:
        ipaddress.ip_address(host)
    except ValueError:
        return False
    return "%" not in host  # a zone is a matter of this machine


def _joined(url: str, onward: str) -> str:
    """The target of a redirect (RFC 9110 section 10.2.2); what cannot be joined is refused as it is."""
    try:
        return urljoin(url, onward)
    except ValueError:
        return onward


def _result(reader: AnswerReader, place: Place, failure: Failure | None, trail: _Trail) -> Fetched | Failure:
    if reader.problem is not None:
        return Failure(kind=FailureKind.PROTOCOL, phase=Phase.DATA, blame=Blame.SERVER, detail=_PROBLEMS[reader.problem])
    if failure is not None or reader.head is None:
        lost = failure or _gave_up()
        phase = Phase.DATA if lost.phase is Phase.HANDSHAKE else lost.phase
        return attrs.evolve(lost, phase=phase, detail=f"{lost.detail}; {len(reader.body)} bytes of the answer had come" if reader.head else lost.detail)
    return Fetched(
        url=place.url,
        status=reader.head.status,
        reason=text_of(reader.head.reason)[:120],
        headers=tuple((name, value) for name, values in reader.headers.items() for value in values),
        body=reader.body,
        redirects=tuple(trail.redirects),
        address=trail.address,
        elapsed=trail.elapsed,
        truncated=reader.truncated,
    )


def _seen(url: str, request: Request, trail: _Trail, found: Fetched | Failure) -> FetchSeen:
    asked = FetchSeen(url=url[:LONGEST_URL], method=request.method, address=trail.address, redirects=tuple(trail.redirects), elapsed=trail.elapsed)
    if isinstance(found, Failure):
        return attrs.evolve(asked, failure=found)
    return attrs.evolve(asked, status=found.status, size=len(found.body), truncated=found.truncated)


def _not_there(place: Place, addresses: Sequence[Endpoint], request: Request) -> Failure:
    kinds = ", ".join(dict.fromkeys(f"{item.address} ({kind_of(item.address)})" for item in addresses[:4]))
    where = kinds if _is_literal(place.host) else f"{place.host} is at {kinds}"
    nor = ", nor one of the target's kind" if request.allowed else ""  # certificate files are nowhere, and what is behind a proxy might be
    return _forbidden(f"{where}: not a public address{nor}; fetch='any' (--fetch any) allows it")


def _forbidden(detail: str) -> Failure:
    return Failure(kind=FailureKind.NOT_ALLOWED, phase=Phase.RESOLVE, detail=detail)


def _invalid(detail: str) -> Failure:
    return Failure(kind=FailureKind.NAME_INVALID, phase=Phase.RESOLVE, blame=Blame.AUTHORITY, detail=detail)


def _gave_up() -> Failure:
    return Failure(kind=FailureKind.TIMED_OUT, phase=Phase.DATA, detail="there was no time left")
