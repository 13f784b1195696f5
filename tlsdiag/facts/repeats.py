"""The same hello sent to the same address several times: what changes then is the peer's or the network's doing."""

from __future__ import annotations

from enum import StrEnum
from typing import ClassVar

import attrs

from ..failure import Failure, FailureKind, Phase
from ..iana import CipherSuite, ProtocolVersion
from ..observation import Observation
from ..starttls import StarttlsRefusal
from .common import AlertSeen, Note
from .starttls import StarttlsTry


class RepeatOutcome(StrEnum):
    """How one of the connections ended. `WORKS`: the server did its part; whether the client then took the certificate is another matter.

    `DECLINED` and `OTHER_PROTOCOL` are of the dialogue before TLS: it was refused in words, or the words were those of another protocol.
    """

    WORKS = "works"
    ALERT = "alert"
    RESET = "reset"
    CLOSED = "closed"
    REFUSED = "refused"
    SILENT = "silent"
    UNREACHABLE = "unreachable"
    NOT_TLS = "not-tls"
    DECLINED = "declined"
    OTHER_PROTOCOL = "other-protocol"
    UNKNOWN = "unknown"


_KINDS = {
    FailureKind.RESET: RepeatOutcome.RESET,
    FailureKind.CLOSED: RepeatOutcome.CLOSED,
    FailureKind.REFUSED: RepeatOutcome.REFUSED,
    FailureKind.TIMED_OUT: RepeatOutcome.SILENT,
    FailureKind.UNREACHABLE: RepeatOutcome.UNREACHABLE,
}
_REFUSALS = {
    StarttlsRefusal.GREETING: RepeatOutcome.DECLINED,
    StarttlsRefusal.NOT_OFFERED: RepeatOutcome.DECLINED,
    StarttlsRefusal.REFUSED: RepeatOutcome.DECLINED,
    StarttlsRefusal.WRONG_PROTOCOL: RepeatOutcome.OTHER_PROTOCOL,
    StarttlsRefusal.TLS_ALREADY: RepeatOutcome.OTHER_PROTOCOL,
}


_NAMED = {item.value: item for item in StarttlsRefusal}


def refusal_of(failure: Failure | None) -> StarttlsRefusal | None:
    """How the dialogue before TLS ended; None where it was not that."""
    return None if failure is None else _NAMED.get(failure.refusal)


def outcome_of_failure(failure: Failure) -> RepeatOutcome:
    """How a connection ended that failed on the network, or in the dialogue before TLS."""
    known, refusal = _KINDS.get(failure.kind), refusal_of(failure)
    if known is None and refusal is not None:
        known = _REFUSALS.get(refusal)
    return known or RepeatOutcome.UNKNOWN


class Pace(StrEnum):
    """How a connection was made: the client's own, several side by side, one after another, one after another with pauses.

    `OTHERS`: by another probe, with words of its own. Only the dialogue before TLS can be compared then.
    """

    FIRST = "first"
    TOGETHER = "together"
    IN_A_ROW = "in-a-row"
    SLOWLY = "slowly"
    OTHERS = "others"


@attrs.frozen(kw_only=True)
class RepeatSeen:
    """One connection with the client's hello. `by_client`: the client's own library spoke, not our core with the same words.

    `leaf` is the DER that was served (empty: not seen), `verify_code` OpenSSL's when the client refused the certificate. `at` counts seconds since the first
    repetition, `elapsed` is how long this one took. `phase` is where the network ended it (None: it
    was not the network), `refusal` how it ended where that was the dialogue before TLS.
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
    phase: Phase | None = None
    refusal: StarttlsRefusal | None = None
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

    `turned_away` counts the other probes' offers that were dropped without a word and were taken, or never answered, later; `again` those of them that were
    dropped again at once, when they were asked one by one. Both are of `others` offers. `replayed` is False when our
    core could not say all that the client says: then its connections may be compared with one another, and not with the client's. `pause` is the time
    between slow ones, in seconds. `tries` are the dialogues before TLS of every connection up to here, those of all probes, in the order of time.
    """

    name: ClassVar[str] = "repeats"

    attempts: tuple[RepeatSeen, ...]
    chains: tuple[ChainSeen, ...] = ()
    turned_away: int = 0
    again: int = 0
    others: int = 0
    replayed: bool = True
    pause: float = 0.0
    tries: tuple[StarttlsTry, ...] = ()
