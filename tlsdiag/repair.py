"""The chain file as a server should have it, from what a report has seen. Pure: it opens nothing and never sees a key."""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING

from .bundles import chain_above, pem_text
from .certificates import Certificate, read_certificate
from .facts import CertificateFiles, ChainPaths, IssuerSearch, ServedChain
from .target import Endpoint

if TYPE_CHECKING:
    from .report import Report


def repaired_chain(report: Report) -> bytes | None:
    """The chain in PEM; None where there is no certificate, or an intermediate is missing that was not found. See `Report.repaired_chain`."""
    for place in (None, *report.endpoints):
        served, paths = report.observations.get(ServedChain, place), report.observations.get(ChainPaths, place)
        if served is not None and served.certificates:
            return _repaired(report, place, served, paths)
    return None


def _repaired(report: Report, place: Endpoint | None, served: ServedChain, paths: ChainPaths | None) -> bytes | None:
    at = paths.shape.leaf if paths is not None and paths.shape.leaf < len(served.certificates) else 0
    known = [read_certificate(der) for der in dict.fromkeys(_known(report, place, served, paths))]
    known.sort(key=lambda item: not _valid(item, report))  # stable: the best path first, what is out of date last
    chain, ended = chain_above(read_certificate(served.certificates[at]), known)
    shape = paths.shape if paths is not None else None
    lacking = shape is not None and (shape.intermediate_missing or bool(shape.namesake) or shape.wrong_issuer is not None)
    return None if lacking and not ended else pem_text(chain)


def _known(report: Report, place: Endpoint | None, served: ServedChain, paths: ChainPaths | None) -> Iterator[bytes]:
    """Every certificate that may be an issuer: of the paths (which lead into the store), of what was fetched, of what was served, of the files."""
    for path in paths.paths if paths is not None else ():
        yield from path.certificates
    search = report.observations.get(IssuerSearch, place)
    yield from search.path.certificates if search is not None else ()
    yield from served.certificates
    files = report.observations.get(CertificateFiles, None)
    if files is not None:
        yield from (files.items[at].certificate for at in files.certificates)


def _valid(certificate: Certificate, report: Report) -> bool:
    begins, ends = certificate.not_before, certificate.not_after
    return begins is not None and ends is not None and begins <= report.started <= ends
