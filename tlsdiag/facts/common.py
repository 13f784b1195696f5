"""What several observations are made of: alerts, notes, offers, and further handshakes in brief."""

from __future__ import annotations

import attrs

from ..failure import Failure
from ..iana import AlertDescription, CipherSuite, NamedGroup, ProtocolVersion, SignatureScheme


@attrs.frozen(kw_only=True)
class AlertSeen:
    """An alert as it was on the wire (RFC 8446 section 6)."""

    level: int
    description: AlertDescription


@attrs.frozen(kw_only=True)
class Note:
    """A deviation, violation or problem: a slug and the real values in words."""

    code: str
    detail: str = ""
    depth: int | None = None


@attrs.frozen(kw_only=True)
class OfferSeen:
    """What a ClientHello offered."""

    versions: tuple[ProtocolVersion, ...]
    cipher_suites: tuple[CipherSuite, ...]
    groups: tuple[NamedGroup, ...] = ()
    signature_schemes: tuple[SignatureScheme, ...] = ()
    server_name: str | None = None
    alpn: tuple[str, ...] = ()


@attrs.frozen(kw_only=True)
class Attempt:
    """One further handshake, briefly. `accepted` is None when we could not tell (reset by a limit, no answer in time).

    `dropped` counts the connections with the same offer that were dropped without a word before this one.
    """

    accepted: bool | None
    version: ProtocolVersion | None = None
    cipher_suite: CipherSuite | None = None
    alert: AlertSeen | None = None
    failure: Failure | None = None
    problem: str | None = None
    certificates: tuple[bytes, ...] = ()
    dropped: int = 0
