"""What lies between here and the peer, as far as it shows: how fast an answer trickles in, and what other ports of the same address do."""

from __future__ import annotations

from typing import ClassVar

import attrs

from ..failure import Failure
from ..observation import Observation


@attrs.frozen(kw_only=True)
class AnswerPace(Observation):
    """How the answer to our own hello came in: pieces, bytes, and when the first and the last came, in seconds since the dial."""

    name: ClassVar[str] = "answer-pace"

    pieces: int
    received: int
    first_at: float = 0.0
    last_at: float = 0.0


@attrs.frozen(kw_only=True)
class PortSeen:
    """One other port of the same address: whether TCP connects, and what it answered to a plain HTTP request where it was sent one."""

    port: int
    connected: bool
    failure: Failure | None = None
    elapsed: float = 0.0
    request: bytes = b""
    answer: bytes = b""


@attrs.frozen(kw_only=True)
class OtherPorts(Observation):
    """The address beside the port that was asked for; looked at only where that one fails."""

    name: ClassVar[str] = "other-ports"

    ports: tuple[PortSeen, ...]
