"""What became of the client's own hello when it was sent again, unchanged and changed in one thing at a time."""

from __future__ import annotations

from enum import StrEnum
from typing import ClassVar

import attrs

from ..iana import CipherSuite, NamedGroup, ProtocolVersion, SignatureScheme
from ..observation import Observation
from .common import AlertSeen


class TrialOutcome(StrEnum):
    """How a trial ended. `ACCEPTED`: it came as far as the stage; `MISBEHAVED`: the peer broke the protocol; `UNDECIDED`: not tried, or not to be told."""

    ACCEPTED = "accepted"
    ALERT = "alert"
    RESET = "reset"
    CLOSED = "closed"
    SILENT = "silent"
    NOT_TLS = "not-tls"
    MISBEHAVED = "misbehaved"
    UNDECIDED = "undecided"


@attrs.frozen(kw_only=True)
class Trial:
    """One handshake with the client's hello, changed in one thing.

    `change` is a slug ("unchanged", "without-alpn" ...), `part` the value that it is about ("secp521r1"), `words` the change as it is told. `size` counts the
    bytes of the ClientHello with its header, `max_segment` those of a TCP segment where that was what was changed. `client_hello` (with header) is kept where
    it is evidence. Times in seconds.
    """

    change: str
    words: str
    outcome: TrialOutcome
    part: str = ""
    alert: AlertSeen | None = None
    detail: str = ""
    size: int = 0
    max_segment: int | None = None
    version: ProtocolVersion | None = None
    cipher_suite: CipherSuite | None = None
    group: NamedGroup | None = None
    signature_scheme: SignatureScheme | None = None
    dh_bits: int | None = None
    alpn: str | None = None
    hello_retry: bool = False
    messages: tuple[str, ...] = ()
    client_hello: bytes = b""
    elapsed: float = 0.0

    @property
    def accepted(self) -> bool:
        """True when it came as far as the stage."""
        return self.outcome is TrialOutcome.ACCEPTED

    @property
    def refused(self) -> bool:
        """True when the peer (or the network) said no, in whatever way."""
        return self.outcome not in (TrialOutcome.ACCEPTED, TrialOutcome.UNDECIDED)


@attrs.frozen(kw_only=True)
class Counterfactuals(Observation):
    """The least change of the client's own hello that flips the outcome, and every trial that led there.

    `symptom` is how the client's own handshake ended, `stage` how far a trial has to come to count as accepted. `unchanged` are the repetitions of
    the hello as it was. `flip` is the least change that was accepted (None: there is none), `flips` all that were. `size_accepted` and
    `size_refused` are bytes of the ClientHello between which the outcome turns, `segment_accepted` the largest TCP segment that works.
    `accepts_*` are the values that the server was seen to choose when it was offered more than the client has.
    """

    name: ClassVar[str] = "counterfactuals"

    symptom: TrialOutcome
    stage: str
    unchanged: tuple[Trial, ...] = ()
    trials: tuple[Trial, ...] = ()
    flip: Trial | None = None
    flips: tuple[Trial, ...] = ()
    size_accepted: int | None = None
    size_refused: int | None = None
    segment_accepted: int | None = None
    accepts_suites: tuple[CipherSuite, ...] = ()
    accepts_groups: tuple[NamedGroup, ...] = ()
    accepts_schemes: tuple[SignatureScheme, ...] = ()
    accepts_alpn: tuple[str, ...] = ()

    @property
    def before(self) -> Trial | None:
        """The unchanged hello, refused: the one half of the proof."""
        return next((trial for trial in self.unchanged if trial.refused), None)

    @property
    def proven(self) -> bool:
        """True when the unchanged hello was refused again and a changed one was accepted."""
        return self.flip is not None and self.before is not None

    @property
    def connections(self) -> int:
        """Trials that were made."""
        return len(self.unchanged) + len(self.trials)
