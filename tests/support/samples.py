"""For every built-in rule a sample that must raise it, and a near miss that must not."""

from __future__ import annotations

import functools
from collections.abc import Callable
from datetime import timedelta
from typing import Any

import attrs
from cryptography import x509

from tlsdiag.certificates import TrustStore, build_paths, describe_chain, read_certificate
from tlsdiag.check import Seen
from tlsdiag.facts import (
    AcceptedVersions,
    AlertSeen,
    Attempt,
    ChainPaths,
    ForwardSecrecy,
    Note,
    OfferSeen,
    PathSeen,
    ServedChain,
    ShapeSeen,
    SpokenProtocol,
    VersionAttempt,
)
from tlsdiag.failure import Failure, FailureKind, Phase
from tlsdiag.iana import AlertDescription, CipherSuite, ProtocolVersion
from tlsdiag.observation import Resolution
from tlsdiag.target import ClientCertificate
from tlsdiag.testing import Authority, Issued, Window, self_signed
from tlsdiag.testing.observations import ENDPOINT, NOW, OFFER, client_outcome, handshake_outcome, reachability, seen

NAME = "server.example"
V = ProtocolVersion


def failure(kind: FailureKind, phase: Phase = Phase.HANDSHAKE) -> Failure:
    return Failure(kind=kind, phase=phase, detail=f"sample of {kind}", elapsed=0.1)


def alert(code: int, level: int = 2) -> AlertSeen:
    return AlertSeen(level=level, description=AlertDescription(code))


# -- network


def resolution(kind: FailureKind | None) -> Seen:
    found = failure(kind, Phase.RESOLVE) if kind else None
    return seen(Resolution(host=NAME, endpoints=() if kind else (ENDPOINT,), failure=found), endpoint=None)


def dial(kind: FailureKind | None) -> Seen:
    return seen(reachability(connected=kind is None, failure=failure(kind, Phase.CONNECT) if kind else None))


def lost(kind: FailureKind, *, received: bytes = b"", greeting: FailureKind | None = None, **ours: Any) -> Seen:
    found = failure(kind)
    client = client_outcome(completed=False, failure=found, error_type="OSError", received=received)
    spoken = SpokenProtocol(protocol=None, greeting_failure=failure(greeting) if greeting else None)
    return seen(client, handshake_outcome(completed=False, failure=found, **ours), spoken)


HELLO = b"\x16\x03\x03\x00\x01\x02"


# -- protocol


def spoken(protocol: str | None, starttls: str | None = None, answer: bytes = b"sample") -> Seen:
    ours = handshake_outcome(completed=False, non_tls=answer)
    return seen(ours, SpokenProtocol(protocol=protocol, starttls=starttls, evidence=answer, how="greeting"))


def alerted(code: int | None, **ours: Any) -> Seen:
    if code is None:
        return seen(client_outcome(), handshake_outcome())
    client = client_outcome(completed=False, alert_received=alert(code), error_type="ssl.SSLError", received=HELLO)
    return seen(client, handshake_outcome(completed=False, alert_received=alert(code), problem="alert", **ours))


def named(code: int, without: bool | None, name: str | None = NAME, **ours: Any) -> Seen:
    offer = attrs.evolve(OFFER, server_name=name)
    view = alerted(code, offer=offer, **ours)
    view.observations.put(ServedChain, ENDPOINT, ServedChain(without_name=None if without is None else Attempt(accepted=without)))
    return view


def versions(*accepted: int, offered: tuple[int, ...] = (0x304, 0x303), completed: bool = True) -> Seen:
    tried = [VersionAttempt(version=V(code), attempt=Attempt(accepted=code in accepted)) for code in (2, 0x300, 0x301, 0x302, 0x303, 0x304)]
    offer = attrs.evolve(OFFER, versions=tuple(V(code) for code in offered))
    client = client_outcome(completed=completed, offer=offer, minimum_version="TLSv1.2", error_type=None if completed else "ssl.SSLError")
    return seen(client, handshake_outcome(), AcceptedVersions(attempts=tuple(tried), complete=True))


