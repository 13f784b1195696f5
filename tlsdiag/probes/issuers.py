"""IssuerSearch: where the served chain leads to no anchor, its missing issuers are sought under the URLs of its certificates and in other trust stores.

That tells a forgotten intermediate from an authority that the client does not know. A chain that leads to an anchor costs nothing. Each certificate that is
found may name the URL of its own issuer, and so on, a few levels up; all of it together takes no longer than one fetch may.
"""

from __future__ import annotations

import asyncio
from collections.abc import Sequence

from ..bundles import read_bundle
from ..certificates import Certificate, StoreError, TrustStore, read_certificate
from ..certificates.completion import complete_chain, is_root, issuers_among, lineage, open_ends
from ..certificates.paths import DEFAULT
from ..plugin import (
    BrokenRule,
    ChainEnd,
    ChainPaths,
    ClientOutcome,
    Failure,
    FailureKind,
    Fetched,
    IssuerFetch,
    IssuerFound,
    IssuerProblem,
    IssuerSearch,
    PathSeen,
    Probe,
    Scene,
    ServedChain,
    Unavailable,
    Why,
)
from .trust import other_stores, store_of

LEVELS = 4
"""Certificates above the chain that are fetched one after another: hierarchies are hardly ever deeper."""
URLS = 2
"""URLs of one certificate that are tried; most have one."""
FETCHES = 6
LONGEST_URL = 2048
_MOST = 32
"""Certificates that are taken out of one answer: bundles of authorities have a few."""
LARGEST = 64 * 1024
"""Bytes of one certificate that is kept."""


class IssuersProbe(Probe):
    """Looks for what was not sent."""

    name = "issuers"
    provides = IssuerSearch
    needs = (ServedChain, ChainPaths)
    wants = (ClientOutcome,)

    async def run(self, scene: Scene) -> IssuerSearch | Unavailable:
        """Judge nothing: say what was found, and where it leads."""
        served, paths = scene.seen(ServedChain), scene.seen(ChainPaths)
        if served is None or paths is None:
            return Unavailable(why=Why.NOT_APPLICABLE, detail="no certificate was served", by=self.name)
        if (reason := _why_not(scene, paths)) is not None:
            return Unavailable(why=Why.NOT_APPLICABLE, detail=reason, by=self.name)
        try:
            store = store_of(scene.target, scene.environment)
        except StoreError as exc:
            return Unavailable(why=Why.NOT_APPLICABLE, detail=f"there is no store to lead to: {exc}", by=self.name)
        chains = [[read_certificate(der) for der in path.certificates] for path in paths.paths]
        ends = open_ends(chains)
        if not ends:
            return Unavailable(why=Why.NOT_APPLICABLE, detail="the chain ends at a certificate that has signed itself", by=self.name)
        search = _Search(scene, served, store)
        found = await search.above(ends)
        if found.end in (ChainEnd.OPEN, ChainEnd.UNKNOWN_ROOT):  # another issuer may lead elsewhere: authorities cross-sign
            found = await search.above(open_ends(chain[:length] for chain in chains for length in range(len(chain) - 1, 0, -1)))
        return found


def _why_not(scene: Scene, paths: ChainPaths) -> str | None:
    client = scene.seen(ClientOutcome)
    if any(path.anchored for path in paths.paths):
        return "the chain leads to an anchor as it was sent"
    if client is not None and client.completed and client.settings.is_default and client.settings.verify_mode == "CERT_REQUIRED":
        return "the client found a path by itself"
    return None if paths.anchors else "there is no store to lead to"


