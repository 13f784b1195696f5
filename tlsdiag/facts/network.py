"""Between here and the peer: whether TCP connects, and what a port speaks that does not answer in TLS."""

from __future__ import annotations

from typing import ClassVar

import attrs

from ..failure import Failure
from ..observation import Observation


@attrs.frozen(kw_only=True)
class Reachability(Observation):
    """Whether TCP connects; `elapsed` is the time that the dial took."""

    name: ClassVar[str] = "reachability"

    connected: bool
    failure: Failure | None = None
    elapsed: float = 0.0


@attrs.frozen(kw_only=True)
class SpokenProtocol(Observation):
    """What a port speaks that does not answer in TLS.

    `protocol` is a lower-case name ("http", "smtp", "ssh", ...; "proxy-protocol" for a port that speaks TLS behind a PROXY line), or None when nothing
    told; `evidence` the bytes that told, and `how` they were got ("greeting", "reply to ClientHello", "reply to GET" ...). `greeting_failure`
    is what happened to a connection on which nothing was sent
    (None: it stayed open).
    """

    name: ClassVar[str] = "spoken-protocol"

    protocol: str | None
    evidence: bytes = b""
    how: str = ""
    starttls: str | None = None
    software: str | None = None
    listened: float = 0.0
    greeting_failure: Failure | None = None
