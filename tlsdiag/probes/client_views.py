"""ClientViews: the served chain as each client would judge it. Derived: it opens no connection."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime

from ..certificates import Certificate, ClientVerdict, Path, StoreError, TrustStore, build_paths, client_verdicts, read_certificate
from ..plugin import ClientView, ClientViews, IssuerSearch, Note, Probe, Scene, ServedChain, Unavailable, Why
from .trust import store_of


class ClientViewsProbe(Probe):
    """Asks each profile, and keeps its reasons."""

    name = "client-views"
    provides = ClientViews
    needs = (ServedChain,)
    wants = (IssuerSearch,)

    async def run(self, scene: Scene) -> ClientViews | Unavailable:
        """Judge nothing: list what each client would say."""
        served = scene.seen(ServedChain)
        if served is None or not served.certificates:
            return Unavailable(why=Why.NOT_APPLICABLE, detail="no certificate was served", by=self.name)
        try:
            store = store_of(scene.target, scene.environment)
        except StoreError as exc:
            return Unavailable(why=Why.FAILED, detail=str(exc), by=self.name)
        sent = tuple(read_certificate(der) for der in served.certificates)
        host = scene.target.reference_name
        return ClientViews(store=store.name, at=scene.now, host=host, views=views_of(sent, store=store, at=scene.now, host=host, extra=_fetched(scene)))


def _fetched(scene: Scene) -> tuple[Certificate, ...]:
    """The issuers that were fetched: what a client finds that fetches them too."""
    search = scene.seen(IssuerSearch)
    found = search.fetches if search is not None else ()
    return tuple(read_certificate(der) for item in found if item.problem is None for der in item.certificates)


def views_of(
    sent: Sequence[Certificate], *, store: TrustStore, at: datetime, host: str, extra: Sequence[Certificate] = ()
) -> tuple[ClientView, ...]:
    """What each client would say of certificates in the order of sending; `extra` is what those that fetch issuers would find."""
    leaf, *others = sent
    verdicts = client_verdicts(leaf, sent=others, store=store, at=at, host=host, extra=extra)
    anchored: tuple[Path, ...] = ()
    if any(not item.accepts for item in verdicts):
        anchored = tuple(path for path in build_paths(leaf, sent=others, store=store, at=at).paths if path.anchored)
    return tuple(_view(item, anchored) for item in verdicts)


def _view(verdict: ClientVerdict, anchored: tuple[Path, ...]) -> ClientView:
    better = next((path for path in anchored if not verdict.accepts and path.accepted_by(verdict.profile)), None)
    if better is not None and verdict.path.accepted_by(verdict.profile):
        better = None  # the way is not what it refuses: it is the name, or something else that was sent
    return ClientView(
        profile=verdict.profile,
        software=verdict.software,
        accepts=verdict.accepts,
        reasons=tuple(Note(code=item.code, detail=item.detail, depth=item.depth) for item in verdict.violations),
        path=_labels(verdict.path),
        better=_labels(better) if better is not None and better.certificates != verdict.path.certificates else (),
        complete=verdict.complete,
    )


def _labels(path: Path) -> tuple[str, ...]:
    return tuple(item.label for item in path.certificates)
