"""The same hello sent to the same address several times: what changes then is the peer's or the network's doing."""

from __future__ import annotations

from enum import StrEnum
from typing import ClassVar

import attrs

from ..iana import CipherSuite, ProtocolVersion
from ..observation import Observation
from .common import AlertSeen, Note


class RepeatOutcome(StrEnum):
    """How one of the connections ended. `WORKS`: the server did its part; whether the client then took the certificate is another matter."""

    WORKS = "works"
    ALERT = "alert"
    RESET = "reset"
    CLOSED = "closed"
    REFUSED = "refused"
    SILENT = "silent"
    UNREACHABLE = "unreachable"
    NOT_TLS = "not-tls"
    UNKNOWN = "unknown"


class Pace(StrEnum):
    """How a connection was made: the client's own, several side by side, one after another, one after another with pauses."""

    FIRST = "first"
    TOGETHER = "together"
    IN_A_ROW = "in-a-row"
    SLOWLY = "slowly"


@attrs.frozen(kw_only=True)
class RepeatSeen:
    """One connection with the client's hello. `by_client`: the client's own library spoke, not our core with the same words.

    `leaf` is the DER that was served (empty: not seen), `verify_code` OpenSSL's when the client refused the certificate. `at` counts seconds since the first
    repetition, `elapsed` is how long this one took.
    """

    outcome: RepeatOutcome
    pace: Pace
    by_client: bool = False
    at: float = 0.0
    elapsed: float = 0.0
    version: ProtocolVersion | None = None
    cipher_suite: CipherSuite | None = None
    alpn: str | None = None
    alert: AlertSeen | None = None
    leaf: bytes = b""
    verify_code: int | None = None
    detail: str = ""


@attrs.frozen(kw_only=True)
class ChainSeen:
    """A chain that was served, and what in it a client that verifies would stumble over: rules of path validation, "untrusted", "other-name"."""

    certificates: tuple[bytes, ...]
    faults: tuple[Note, ...] = ()

    @property
    def leaf(self) -> bytes:
        """The first certificate as sent."""
        return self.certificates[0]


@attrs.frozen(kw_only=True)
class Repeats(Observation):
    """Several connections to one address with the same hello, in the order of time; the client's own is the first.

    `turned_away` counts the other probes' offers that were dropped without a word and were taken, or never answered, later. `replayed` is False when our
    core could not say all that the client says: then its connections may be compared with one another, and not with the client's. `pause` is the time
    between slow ones, in seconds.
    """

    name: ClassVar[str] = "repeats"

    attempts: tuple[RepeatSeen, ...]
    chains: tuple[ChainSeen, ...] = ()
    turned_away: int = 0
    replayed: bool = True
    pause: float = 0.0
