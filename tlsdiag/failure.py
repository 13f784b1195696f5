"""What went wrong on the way to the peer, as a value.

Everything that waits for the network returns either its result or a `Failure`; nothing raises for what the
network or the peer did. A failure says what happened, at which phase, and who is the likely party to blame.
It may not know sockets: operating system errors become failures in `tlsdiag.network.errors` alone.
"""

from __future__ import annotations

from enum import StrEnum

import attrs


class Blame(StrEnum):
    """The party that has to change something."""

    CLIENT = "client"
    NETWORK = "network"
    SERVER = "server"
    AUTHORITY = "authority"
    NOBODY = "nobody"


class Phase(StrEnum):
    """How far a connection had come; the order is the order of time."""

    RESOLVE = "resolve"
    CONNECT = "connect"
    PROXY = "proxy"
    STARTTLS = "starttls"
    HANDSHAKE = "handshake"
    DATA = "data"


class FailureKind(StrEnum):
    """What happened, seen from this end."""

    NAME_NOT_FOUND = "name-not-found"
    RESOLVER_FAILED = "resolver-failed"
    NO_ADDRESS = "no-address"
    NAME_INVALID = "name-invalid"
    REFUSED = "refused"
    TIMED_OUT = "timed-out"
    RESET = "reset"
    CLOSED = "closed"
    UNREACHABLE = "unreachable"
    PROHIBITED = "prohibited"
    LOCAL = "local"
    BUDGET_SPENT = "budget-spent"
    LIMIT_EXCEEDED = "limit-exceeded"
    PROTOCOL = "protocol"
    NOT_ALLOWED = "not-allowed"


@attrs.frozen(kw_only=True)
class Failure:
    """One failure: `elapsed` is in seconds since the phase began, `errno` the operating system's number.

    `said_by` is the address that reported it in ICMP, where the system tells (Linux): the peer, a router or firewall on the way, or this machine.
    `refusal` is how the dialogue before TLS ended, where it was that (a value of `StarttlsRefusal`; see `refusal_of`).
    """

    kind: FailureKind
    phase: Phase
    blame: Blame = Blame.NOBODY
    detail: str = ""
    errno: int | None = None
    elapsed: float = 0.0
    said_by: str = ""
    refusal: str = ""

    def __str__(self) -> str:
        return f"{self.kind} while in {self.phase}" + (f": {self.detail}" if self.detail else "")
