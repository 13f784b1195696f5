"""DnsZone: the addresses of the host as a resolver tells them, and whether it calls them authentic."""

from __future__ import annotations

import asyncio
import ipaddress

from ...plugin import DnsAnswer, DnssecState, DnsZone, LookupStatus, Probe, Resolution, Scene, Scope, Unavailable
from .common import host_of, no_name


class DnsZoneProbe(Probe):
    """Asks for A and AAAA, and for the root where nothing tells whether the resolver validates."""

    name = "dns-zone"
    provides = DnsZone
    needs = (Resolution,)
    scope = Scope.TARGET

    async def run(self, scene: Scene) -> DnsZone | Unavailable:
        """Judge nothing; failures are in the answers."""
        host = host_of(scene.target)
        if (reason := no_name(host, self.name)) is not None:
            return reason
        four, six = await asyncio.gather(scene.lookup(host, "A"), scene.lookup(host, "AAAA"))
        if isinstance(four, Unavailable):
            return four
        if isinstance(six, Unavailable):
            return six
        state, validates = await _state(scene, (four, six))
        addresses = tuple(address for answer in (four, six) for record in answer.records if (address := _address(record.data)))
        return DnsZone(host=host, state=state, answers=(four, six), addresses=addresses, validates=validates)


async def _state(scene: Scene, answers: tuple[DnsAnswer, ...]) -> tuple[DnssecState, bool | None]:
    if any(answer.status is LookupStatus.BOGUS for answer in answers):
        return DnssecState.BOGUS, True
    known = [answer for answer in answers if answer.known]
    if not known:
        return DnssecState.INDETERMINATE, None
    if all(answer.authenticated for answer in known):
        return DnssecState.SECURE, None
    root = await scene.lookup(".", "SOA")
    if isinstance(root, Unavailable) or not root.known:
        return DnssecState.INDETERMINATE, None
    return (DnssecState.INSECURE if root.authenticated else DnssecState.INDETERMINATE), root.authenticated


def _address(data: bytes) -> str:
    return str(ipaddress.ip_address(data)) if len(data) in (4, 16) else ""