class _Search:
    """One search: `found` holds what leads on, by its bytes."""

    def __init__(self, scene: Scene, served: ServedChain, store: TrustStore) -> None:
        self._scene, self._store = scene, store
        self._others = other_stores(store, scene.environment)
        self._sent = tuple(read_certificate(der) for der in served.certificates)
        self._until = scene.clock() + min(scene.limits.fetch_timeout, scene.limits.handshake_timeout / 2)
        self._found: dict[Certificate, IssuerFound] = {}
        self._fetches: list[IssuerFetch] = []
        self._asked: set[Certificate] = set()
        self._left = FETCHES

    async def above(self, ends: Sequence[Certificate]) -> IssuerSearch:
        """Go up from there, level by level."""
        children = list(ends)
        for _ in range(LEVELS):
            children = [child for child in children if child not in self._asked]
            self._asked.update(children)
            if not children:
                break
            above = await asyncio.gather(*(self._issuers_of(child) for child in children))
            children = [item for items in above for item in items if not self._leads_home(item)]
        return self._outcome()

    async def _issuers_of(self, child: Certificate) -> list[Certificate]:
        """What issued it, and is new; nothing where another store has it as a root, for then all is known."""
        for store in self._others:
            known = issuers_among(child, store.find_by_name(child.issuer.raw))
            if any(is_root(item) for item in known):
                return []
            if known:
                return self._keep(known, store=store.name)
        urls = sorted(child.ca_issuers, key=lambda url: not url.lower().startswith("http"))[:URLS]
        for number, url in enumerate(urls):
            if self._left <= 0:
                break
            self._left -= 1
            fetch = await self._fetch(url, child, share=len(urls) - number)
            self._fetches.append(fetch)
            if fetch.problem is None:
                return self._keep(lineage(child, [read_certificate(der) for der in fetch.certificates]), url=url, form=fetch.form)
        return []

    def _keep(self, certificates: Sequence[Certificate], url: str = "", store: str = "", form: str = "") -> list[Certificate]:
        new = [item for item in certificates if item not in self._found and item not in self._sent]
        for item in new:
            self._found[item] = IssuerFound(certificate=item.der, url=url, store=store, form=form)
        return new

    def _leads_home(self, item: Certificate) -> bool:
        """Whether there is no need to look for its issuer."""
        return is_root(item) or self._store.contains(item) or bool(issuers_among(item, (*self._store.find_by_name(item.issuer.raw), *self._found)))

    async def _fetch(self, url: str, child: Certificate, *, share: int) -> IssuerFetch:
        left = max(0.05, (self._until - self._scene.clock()) / share)
        answer = await self._scene.fetch(url, timeout=left)
        url = url[:LONGEST_URL]
        if isinstance(answer, Failure):
            problem = IssuerProblem.NOT_ALLOWED if answer.kind is FailureKind.NOT_ALLOWED else IssuerProblem.FAILED
            return IssuerFetch(url=url, child=child.der, problem=problem, detail=answer.detail, failure=answer)
        return _read(url, child, answer)

    def _outcome(self) -> IssuerSearch:
        leaf, *sent = self._sent
        best = complete_chain(leaf, sent=sent, found=tuple(self._found), store=self._store, others=self._others, at=self._scene.now)
        path, top = best.path, best.top
        refusals = path.refusals(DEFAULT)
        notes = tuple(BrokenRule(code=item.code, detail=item.detail, depth=item.depth, profiles=tuple(sorted(item.profiles))) for item in refusals)
        if path.anchored:
            end = ChainEnd.ANCHORED
        elif best.elsewhere:
            end = ChainEnd.KNOWN_ELSEWHERE
        else:
            end = ChainEnd.UNKNOWN_ROOT if is_root(top) else ChainEnd.OPEN
        return IssuerSearch(
            end=end,
            path=PathSeen(certificates=tuple(item.der for item in path.certificates), anchored=path.anchored, violations=notes),
            found=tuple(self._found[item] for item in path.certificates if item in self._found),
            issuer=top.subject.text if is_root(top) else top.issuer.text,
            elsewhere=best.elsewhere,
            fetches=tuple(self._fetches),
            complete=best.complete,
        )


def _read(url: str, child: Certificate, answer: Fetched) -> IssuerFetch:
    def refused(problem: IssuerProblem, detail: str, certificates: tuple[bytes, ...] = ()) -> IssuerFetch:
        return IssuerFetch(url=url, child=child.der, problem=problem, detail=detail, certificates=certificates)

    if answer.status != 200:
        return refused(IssuerProblem.STATUS, f"HTTP status {answer.status}")
    if answer.truncated:
        return refused(IssuerProblem.TOO_LARGE, f"the answer is cut after {len(answer.body)} bytes")
    bundle = read_bundle(answer.body)
    ders = tuple(item.der for item in bundle.certificates[:_MOST] if len(item.der) <= LARGEST)
    if not ders:
        return refused(IssuerProblem.NO_CERTIFICATE, f"{len(answer.body)} bytes that are no certificate ({answer.header('content-type') or 'no type'})"[:200])
    certificates = [read_certificate(der) for der in ders]
    if not issuers_among(child, certificates):
        names = ", ".join(item.label[:80] for item in certificates[:3])
        return refused(IssuerProblem.WRONG_CERTIFICATE, f"{names}, which did not issue {child.label[:80]}", ders)
    return IssuerFetch(url=url, child=child.der, form=bundle.certificates[0].form, certificates=ders)
