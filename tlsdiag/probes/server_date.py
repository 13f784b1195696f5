"""ServerDate: what a server says the time is. Asked only where a date matters, with one request in HTTP over our own handshake."""

from __future__ import annotations

import re
from datetime import UTC, datetime, timedelta
from email.utils import parsedate_to_datetime

from ..certificates import read_certificate
from ..handshake import Offer
from ..iana import ProtocolVersion
from ..plugin import (
    ClientOutcome,
    Cost,
    Depth,
    Exchange,
    HandshakeOutcome,
    Probe,
    Reachability,
    Scene,
    ServedChain,
    ServerDate,
    Unavailable,
    Why,
)
from .time_sources import contradicts, free_sources

_DATE_CODES = (9, 10)
"""OpenSSL's X509_V_ERR_CERT_NOT_YET_VALID and X509_V_ERR_CERT_HAS_EXPIRED."""
_MAIL_AND_OTHERS = {465, 563, 636, 853, 989, 990, 993, 995, 5061, 5223, 5671, 6697, 8883}
"""Ports of services with TLS that speak no HTTP: a request would be a bad word there."""
_SLACK = timedelta(minutes=5)
_PATIENCE = 3.0
_NEAR = timedelta(hours=1)
_EARLIEST, _LATEST = 1970, 2999
"""The years that a clock can show; what lies outside is no time but a mistake."""
_REQUEST = "HEAD / HTTP/1.1\r\nHost: {}\r\nConnection: close\r\nAccept: */*\r\n\r\n"
_DATE = re.compile(rb"^date:[ \t]*([ -~]{1,64}?)[ \t]*\r?$", re.IGNORECASE | re.MULTILINE)
_AGE = re.compile(rb"^age:[ \t]*(\d{1,7})[ \t]*\r?$", re.IGNORECASE | re.MULTILINE)


class ServerDateProbe(Probe):
    """Asks for the time where a certificate's dates are in doubt, or at the depth "full"."""

    name = "server-date"
    provides = ServerDate
    needs = (Reachability, HandshakeOutcome)
    wants = (ClientOutcome, ServedChain)
    cost = Cost(connections=1)

    async def run(self, scene: Scene) -> ServerDate | Unavailable:
        """Take the date from an answer that there is, or ask for one."""
        ours = scene.seen(HandshakeOutcome)
        if ours is None:
            return Unavailable(why=Why.NOT_APPLICABLE, detail="there was no handshake", by=self.name)
        for answer, how in ((ours.late_answer, "answer over TLS"), (ours.non_tls or b"", "answer without TLS")):
            if (date := date_of(answer)) is not None:
                return ServerDate(date=date, error=_error(scene), how=how)
        if not _matters(scene, ours):
            return Unavailable(why=Why.NOT_APPLICABLE, detail="no date is in doubt", by=self.name)
        if not ours.completed or scene.target.starttls or scene.endpoint.port in _MAIL_AND_OTHERS:
            return Unavailable(why=Why.NOT_APPLICABLE, detail="this endpoint cannot be asked in HTTP", by=self.name)
        return await _ask(scene)


def _matters(scene: Scene, ours: HandshakeOutcome) -> bool:
    client, now = scene.seen(ClientOutcome), scene.now
    if scene.depth is Depth.FULL or (client is not None and client.verify_code in _DATE_CODES):
        return True
    certificates = [read_certificate(der) for der in ours.certificates]
    if any(_outside(item.not_before, item.not_after, now) for item in certificates):
        return True
    return any(contradicts(source, now, _SLACK) for source in free_sources(scene, scene.endpoint))


def _outside(begins: datetime | None, ends: datetime | None, now: datetime) -> bool:
    return (begins is not None and now < begins) or (ends is not None and now > ends)


async def _ask(scene: Scene) -> ServerDate:
    target = scene.target
    offer = Offer.broad(target.server_name, ("http/1.1",) if target.alpn else ())
    request = _REQUEST.format(target.server_name or target.host).encode("ascii", "replace")
    began = scene.clock()
    exchange = await scene.ask(offer, request, until=b"\r\n\r\n", timeout=min(_PATIENCE, scene.limits.handshake_timeout))
    error = _error(scene) + round(scene.clock() - began, 3)
    date = date_of(exchange.late_answer)
    failure = None if date is not None else exchange.failure or exchange.late_failure
    return ServerDate(date=date, error=error, how="answer over TLS", random=_random(exchange, date), failure=failure)


def _error(scene: Scene) -> float:
    """A second of resolution, and what has passed since the diagnosis began, as far as the observations say."""
    client, ours, reachable = scene.seen(ClientOutcome), scene.seen(HandshakeOutcome), scene.seen(Reachability)
    return 1.0 + sum(item.elapsed for item in (client, ours, reachable) if item is not None)


def date_of(answer: bytes) -> datetime | None:
    """The time that an HTTP answer shows: its Date, and what it has spent in caches since."""
    if not answer.startswith(b"HTTP/"):
        return None
    head = answer.partition(b"\r\n\r\n")[0]
    found = _DATE.search(head)
    try:
        date = parsedate_to_datetime(found[1].decode("ascii")) if found else None
        age = _AGE.search(head)
        if date is None or not _EARLIEST <= date.year <= _LATEST:
            return None
        return _in_utc(date) + timedelta(seconds=int(age[1]) if age else 0)
    except (ValueError, TypeError, OverflowError):
        return None


def _in_utc(date: datetime) -> datetime:
    """A date without a zone ("-0000") is UTC: the header knows no other (RFC 9110 section 5.6.7)."""
    return date.replace(tzinfo=UTC) if date.tzinfo is None else date.astimezone(UTC)


def _random(exchange: Exchange, date: datetime | None) -> datetime | None:
    """The seconds since 1970 at the head of the random of TLS 1.2 and below, where they are near the date: random bytes hardly ever are."""
    hello = exchange.result.server_hello
    if hello is None or date is None or exchange.result.version is None or exchange.result.version >= ProtocolVersion.TLS1_3:
        return None
    found = datetime.fromtimestamp(int.from_bytes(hello.random[:4], "big"), UTC)
    return found if abs(found - date) < _NEAR else None
