"""The dialogue that leads to TLS on a port that begins without it."""

from __future__ import annotations

from typing import ClassVar

import attrs

from ..failure import Failure
from ..observation import Observation
from ..starttls import DialogueStep, StarttlsRefusal, StarttlsStep


@attrs.frozen(kw_only=True)
class StarttlsDialogue(Observation):
    """One STARTTLS dialogue: whether it led to where TLS begins, and if not, which step refused and how.

    `protocol` is its own name ("smtp"; see `tlsdiag.starttls`), `guessed` what it was taken from when the caller did not name it ("scheme", "port").
    `offered` are the peer's capabilities in its own words, `garbled` the one that something wrote over, `accepted_anyway` whether a request that
    nothing had offered was taken all the same (None: not tried). `injected` are bytes that came in the clear after the go-ahead. `speaks` names the
    protocol that the port speaks instead ("http", "smtp", "tls"), where that is known. `greeted` counts the further connections, made after a silence or an
    end, that heard the words of the protocol itself. Each step and text is capped.
    """

    name: ClassVar[str] = "starttls-dialogue"

    protocol: str
    completed: bool
    guessed: str | None = None
    steps: tuple[DialogueStep, ...] = ()
    offered: tuple[str, ...] = ()
    garbled: str = ""
    accepted_anyway: bool | None = None
    refusal: StarttlsRefusal | None = None
    refused_at: StarttlsStep | None = None
    detail: str = ""
    speaks: str | None = None
    injected: bytes = b""
    software: str = ""
    failure: Failure | None = None
    greeted: int = 0
    elapsed: float = 0.0


@attrs.frozen(kw_only=True)
class StarttlsTry:
    """How one connection of the diagnosis came out of the dialogue before TLS, whichever probe made it: `failure` is None where TLS could begin.

    Times in seconds: `at` on the clock of the diagnosis, when the dialogue began, and how long it took.
    """

    at: float
    elapsed: float = 0.0
    failure: Failure | None = None
