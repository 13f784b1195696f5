"""IssuingAuthority: whose root the served chain leads to, and what the stores of clients have done to it. Derived: it opens no connection."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from datetime import datetime

import attrs

from ..certificates import Certificate, StoreError, TrustStore, build_paths, read_certificate
from ..certificates.authorities import Authority, AuthorityData, Hit, hits, issuing_owner, named_hits, owner_of, refused, shipped
from ..certificates.paths import DEFAULT
from ..certificates.times import embedded_timestamps, timestamp_of
from ..plugin import (
    ChainPaths,
    DistrustSeen,
    HandshakeOutcome,
    IssuerSearch,
    IssuingAuthority,
    Note,
    OwnerSeen,
    Probe,
    Scene,
    ServedChain,
    Unavailable,
    Why,
)

_Way = tuple[Certificate, ...]


class AuthoritiesProbe(Probe):
    """Looks the certificates of every way up in the tables."""

    name = "authorities"
    provides = IssuingAuthority
    needs = (ServedChain,)
    wants = (ChainPaths, HandshakeOutcome, IssuerSearch)

    async def run(self, scene: Scene) -> IssuingAuthority | Unavailable:
        """Judge nothing: say who owns the root, and which rows the ways meet."""
        served = scene.seen(ServedChain)
        if served is None or not served.certificates:
            return Unavailable(why=Why.NOT_APPLICABLE, detail="no certificate was served", by=self.name)
        leaf, *sent = (read_certificate(der) for der in served.certificates)
        public = _public_ways(leaf, sent, scene)
        ways = (*public, *_client_ways(scene, trusted=True)) or (*_client_ways(scene, trusted=False), (leaf, *sent))
        return described((leaf, *sent), ways, scene.authority_data, public=bool(public), logged=logged_at(leaf, scene.seen(HandshakeOutcome)))


def described(sent: Sequence[Certificate], ways: Sequence[_Way], data: AuthorityData | None, *, public: bool, logged: datetime | None) -> IssuingAuthority:
    """What the tables (None: the shipped ones) say of the ways, each leaf first; `logged` is the earliest SCT."""
    data, leaf = shipped() if data is None else data, sent[0]
    owner = next((found for way in ways if (found := issuing_owner(way, data) if public else owner_of(*way[1:], data=data)) is not None), None)
    return IssuingAuthority(
        certificate=leaf.der,
        issuer=leaf.issuer.text,
        public=public,
        owner=_owner(owner) if owner is not None else None,
        issued=leaf.not_before,
        logged=logged,
        distrusts=_distrusts(ways, data, leaf.not_before, logged, public=public),
        owners_date=data.owners_date,
        owners_origin=data.owners_origin,
        distrusts_date=data.distrusts_date,
        distrusts_origin=data.distrusts_origin,
    )


def _public_ways(leaf: Certificate, sent: Sequence[Certificate], scene: Scene) -> tuple[_Way, ...]:
    """The ways to Mozilla's list, whatever this client trusts: those without a fault above the server's certificate, or all where there is none such."""
    try:
        search = build_paths(leaf, sent=tuple(sent), store=TrustStore.certifi(), at=scene.now)
    except StoreError:
        return ()
    anchored = [path for path in search.paths if path.anchored]
    sound = [path for path in anchored if not any(item.depth for item in path.refusals(DEFAULT))]
    return tuple(path.certificates for path in sound or anchored)


def _client_ways(scene: Scene, *, trusted: bool) -> Iterator[_Way]:
    """The ways to the client's store; or those that lead nowhere, with what was found of their issuers."""
    paths, search = scene.seen(ChainPaths), scene.seen(IssuerSearch)
    found = [item for item in paths.paths if item.anchored is trusted] if paths is not None else []
    if not trusted and search is not None:
        found.insert(0, search.path)
    yield from (tuple(read_certificate(der) for der in item.certificates) for item in found)


def logged_at(leaf: Certificate, ours: HandshakeOutcome | None) -> datetime | None:
    """The earliest SCT, of the certificate or of the handshake."""
    times = [*embedded_timestamps(leaf)]
    if ours is not None and ours.certificates[:1] == (leaf.der,):
        times += [time for raw in ours.scts if (time := timestamp_of(raw)) is not None]
    return min(times, default=None)


def _distrusts(ways: Iterable[_Way], data: AuthorityData, issued: datetime | None, logged: datetime | None, *, public: bool) -> tuple[DistrustSeen, ...]:
    """The rows that the ways meet. Names count for what is not public alone: the keys of public authorities are known, and names are inherited."""

    def refuses(hit: Hit) -> bool:
        return refused(hit.row.measure, hit.row.condition, hit.row.after, issued=issued, logged=logged)

    met = [(way, list(hits(way, data))) for way in ways]
    is_open = any(not any(map(refuses, found)) for _, found in met)
    is_free = any(not found for _, found in met)
    unique = {hit.row: hit for _, found in met for hit in found}
    if not public and not unique:
        unique = {hit.row: hit for way, _ in met for hit in named_hits(way, data)}
        is_free = False
    return tuple(_seen(hit, avoidable=is_open if refuses(hit) and hit.by != "name" else is_free) for hit in unique.values())


def _seen(hit: Hit, *, avoidable: bool) -> DistrustSeen:
    row = hit.row
    return DistrustSeen(
        measure=row.measure.value,
        name=row.name,
        certificate=hit.certificate.der,
        by=hit.by,
        stores=tuple(Note(code=store, detail=words) for store, words in row.stores),
        condition=row.condition,
        after=row.after,
        reason=row.reason,
        references=row.references,
        documented=row.documented,
        avoidable=avoidable,
        bearer=hit.bearer.text if hit.bearer is not None else "",
    )


def _owner(owner: Authority) -> OwnerSeen:
    return OwnerSeen(**{field.name: getattr(owner, field.name) for field in attrs.fields(OwnerSeen)})
