"""Asking a recursive resolver: the only place that speaks DNS. It needs dnspython (the extra `dns`), and loads it when the first question is asked.

Over UDP, and over TCP where the answer does not fit (RFC 1035 section 4.2, RFC 7766); with EDNS and the DO bit, so that the resolver says by its AD flag
what it has validated (RFC 6840 section 5.7). A failure of the server is asked again with validation left out (CD, RFC 4035 section 3.2.2): if that is
answered, the signatures are what is wrong. Nothing is validated here.

Caps: questions of a diagnosis, seconds of each, resolvers, records of an answer, letters of what the resolver says. Failures are values.
"""

from __future__ import annotations

import asyncio
import errno
import socket
import time
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any

import attrs

from ..depth import Limits
from ..errors import TargetError
from ..resolver import DnsAnswer, DnsRecord, LookupStatus, ResolverAddress
from .deadline import Deadline

if TYPE_CHECKING:
    import dns.message

RESOLV_CONF = Path("/etc/resolv.conf")
QUESTIONS = 24
"""Questions of one diagnosis: a name with many labels needs the most, for CAA."""
RECORDS = 64
RESOLVERS = 3
"""As many as the C library reads (MAXNS)."""
ROUNDS = 2
PATIENCE = 1.5
"""Seconds for one datagram."""
_PAYLOAD = 1232
_MOST_TEXT = 300
_LARGEST = 65535
_LARGEST_CONF = 64 * 1024
INSTALL = "pip install tlsdiag[dns]"


def is_installed() -> bool:
    """Whether dnspython is there."""
    try:
        import dns.asyncquery
    except ImportError:
        return False
    return bool(dns.asyncquery)


def system_resolvers(path: Path = RESOLV_CONF) -> tuple[ResolverAddress, ...]:
    """The resolvers that resolv.conf names, loopback where it names none (resolv.conf(5)); addresses with a zone are passed over."""
    try:
        with path.open("rb") as file:
            text = file.read(_LARGEST_CONF).decode("utf-8", "replace")
    except OSError:
        return ()
    rows = (line.split() for line in text.splitlines())
    named = [words[1] for words in rows if len(words) > 1 and words[0] == "nameserver"]
    found = tuple(resolver for address in named if (resolver := _without_zone(address)) is not None)[:RESOLVERS]
    return found or (() if named else (ResolverAddress(address="127.0.0.1"),))


def _without_zone(address: str) -> ResolverAddress | None:
    try:
        return None if "%" in address else ResolverAddress.parse(address)
    except TargetError:
        return None


class Lookups:
    """The questions of one diagnosis; the same is asked once. `asked` has every answer in order."""

    def __init__(self, resolvers: Sequence[ResolverAddress], limits: Limits, randomness: Callable[[int], bytes]) -> None:
        self.resolvers = tuple(resolvers)
        self._patience, self._randomness = min(limits.resolve_timeout, limits.handshake_timeout / 2), randomness
        self._tasks: dict[tuple[str, str, bool], asyncio.Task[DnsAnswer]] = {}

    async def ask(self, name: str, kind: str, *, unchecked: bool = False) -> DnsAnswer:
        """Ask for the records of a type; `unchecked` leaves validation out."""
        key = (name.rstrip(".").lower() or ".", kind, unchecked)
        task = self._tasks.get(key)
        if task is None:
            if len(self._tasks) >= QUESTIONS:
                return DnsAnswer(name=key[0], kind=kind, status=LookupStatus.BUDGET_SPENT)
            task = self._tasks[key] = asyncio.ensure_future(self._checked(_Question(name=key[0], kind=kind, unchecked=unchecked)))
        return await asyncio.shield(task)

    async def close(self) -> None:
        """End what is still under way."""
        waiting = [task for task in self._tasks.values() if not task.done()]
        for task in waiting:
            task.cancel()
        await asyncio.gather(*waiting, return_exceptions=True)

    async def _checked(self, question: _Question) -> DnsAnswer:
        found = await self._from_any(question)
        if found.status is LookupStatus.SERVER_FAILED and not question.unchecked:
            other = await self.ask(question.name, question.kind, unchecked=True)
            if other.known:
                return attrs.evolve(found, status=LookupStatus.BOGUS)
        return found

    async def _from_any(self, question: _Question) -> DnsAnswer:
        """The first answer that settles it: each resolver in turn, twice where they are silent."""
        deadline = Deadline.after(self._patience)
        found = question.failed(LookupStatus.UNREACHABLE, "no resolver is known")
        for number in range(ROUNDS * len(self.resolvers)):
            resolver = self.resolvers[number % len(self.resolvers)]
            if deadline.remaining() <= 0:
                break
            seconds = min(PATIENCE, deadline.remaining())
            found = await question.put_to(resolver, seconds, int.from_bytes(self._randomness(2), "big"))
            if found.known or (number >= len(self.resolvers) - 1 and found.status is not LookupStatus.TIMED_OUT):
                break
        return found


