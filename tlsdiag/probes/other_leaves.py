"""OtherLeaves: where files hold several server certificates, the path of each that is not the one that is judged. Derived: it opens no connection."""

from __future__ import annotations

from ..certificates import Certificate, StoreError, TrustStore, build_paths, read_certificate
from ..plugin import CertificateFiles, LeafSeen, OtherLeaves, Probe, Scene, Unavailable, Why
from .chain_paths import path_seen
from .trust import store_of

MOST = 16
"""Certificates that are looked at: files with more are collections, not chains."""


class OtherLeavesProbe(Probe):
    """Builds the paths of the other certificates, over everything that is there."""

    name = "other-leaves"
    provides = OtherLeaves
    needs = (CertificateFiles,)

    async def run(self, scene: Scene) -> OtherLeaves | Unavailable:
        """Judge nothing: say where each leads and what it breaks."""
        files = scene.seen(CertificateFiles)
        others = [at for at in files.leaves if at != files.leaf] if files is not None else []
        if files is None or not others:
            return Unavailable(why=Why.NOT_APPLICABLE, detail="there is no other server certificate", by=self.name)
        try:
            store = store_of(scene.target, scene.environment)
        except StoreError:
            store = TrustStore.from_certificates((), "none")  # ChainPaths has the reason
        pool = [read_certificate(der) for der in dict.fromkeys(files.items[at].certificate for at in files.certificates)]
        leaves = tuple(_looked_at(at, files, pool, store, scene) for at in others[:MOST])
        return OtherLeaves(leaves=leaves, omitted=max(0, len(others) - MOST))


def _looked_at(at: int, files: CertificateFiles, pool: list[Certificate], store: TrustStore, scene: Scene) -> LeafSeen:
    leaf = read_certificate(files.items[at].certificate)
    search = build_paths(leaf, sent=tuple(item for item in pool if item != leaf), store=store, at=scene.now)
    return LeafSeen(at=at, path=path_seen(search.paths[0]), complete=search.complete)
