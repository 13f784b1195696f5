"""The client under diagnosis: what it was told, and what became of its handshake."""

from __future__ import annotations

from typing import ClassVar

import attrs

from ..failure import Failure
from ..observation import Observation
from .common import AlertSeen, OfferSeen


@attrs.frozen(kw_only=True)
class ClientSettings:
    """What the client under diagnosis was told: read from its `ssl.SSLContext`.

    `loaded_certificates` and `loaded_authorities` count what is in memory: a directory of authorities is read on demand and does not count.
    `options` and `verify_flags` are the names of what is set; `not_readable` names what no context tells.
    """

    is_default: bool
    library: str
    verify_mode: str
    check_hostname: bool
    minimum_version: str
    maximum_version: str
    ciphers: tuple[str, ...] = ()
    security_level: int | None = None
    loaded_authorities: int = 0
    has_certificate: bool | None = None
    problem: str = ""
    protocol: str = ""
    loaded_certificates: int | None = None
    options: tuple[str, ...] = ()
    verify_flags: tuple[str, ...] = ()
    keylog: str | None = None
    not_readable: tuple[str, ...] = ()
    post_handshake_auth: bool = False


@attrs.frozen(kw_only=True)
class ClientOutcome(Observation):
    """The client's own handshake: its real ClientHello, its real exception, the bytes of both directions (capped).

    `error_type` is the exception's qualified name ("ssl.SSLCertVerificationError"), `reason` OpenSSL's ("CERTIFICATE_VERIFY_FAILED").
    `client_certificates` are those that the client itself sent, none where it sent an empty list (None: not seen; TLS 1.3 encrypts them).
    `late_*`: what came after a completed handshake, where a TLS 1.3 server refuses a client late.
    """

    name: ClassVar[str] = "client-outcome"

    completed: bool
    settings: ClientSettings
    failure: Failure | None = None
    error_type: str | None = None
    error_text: str = ""
    reason: str | None = None
    verify_code: int | None = None
    verify_message: str = ""
    version: str | None = None
    cipher: str | None = None
    alpn: str | None = None
    client_hello: bytes = b""
    offer: OfferSeen | None = None
    sent: bytes = b""
    received: bytes = b""
    non_tls: bytes | None = None
    client_certificates: tuple[bytes, ...] | None = None
    alert_received: AlertSeen | None = None
    late_alert: AlertSeen | None = None
    late_failure: Failure | None = None
    elapsed: float = 0.0
