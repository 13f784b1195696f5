"""Acme's rules for tlsdiag: do all servers behind one address serve the same certificate?

A load balancer whose servers were renewed one by one gives now the old certificate and now the new one. The probe asks a few times, the
check compares.
"""

from __future__ import annotations

import hashlib
from collections.abc import Iterator
from typing import ClassVar

import attrs

from tlsdiag.handshake import Offer, StopAfter
from tlsdiag.plugin import (
    Blame,
    Check,
    Cost,
    Depth,
    Finding,
    Fix,
    HandshakeOutcome,
    Layer,
    Observation,
    Probe,
    Rule,
    Scene,
    Seen,
    Severity,
    Unavailable,
    Why,
)

TIMES = 3


@attrs.frozen(kw_only=True)
class Served(Observation):
    """The SHA-256 fingerprints of the certificates that were served, one for each time that we asked."""

    name: ClassVar[str] = "acme/served"

    fingerprints: tuple[str, ...]


@attrs.frozen(kw_only=True)
class DifferFinding(Finding):
    """The certificates that were seen."""

    kind = "acme/differ"

    fingerprints: tuple[str, ...] = ()


class ServedProbe(Probe):
    """Asks for the certificate a few times."""

    name = "acme/served-probe"
    provides = Served
    needs = (HandshakeOutcome,)
    cost = Cost(connections=TIMES - 1)
    depth = Depth.STANDARD

    async def run(self, scene: Scene) -> Served | Unavailable:
        """The first answer is known already; an offer with another session id length is another offer, so it is sent again."""
        first = scene.seen(HandshakeOutcome)
        if first is None or not first.certificates:
            return Unavailable(why=Why.NOT_APPLICABLE, detail="no certificate was served", by=self.name)
        leaves = [first.certificates[0]]
        for number in range(1, TIMES):
            offer = Offer.broad(scene.target.server_name).with_(session_id_length=32 - number)
            exchange = await scene.handshake(offer, stop_after=StopAfter.CERTIFICATE)
            leaves += exchange.result.certificates[:1]
        return Served(fingerprints=tuple(hashlib.sha256(leaf).hexdigest() for leaf in leaves))


DIFFER = Rule(
    code="acme/certificates-differ",
    title="The servers behind this address serve different certificates",
    layer=Layer.CERTIFICATE,
    severity=Severity.MEDIUM,
    blame=Blame.SERVER,
    why="A renewal has reached some of the servers only; the others fail when the old certificate ends.",
    fix=Fix(summary="Roll the new certificate out to every server behind the load balancer, and reload them."),
    references=("https://wiki.acme.example/certificates",),
    failing="two servers with two certificates",
    passing="one certificate, three times",
)


class DifferCheck(Check):
    """Compares the fingerprints."""

    name = "acme/certificates"
    rules = (DIFFER,)
    needs = (Served,)
    depth = Depth.STANDARD

    def run(self, seen: Seen) -> Iterator[Finding]:
        """Yield a finding when they are not all the same."""
        fingerprints = tuple(dict.fromkeys(seen[Served].fingerprints))
        if len(fingerprints) > 1:
            detail = f"{len(fingerprints)} certificates in {TIMES} handshakes: {', '.join(text[:16] for text in fingerprints)}."
            yield DifferFinding.of(DIFFER, detail, fingerprints=fingerprints)


CHECKS = (DifferCheck,)
PROBES = (ServedProbe,)
