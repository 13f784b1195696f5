"""DnsCaa: who may issue certificates for the name, at every level of the tree at once."""

from __future__ import annotations

import asyncio

from ...plugin import CaaLevel, CaaProperty, DnsAnswer, DnsCaa, Probe, Resolution, Scene, Scope, Unavailable
from ...wire.dns import Caa, read_caa
from .common import no_answer, no_name, read_all

LEVELS = 8
"""Names that are asked about: those nearest the host. Hardly any host name has more labels."""


class DnsCaaProbe(Probe):
    """Climbs the tree (RFC 8659 section 3): the name that the certificate is for, and each above it but the root."""

    name = "dns-caa"
    provides = DnsCaa
    needs = (Resolution,)
    scope = Scope.TARGET

    async def run(self, scene: Scene) -> DnsCaa | Unavailable:
        """Judge nothing; failures are in the answers."""
        host = scene.target.reference_name.rstrip(".").lower()
        if (reason := no_name(host, self.name)) is not None:
            return reason
        labels = host.split(".")
        names = [".".join(labels[number:]) for number in range(len(labels))][:LEVELS]
        answers = await asyncio.gather(*(scene.lookup(name, "CAA") for name in names))
        known = [answer for answer in answers if isinstance(answer, DnsAnswer)]
        failed = [answer if isinstance(answer, Unavailable) else no_answer(answer, self.name) for answer in answers]
        if all(failed) and failed[0] is not None:
            return failed[0]
        return DnsCaa(host=host, levels=tuple(_level(answer) for answer in known))


def _level(answer: DnsAnswer) -> CaaLevel:
    found, bad = read_all(answer, read_caa)
    return CaaLevel(name=answer.name, answer=answer, properties=tuple(_property(item) for item in found), unreadable=bad)


def _property(item: Caa) -> CaaProperty:
    return CaaProperty(flags=item.flags, tag=item.tag, value=item.value)
