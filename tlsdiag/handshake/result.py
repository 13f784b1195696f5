"""What a handshake came to: facts only, frozen when it is asked for."""

from __future__ import annotations

from enum import StrEnum

import attrs

from ..iana import CipherSuite, ClientCertificateType, NamedGroup, ProtocolVersion, SignatureScheme
from ..wire import Alert, Extension, ServerHello


class Problem(StrEnum):
    """Why a handshake did not come to where it was to stop."""

    ALERT = "alert"
    CLOSED = "closed"
    NOT_TLS = "not-tls"
    MALFORMED = "malformed"
    UNEXPECTED_MESSAGE = "unexpected-message"
    ILLEGAL_PARAMETER = "illegal-parameter"
    UNSUPPORTED = "unsupported"
    DECRYPT = "decrypt"
    FINISHED = "finished"


@attrs.frozen(kw_only=True)
class Deviation:
    """Something that a strict client would not have taken, with the values that show it."""

    code: str
    detail: str


@attrs.frozen(kw_only=True)
class CertificateRequestSeen:
    """What a CertificateRequest asked for; authorities are DER names."""

    certificate_types: tuple[ClientCertificateType, ...] = ()
    signature_schemes: tuple[SignatureScheme, ...] = ()
    authorities: tuple[bytes, ...] = ()
    answered: bool = False


@attrs.frozen(kw_only=True)
class HandshakeResult:
    """A handshake as far as it came. `reached` is True where it stopped on request; `completed` when the peer's Finished was verified.

    `non_tls` are the first bytes of an answer that is no TLS; `dh_bits` the size of the prime of a DHE exchange; `messages` the names of the
    peer's messages in order; `late_alert` came after completion, `close_notify` is the orderly end then, and `late_certificate_request` (TLS 1.3) or
    `renegotiation_asked` (before) what a server says that wants a certificate only now; `problem` and `problem_detail` say what ended it early.
    """

    completed: bool = False
    reached: bool = False
    server_hello: ServerHello | None = None
    version: ProtocolVersion | None = None
    cipher_suite: CipherSuite | None = None
    group: NamedGroup | None = None
    server_signature_scheme: SignatureScheme | None = None
    alpn: str | None = None
    certificates: tuple[bytes, ...] = ()
    certificates_omitted: int = 0
    ocsp_response: bytes | None = None
    scts: tuple[bytes, ...] = ()
    server_extensions: tuple[Extension, ...] = ()
    encrypted_extensions: tuple[Extension, ...] = ()
    hello_retry: bool = False
    dh_bits: int | None = None
    extended_master_secret: bool = False
    encrypt_then_mac: bool = False
    secure_renegotiation: bool = False
    compression_method: int = 0
    certificate_request: CertificateRequestSeen | None = None
    alert_received: Alert | None = None
    warnings_received: tuple[Alert, ...] = ()
    late_certificate_request: CertificateRequestSeen | None = None
    renegotiation_asked: bool = False
    late_alert: Alert | None = None
    close_notify: bool = False
    alert_sent: Alert | None = None
    non_tls: bytes | None = None
    tickets: int = 0
    ssl2_ciphers: tuple[int, ...] = ()
    deviations: tuple[Deviation, ...] = ()
    messages: tuple[str, ...] = ()
    bytes_received: int = 0
    problem: Problem | None = None
    problem_detail: str = ""
