"""Samples of the family local, and of the client's context and certificate."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import attrs
from cryptography import x509

from tlsdiag.check import Seen
from tlsdiag.facts import (
    AcceptedVersions,
    Attempt,
    ChainPaths,
    ClientCredentials,
    LocalLibrary,
    PathSeen,
    PolicySetting,
    StorePlace,
    StoreVerdict,
    StoreVerdicts,
    TrustSources,
    TrustUser,
    TrustVariable,
    VersionAttempt,
)
from tlsdiag.iana import ClientCertificateType, ProtocolVersion, SignatureScheme
from tlsdiag.target import ClientCertificate
from tlsdiag.testing import Authority, Issued
from tlsdiag.testing.observations import NOW, OFFER, client_outcome, handshake_outcome, seen

from .certificate import issuing, root, stranger, window
from .common import NAME, Samples, alert

V = ProtocolVersion
REFUSED: dict[str, Any] = {"completed": False, "verify_code": 20, "error_type": "ssl.SSLCertVerificationError"}


def sources(*variables: TrustVariable, places: tuple[StorePlace, ...] = (), **changes: Any) -> TrustSources:
    """Python with two places, requests with certifi."""
    names = tuple(item.name for item in variables)
    python = TrustUser(client="python", places=("/store.pem", "/certs"), variables=names)
    return TrustSources(**{"users": (python, TrustUser(client="requests", places=("/certifi.pem",))), "places": places, "variables": variables, **changes})


def variable(problem: str, *, name: str = "SSL_CERT_FILE", read_by: tuple[str, ...] = ("python",)) -> TrustVariable:
    return TrustVariable(name=name, value="/nowhere.pem", read_by=read_by, problem=problem, detail="/nowhere.pem does not exist" if problem else "")


def verdicts(this: bool, other: bool, *, authorities: int = 3, store: str = "/store.pem", other_store: str = "/certifi.pem", age: int = 0) -> StoreVerdicts:
    mine = StoreVerdict(clients=("this client", "python"), store=store, anchored=this, authorities=authorities, newest=NOW - timedelta(days=age))
    return StoreVerdicts(verdicts=(mine, StoreVerdict(clients=("requests", "mozilla"), store=other_store, anchored=other, authorities=140, newest=NOW)))


def trust(found: TrustSources, judged: StoreVerdicts, **client: Any) -> Seen:
    """A view with the sources of the target, and the rest at the endpoint."""
    view = seen(judged, client_outcome(**(client or REFUSED)))
    view.observations.put(TrustSources, None, found)
    return view


def of_target(view: Seen) -> Seen:
    return attrs.evolve(view, endpoint=None)


def unhashed(*, helps: bool) -> Seen:
    given = StorePlace(path="/certs", kind="directory", problem="unhashed" if helps else "", detail="/certs holds 3 certificates", left_out=3)
    return trust(sources(given=given, python_is_used=False), verdicts(False, False, store="/certs"))


def library(*settings: tuple[str, str], completed: bool = False, accepted: int = 0x304, **settings_of_client: Any) -> Seen:
    policy = LocalLibrary(
        library="OpenSSL 3.0", python="3.11", configuration="/openssl.cnf", settings=tuple(PolicySetting(name=name, value=value) for name, value in settings)
    )
    offer = attrs.evolve(OFFER, versions=(V.TLS1_2,))
    tried = AcceptedVersions(attempts=(VersionAttempt(version=V(accepted), attempt=Attempt(accepted=True)),), complete=True)
    client = client_outcome(completed=completed, offer=offer, **{"maximum_version": "TLSv1.2", **settings_of_client})
    view = seen(client, tried, handshake_outcome())
    view.observations.put(LocalLibrary, None, policy)
    return view


def context(*, is_default: bool = False, loaded: int | None = 3, protocol: str = "PROTOCOL_TLS_CLIENT", check_hostname: bool = True, **changes: Any) -> Seen:
    client = client_outcome(**changes)
    settings = attrs.evolve(client.settings, is_default=is_default, loaded_certificates=loaded, protocol=protocol, check_hostname=check_hostname)
    return seen(attrs.evolve(client, settings=settings))


def without_identifier() -> Issued:
    """A certificate whose authority did not put the key identifier in."""
    issued = root().issue(NAME, window=window(-30, 60))
    builder = x509.CertificateBuilder(
        issuer_name=issued.certificate.issuer,
        subject_name=issued.certificate.subject,
        public_key=issued.certificate.public_key(),
        serial_number=7,
        not_valid_before=issued.certificate.not_valid_before_utc,
        not_valid_after=issued.certificate.not_valid_after_utc,
    )
    for extension in issued.certificate.extensions:
        if not isinstance(extension.value, x509.AuthorityKeyIdentifier):
            builder = builder.add_extension(extension.value, extension.critical)
    from cryptography.hazmat.primitives.hashes import SHA256

    return attrs.evolve(issued, certificate=builder.sign(root().issued.private_key, SHA256()))


def path(item: Issued, **client: Any) -> Seen:
    found = PathSeen(certificates=(item.der, root().issued.der), anchored=True)
    flags = client.pop("verify_flags", ())
    outcome = client_outcome(**client)
    outcome = attrs.evolve(outcome, settings=attrs.evolve(outcome.settings, verify_flags=flags))
    return seen(ChainPaths(store="sample", anchors=1, at=NOW, trusted=True, paths=(found,)), outcome)


def mine(**faults: Any) -> Issued:
    faults.setdefault("window", window(-30, 60))
    faults.setdefault("usages", ("client",))
    return issuing().issue("me.example", number=7, **faults)


def credential(item: Issued, *, alone: bool = False, problem: str = "", authorities: tuple[Authority, ...] = (), **ours: Any) -> Seen:
    """A server that refuses this certificate late, with `ours` changing what it asked for."""
    read = ClientCredentials(certificates=(item.der,) if alone else item.chain, key_position=0, problem=problem, detail="sample" if problem else "")
    names = tuple(read_subject(authority) for authority in authorities)
    ours.setdefault("late_alert", alert(46))
    outcome = handshake_outcome(certificate_requested=True, certificate_authorities=names, **ours)
    given = ClientCertificate(certificate=b"", key=b"")
    view = seen(outcome, client_outcome(completed=not problem, problem="no"[: 2 * bool(problem)]), client_certificate=given)
    view.observations.put(ClientCredentials, None, read)
    return view


def read_subject(authority: Authority) -> bytes:
    return authority.issued.certificate.subject.public_bytes()


def schemes(*codes: int, types: tuple[int, ...] = (), **faults: Any) -> Seen:
    return credential(
        mine(**faults),
        certificate_schemes=tuple(SignatureScheme(code) for code in codes),
        certificate_types=tuple(ClientCertificateType(code) for code in types),
    )


SAMPLES: Samples = {
    "trust-variable-broken": (
        lambda: of_target(trust(sources(variable("missing")), verdicts(False, True))),
        lambda: of_target(trust(sources(variable("")), verdicts(False, True))),
    ),
    "trust-store-empty": (
        lambda: trust(sources(), verdicts(False, True, authorities=0)),
        lambda: trust(sources(), verdicts(False, False, authorities=1)),
    ),
    "trust-directory-unhashed": (lambda: unhashed(helps=True), lambda: unhashed(helps=False)),
    "trust-store-stale": (
        lambda: trust(sources(), verdicts(False, True, authorities=120, age=900)),
        lambda: trust(sources(), verdicts(False, True, authorities=2, age=900)),
    ),
    "trust-stores-disagree": (lambda: trust(sources(), verdicts(True, False), completed=True), lambda: trust(sources(), verdicts(True, True), completed=True)),
    "client-policy-forbids": (lambda: library(("MaxProtocol", "TLSv1.2")), lambda: library(("MaxProtocol", "TLSv1.2"), accepted=0x303)),
    "strict-clients-refuse": (lambda: path(without_identifier()), lambda: path(mine())),
    "context-without-roots": (lambda: context(loaded=0, **REFUSED), lambda: context(loaded=1, **REFUSED)),
    "context-server-side": (lambda: context(protocol="PROTOCOL_TLS_SERVER", completed=False, error_type="ssl.SSLError"), context),
    "context-offers-nothing": (
        lambda: context(completed=False, reason="NO_PROTOCOLS_AVAILABLE", error_type="ssl.SSLError"),
        lambda: context(completed=False, reason="UNSUPPORTED_PROTOCOL", error_type="ssl.SSLError"),
    ),
    "name-check-off": (lambda: context(check_hostname=False), lambda: context(check_hostname=False, is_default=True)),
    "client-key-mismatch": (lambda: credential(mine(), problem="key-mismatch"), lambda: credential(mine(), problem="certificate-unreadable")),
    "client-key-password": (lambda: credential(mine(), problem="password-wrong"), lambda: credential(mine(), problem="key-unreadable")),
    "client-certificate-expired": (lambda: credential(mine(window=window(-90, -1))), lambda: credential(mine())),
    "client-certificate-wrong-usage": (lambda: credential(mine(usages=("server",))), lambda: credential(mine(usages=None))),
    "client-certificate-chain-incomplete": (
        lambda: credential(mine(), alone=True, authorities=(root(),)),
        lambda: credential(mine(), authorities=(root(),)),
    ),
    "client-certificate-wrong-authority": (
        lambda: credential(stranger().issue("me.example", usages=("client",), window=window(-30, 60)), authorities=(root(),)),
        lambda: credential(mine(), authorities=(root(), stranger())),
    ),
    "client-certificate-scheme-unsupported": (
        lambda: schemes(0x0403, 0x0804, key="ed25519"),
        lambda: schemes(0x0403, 0x0804, types=(1, 64)),
    ),
}
