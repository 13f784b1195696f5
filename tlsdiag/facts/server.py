"""What the server does with our own offers: one handshake to the end, versions, forward secrecy, the chains that it serves."""

from __future__ import annotations

from typing import ClassVar

import attrs

from ..failure import Failure
from ..iana import CipherSuite, ClientCertificateType, NamedGroup, ProtocolVersion, SignatureScheme
from ..observation import Observation
from .common import AlertSeen, Attempt, Note, OfferSeen


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
    certificate_types: tuple[ClientCertificateType, ...] = ()
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
        """True when the peer sent a TLS record, a hello or an alert, or at least began one (its header has five bytes)."""
        began = self.bytes_received >= 5 and self.non_tls is None
        return self.version is not None or self.alert_received is not None or began


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
