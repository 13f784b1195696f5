"""The typed findings: subclasses that carry the evidence of a family of rules. The rule has the identity, the class has the shape."""

from __future__ import annotations

from datetime import datetime

import attrs

from .facts import AlertSeen, Note, StarttlsRefusal, StarttlsStep, TimeSource, Trial
from .failure import Failure
from .finding import Finding
from .iana import CipherSuite, NamedGroup, ProtocolVersion, SignatureScheme


@attrs.frozen(kw_only=True)
class NetworkFinding(Finding):
    """Something between here and the peer: the failure as it was seen, times in seconds; `round_trip` is what TCP needed to connect."""

    kind = "network"

    failure: Failure | None = None
    elapsed: float = 0.0
    round_trip: float | None = None


@attrs.frozen(kw_only=True)
class BackendFinding(Finding):
    """Connections to one address that differ: how many were made, how many are the odd ones, how each kind ended, and the leaves that were served (DER)."""

    kind = "backend"

    attempts: int = 0
    failing: int = 0
    outcomes: tuple[Note, ...] = ()
    certificates: tuple[bytes, ...] = ()
    versions: tuple[ProtocolVersion, ...] = ()


@attrs.frozen(kw_only=True)
class ProxyFinding(Finding):
    """About the way through a proxy: its URL without secrets, who named it, and what it answered (`status` over HTTP, `reply` over SOCKS5)."""

    kind = "proxy"

    url: str | None = None
    proxy_origin: str = ""
    status: int | None = None
    reply: int | None = None
    schemes: tuple[str, ...] = ()
    software: str | None = None
    words: str = ""
    failure: Failure | None = None


@attrs.frozen(kw_only=True)
class SpokenFinding(Finding):
    """The port speaks something else than TLS; `evidence_bytes` are what told."""

    kind = "spoken"

    protocol: str | None = None
    starttls: str | None = None
    software: str | None = None
    evidence_bytes: bytes = b""


@attrs.frozen(kw_only=True)
class StarttlsFinding(Finding):
    """About the dialogue before TLS: the protocol that was spoken, the step that it ended at, the peer's last answer, what it speaks instead."""

    kind = "starttls"

    protocol: str = ""
    refusal: StarttlsRefusal | None = None
    step: StarttlsStep | None = None
    answer: bytes = b""
    offered: tuple[str, ...] = ()
    speaks: str | None = None
    software: str = ""


@attrs.frozen(kw_only=True)
class TrialFinding(Finding):
    """Proved by a pair of handshakes: `before` is the client's own hello, refused; `after` the same but for `change`, accepted. None: not proved so."""

    kind = "trial"

    change: str = ""
    before: Trial | None = None
    after: Trial | None = None


@attrs.frozen(kw_only=True)
class AgreementFinding(TrialFinding):
    """Nothing in common: what the client offers, what the server was seen to take; of the kind that the rule is about."""

    kind = "agreement"

    offered_groups: tuple[NamedGroup, ...] = ()
    accepted_groups: tuple[NamedGroup, ...] = ()
    offered_schemes: tuple[SignatureScheme, ...] = ()
    accepted_schemes: tuple[SignatureScheme, ...] = ()
    offered_suites: tuple[CipherSuite, ...] = ()
    accepted_suites: tuple[CipherSuite, ...] = ()


@attrs.frozen(kw_only=True)
class SizeFinding(TrialFinding):
    """The size decides, in bytes: of the hello, or of a TCP segment."""

    kind = "size"

    accepted: int | None = None
    refused: int | None = None


@attrs.frozen(kw_only=True)
class AlertFinding(TrialFinding):
    """The peer ended the handshake with an alert."""

    kind = "alert"

    alert: AlertSeen | None = None


@attrs.frozen(kw_only=True)
class VersionFinding(TrialFinding):
    """About protocol versions: what the client offers, what the server accepts."""

    kind = "version"

    offered: tuple[ProtocolVersion, ...] = ()
    accepted: tuple[ProtocolVersion, ...] = ()


@attrs.frozen(kw_only=True)
class CipherFinding(TrialFinding):
    """About cipher suites: what the client offers, what the server is known to accept."""

    kind = "cipher"

    offered: tuple[CipherSuite, ...] = ()
    accepted: tuple[CipherSuite, ...] = ()
    bits: int | None = None


@attrs.frozen(kw_only=True)
class ServerNameFinding(TrialFinding):
    """About the name that was sent (SNI)."""

    kind = "server-name"

    server_name: str | None = None
    works_without: bool | None = None


@attrs.frozen(kw_only=True)
class DeviationFinding(Finding):
    """The peer does not keep to the protocol."""

    kind = "deviation"

    deviations: tuple[Note, ...] = ()


@attrs.frozen(kw_only=True)
class ClientFinding(Finding):
    """About the client under diagnosis: its exception in its own words, OpenSSL's reason and verification code."""

    kind = "client"

    error_type: str | None = None
    error_text: str = ""
    reason: str | None = None
    verify_code: int | None = None


@attrs.frozen(kw_only=True)
class CertificateFinding(Finding):
    """About one certificate: its DER, and its position in the chain as sent (0 is the leaf; None: not sent).

    `refused_by` are the profiles of those that refuse it for this, where that was looked at ("openssl-3", "go", "rfc5280", ...).
    """

    kind = "certificate"

    certificate: bytes = b""
    position: int | None = None
    not_before: datetime | None = None
    not_after: datetime | None = None
    refused_by: tuple[str, ...] = ()


