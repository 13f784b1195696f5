"""The true time, weighed from what several witnesses say. Pure.

Two kinds of source: a *bound* cannot be wrong together with the clock (nothing is signed, logged or released before its time), an *estimate* is what a
server says and as good as the server's own clock. First the servers whose clock is wrong are found: their date lies before a bound or before their own
certificate, or a fresh OCSP answer or another server agrees with the local clock and not with them. Whoever is left and contradicts the local clock accuses it. A certificate's notBefore is
no accuser by itself, since it may have been installed too early; it supports one.
"""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime, timedelta

import attrs

from ...plugin import Bound, ClockEvidence, TimeSource, Voucher

_SUPPORT = ("certificate-not-before", "ocsp-next-update")
_PLAUSIBLE = timedelta(days=825)
"""How long after a bound a certificate may begin and still be taken for one that is valid now: longer than any public certificate lasts."""


@attrs.frozen(kw_only=True)
class Judgement:
    """How far the local clock is ahead of the true time (negative: behind), and who says so. `known`: more than a bound.

    Without `accusers` nothing speaks against the clock. `wrong_servers` are dates of servers that have a wrong clock themselves.
    """

    true_time: datetime
    ahead: timedelta = timedelta()
    known: bool = False
    accusers: tuple[TimeSource, ...] = ()
    wrong_servers: tuple[TimeSource, ...] = ()

    @property
    def witnesses(self) -> frozenset[Voucher]:
        """Whose word it is, each counted once."""
        return frozenset(source.voucher for source in self.accusers)

    @property
    def error(self) -> timedelta:
        """How far off the estimate may be."""
        return timedelta(seconds=max((item.error for item in self.accusers if item.bound is Bound.ESTIMATE), default=0.0))


def weigh(evidence: ClockEvidence, slack: timedelta) -> Judgement:
    """Weigh the sources against the local clock; what differs by no more than `slack` and a source's own error agrees."""
    local = evidence.local
    dates = [item for item in evidence.sources if item.bound is Bound.ESTIMATE]
    firm = [item for item in evidence.sources if item.bound is Bound.LOWER and item.name not in _SUPPORT]
    wrong = [item for item in dates if _is_wrong(item, dates, firm, evidence, slack)]
    honest = [item for item in dates if item not in wrong]
    accusing = [item for item in honest if not _agrees(item, local, slack)]
    accusers = [*accusing, *(item for item in firm if _contradicts(item, local, slack))]
    if not accusers:
        return Judgement(true_time=local, wrong_servers=tuple(wrong))
    bound = _middle(accusing) if accusing else max(item.time for item in accusers)
    accusers += [item for item in evidence.sources if item.name in _SUPPORT and _contradicts(item, local, slack) and item.time - bound < _PLAUSIBLE]
    true_time = bound if accusing else max(item.time for item in accusers if item.bound is Bound.LOWER)
    return Judgement(
        true_time=true_time,
        ahead=local - true_time,
        known=bool(accusing),
        accusers=tuple(item for item in accusers if not accusing or not _contradicts(item, true_time, slack)),
        wrong_servers=tuple(wrong),
    )


def _is_wrong(
    date: TimeSource, dates: Sequence[TimeSource], firm: Sequence[TimeSource], evidence: ClockEvidence, slack: timedelta
) -> bool:
    """Whether it is the server that has a wrong clock."""
    if any(_contradicts(item, date.time, slack + timedelta(seconds=date.error)) for item in firm):
        return True
    begun = [item for item in evidence.sources if item.name == "certificate-not-before" and item.where == date.where]
    if any(_contradicts(item, date.time, slack) and not _contradicts(item, evidence.local, slack) for item in begun):
        return True  # by its own clock the server would serve a certificate of the future
    if _agrees(date, evidence.local, slack) or any(_contradicts(item, evidence.local, slack) for item in firm):
        return False
    elsewhere = any(_agrees(other, evidence.local, slack) for other in dates if other.where != date.where)
    return elsewhere or (_in_window(evidence, evidence.local, slack) is True and _in_window(evidence, date.time, slack) is False)


def _agrees(date: TimeSource, clock: datetime, slack: timedelta) -> bool:
    return abs(date.time - clock) <= slack + timedelta(seconds=date.error)


def _contradicts(source: TimeSource, clock: datetime, slack: timedelta) -> bool:
    margin = timedelta(seconds=source.error) + slack
    if source.bound is Bound.ESTIMATE:
        return abs(source.time - clock) > margin
    return source.time - clock > margin if source.bound is Bound.LOWER else clock - source.time > margin


def _in_window(evidence: ClockEvidence, clock: datetime, slack: timedelta) -> bool | None:
    """Whether a time lies in the period of every stapled OCSP answer; None when there is none."""
    edges = [item for item in evidence.sources if item.name in ("ocsp-this-update", "ocsp-next-update")]
    if not any(item.bound is Bound.UPPER for item in edges):
        return None
    return not any(_contradicts(item, clock, slack) for item in edges)


def _middle(dates: Sequence[TimeSource]) -> datetime:
    times = sorted(item.time for item in dates)
    return times[len(times) // 2]
