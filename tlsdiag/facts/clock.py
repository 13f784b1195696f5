"""What tells the time: the clock of a server, and every source of true time that a diagnosis met."""

from __future__ import annotations

from datetime import datetime
from enum import StrEnum
from typing import ClassVar

import attrs

from ..failure import Failure
from ..observation import Observation


class Bound(StrEnum):
    """What a source says about the true time: it is not earlier, it is not later, or it is about this."""

    LOWER = "lower"
    UPPER = "upper"
    ESTIMATE = "estimate"


class Voucher(StrEnum):
    """Whose word a source is. Sources of the same voucher are one witness."""

    SERVER = "server"
    AUTHORITY = "authority"
    LOG = "log"
    SOFTWARE = "software"


@attrs.frozen(kw_only=True)
class TimeSource:
    """One source of true time, in UTC; `error` in seconds is how far it may be off by its nature, `where` the endpoint or the thing that it was read from."""

    name: str
    time: datetime
    bound: Bound
    voucher: Voucher
    error: float = 0.0
    where: str = ""


@attrs.frozen(kw_only=True)
class ZoneSeen:
    """The local time zone at the time of the diagnosis: its offset from UTC in seconds (east is positive), and the variable TZ where it is set."""

    offset: int
    name: str = ""
    variable: str | None = None


@attrs.frozen(kw_only=True)
class ServerDate(Observation):
    """What a server says the time is, in the header Date of HTTP (RFC 9110 section 6.6.1), with the `Age` of the answer (RFC 9111 section 5.1) added.

    `date` is None when it said none. `error` in seconds: a second of resolution, and what had passed since the diagnosis began. `random` is the time
    in the random of a ServerHello below TLS 1.3 (RFC 5246 section 7.4.1.2) where it is within an hour of `date`: most servers have random bytes there.
    """

    name: ClassVar[str] = "server-date"

    date: datetime | None
    error: float = 1.0
    how: str = ""
    random: datetime | None = None
    failure: Failure | None = None


@attrs.frozen(kw_only=True)
class ClockEvidence(Observation):
    """The local clock when the diagnosis began, and every source of true time beside it; derived, opens nothing.

    `given` is True when the caller gave the time (`now=`): then that is the clock under test.
    """

    name: ClassVar[str] = "clock-evidence"

    local: datetime
    given: bool = False
    zone: ZoneSeen
    sources: tuple[TimeSource, ...] = ()
