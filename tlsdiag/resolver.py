"""Asking the DNS: whom, what comes back, and what a record is. Words and data; `network.dns` does it.

It is asked for more than addresses only where the caller wants it (`diagnose(dns=...)`), whatever the depth: others than the target learn from the
questions who is looked at. Names are resolved to addresses by the operating system, with or without this.
"""

from __future__ import annotations

import ipaddress
import re
from enum import StrEnum

import attrs

from .errors import TargetError

Resolving = bool | str | None
"""True: ask this machine's resolvers; an address, with a port or without: ask that one; False: ask nobody; None: ask where a check of the DNS is named."""
PORT = 53
_LITERAL_AND_PORT = re.compile(r"(?:\[(?P<six>[0-9A-Fa-f:.%]+)\]|(?P<four>[0-9.]+))(?::(?P<port>[0-9]{1,5}))?")


@attrs.frozen(kw_only=True)
class ResolverAddress:
    """A recursive resolver: an IP literal and a port."""

    address: str
    port: int = PORT

    def __str__(self) -> str:
        return f"[{self.address}]:{self.port}" if ":" in self.address else f"{self.address}:{self.port}"

    @classmethod
    def parse(cls, text: str) -> ResolverAddress:
        """Read "192.0.2.53", "192.0.2.53:5353", "2001:db8::53" or "[2001:db8::53]:5353"; TargetError for anything else."""
        literal, port = text.strip(), PORT
        if (found := _LITERAL_AND_PORT.fullmatch(literal)) is not None:
            literal, port = found["six"] or found["four"], int(found["port"] or PORT)
        try:
            address = str(ipaddress.ip_address(literal))
        except ValueError:
            raise TargetError(f"dns takes True, False or the address of a resolver, such as '192.0.2.53' or '127.0.0.1:5353', not {text!r}") from None
        if not 1 <= port <= 65535:
            raise TargetError(f"the port of the resolver is a number from 1 to 65535, not {port}")
        return cls(address=address, port=port)


def resolving_of(value: object) -> bool | ResolverAddress | None:
    """Take what a caller gives; TargetError for anything else."""
    if value is None or isinstance(value, (bool, ResolverAddress)):
        return value
    if isinstance(value, str):
        return ResolverAddress.parse(value)
    raise TargetError(f"dns takes True, False or the address of a resolver, not {value!r}")


class LookupStatus(StrEnum):
    """What became of a question. From SERVER_FAILED on nothing is known of the records; BOGUS: they came only when asked for without validation."""

    ANSWERED = "answered"
    NO_DATA = "no-data"
    NO_NAME = "no-name"
    SERVER_FAILED = "server-failed"
    BOGUS = "bogus"
    REFUSED = "refused"
    TIMED_OUT = "timed-out"
    UNREACHABLE = "unreachable"
    UNREADABLE = "unreadable"
    BUDGET_SPENT = "budget-spent"


_KNOWN = (LookupStatus.ANSWERED, LookupStatus.NO_DATA, LookupStatus.NO_NAME)


@attrs.frozen(kw_only=True)
class DnsRecord:
    """One record: its data as on the wire without compression, the same as text, its remaining life in seconds."""

    data: bytes
    text: str = ""
    ttl: int = 0


@attrs.frozen(kw_only=True)
class DnsAnswer:
    """The answer to one question; `kind` is the type of record, such as "CAA".

    `unreadable` says what is wrong with each record that cannot be read. `aliases` are the names that CNAME records led through, `canonical` is the last.
    `authenticated` is the resolver's AD flag (RFC 4035 section 3.2.3): what it says, which is worth as much as the way to it. `explanation` has its own
    words for an error (RFC 8914), or ours.
    """

    name: str
    kind: str
    status: LookupStatus
    records: tuple[DnsRecord, ...] = ()
    unreadable: tuple[str, ...] = ()
    aliases: tuple[str, ...] = ()
    authenticated: bool = False
    explanation: str = ""
    server: str = ""
    elapsed: float = 0.0

    @property
    def known(self) -> bool:
        """Whether it is known what records there are, or that there are none."""
        return self.status in _KNOWN

    @property
    def canonical(self) -> str:
        """The name that has the records."""
        return self.aliases[-1] if self.aliases else self.name

    @property
    def words(self) -> str:
        """The outcome for people."""
        why = f": {self.explanation}" if self.explanation else ""
        return f"{self.kind} of {self.name}: {_WORDS[self.status]}{why}"


_WORDS = {
    LookupStatus.ANSWERED: "answered",
    LookupStatus.NO_DATA: "no such record",
    LookupStatus.NO_NAME: "no such name",
    LookupStatus.SERVER_FAILED: "the resolver failed (SERVFAIL)",
    LookupStatus.BOGUS: "the signatures do not hold (SERVFAIL, and an answer where validation is left out)",
    LookupStatus.REFUSED: "the resolver refuses to answer (REFUSED)",
    LookupStatus.TIMED_OUT: "the resolver does not answer",
    LookupStatus.UNREACHABLE: "the resolver cannot be reached",
    LookupStatus.UNREADABLE: "the answer cannot be read",
    LookupStatus.BUDGET_SPENT: "not asked: there were enough questions",
}
