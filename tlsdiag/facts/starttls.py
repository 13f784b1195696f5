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
    protocol that the port speaks instead ("http", "smtp", "tls"), where that is known. Each step and text is capped.
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
    elapsed: float = 0.0
