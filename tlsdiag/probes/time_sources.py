"""Sources of true time that cost nothing: what the peer has shown already, and the dates of the software that runs here. Each says how far it may be off."""

from __future__ import annotations

import functools
import re
import ssl
from collections.abc import Iterable, Iterator
from datetime import UTC, datetime, timedelta

import attrs

from ..certificates import Certificate, read_certificate
from ..certificates.interception import DATE
from ..certificates.times import embedded_timestamps, ocsp_times, timestamp_of
from ..plugin import Bound, Endpoint, HandshakeOutcome, Scene, ServerDate, TimeSource, Voucher

_AUTHORITY = 300.0
"""An authority's own clock may be minutes ahead. That certificates begin an hour early, for clocks that are slow, makes the bound no less true."""
_RELEASE = timedelta(days=2)
"""A release date has no time zone and no hour."""


def shown_by(ours: HandshakeOutcome | None, where: Endpoint | None) -> tuple[TimeSource, ...]:
    """What one endpoint's handshake tells of the time."""
    if ours is None:
        return ()
    found = [*_stapled(ours.ocsp_response), *_timestamps(ours.scts)]
    if ours.certificates:
        found += _certificate(read_certificate(ours.certificates[0]))
    return tuple(attrs.evolve(item, where=str(where)) for item in found)


def said_by(date: ServerDate | None, where: Endpoint | None) -> tuple[TimeSource, ...]:
    """What one endpoint says the time is."""
    if date is None or date.date is None:
        return ()
    times = {"http-date": date.date, "server-random": date.random}
    return tuple(
        TimeSource(name=name, time=time, bound=Bound.ESTIMATE, voucher=Voucher.SERVER, error=date.error, where=str(where))
        for name, time in times.items()
        if time is not None
    )


def _stapled(response: bytes | None) -> Iterator[TimeSource]:
    times = ocsp_times(response) if response else None
    if times is None:
        return
    begun = max(times.produced, times.this_update)
    yield TimeSource(name="ocsp-this-update", time=begun, bound=Bound.LOWER, voucher=Voucher.AUTHORITY, error=_AUTHORITY)
    if times.next_update is not None:
        yield TimeSource(name="ocsp-next-update", time=times.next_update, bound=Bound.UPPER, voucher=Voucher.AUTHORITY, error=_AUTHORITY)


def _timestamps(scts: Iterable[bytes]) -> list[TimeSource]:
    times = [time for time in map(timestamp_of, scts) if time is not None]
    return _latest(times)


def _latest(times: Iterable[datetime]) -> list[TimeSource]:
    latest = max(times, default=None)
    if latest is None:
        return []
    return [TimeSource(name="sct", time=latest, bound=Bound.LOWER, voucher=Voucher.LOG, error=1.0)]


def _certificate(leaf: Certificate) -> list[TimeSource]:
    found = _latest(embedded_timestamps(leaf))
    if leaf.not_before is not None:
        found.append(
            TimeSource(name="certificate-not-before", time=leaf.not_before, bound=Bound.LOWER, voucher=Voucher.AUTHORITY, error=_AUTHORITY)
        )
    return found


@functools.cache
def software() -> tuple[TimeSource, ...]:
    """When the software that runs here was made: no clock can show a time before that."""
    found = {"tlsdiag": _date(DATE), "openssl": _openssl(ssl.OPENSSL_VERSION), "certifi": _certifi()}
    error = _RELEASE.total_seconds()
    return tuple(
        TimeSource(name=name, time=time, bound=Bound.LOWER, voucher=Voucher.SOFTWARE, error=error, where=f"the release date of {name}")
        for name, time in found.items()
        if time is not None
    )


def _date(text: str, form: str = "%Y-%m-%d") -> datetime | None:
    try:
        return datetime.strptime(text, form).replace(tzinfo=UTC)
    except ValueError:
        return None


def _openssl(version: str) -> datetime | None:
    """OpenSSL names the day of its release: "OpenSSL 3.0.17 1 Jul 2025"."""
    found = re.search(r"\b(\d{1,2} [A-Z][a-z]{2} \d{4})\b", version)
    return _date(found[1], "%d %b %Y") if found else None


def _certifi() -> datetime | None:
    """The version of certifi is the day of its release."""
    from importlib.metadata import PackageNotFoundError, version

    try:
        return _date(".".join(version("certifi").split(".")[:3]), "%Y.%m.%d")
    except PackageNotFoundError:
        return None


def contradicts(source: TimeSource, now: datetime, slack: timedelta) -> bool:
    """Whether a bound cannot be true together with a clock."""
    margin = timedelta(seconds=source.error) + slack
    if source.bound is Bound.LOWER:
        return source.time - now > margin
    return source.bound is Bound.UPPER and now - source.time > margin


def free_sources(scene: Scene, endpoint: Endpoint) -> tuple[TimeSource, ...]:
    """All that is known of the time without asking."""
    return (*shown_by(scene.seen(HandshakeOutcome, endpoint), endpoint), *software())