def ciphers(offered: int, accepted: int = 0xC02C) -> Seen:
    offer = OfferSeen(versions=(V.TLS1_2,), cipher_suites=(CipherSuite(offered),))
    client = client_outcome(completed=False, alert_received=alert(40), offer=offer, error_type="ssl.SSLError")
    return seen(client, handshake_outcome(version=V.TLS1_2, cipher_suite=CipherSuite(accepted)))


def secrecy(accepted: bool) -> Seen:
    ours = handshake_outcome(version=V.TLS1_2, cipher_suite=CipherSuite(0x009C))
    return seen(ours, ForwardSecrecy(agreed=False, only_ephemeral=Attempt(accepted=accepted)))


def ours(**changes: Any) -> Seen:
    return seen(client_outcome(completed=changes.get("completed", True)), handshake_outcome(**changes))


# -- client


def client(**changes: Any) -> Seen:
    return seen(client_outcome(**changes))


def mutual(*, given: bool = False, **changes: Any) -> Seen:
    options = {"client_certificate": ClientCertificate(certificate=b"", key=b"")} if given else {}
    return seen(client_outcome(), handshake_outcome(certificate_requested=True, **changes), **options)


# -- certificate


@functools.cache
def root() -> Authority:
    return Authority.root(number=300, now=NOW)


@functools.cache
def issuing() -> Authority:
    return root().intermediate(number=301)


def window(before: float, after: float) -> Window:
    return Window(not_before=NOW + timedelta(days=before), not_after=NOW + timedelta(days=after))


def leaf(*names: str, **faults: Any) -> Issued:
    faults.setdefault("window", window(-30, 60))
    return issuing().issue(*(names or (NAME,)), **faults)


def chain(*ders: bytes, verify_code: int | None = 20, trust: bytes | None = None, **options: Any) -> Seen:
    """What a client that refused these certificates would have observed."""
    store = TrustStore.from_pem(trust or root().pem)
    sent = tuple(read_certificate(der) for der in ders)
    shape = ShapeSeen(**attrs.asdict(describe_chain(sent, store)))
    search = build_paths(sent[0], sent=sent[1:], store=store, at=NOW)
    paths = tuple(
        PathSeen(
            certificates=tuple(item.der for item in path.certificates),
            anchored=path.anchored,
            violations=tuple(Note(code=item.code, detail=item.detail, depth=item.depth) for item in path.violations),
        )
        for path in search.paths
    )
    trusted = any(path.valid for path in search.paths)
    observed = ChainPaths(store="sample", anchors=len(store), at=NOW, trusted=trusted, paths=paths, shape=shape, **options)
    refused = client_outcome(completed=verify_code is None, verify_code=verify_code, error_type="ssl.SSLCertVerificationError")
    return seen(ServedChain(certificates=ders), observed, refused)


def issued(item: Issued, **options: Any) -> Seen:
    return chain(*item.chain, **options)


def sound() -> Seen:
    return issued(leaf(), verify_code=None)


def sha1_leaf() -> bytes:
    """A certificate whose signature algorithm says sha1WithECDSA: the identifier is exchanged in place, for the check reads no more."""
    sha256, sha1 = bytes.fromhex("06082a8648ce3d040302"), bytes.fromhex("06072a8648ce3d0401")
    assert sha256 in leaf().der
    return _shrunk(leaf().der, sha256, sha1)


