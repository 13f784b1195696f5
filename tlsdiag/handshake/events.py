"""What `ClientHandshake.receive` tells while it goes."""

from __future__ import annotations

import attrs

from ..wire import Alert, HandshakeMessage
from .result import Problem


@attrs.frozen(kw_only=True)
class MessageReceived:
    """A handshake message of the peer, before it is judged."""

    message: HandshakeMessage


@attrs.frozen(kw_only=True)
class AlertReceived:
    """An alert of the peer."""

    alert: Alert


@attrs.frozen(kw_only=True)
class ApplicationData:
    """Application data, decrypted."""

    data: bytes


@attrs.frozen(kw_only=True)
class HandshakeReached:
    """The handshake has come to where it was to stop; `completed` when that was the end."""

    completed: bool


@attrs.frozen(kw_only=True)
class HandshakeFailed:
    """The handshake has ended early."""

    problem: Problem
    detail: str


Event = MessageReceived | AlertReceived | ApplicationData | HandshakeReached | HandshakeFailed
