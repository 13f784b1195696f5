"""Samples of the family proxy."""

from __future__ import annotations

from typing import Any

import attrs

from tlsdiag.check import Seen
from tlsdiag.facts import OtherWay, ProxyWay
from tlsdiag.failure import Failure, FailureKind, Phase
from tlsdiag.observation import Resolution
from tlsdiag.target import Endpoint
from tlsdiag.testing import Authority
from tlsdiag.testing.observations import client_outcome, handshake_outcome, reachability, seen

from .common import NAME, Samples, failure

F = FailureKind
URL = "http://proxy.example:3128"
PLACE = Endpoint(address="192.0.2.8", port=3128)
VIA = Resolution(host="proxy.example", endpoints=(PLACE,), via=URL)
MINE = Authority.root("Sample Root CA", number=610).issue(NAME)
THEIRS = Authority.root("Sample Inspection CA", number=611).issue(NAME)


def way(**changes: Any) -> ProxyWay:
    return ProxyWay(**{"url": URL, "scheme": "http", "origin": "argument", "destination": f"{NAME}:443", "opened": True, **changes})


def barred(detail: str = "Tunnel connection failed", kind: FailureKind = F.PROTOCOL, phase: Phase = Phase.PROXY) -> dict[str, Any]:
    return {"opened": False, "failure": Failure(kind=kind, phase=phase, detail=detail)}


def lost(changes: dict[str, Any]) -> Seen:
    found = failure(F.PROTOCOL, Phase.PROXY)
    ours = handshake_outcome(completed=False, failure=found)
    return seen(VIA, way(**changes), client_outcome(completed=False, failure=found, error_type="OSError"), ours, endpoint=PLACE)


def status(number: int, reason: str = "", *, other: OtherWay | None = None, **changes: Any) -> Seen:
    view = lost({**barred(), "status": number, "reason": reason, **changes})
    if other is not None:
        view.observations.put(OtherWay, None, other)
    return view


def socks(**changes: Any) -> Seen:
    return lost({**barred(), "scheme": "socks5h", "url": "socks5h://proxy.example:1080", **changes})


def dial(kind: FailureKind | None) -> Seen:
    found = failure(kind, Phase.CONNECT) if kind else None
    return seen(VIA, way(opened=kind is None, failure=found), reachability(connected=kind is None, failure=found), endpoint=PLACE)


def settings(**changes: Any) -> Seen:
    return attrs.evolve(seen(VIA, way(**changes), endpoint=PLACE), endpoint=None)


def unresolved(via: str | None) -> Seen:
    return seen(Resolution(host="proxy.example", failure=failure(F.NAME_NOT_FOUND, Phase.RESOLVE), via=via), endpoint=None)


def compared(other: OtherWay, *, verify_code: int | None = None, certificates: tuple[bytes, ...] = (), **changes: Any) -> Seen:
    client = client_outcome(completed=False, verify_code=verify_code, error_type="ssl.SSLError")
    view = seen(VIA, way(**changes), client, handshake_outcome(certificates=certificates), endpoint=PLACE)
    view.observations.put(OtherWay, None, other)
    return attrs.evolve(view, endpoint=None)


DIRECT = OtherWay(way="direct", address="192.0.2.1:443", opened=True, completed=True, certificates=MINE.chain)
DOWN = OtherWay(way="direct", address="192.0.2.1:443", failure=failure(F.REFUSED, Phase.CONNECT))
THROUGH = OtherWay(way="proxy", url=URL, origin="HTTPS_PROXY", opened=True, completed=True)

SAMPLES: Samples = {
    "proxy-url-invalid": (
        lambda: settings(url=None, origin="HTTPS_PROXY", unreadable="not a URL"),
        lambda: settings(url=None, origin="HTTPS_PROXY", exempted_by=".example", exempting="NO_PROXY"),
    ),
    "proxy-name-not-found": (lambda: unresolved(URL), lambda: unresolved(None)),
    "proxy-used": (lambda: settings(origin="HTTPS_PROXY"), lambda: settings(url=None)),
    "proxy-exempted": (
        lambda: settings(url=None, exempted_by=".example", exempting="NO_PROXY", origin="HTTPS_PROXY"),
        lambda: settings(),
    ),
    "proxy-tools-differ": (lambda: settings(difference="requests goes there directly, curl does not"), lambda: settings()),
    "proxy-refused": (lambda: dial(F.REFUSED), lambda: dial(F.TIMED_OUT)),
    "proxy-timed-out": (lambda: dial(F.TIMED_OUT), lambda: dial(F.REFUSED)),
    "proxy-unreachable": (lambda: dial(F.UNREACHABLE), lambda: dial(F.REFUSED)),
    "proxy-authentication-required": (
        lambda: status(407, "Proxy Authentication Required", schemes=("Negotiate", "NTLM")),
        lambda: status(403, "Forbidden"),
    ),
    "proxy-forbidden": (lambda: status(403, "Forbidden"), lambda: status(502, "Bad Gateway")),
    "proxy-upstream-failed": (lambda: status(503, "Service Unavailable", other=DOWN), lambda: status(403)),
    "proxy-not-a-proxy": (
        lambda: status(405, "Not Allowed", software="nginx"),
        lambda: status(405, "Not Allowed", headers=(("proxy-agent", "Apache"),)),
    ),
    "proxy-tls-failed": (
        lambda: lost({**barred("TLS to the proxy failed"), "problem": "certificate", "verify_message": "self-signed certificate"}),
        lambda: lost({**barred("TLS to the proxy failed"), "problem": "tls", "other_scheme": "http"}),
    ),
    "proxy-silent": (
        lambda: lost({**barred("no answer", F.TIMED_OUT), "problem": "no-answer"}),
        lambda: lost({**barred("closed", F.CLOSED), "problem": "no-answer"}),
    ),
    "proxy-closes": (
        lambda: lost({**barred("closed", F.CLOSED), "problem": "no-answer"}),
        lambda: lost({**barred("no answer", F.TIMED_OUT), "problem": "no-answer"}),
    ),
    "proxy-login-page": (
        lambda: status(302, "Found", headers=(("location", "http://login.example/"),)),
        lambda: status(403, "Forbidden", headers=(("location", "http://login.example/"),)),
    ),
    "socks-no-acceptable-method": (lambda: socks(problem="method", method=0xFF, has_credentials=True), lambda: socks(problem="method", method=0xFF)),
    "socks-request-refused": (lambda: socks(reply=8, reason="address type not supported"), lambda: socks(reply=5, reason="connection refused")),
    "socks-name-unresolved": (
        lambda: lost({**barred("no such name", F.NAME_NOT_FOUND, Phase.RESOLVE), "scheme": "socks5"}),
        lambda: socks(reply=4, reason="host unreachable"),
    ),
    "proxy-replaces-certificate": (
        lambda: compared(DIRECT, verify_code=20, certificates=THEIRS.chain),
        lambda: compared(DIRECT, verify_code=20, certificates=MINE.chain),
    ),
    "works-past-the-proxy": (
        lambda: compared(DIRECT, verify_code=10, certificates=THEIRS.chain),
        lambda: compared(DOWN, verify_code=10),
    ),
    "proxy-needed": (lambda: compared(THROUGH, url=None), lambda: compared(DIRECT)),
}