def _shrunk(der: bytes, old: bytes, new: bytes) -> bytes:
    """Write the certificate again with another algorithm identifier in both places."""
    from tlsdiag.certificates.der import read_element

    def again(element_der: bytes) -> bytes:
        element = read_element(element_der)
        if element.raw == old:
            return new
        if element.tag not in (0x30,):
            return element.raw
        content = b"".join(again(child.raw) for child in element.children())
        size = len(content)
        length = bytes([size]) if size < 128 else bytes([0x80 | (size.bit_length() + 7) // 8]) + size.to_bytes((size.bit_length() + 7) // 8, "big")
        return b"\x30" + length + content

    return again(der)


def by_a_leaf() -> Seen:
    bad = Authority(issued=root().issue("ca.example", number=5, window=window(-30, 60)), window=window(-30, 60))
    return issued(bad.issue(NAME, window=window(-30, 60)))


def with_extension(critical: bool) -> Seen:
    extension = x509.UnrecognizedExtension(x509.ObjectIdentifier("1.3.6.1.4.1.55555.1"), b"\x05\x00")
    return issued(leaf(extensions=((extension, critical),)), verify_code=34 if critical else None)


def stranger() -> Authority:
    return Authority.root("Stranger Root CA", organization="Strangers", number=310, now=NOW)


def reordered() -> Seen:
    lower = issuing().intermediate("Test Lower CA", number=303).issue(NAME, window=window(-30, 60))
    first, second, third = lower.chain
    return chain(first, third, second, verify_code=None)


def sent(*more: bytes, again: bool = False) -> Seen:
    first = leaf().chain
    return chain(*first, *(first[:1] if again else ()), *more, verify_code=None)


Sample = Callable[[], Seen]
F = FailureKind

#: code -> (a sample that must raise it, a near miss that must not)
SAMPLES: dict[str, tuple[Sample, Sample]] = {
    "name-not-found": (lambda: resolution(F.NAME_NOT_FOUND), lambda: resolution(None)),
    "name-has-no-address": (lambda: resolution(F.NO_ADDRESS), lambda: resolution(F.NAME_NOT_FOUND)),
    "resolver-failed": (lambda: resolution(F.RESOLVER_FAILED), lambda: resolution(F.NAME_NOT_FOUND)),
    "name-invalid": (lambda: resolution(F.NAME_INVALID), lambda: resolution(None)),
    "connection-refused": (lambda: dial(F.REFUSED), lambda: dial(None)),
    "connection-timed-out": (lambda: dial(F.TIMED_OUT), lambda: dial(F.REFUSED)),
    "host-unreachable": (lambda: dial(F.UNREACHABLE), lambda: dial(F.TIMED_OUT)),
    "connection-prohibited": (lambda: dial(F.PROHIBITED), lambda: dial(F.REFUSED)),
    "local-network-error": (lambda: dial(F.LOCAL), lambda: dial(F.BUDGET_SPENT)),
    "reset-before-hello": (lambda: lost(F.RESET, greeting=F.RESET), lambda: lost(F.RESET)),
    "reset-after-hello": (lambda: lost(F.RESET), lambda: lost(F.RESET, greeting=F.RESET)),
    "closed-without-answer": (lambda: lost(F.CLOSED), lambda: lost(F.CLOSED, alert_received=alert(40))),
    "peer-silent": (lambda: lost(F.TIMED_OUT), lambda: lost(F.TIMED_OUT, received=HELLO)),
    "lost-midway": (lambda: lost(F.CLOSED, received=HELLO), lambda: lost(F.CLOSED)),
    "peer-endless": (lambda: lost(F.LIMIT_EXCEEDED), lambda: lost(F.CLOSED, received=HELLO)),
    "speaks-plain-http": (lambda: spoken("http"), lambda: spoken("ssh")),
    "proxy-scheme-wrong": (
        lambda: spoken("http", answer=b"HTTP/1.1 400 Bad Request\r\nServer: squid/5.7\r\n\r\n"),
        lambda: spoken("http", answer=b"HTTP/1.1 400 Bad Request\r\nServer: nginx\r\n\r\n"),
    ),
    "starttls-needed": (lambda: spoken("smtp", "smtp"), lambda: spoken("http")),
    "speaks-other-protocol": (lambda: spoken("ssh"), lambda: spoken("imap", "imap")),
    "answer-not-tls": (lambda: spoken(None), lambda: spoken("ssh")),
    "fatal-alert": (lambda: alerted(40), lambda: alerted(None)),
    "alpn-refused": (lambda: alerted(120), lambda: alerted(40)),
    "server-name-unknown": (lambda: named(40, True), lambda: named(40, True, certificates=(b"x",))),
    "server-name-needed": (lambda: named(112, None, name=None), lambda: named(40, None, name=None)),
    "no-common-version": (lambda: versions(0x301, completed=False), lambda: versions(0x303, completed=False)),
    "ssl2-accepted": (lambda: versions(2, 0x303), lambda: versions(0x303)),
    "ssl3-accepted": (lambda: versions(0x300, 0x303), lambda: versions(0x303)),
    "tls10-accepted": (lambda: versions(0x301, 0x303), lambda: versions(0x302, 0x303)),
    "tls11-accepted": (lambda: versions(0x302, 0x303), lambda: versions(0x303)),
    "tls13-missing": (lambda: versions(0x303), lambda: versions(0x303, 0x304)),
    "no-common-cipher": (lambda: ciphers(0xCCA9), lambda: ciphers(0xC02C)),
    "no-forward-secrecy": (lambda: secrecy(False), lambda: secrecy(True)),
    "dh-prime-small": (lambda: ours(dh_bits=1024), lambda: ours(dh_bits=2048)),
    "server-misbehaves": (lambda: ours(completed=False, problem="malformed"), lambda: ours(completed=False, problem="alert")),
    "server-deviates": (
        lambda: ours(deviations=(Note(code="extension-not-offered", detail="x"),)),
        lambda: ours(deviations=(Note(code="signature-not-verified", detail="x"),)),
    ),
    "renegotiation-insecure": (lambda: ours(version=V.TLS1_2), lambda: ours(version=V.TLS1_2, secure_renegotiation=True)),
    "client-handshake-failed": (lambda: client(completed=False, error_type="ssl.SSLError"), client),
    "client-misconfigured": (lambda: client(completed=False, problem="no such file"), lambda: client(completed=False)),
    "verification-off": (lambda: client(verify_mode="CERT_NONE"), client),
    "certificate-breaks-profile": (lambda: client(completed=False, verify_code=85), lambda: client(completed=False, verify_code=79)),
    "client-certificate-required": (lambda: mutual(late_alert=alert(116)), mutual),
    "client-certificate-refused": (lambda: mutual(given=True, late_alert=alert(48)), lambda: mutual(given=True)),
    "client-certificate-requested": (mutual, lambda: ours()),
    "certificate-expired": (lambda: issued(leaf(window=window(-90, -1))), sound),
    "certificate-not-yet-valid": (lambda: issued(leaf(window=window(1, 90))), sound),
    "certificate-expiring": (lambda: issued(leaf(window=window(-87, 3)), verify_code=None), sound),
    "name-mismatch": (lambda: issued(leaf("other.example"), verify_code=62), lambda: issued(leaf("*.example.org", NAME), verify_code=None)),
    "certificate-self-signed": (lambda: issued(self_signed(NAME, window=window(-30, 60)), verify_code=18), sound),
    "intermediate-missing": (lambda: chain(leaf().der), lambda: chain(stranger().issue(NAME).der)),
    "issuer-untrusted": (lambda: chain(stranger().issue(NAME).der), lambda: chain(leaf().der)),
    "private-authority": (
        lambda: chain(stranger().issue(NAME).der, stranger().issued.der, verify_code=19),
        lambda: chain(stranger().issue(NAME).der, stranger().issued.der, verify_code=None, trust=stranger().pem),
    ),
    "trust-store-unreadable": (lambda: chain(leaf().der, store_error="gone"), lambda: chain(leaf().der)),
    "chain-wrong-order": (reordered, sound),
    "chain-duplicate": (lambda: sent(again=True), sound),
    "chain-extra": (lambda: sent(stranger().issued.der), sound),
    "root-sent": (lambda: sent(root().issued.der), sound),
    "weak-key": (lambda: issued(leaf(key="rsa1024"), verify_code=66), lambda: issued(leaf(key="rsa"), verify_code=None)),
    "weak-signature": (lambda: chain(sha1_leaf(), verify_code=68), sound),
    "certificate-wrong-usage": (lambda: issued(leaf(usages=("client",)), verify_code=26), lambda: issued(leaf(usages=("client", "server")), verify_code=None)),
    "issuer-not-authority": (by_a_leaf, sound),
    "certificate-unknown-extension": (lambda: with_extension(True), lambda: with_extension(False)),
    "certificate-malformed": (lambda: chain(leaf().der[:200], *leaf().chain[1:]), sound),
}


