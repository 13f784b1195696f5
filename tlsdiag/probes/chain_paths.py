"""ChainPaths: from the served chain to the trust store. Derived: it opens no connection."""

from __future__ import annotations

from ..certificates import (
    Certificate,
    ChainShape,
    Path,
    StoreError,
    TrustStore,
    build_paths,
    describe_chain,
    read_certificate,
)
from ..plugin import BrokenRule, ChainPaths, PathSeen, Probe, Scene, ServedChain, ShapeSeen, Unavailable, Why
from .trust import other_stores, store_of

_MAX_PATHS_SEEN = 8


class ChainPathsProbe(Probe):
    """Builds the paths and describes the shape of what was sent."""

    name = "chain-paths"
    provides = ChainPaths
    needs = (ServedChain,)

    async def run(self, scene: Scene) -> ChainPaths | Unavailable:
        """Judge nothing: list the paths and what they break."""
        served = scene.seen(ServedChain)
        if served is None or not served.certificates:
            return Unavailable(why=Why.NOT_APPLICABLE, detail="no certificate was served", by=self.name)
        sent = tuple(read_certificate(der) for der in served.certificates)
        problem = ""
        try:
            store = store_of(scene.target, scene.environment)
        except StoreError as exc:
            store, problem = TrustStore.from_certificates((), "none"), str(exc)
        return _describe(sent, store, problem, scene)


def _describe(sent: tuple[Certificate, ...], store: TrustStore, problem: str, scene: Scene) -> ChainPaths:
    others = _Lazy(store, scene)
    shape = describe_chain(sent, store)
    if shape.missing_issuer is not None:
        shape = describe_chain(sent, store, others.stores())
    leaf = sent[0]
    search = build_paths(leaf, sent=sent[1:], store=store, at=scene.now)
    trusted = any(path.valid for path in search.paths)
    also = () if any(path.anchored for path in search.paths) else others.that_trust(leaf, sent, scene)
    return ChainPaths(
        store=store.name,
        anchors=len(store),
        at=scene.now,
        trusted=trusted,
        paths=tuple(path_seen(path) for path in search.paths[:_MAX_PATHS_SEEN]),
        complete=search.complete,
        shape=_shape(shape),
        store_error=problem,
        also_trusted_by=also,
    )


class _Lazy:
    """The other stores, read only when the chosen one does not know the issuer."""

    def __init__(self, chosen: TrustStore, scene: Scene) -> None:
        self._chosen, self._scene = chosen, scene

    def stores(self) -> list[TrustStore]:
        return other_stores(self._chosen, self._scene.environment)

    def that_trust(self, leaf: Certificate, sent: tuple[Certificate, ...], scene: Scene) -> tuple[str, ...]:
        found = []
        for store in self.stores():
            search = build_paths(leaf, sent=sent[1:], store=store, at=scene.now)
            if any(path.anchored for path in search.paths):
                found.append(store.name)
        return tuple(found)


def path_seen(path: Path) -> PathSeen:
    """A path as a fact."""
    return PathSeen(
        certificates=tuple(item.der for item in path.certificates),
        anchored=path.anchored,
        violations=tuple(
            BrokenRule(code=item.code, detail=item.detail, depth=item.depth, profiles=tuple(sorted(item.profiles))) for item in path.violations
        ),
    )


def _shape(shape: ChainShape) -> ShapeSeen:
    return ShapeSeen(
        order_ok=shape.order_ok,
        right_order=shape.right_order,
        leaf=shape.leaf,
        duplicates=shape.duplicates,
        extras=shape.extras,
        root_sent=shape.root_sent,
        leaf_self_signed=shape.leaf_self_signed,
        top_self_signed=shape.top_self_signed,
        missing_issuer=shape.missing_issuer,
        intermediate_missing=shape.intermediate_missing,
        missing_reasons=shape.missing_reasons,
        issuer_urls=shape.issuer_urls,
        issuer_is_public=shape.issuer_is_public,
        namesake=shape.namesake,
        namesake_fits=shape.namesake_fits,
        wrong_issuer=shape.wrong_issuer,
    )
