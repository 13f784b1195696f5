"""RevocationSources: what the authority says of the certificates of the chain, fetched over HTTP. Only where the caller asks for it.

The leaf and each intermediate of the best path: their OCSP responders are asked by POST and, where the question is short enough, by GET too, since caches
answer the one and not the other; their lists are fetched, and the changes to a list where it says where they are.
"""

from __future__ import annotations

import asyncio
from collections.abc import Iterable

import attrs

from ..certificates import Certificate, read_certificate
from ..certificates.revocation import (
    REQUEST_TYPE,
    RevocationList,
    StatusVerdict,
    issuer_among,
    judge_crl,
    judge_ocsp,
    ocsp_get_url,
    ocsp_request,
    read_crl,
)
from ..plugin import (
    ChainPaths,
    Failure,
    Fetched,
    IssuerSearch,
    Note,
    Probe,
    RevocationSources,
    Scene,
    ServedChain,
    SourceKind,
    SourceSeen,
    Unavailable,
    Why,
)

LIST_LIMIT = 16 * 1024 * 1024
"""Bytes of a list, where the caller's limit for a connection (`Limits.received_bytes`) does not end it before."""
_HEAD = 65536
MAX_CERTIFICATES = 4
MAX_URLS = 2
"""Sources of a kind that are asked for one certificate."""


class RevocationProbe(Probe):
    """Asks every source that the certificates name."""

    name = "revocation"
    provides = RevocationSources
    needs = (ServedChain,)
    wants = (ChainPaths, IssuerSearch)

    async def run(self, scene: Scene) -> RevocationSources | Unavailable:
        """Fetch and read, all at the same time."""
        if not scene.revocation:
            return Unavailable(why=Why.NOT_APPLICABLE, detail="not asked for: revocation=True or the depth full", by=self.name)
        served = scene.seen(ServedChain)
        if served is None or not served.certificates:
            return Unavailable(why=Why.NOT_APPLICABLE, detail="no certificate was served", by=self.name)
        questions = [_Question(scene, certificate, issuer, served) for certificate, issuer in _asked_about(served, _best_path(scene) or served.certificates)]
        found = await asyncio.gather(*(job for question in questions for job in question.jobs()))
        unnamed = tuple(question.certificate.der for question in questions if not question.named)
        return RevocationSources(sources=tuple(found), unnamed=unnamed)


def _best_path(scene: Scene) -> tuple[bytes, ...]:
    """The path to go by, with the issuers that were missing where they were found elsewhere; empty without one."""
    search, paths = scene.seen(IssuerSearch), scene.seen(ChainPaths)
    if search is not None:
        return search.path.certificates
    return paths.paths[0].certificates if paths is not None and paths.paths else ()


def _asked_about(served: ServedChain, best: tuple[bytes, ...]) -> list[tuple[Certificate, Certificate | None]]:
    """The certificates of the best path, each with its issuer; the anchor is trusted as it is, and whatever signed itself cannot be looked up."""
    chain = [read_certificate(der) for der in best]
    pool = (*chain, *map(read_certificate, served.certificates))
    return [(item, issuer_among(item, pool)) for item in chain if not item.is_self_issued][:MAX_CERTIFICATES]


