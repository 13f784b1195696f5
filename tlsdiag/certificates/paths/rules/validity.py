"""The dates of every certificate of a path, the anchor included: most clients look at those too (RFC 5280 section 4.1.2.5)."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import timedelta

from ..judging import Broken, Judged

_SLACK = timedelta(days=1)
"""NSS lets a clock be a day behind."""


def rule(judged: Judged) -> Iterator[Broken]:
    """Expired, or not valid yet; both ends belong to the time of validity."""
    for depth, item in enumerate(judged.chain):
        if item.not_after is not None and judged.at > item.not_after:
            yield "expired", depth, f"{item.label} expired on {item.not_after:%Y-%m-%d %H:%M:%S} UTC"
        if item.not_before is not None and judged.at < item.not_before:
            soon = item.not_before - judged.at < _SLACK
            yield "not-yet-valid:soon" if soon else "not-yet-valid", depth, f"{item.label} is valid from {item.not_before:%Y-%m-%d %H:%M:%S} UTC on"
