"""DnsTlsa: the TLSA records of the target's port."""

from __future__ import annotations

import asyncio

from ...plugin import DnsAnswer, DnsTlsa, Probe, Resolution, Scene, Scope, TlsaRecord, Unavailable
from ...wire.dns import read_tlsa
from .common import host_of, no_answer, no_name, read_all


class DnsTlsaProbe(Probe):
    """Looks below the host, and below the name that the host is an alias for, which comes first where both are authentic (RFC 7671 section 7)."""

    name = "dns-tlsa"
    provides = DnsTlsa
    needs = (Resolution,)
    scope = Scope.TARGET

    async def run(self, scene: Scene) -> DnsTlsa | Unavailable:
        """Judge nothing; failures are in the answer."""
        host = host_of(scene.target)
        if (reason := no_name(host, self.name)) is not None:
            return reason
        own, address = await asyncio.gather(scene.lookup(_base(host, scene), "TLSA"), scene.lookup(host, "A"))
        if isinstance(own, Unavailable):
            return own
        if isinstance(address, Unavailable):
            return address
        if address.aliases and address.authenticated:
            other = await scene.lookup(_base(address.canonical, scene), "TLSA")
            if isinstance(other, DnsAnswer) and other.records and other.authenticated:
                own = other
        if (failed := no_answer(own, self.name)) is not None:
            return failed
        records, _ = read_all(own, read_tlsa)
        found = tuple(TlsaRecord(usage=item.usage, selector=item.selector, matching=item.matching, data=item.data) for item in records)
        return DnsTlsa(base=own.name, answer=own, records=found)


def _base(host: str, scene: Scene) -> str:
    """RFC 6698 section 3."""
    return f"_{scene.target.port}._tcp.{host}"