@attrs.frozen
class _Question:
    """One certificate that is asked about."""

    scene: Scene
    certificate: Certificate
    issuer: Certificate | None
    served: ServedChain

    @property
    def named(self) -> bool:
        return bool(self.certificate.ocsp_urls or self.certificate.crl_urls)

    def jobs(self) -> Iterable[asyncio.Future[SourceSeen] | asyncio.Task[SourceSeen]]:
        """A fetch each."""
        request = ocsp_request(self.certificate, self.issuer) if self.issuer is not None else None
        for url in _reachable(self.certificate.ocsp_urls):
            yield asyncio.ensure_future(self.by_post(url, request))
            if request is not None and (asked := ocsp_get_url(url, request)) is not None:
                yield asyncio.ensure_future(self.by_get(url, asked))
        for url in _reachable(self.certificate.crl_urls):
            yield asyncio.ensure_future(self.by_list(url))

    def source(self, kind: SourceKind, url: str, method: str = "GET") -> SourceSeen:
        served = self.served.certificates
        position = served.index(self.certificate.der) if self.certificate.der in served else None
        return SourceSeen(kind=kind, url=url, method=method, certificate=self.certificate.der, position=position)

    async def by_post(self, url: str, request: bytes | None) -> SourceSeen:
        about = self.source(SourceKind.OCSP, url, "POST")
        if request is None:
            return attrs.evolve(about, unavailable="the issuer's certificate is not at hand, and without it there is no asking")
        fields = (("Content-Type", REQUEST_TYPE),)
        return self.answered(about, await self.scene.fetch(url, method="POST", body=request, headers=fields))

    async def by_get(self, url: str, asked: str) -> SourceSeen:
        return self.answered(self.source(SourceKind.OCSP, url), await self.scene.fetch(asked))

    def answered(self, about: SourceSeen, answer: Fetched | Failure) -> SourceSeen:
        """An OCSP answer as a fact."""
        about = _fetched(about, answer)
        if about.unavailable or isinstance(answer, Failure):
            return about
        verdict = judge_ocsp(answer.body, self.certificate, self.issuer, at=self.scene.now)
        return attrs.evolve(_judged(about, verdict), answer=answer.body)

    async def by_list(self, url: str) -> SourceSeen:
        answer = await self.scene.fetch(url, limit=_list_limit(self.scene))
        about = _fetched(self.source(SourceKind.CRL, url), answer)
        if about.unavailable or isinstance(answer, Failure):
            return about
        crl = read_crl(answer.body)
        delta = await self.changes(crl)
        signers = [read_certificate(der) for der in self.served.certificates]
        verdict = judge_crl(crl, self.certificate, self.issuer, at=self.scene.now, delta=delta, signers=signers)
        return attrs.evolve(_judged(about, verdict), entries=crl.count(), number=crl.number, delta=delta is not None)

    async def changes(self, crl: RevocationList) -> RevocationList | None:
        """The changes to a list, where it names them and they can be had; without them it counts as it is (RFC 5280 section 5.2.6)."""
        for url in _reachable(crl.delta_urls)[:1]:
            answer = await self.scene.fetch(url, limit=_list_limit(self.scene))
            if isinstance(answer, Fetched) and answer.status == 200 and not answer.truncated:
                return read_crl(answer.body)
        return None


def _list_limit(scene: Scene) -> int:
    """Below the limit of a connection, head and all, so that a list that is too large is told as that."""
    return max(_HEAD, min(LIST_LIMIT, scene.limits.received_bytes - _HEAD))


def _reachable(urls: tuple[str, ...]) -> list[str]:
    """Those that can be fetched, a few; where there is none, the first, so that it is told why."""
    web = [url for url in urls if url.lower().startswith(("http://", "https://"))]
    return (web or list(urls[:1]))[:MAX_URLS]


def _fetched(about: SourceSeen, answer: Fetched | Failure) -> SourceSeen:
    """What there is to read, or why there is nothing."""
    if isinstance(answer, Failure):
        return attrs.evolve(about, failure=answer, unavailable=str(answer), elapsed=answer.elapsed)
    about = attrs.evolve(about, http_status=answer.status, size=len(answer.body), elapsed=answer.elapsed)
    if answer.status != 200:
        return attrs.evolve(about, unavailable=f"HTTP {answer.status} {answer.reason}".strip())
    if answer.truncated:
        return attrs.evolve(about, unavailable=f"the answer is cut after {len(answer.body)} bytes: it is too large, or the connection ended early")
    return about


def _judged(about: SourceSeen, verdict: StatusVerdict) -> SourceSeen:
    return attrs.evolve(
        about,
        status=verdict.status.value,
        usable=verdict.usable,
        revoked=verdict.revoked,
        faults=tuple(Note(code=fault.code, detail=fault.detail) for fault in verdict.faults),
        revoked_at=verdict.revoked_at,
        reason=verdict.reason,
        this_update=verdict.this_update,
        next_update=verdict.next_update,
        signer=verdict.signer,
        without_no_check=verdict.without_no_check,
    )