@attrs.frozen(kw_only=True)
class _Question:
    name: str
    kind: str
    unchecked: bool

    def failed(self, status: LookupStatus, why: str, server: str = "", elapsed: float = 0.0) -> DnsAnswer:
        return DnsAnswer(name=self.name, kind=self.kind, status=status, explanation=why[:_MOST_TEXT], server=server, elapsed=elapsed)

    async def put_to(self, resolver: ResolverAddress, seconds: float, number: int) -> DnsAnswer:
        """One resolver's answer, within so many seconds."""
        import dns.exception

        began, server = time.monotonic(), str(resolver)
        try:
            async with asyncio.timeout(seconds):
                data = await self._exchange(resolver, seconds, number)
            return self.read(data, server, round(time.monotonic() - began, 4))
        except (TimeoutError, dns.exception.Timeout):
            return self.failed(LookupStatus.TIMED_OUT, "", server, round(time.monotonic() - began, 4))
        except (dns.exception.DNSException, ValueError) as exc:
            return self.failed(LookupStatus.UNREADABLE, str(exc).rstrip(".") or type(exc).__name__, server)
        except (OSError, EOFError) as exc:
            refused = isinstance(exc, OSError) and exc.errno == errno.ECONNREFUSED
            return self.failed(LookupStatus.UNREACHABLE, "nothing listens there" if refused else str(exc) or "it hung up", server)

    async def _exchange(self, resolver: ResolverAddress, seconds: float, number: int) -> bytes:
        """The message that answers, over TCP where it does not fit."""
        import dns.flags
        import dns.message

        query = dns.message.make_query(self.name, self.kind, use_edns=0, want_dnssec=True, payload=_PAYLOAD, id=number)
        query.flags |= dns.flags.AD | (dns.flags.CD if self.unchecked else 0)
        data = await _transfer(resolver, query.to_wire(), seconds, over_tcp=False)
        message = dns.message.from_wire(data, continue_on_error=True)
        if message.flags & dns.flags.TC:
            data = await _transfer(resolver, query.to_wire(), seconds, over_tcp=True)
            message = dns.message.from_wire(data, continue_on_error=True)
        if not query.is_response(message):
            raise ValueError("it is no answer to the question")
        return data

    def read(self, data: bytes, server: str = "", elapsed: float = 0.0) -> DnsAnswer:
        """What a message says. A record that cannot be read does not spoil the others. DNSException or ValueError for what is no message."""
        import dns.flags
        import dns.message
        import dns.rcode

        message = dns.message.from_wire(data, continue_on_error=True)
        status = _STATUSES.get(dns.rcode.to_text(message.rcode()))
        if status is None or not isinstance(message, dns.message.QueryMessage):
            why = _explanation(message) or dns.rcode.to_text(message.rcode())
            return self.failed(LookupStatus.SERVER_FAILED, why, server, elapsed)
        if status in (LookupStatus.SERVER_FAILED, LookupStatus.REFUSED):
            return self.failed(status, _explanation(message), server, elapsed)
        chain = message.resolve_chaining()
        lost = int.from_bytes(data[6:8], "big") - sum(len(rows) for rows in message.answer)  # of ANCOUNT: other sections do not matter
        errors = tuple(str(error.exception)[:_MOST_TEXT] for error in message.errors[: max(0, min(lost, RECORDS))])
        rows = list(chain.answer)[:RECORDS] if chain.answer is not None else []
        ttl = chain.answer.ttl if chain.answer is not None else 0
        if status is LookupStatus.ANSWERED and not rows and not errors:
            status = LookupStatus.NO_DATA
        return DnsAnswer(
            name=self.name,
            kind=self.kind,
            status=status,
            records=tuple(DnsRecord(data=row.to_wire() or b"", text=row.to_text()[:_MOST_TEXT], ttl=ttl) for row in rows),
            unreadable=errors,
            aliases=tuple(alias[0].target.to_text(omit_final_dot=True).lower() for alias in chain.cnames),
            authenticated=bool(message.flags & dns.flags.AD),
            explanation=_explanation(message),
            server=server,
            elapsed=elapsed,
        )


async def _transfer(resolver: ResolverAddress, wire: bytes, seconds: float, *, over_tcp: bool) -> bytes:
    """Send a message and return what comes. The socket is connected: a closed port is told at once, and nobody else is heard."""
    import dns.asyncbackend
    import dns.inet

    backend: Any = dns.asyncbackend.get_backend("asyncio")
    family, kind = dns.inet.af_for_address(resolver.address), socket.SOCK_STREAM if over_tcp else socket.SOCK_DGRAM
    async with await backend.make_socket(family, kind, 0, None, (resolver.address, resolver.port), seconds) as sock:
        if not over_tcp:
            await sock.sendto(wire, None, seconds)
            return bytes((await sock.recvfrom(_LARGEST, seconds))[0])
        await sock.sendall(len(wire).to_bytes(2, "big") + wire, seconds)
        return await _exactly(sock, int.from_bytes(await _exactly(sock, 2, seconds), "big"), seconds)


async def _exactly(sock: Any, count: int, seconds: float) -> bytes:
    data = b""
    while len(data) < count:
        piece = await sock.recv(count - len(data), seconds)
        if not piece:
            raise EOFError("it hung up")
        data += piece
    return data


_STATUSES = {
    "NOERROR": LookupStatus.ANSWERED,
    "NXDOMAIN": LookupStatus.NO_NAME,
    "SERVFAIL": LookupStatus.SERVER_FAILED,
    "REFUSED": LookupStatus.REFUSED,
}


def _explanation(message: dns.message.Message) -> str:
    """What the resolver says about an error (RFC 8914)."""
    import dns.edns

    said = (option.to_text() for option in message.options if isinstance(option, dns.edns.EDEOption))
    return "; ".join(said)[:_MOST_TEXT]