@attrs.frozen(kw_only=True)
class ClientsFinding(CertificateFinding):
    """Clients differ about a chain: the profiles that refuse and those that accept, and for what.

    `path` is the way that is taken to a root, `better` one that is missed, both as names, leaf first.
    """

    kind = "clients"

    accepted_by: tuple[str, ...] = ()
    reasons: tuple[Note, ...] = ()
    path: tuple[str, ...] = ()
    better: tuple[str, ...] = ()


@attrs.frozen(kw_only=True)
class DnsFinding(CertificateFinding):
    """About records in the DNS, and the certificate that they are held against where there is one.

    `records` are those in question as text, `name` is whose they are; `resolver` told them and called them `authenticated` or not.
    """

    kind = "dns"

    name: str = ""
    record_type: str = ""
    records: tuple[str, ...] = ()
    resolver: str = ""
    authenticated: bool = False


@attrs.frozen(kw_only=True)
class AuthorityFinding(CertificateFinding):
    """About an authority that stores have distrusted: its owner ("": not known), the stores ("chrome", "mozilla", ...), the earliest date from which on they
    refuse (None: whenever issued), published sources, whether they confirm all of it, and the date of the table."""

    kind = "authority"

    authority: str = ""
    stores: tuple[str, ...] = ()
    since: datetime | None = None
    sources: tuple[str, ...] = ()
    documented: bool = True
    table_date: str = ""


@attrs.frozen(kw_only=True)
class RevocationFinding(CertificateFinding):
    """About what is said of a certificate's revocation: who says so ("staple", or URLs), since when and why it is revoked, the period that the answer
    or list is for, and the client's verification code where it was the client that refused."""

    kind = "revocation"

    sources: tuple[str, ...] = ()
    revoked_at: datetime | None = None
    reason: str | None = None
    this_update: datetime | None = None
    next_update: datetime | None = None
    verify_code: int | None = None


@attrs.frozen(kw_only=True)
class TransparencyFinding(CertificateFinding):
    """About the timestamps of a certificate: the logs by name, how they came, how many a policy wants and how many count, and the date of the list of logs."""

    kind = "transparency"

    logs: tuple[str, ...] = ()
    delivery: str = ""
    wanted: int | None = None
    counted: int | None = None
    refused_by: tuple[str, ...] = ()
    list_date: datetime | None = None


@attrs.frozen(kw_only=True)
class FileFinding(CertificateFinding):
    """About a certificate file: its name, the line (from 1; None: it has none), and a slug for what was found where one rule covers several."""

    kind = "file"

    file: str = ""
    line: int | None = None
    reason: str = ""


@attrs.frozen(kw_only=True)
class NameFinding(CertificateFinding):
    """The certificate is for other names."""

    kind = "name"

    wanted: str = ""
    presented: tuple[str, ...] = ()
    nearest: str | None = None


@attrs.frozen(kw_only=True)
class ChainFinding(Finding):
    """About the chain as sent: positions count from 0. `missing` are certificates (DER) that the server should send after those that it does, from below
    upwards, `missing_urls` where each of them is to be had, "" where it is in a trust store of this machine."""

    kind = "chain"

    store: str = ""
    issuer: str | None = None
    issuer_urls: tuple[str, ...] = ()
    positions: tuple[int, ...] = ()
    right_order: tuple[int, ...] = ()
    missing: tuple[bytes, ...] = ()
    missing_urls: tuple[str, ...] = ()
    reasons: tuple[str, ...] = ()


@attrs.frozen(kw_only=True)
class TrustFinding(Finding):
    """About a trust store of this machine: its path, the variable that names it, the clients that read it, and those that would trust the chain."""

    kind = "trust"

    path: str = ""
    variable: str | None = None
    clients: tuple[str, ...] = ()
    trusted_by: tuple[str, ...] = ()


@attrs.frozen(kw_only=True)
class LocalFinding(Finding):
    """About the library of this machine and what it was told: the file, and the settings that matter, as "name = value"."""

    kind = "local"

    library: str = ""
    configuration: str = ""
    settings: tuple[str, ...] = ()


@attrs.frozen(kw_only=True)
class CredentialFinding(Finding):
    """About the client's certificate: its DER, the names of the authorities that the server accepts, and the alert that came, if any."""

    kind = "credential"

    certificate: bytes = b""
    accepted: tuple[str, ...] = ()
    alert: AlertSeen | None = None


@attrs.frozen(kw_only=True)
class ClockFinding(Finding):
    """About a clock: what it shows, the true time as far as it is known, how far it is ahead (negative: behind) in seconds, and who says so."""

    kind = "clock"

    shown: datetime | None = None
    true_time: datetime | None = None
    ahead: float = 0.0
    sources: tuple[TimeSource, ...] = ()
    zone_offset: int | None = None


@attrs.frozen(kw_only=True)
class InterceptionFinding(Finding):
    """About what stands in the connection and makes certificates of its own.

    `product` is None when only the structure told; `product_kind` is a word such as "antivirus" or "corporate-proxy"; `source` says where the pattern
    is from. `minted_for` is the made-up name that got a certificate.
    """

    kind = "interception"

    product: str | None = None
    vendor: str | None = None
    product_kind: str | None = None
    source: str = ""
    issuer: str = ""
    minted_for: str | None = None
    certificate: bytes = b""
