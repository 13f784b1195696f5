"""Samples of the family protocol."""

from __future__ import annotations

from typing import Any

import attrs

from tlsdiag.check import Seen
from tlsdiag.facts import AcceptedVersions, Attempt, ForwardSecrecy, Note, OfferSeen, ServedChain, SpokenProtocol, VersionAttempt
from tlsdiag.failure import FailureKind
from tlsdiag.iana import CipherSuite, ProtocolVersion
from tlsdiag.testing.observations import ENDPOINT, OFFER, client_outcome, handshake_outcome, seen

from .common import HELLO, NAME, Samples, alert, failure

V = ProtocolVersion


def spoken(protocol: str | None, starttls: str | None = None, answer: bytes = b"sample") -> Seen:
    ours = handshake_outcome(completed=False, non_tls=answer)
    return seen(ours, SpokenProtocol(protocol=protocol, starttls=starttls, evidence=answer, how="greeting"))


def hung_up(protocol: str | None) -> Seen:
    """A port that resets what begins with TLS; `protocol` is what it spoke to other words."""
    found = failure(FailureKind.RESET)
    client = client_outcome(completed=False, failure=found, error_type="ConnectionResetError")
    return seen(client, handshake_outcome(completed=False, failure=found), SpokenProtocol(protocol=protocol, evidence=HELLO, how="sample"))


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


SAMPLES: Samples = {
    "speaks-plain-http": (lambda: spoken("http"), lambda: spoken("ssh")),
    "proxy-scheme-wrong": (
        lambda: spoken("http", answer=b"HTTP/1.1 400 Bad Request\r\nServer: squid/5.7\r\n\r\n"),
        lambda: spoken("http", answer=b"HTTP/1.1 400 Bad Request\r\nServer: nginx\r\n\r\n"),
    ),
    "proxy-protocol-expected": (lambda: hung_up("proxy-protocol"), lambda: hung_up(None)),
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
    "record-tampered": (lambda: ours(completed=False, problem="decrypt"), lambda: ours(completed=False, problem="malformed")),
    "handshake-downgraded": (
        lambda: ours(version=V.TLS1_2, deviations=(Note(code="downgrade-sentinel", detail="x"),)),
        lambda: ours(version=V.TLS1_2, deviations=(Note(code="extension-not-offered", detail="x"),)),
    ),
    "renegotiation-insecure": (lambda: ours(version=V.TLS1_2), lambda: ours(version=V.TLS1_2, secure_renegotiation=True)),
}
