"""How long a certificate may be valid, and when it is due for renewal.

The limits of public authorities are those of the Baseline Requirements by date of issue (a generated table with a date, `_lifetimes_tables`); a validity
includes its last second, and every 86,400 seconds begun are a day (BR 6.3.2). When to worry goes by the share of the life that is used: a certificate of
ninety days is renewed with thirty left, one of six days with three.
"""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

import attrs

from ._lifetimes_tables import APPLE, CLIENT_AUTH_ENDS, DATE, LIMITS
from .certificate import Certificate

__all__ = ["DATE", "LifetimeLimit", "apple_limit", "client_auth_ends", "days_of", "is_late", "is_over_by_a_second", "limit_of", "used_share"]

_LATE_SHARE = 5
"""Clients for automatic renewal act with a third of the life left; a fifth left means that it has failed for some time."""
_LATE_AT_MOST = timedelta(days=21)
_DAY = timedelta(days=1)


@attrs.frozen(kw_only=True)
class LifetimeLimit:
    """The most days, in the rule's own words, and where it stands."""

    days: int
    words: str
    reference: str


def days_of(certificate: Certificate) -> int | None:
    """The validity in days, both ends included; None where a date cannot be read or makes no sense."""
    begins, ends = certificate.not_before, certificate.not_after
    if begins is None or ends is None or begins > ends:
        return None
    return -(-(ends - begins + timedelta(seconds=1)) // _DAY)  # rounded up


def limit_of(certificate: Certificate) -> LifetimeLimit | None:
    """What public authorities had to keep to when this certificate was issued; None for older ones."""
    issued = certificate.not_before
    if issued is None:
        return None
    for start, end, days, words, reference in LIMITS:
        if _date(start) <= issued and (end is None or issued < _date(end)):
            return LifetimeLimit(days=days, words=words, reference=reference)
    return None


def is_over_by_a_second(certificate: Certificate, limit: LifetimeLimit) -> bool:
    """Whether it is the last second alone that makes it too long: a common slip, which clients that do not count it pass over."""
    begins, ends = certificate.not_before, certificate.not_after
    return begins is not None and ends is not None and ends - begins == limit.days * _DAY


def apple_limit(certificate: Certificate) -> LifetimeLimit | None:
    """Apple's rule for every authority, private ones too; None for what was issued before it."""
    start, days, reference = APPLE
    if certificate.not_before is None or certificate.not_before <= _date(start):
        return None
    return LifetimeLimit(days=days, words=f"{days} days", reference=reference)


def client_auth_ends() -> tuple[datetime, str]:
    """From which date of issue on certificates for servers must do without clientAuth, and by whose rule."""
    return _date(CLIENT_AUTH_ENDS[0]), CLIENT_AUTH_ENDS[1]


def used_share(begins: datetime, ends: datetime, now: datetime) -> float:
    """The share of a validity that is over, from 0 to 1."""
    whole = (ends - begins).total_seconds()
    return min(max((now - begins).total_seconds() / whole, 0.0), 1.0) if whole > 0 else 1.0


def is_late(begins: datetime, ends: datetime, now: datetime) -> bool:
    """Whether a certificate should have been renewed by now: less than a fifth of its life is left, and less than three weeks."""
    return ends - now < min(_LATE_AT_MOST, (ends - begins) / _LATE_SHARE)


def _date(text: str) -> datetime:
    return datetime.fromisoformat(text).replace(tzinfo=UTC)
