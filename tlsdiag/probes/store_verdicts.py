"""StoreVerdicts: the served chain judged by the store of every client on this machine. Derived: it opens no connection."""

from __future__ import annotations

import functools
from collections.abc import Callable, Iterator
from pathlib import Path

import attrs

from ..certificates import Certificate, PathSearch, StoreError, TrustStore, build_paths, read_certificate
from ..certificates.paths import DEFAULT
from ..local import Place, StoreUser, python_user, read_place, read_places
from ..local.places import not_before
from ..plugin import Probe, Scene, ServedChain, StoreVerdict, StoreVerdicts, TrustSources, Unavailable, Why
from .trust import store_named, store_of
from .trust_sources import users_here, uses_default_places

THIS, MOZILLA = "this client", "mozilla"
"""Names beside those of the clients: the one under diagnosis, and Mozilla's list itself, as certifi ships it."""


class StoreVerdictsProbe(Probe):
    """Builds paths into each store, once for stores that hold the same."""

    name = "store-verdicts"
    provides = StoreVerdicts
    needs = (ServedChain, TrustSources)

    async def run(self, scene: Scene) -> StoreVerdicts | Unavailable:
        """Judge nothing: say for each store whether a path leads to it."""
        served = scene.seen(ServedChain)
        if served is None or not served.certificates:
            return Unavailable(why=Why.NOT_APPLICABLE, detail="no certificate was served", by=self.name)
        sent = tuple(read_certificate(der) for der in served.certificates)
        look = _once()
        clients: dict[_Key, list[str]] = {}
        for client, store, ders in _stores(scene, look):
            clients.setdefault((store, ders), []).append(client)
        judged = {key: _verdict(tuple(names), *key, sent, scene) for key, names in clients.items()}
        given = _given(scene, sent, judged)
        vain = [_verdict((), path, ders, sent, scene) for path, ders in _in_vain(scene, look)]
        return StoreVerdicts(verdicts=(*judged.values(), *(attrs.evolve(item, in_vain=True) for item in vain), *given))


_Key = tuple[str, tuple[bytes, ...]]
"""A store by name, with what is in it."""
_Look = Callable[[StoreUser], list[Place]]


def _once() -> _Look:
    """Reads the places of a client; a place that several clients have is read once, for a directory has hundreds of files."""
    read = functools.cache(lambda files, directories, java: read_places(files, directories, java=java))
    return lambda user: [place for names in _single(user) for place in read(*names, user.client == "java")]


def _single(user: StoreUser) -> Iterator[tuple[tuple[str, ...], tuple[str, ...]]]:
    """The places of a client one by one, as files and directories."""
    yield from (((path,), ()) for path in user.files)
    yield from (((), (path,)) for path in user.directories)


def _stores(scene: Scene, look: _Look) -> Iterator[tuple[str, str, tuple[bytes, ...]]]:
    """Client, name of its store, and what is in it; a client whose key store cannot be read here is left out."""
    for user in users_here(scene.environment):
        places = look(user)
        if any(place.problem == "unknown-format" for place in places):
            continue
        name, ders = _of_user(user, places)
        if user.client == "python" and uses_default_places(scene.target):
            yield THIS, name, ders
        yield user.client, name, ders
    if not uses_default_places(scene.target):
        yield THIS, *_of_target(scene)
    mozilla = _mozilla()
    yield MOZILLA, mozilla.path, mozilla.ders


def _in_vain(scene: Scene, look: _Look) -> Iterator[tuple[str, tuple[bytes, ...]]]:
    """What is in this interpreter's default places and is not loaded."""
    for place in look(python_user(scene.environment)):
        if place.left_out:
            yield place.path, place.left_out


def _given(scene: Scene, sent: tuple[Certificate, ...], judged: dict[_Key, StoreVerdict]) -> list[StoreVerdict]:
    """The stores that the caller wants compared, readable or not; one that holds what a client's holds is marked there."""
    found: list[StoreVerdict] = []
    for number, trust in enumerate(scene.target.stores, 1):
        name = str(trust) if isinstance(trust, (str, Path)) else f"the given store {number}"
        try:
            store = store_named(trust, scene.environment)
        except StoreError as exc:
            found.append(StoreVerdict(clients=(), store=name, anchored=False, given=True, reason=f"it cannot be read: {exc}"))
            continue
        same = next((key for key in judged if key[1] == store.ders), None)
        if same is not None:
            judged[same] = attrs.evolve(judged[same], given=True)
        else:
            found.append(attrs.evolve(_verdict((), name, store.ders, sent, scene), given=True))
    return found


def _mozilla() -> Place:
    import certifi

    return read_place(certifi.where())


def _of_user(user: StoreUser, places: list[Place]) -> tuple[str, tuple[bytes, ...]]:
    ders: dict[bytes, None] = {}
    names = []
    for place in places:
        # Node takes what comes before a damaged block, where others take nothing
        loaded = place.before_damage if user.client == "node" and user.bundled and place.before_damage else place.ders
        if not ders.keys() >= set(loaded):  # a directory mostly holds what the bundle beside it holds
            names.append(place.path)
            ders |= dict.fromkeys(loaded)
    name = " and ".join(names)
    if user.client == "node" and user.bundled:
        ders |= dict.fromkeys(_mozilla().ders)
        name = f"Mozilla's list and {name}" if name else "Mozilla's list"
    return name or "no store", tuple(ders)


def _of_target(scene: Scene) -> tuple[str, tuple[bytes, ...]]:
    try:
        store = store_of(scene.target, scene.environment)
    except StoreError:
        return "no store", ()
    return store.name, store.ders


def _verdict(clients: tuple[str, ...], name: str, ders: tuple[bytes, ...], sent: tuple[Certificate, ...], scene: Scene) -> StoreVerdict:
    store = TrustStore.from_certificates(ders, name)
    search = build_paths(sent[0], sent=sent[1:], store=store, at=scene.now)
    return StoreVerdict(
        clients=clients,
        store=name,
        anchored=any(path.anchored for path in search.paths),
        trusted=any(path.valid for path in search.paths),
        reason=_reason(search),
        authorities=len(ders),
        newest=max((start for der in ders if (start := not_before(der)) is not None), default=None),
    )


def _reason(search: PathSearch) -> str:
    """Why the best path is not taken, in words; nothing where one is."""
    best = search.best
    if best is None or any(path.valid for path in search.paths):
        return ""
    if best.anchored:
        return "; ".join(item.detail for item in best.refusals(DEFAULT)[:3])
    if not search.complete:
        return "the ways are too many to be tried; none that was tried leads to it"
    return f"it does not hold {best.certificates[-1].issuer.text or 'the issuer'}"
