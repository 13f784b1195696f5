"""The built-in observations: what our probes see, as plain frozen facts.

Code points are integers as on the wire (`tlsdiag.iana` names them), certificates are DER, times are in seconds. No judgement here.
"""

from __future__ import annotations

from datetime import datetime
from typing import ClassVar

import attrs

from .failure import Failure
from .iana import AlertDescription, CipherSuite, NamedGroup, ProtocolVersion, SignatureScheme
from .observation import Observation


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
class Reachability(Observation):
    """Whether TCP connects; `elapsed` is the time that the dial took."""

    name: ClassVar[str] = "reachability"

    connected: bool
    failure: Failure | None = None
    elapsed: float = 0.0


@attrs.frozen(kw_only=True)
class ClientSettings:
    """What the client under diagnosis was told: read from its `ssl.SSLContext`."""

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


@attrs.frozen(kw_only=True)
class ClientOutcome(Observation):
    """The client's own handshake: its real ClientHello, its real exception, the bytes of both directions (capped).

    `error_type` is the exception's qualified name ("ssl.SSLCertVerificationError"), `reason` OpenSSL's ("CERTIFICATE_VERIFY_FAILED").
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
    alert_received: AlertSeen | None = None
    late_alert: AlertSeen | None = None
    late_failure: Failure | None = None
    elapsed: float = 0.0


@attrs.frozen(kw_only=True)
class HandshakeOutcome(Observation):
    """The handshake of our own core with a broad offer.

    `alert_received` is the peer's, `problem` our core's machine word for what the peer did wrong, `non_tls` the first bytes of an answer that is
    not TLS, `bytes_received` zero when the peer never said anything. `certificate_requested` with `late_alert`, `late_failure`, or a `late_answer`
    (what the server said to a plain HTTP request then) tells whether a client certificate is not only asked for but required.
    """

    name: ClassVar[str] = "handshake-outcome"

    completed: bool
    offer: OfferSeen
    failure: Failure | None = None
    problem: str | None = None
    problem_detail: str = ""
    alert_received: AlertSeen | None = None
    alert_sent: AlertSeen | None = None
    non_tls: bytes | None = None
    version: ProtocolVersion | None = None
    cipher_suite: CipherSuite | None = None
    group: NamedGroup | None = None
    signature_scheme: SignatureScheme | None = None
    dh_bits: int | None = None
    alpn: str | None = None
    certificates: tuple[bytes, ...] = ()
    ocsp_response: bytes | None = None
    scts: tuple[bytes, ...] = ()
    hello_retry: bool = False
    extended_master_secret: bool = False
    encrypt_then_mac: bool = False
    secure_renegotiation: bool = False
    compression_method: int = 0
    certificate_requested: bool = False
    certificate_authorities: tuple[bytes, ...] = ()
    certificate_schemes: tuple[SignatureScheme, ...] = ()
    late_alert: AlertSeen | None = None
    late_failure: Failure | None = None
    late_answer: bytes = b""
    warnings: tuple[AlertSeen, ...] = ()
    deviations: tuple[Note, ...] = ()
    messages: tuple[str, ...] = ()
    bytes_received: int = 0
    elapsed: float = 0.0

    @property
    def answered_in_tls(self) -> bool:
        """True when the peer sent at least one TLS record: a hello or an alert."""
        return self.version is not None or self.alert_received is not None


@attrs.frozen(kw_only=True)
class Attempt:
    """One further handshake, briefly. `accepted` is None when we could not tell (reset by a limit, no answer in time)."""

    accepted: bool | None
    version: ProtocolVersion | None = None
    cipher_suite: CipherSuite | None = None
    alert: AlertSeen | None = None
    failure: Failure | None = None
    problem: str | None = None
    certificates: tuple[bytes, ...] = ()


@attrs.frozen(kw_only=True)
class VersionAttempt:
    """What became of an offer of exactly one protocol version."""

    version: ProtocolVersion
    attempt: Attempt


@attrs.frozen(kw_only=True)
class AcceptedVersions(Observation):
    """Which protocol versions the endpoint accepts, each offered alone. `complete`: all from SSL 2.0 to TLS 1.3 were tried."""

    name: ClassVar[str] = "accepted-versions"

    attempts: tuple[VersionAttempt, ...]
    complete: bool

    @property
    def accepted(self) -> tuple[ProtocolVersion, ...]:
        """The versions known to be accepted, oldest first."""
        return tuple(sorted(item.version for item in self.attempts if item.attempt.accepted))

    @property
    def refused(self) -> tuple[ProtocolVersion, ...]:
        """The versions known to be refused, oldest first."""
        return tuple(sorted(item.version for item in self.attempts if item.attempt.accepted is False))


@attrs.frozen(kw_only=True)
class ServedChain(Observation):
    """The certificates as sent: to the client's own server name, without SNI, and to offers of RSA or ECDSA only (None: not tried)."""

    name: ClassVar[str] = "served-chain"

    certificates: tuple[bytes, ...] = ()
    with_name: Attempt | None = None
    without_name: Attempt | None = None
    rsa: Attempt | None = None
    ecdsa: Attempt | None = None


@attrs.frozen(kw_only=True)
class ForwardSecrecy(Observation):
    """Whether ephemeral key exchange was agreed on, and if not, whether an offer of nothing else is accepted."""

    name: ClassVar[str] = "forward-secrecy"

    agreed: bool
    only_ephemeral: Attempt | None = None


@attrs.frozen(kw_only=True)
class SpokenProtocol(Observation):
    """What a port speaks that does not answer in TLS.

    `protocol` is a lower-case name ("http", "smtp", "ssh", ...), or None when nothing told; `evidence` the bytes that told, and `how` they were got
    ("greeting", "reply to ClientHello", "reply to GET" ...). `greeting_failure` is what happened to a connection on which nothing was sent
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


@attrs.frozen(kw_only=True)
class PathSeen:
    """One candidate path, leaf first, with every rule that it breaks."""

    certificates: tuple[bytes, ...]
    anchored: bool
    violations: tuple[Note, ...] = ()


@attrs.frozen(kw_only=True)
class ShapeSeen:
    """The sent chain as a list: positions count from 0. `right_order` is the order it should have."""

    order_ok: bool = True
    right_order: tuple[int, ...] = ()
    leaf: int = 0
    duplicates: tuple[int, ...] = ()
    extras: tuple[int, ...] = ()
    root_sent: int | None = None
    leaf_self_signed: bool = False
    top_self_signed: bool = False
    missing_issuer: str | None = None
    intermediate_missing: bool = False
    missing_reasons: tuple[str, ...] = ()
    issuer_urls: tuple[str, ...] = ()
    issuer_is_public: bool = False


@attrs.frozen(kw_only=True)
class ChainPaths(Observation):
    """Candidate paths from the served leaf to the trust store, best first; derived, opens nothing.

    `store` names the trust store in words, `store_error` says why it could not be read. `trusted` is True when the best path is anchored
    and breaks no rule (names aside).
    """

    name: ClassVar[str] = "chain-paths"

    store: str
    anchors: int
    at: datetime
    trusted: bool
    paths: tuple[PathSeen, ...] = ()
    complete: bool = True
    shape: ShapeSeen = ShapeSeen()
    store_error: str = ""
    also_trusted_by: tuple[str, ...] = ()
