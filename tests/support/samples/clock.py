"""Samples of the check local/clock."""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import Any

from tlsdiag.check import Seen
from tlsdiag.facts import Bound, ClockEvidence, TimeSource, Voucher, ZoneSeen
from tlsdiag.testing.observations import ENDPOINT, NOW

from .certificate import issued, leaf, window
from .common import Samples

BERLIN = ZoneSeen(offset=7200, name="CEST", variable="Europe/Berlin")


def source(name: str, time: datetime, **changes: Any) -> TimeSource:
    """A source as our probe makes it."""
    bounds = {"http-date": Bound.ESTIMATE, "server-random": Bound.ESTIMATE, "ocsp-next-update": Bound.UPPER}
    vouchers = {"http-date": Voucher.SERVER, "server-random": Voucher.SERVER, "sct": Voucher.LOG, "tlsdiag": Voucher.SOFTWARE, "openssl": Voucher.SOFTWARE}
    base: dict[str, Any] = {"bound": bounds.get(name, Bound.LOWER), "voucher": vouchers.get(name, Voucher.AUTHORITY), "error": 1.0, "where": str(ENDPOINT)}
    return TimeSource(name=name, time=time, **{**base, **changes})


def evidence(*sources: TimeSource, zone: ZoneSeen | None = None, local: datetime = NOW, given: bool = False) -> ClockEvidence:
    """The clock shows `local`, by default what the view takes for now."""
    return ClockEvidence(local=local, given=given, zone=zone or ZoneSeen(offset=0, name="UTC"), sources=sources)


def clock(*sources: TimeSource, dates: tuple[float, float] = (-30, 60), zone: ZoneSeen | None = None, verify_code: int | None = None) -> Seen:
    """A certificate valid from and to so many days from what the clock shows, and what the sources say."""
    view = issued(leaf(window=window(*dates)), verify_code=verify_code)
    view.observations.put(ClockEvidence, None, evidence(*sources, zone=zone))
    return Seen(target=view.target, now=view.now, observations=view.observations)


def later(**length: float) -> datetime:
    """A time after what the clock shows."""
    return NOW + timedelta(**length)



SAMPLES: Samples = {
    "clock-wrong": (
        lambda: clock(source("http-date", later(days=-365)), dates=(-400, -300), verify_code=10),
        lambda: clock(source("http-date", later(seconds=1)), dates=(-90, -3), verify_code=10),
    ),
    "time-zone-wrong": (
        lambda: clock(source("http-date", later(hours=2)), dates=(0.08, 60), zone=BERLIN, verify_code=9),
        lambda: clock(source("http-date", later(hours=5)), dates=(0.08, 60), zone=BERLIN, verify_code=9),
    ),
    "server-clock-wrong": (
        lambda: clock(source("http-date", later(days=-300)), source("sct", later(days=-30))),
        lambda: clock(source("http-date", later(seconds=2)), source("sct", later(days=-30))),
    ),
    "certificate-expired-unnoticed": (
        lambda: clock(source("http-date", later(days=365)), source("tlsdiag", later(days=300)), dates=(-30, 60)),
        lambda: clock(source("http-date", later(days=1)), source("sct", later(hours=20)), dates=(-30, 60)),
    ),
}
