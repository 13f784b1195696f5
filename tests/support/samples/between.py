"""Samples of what lies between: limits, traps, filters, portals, address families."""

from __future__ import annotations

from typing import Any

from tlsdiag.check import Seen
from tlsdiag.facts import AnswerPace, OtherPorts, Pace, PortSeen, RepeatOutcome, ServedChain, SpokenProtocol
from tlsdiag.failure import Blame, Failure, FailureKind, Phase
from tlsdiag.observation import Observation, Resolution
from tlsdiag.target import Endpoint
from tlsdiag.testing.observations import ENDPOINT, client_outcome, handshake_outcome, reachability, seen

from .balance import ROOT, behind, runs
from .common import Samples, failure

PORTAL = ROOT.issue("portal.hotel.example", number=13).der
REDIRECT = b"HTTP/1.1 302 Found\r\nLocation: http://portal.hotel.example/login?dst=x\r\n\r\n"
HOME = b"HTTP/1.1 301 Moved Permanently\r\nLocation: https://www.server.example/\r\n\r\n"
SIXTH = Endpoint(address="2001:db8::1", port=443)
W, R = RepeatOutcome.WORKS, RepeatOutcome.RESET


def failed(*more: Observation, **options: Any) -> Seen:
    """An endpoint whose handshakes are both reset."""
    lost = failure(FailureKind.RESET)
    return seen(client_outcome(completed=False, failure=lost, error_type="OSError"), handshake_outcome(completed=False, failure=lost), *more, **options)


def limited() -> Seen:
    return behind(*runs((1, W, Pace.FIRST), (3, R, Pace.TOGETHER), (5, W, Pace.SLOWLY)))


def dead_by_turns() -> Seen:
    slow = ((1, outcome, Pace.SLOWLY) for outcome in (R, W, R, W, W))
    return behind(*runs((1, W, Pace.FIRST), (1, R, Pace.TOGETHER), (2, W, Pace.TOGETHER), *slow))


def trickle(pieces: int, span: float) -> Seen:
    late = failure(FailureKind.TIMED_OUT)
    client = client_outcome(completed=False, failure=late, error_type="TimeoutError", received=b"\x16")
    pace = AnswerPace(pieces=pieces, received=pieces, first_at=0.1, last_at=0.1 + span)
    return seen(client, handshake_outcome(completed=False, failure=late, bytes_received=pieces), pace)


def resolved(address: str, *, host: str = "www.server.example", works: bool = False, pinned: bool = False) -> Seen:
    place = Endpoint(address=address, port=443)
    lost = None if works else failure(FailureKind.REFUSED, Phase.CONNECT)
    client = client_outcome(completed=works, failure=lost)
    return seen(Resolution(host=host, endpoints=(place,), pinned=pinned), client, host=host, endpoint=place)


def port_80(answer: bytes, **options: Any) -> Seen:
    return failed(OtherPorts(ports=(PortSeen(port=80, connected=True, answer=answer),)), **options)


def portal(answer: bytes = REDIRECT) -> Seen:
    ports = OtherPorts(ports=(PortSeen(port=80, connected=True, answer=answer),))
    return failed(ports, ServedChain(certificates=(PORTAL,)))


def families(kind: FailureKind | None, *, place: Endpoint = SIXTH) -> Seen:
    other = reachability() if kind is None else reachability(connected=False, failure=failure(kind, Phase.CONNECT))
    return seen(reachability(), others={place: (other,)}, endpoint=ENDPOINT)


def prohibited(said_by: str) -> Seen:
    blame = Blame.NETWORK if said_by else Blame.CLIENT
    found = Failure(kind=FailureKind.PROHIBITED, phase=Phase.CONNECT, blame=blame, detail="No route to host", said_by=said_by)
    return seen(reachability(connected=False, failure=found))


def on_the_port(answer: bytes) -> Seen:
    return failed(SpokenProtocol(protocol="http", evidence=answer))


SAMPLES: Samples = {
    "rate-limited": (limited, dead_by_turns),
    "peer-tarpit": (lambda: trickle(8, 7.0), lambda: trickle(1, 0.0)),
    "name-sinkholed": (lambda: resolved("0.0.0.0"), lambda: resolved("127.0.0.1", host="localhost")),
    "name-leads-inside": (lambda: resolved("10.0.0.5"), lambda: resolved("198.51.100.5")),
    "captive-portal": (portal, lambda: port_80(HOME)),
    "block-page": (lambda: on_the_port(b"HTTP/1.1 451 Unavailable For Legal Reasons\r\n\r\n"), lambda: on_the_port(b"HTTP/1.1 400 Bad Request\r\n\r\n")),
    "address-family-broken": (lambda: families(FailureKind.TIMED_OUT), lambda: families(FailureKind.TIMED_OUT, place=Endpoint(address="192.0.2.2", port=443))),
    "administratively-prohibited": (lambda: prohibited("192.0.2.254"), lambda: prohibited("")),
}
