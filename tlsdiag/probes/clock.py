"""ClockEvidence: the local clock beside every source of true time that the other probes met. Derived: it opens no connection."""

from __future__ import annotations

import zoneinfo
from collections.abc import Mapping
from datetime import datetime, tzinfo

from ..plugin import ClockEvidence, Endpoint, HandshakeOutcome, Probe, Scene, Scope, ServerDate, TimeSource, ZoneSeen
from .time_sources import said_by, shown_by, software


class ClockProbe(Probe):
    """Gathers, for the target as a whole: there is one clock, and the endpoints are its witnesses."""

    name = "clock"
    provides = ClockEvidence
    wants = (HandshakeOutcome, ServerDate)
    scope = Scope.TARGET

    async def run(self, scene: Scene) -> ClockEvidence:
        """List the sources."""
        found: list[TimeSource] = []
        for endpoint in scene.endpoints:
            found += _of(scene, endpoint)
        return ClockEvidence(
            local=scene.now,
            given=scene.target.now is not None,
            zone=zone_at(scene.now, scene.environment),
            sources=(*found, *software()),
        )


def _of(scene: Scene, endpoint: Endpoint) -> tuple[TimeSource, ...]:
    return (*said_by(scene.seen(ServerDate, endpoint), endpoint), *shown_by(scene.seen(HandshakeOutcome, endpoint), endpoint))


def zone_at(now: datetime, environment: Mapping[str, str]) -> ZoneSeen:
    """The local zone: that of TZ where its name is known, else what the C library makes of this machine."""
    variable = environment.get("TZ")
    try:
        local = now.astimezone(_named(variable) if variable else None)
    except OverflowError:  # a time at the end of the calendar
        local = now
    offset = local.utcoffset()
    return ZoneSeen(offset=int(offset.total_seconds()) if offset is not None else 0, name=local.tzname() or "", variable=variable)


def _named(variable: str) -> tzinfo | None:
    try:
        return zoneinfo.ZoneInfo(variable.removeprefix(":"))
    except (ValueError, OSError, zoneinfo.ZoneInfoNotFoundError):
        return None  # a rule such as "CET-1CEST": the C library reads it, when it is the process's own
