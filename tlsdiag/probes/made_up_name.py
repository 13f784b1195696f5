"""MadeUpName: the same hello for a server name that nobody has. What answers with a certificate for that very name makes certificates on demand."""

from __future__ import annotations

from ..certificates import StoreError, TrustStore, read_certificate
from ..certificates.interception import is_well_known, recognise_chain
from ..handshake import StopAfter
from ..plugin import ChainPaths, Cost, HandshakeOutcome, MadeUpName, Probe, Scene, ServedChain, Unavailable, Why
from .common import attempt_of, broad_offer


class MadeUpNameProbe(Probe):
    """Asks only where no known authority vouches for the chain, or where its names are those of a product that intercepts."""

    name = "made-up-name"
    provides = MadeUpName
    needs = (ServedChain, ChainPaths)
    wants = (HandshakeOutcome,)
    cost = Cost(connections=1)

    async def run(self, scene: Scene) -> MadeUpName | Unavailable:
        """One more hello; it ends at the certificate."""
        served, paths = scene.seen(ServedChain), scene.seen(ChainPaths)
        if served is None or paths is None or not served.certificates:
            return Unavailable(why=Why.NOT_APPLICABLE, detail="no certificate was served", by=self.name)
        if not _suspicious(scene, served, paths):
            return Unavailable(why=Why.NOT_APPLICABLE, detail="nothing speaks for interception", by=self.name)
        # RFC 6761 keeps "invalid" free of names; a random label is in no certificate that was made before
        name = f"tlsdiag-{scene.randomness(6).hex()}.invalid"
        exchange = await scene.handshake(broad_offer(scene.target).with_(server_name=name), stop_after=StopAfter.CERTIFICATE)
        return MadeUpName(server_name=name, attempt=attempt_of(exchange), anchor_is_public=_anchored_publicly(paths))


def _suspicious(scene: Scene, served: ServedChain, paths: ChainPaths) -> bool:
    chain = tuple(read_certificate(der) for der in served.certificates)
    if recognise_chain(chain) is not None:
        return True
    if any(path.anchored for path in paths.paths):
        return is_well_known(scene.target.reference_name) and _anchored_publicly(paths) is False
    shape = paths.shape
    known = paths.also_trusted_by or shape.issuer_is_public or shape.issuer_urls or shape.leaf_self_signed
    return not known


def _anchored_publicly(paths: ChainPaths) -> bool | None:
    """Whether an anchored path ends at one of Mozilla's roots; None when there is no anchored path, or nothing to compare with."""
    ends = [path.certificates[-1] for path in paths.paths if path.anchored]
    if not ends:
        return None
    try:
        store = TrustStore.certifi()
    except StoreError:
        return None
    return any(store.contains(read_certificate(der)) for der in ends)
