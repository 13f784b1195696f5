"""Completing a chain with certificates that were not sent: which ends are open, what leads on, and where it ends. Pure: who fetches is another matter."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from datetime import datetime

import attrs

from .certificate import Certificate
from .name_keys import name_key
from .paths import Path, build_paths
from .signature import signed_by
from .stores import TrustStore

MAX_ENDS = 4
"""Open ends of a chain that are followed: honest chains have one, or two with a cross-sign."""


def open_ends(paths: Iterable[Sequence[Certificate]]) -> tuple[Certificate, ...]:
    """The last certificates of paths that end without an anchor and could go on, each once."""
    tops = dict.fromkeys(path[-1] for path in paths if path)
    return tuple(item for item in tops if not is_root(item))[:MAX_ENDS]


def is_root(certificate: Certificate) -> bool:
    """Whether it has signed itself (RFC 5280 section 3.2), so that there is nothing above it."""
    return certificate.is_self_issued and signed_by(certificate, certificate) is not False


def issuers_among(child: Certificate, candidates: Iterable[Certificate]) -> tuple[Certificate, ...]:
    """Those that issued it: by name, and by signature as far as that can be tried."""
    wanted = name_key(child.issuer.raw)
    return tuple(item for item in candidates if name_key(item.subject.raw) == wanted and signed_by(child, item) is not False)


def lineage(child: Certificate, candidates: Sequence[Certificate]) -> tuple[Certificate, ...]:
    """What issued it, and what issued those, as far as the candidates go; the others have nothing to do with it."""
    found: dict[Certificate, None] = {}
    level: tuple[Certificate, ...] = (child,)
    while level:
        above = {item: None for below in level for item in issuers_among(below, candidates) if item not in found}
        found |= above
        level = tuple(above)
    return tuple(found)


@attrs.frozen(kw_only=True)
class Completion:
    """The best path with what was found. `elsewhere` names another store that has its root, or the issuer of its last certificate."""

    path: Path
    elsewhere: str = ""
    complete: bool = True

    @property
    def top(self) -> Certificate:
        """The last certificate of the path."""
        return self.path.certificates[-1]


def complete_chain(
    leaf: Certificate, *, sent: Sequence[Certificate], found: Sequence[Certificate], store: TrustStore, others: Sequence[TrustStore], at: datetime
) -> Completion:
    """Build the paths with what was found; without an anchor, the one that leads farthest."""
    search = build_paths(leaf, sent=sent, store=store, extra=found, at=at)
    anchored = [path for path in search.paths if path.anchored]
    if anchored:
        return Completion(path=anchored[0], complete=search.complete)
    paths = search.paths or (Path(certificates=(leaf,), anchored=False),)
    judged = [(_known_by(path.certificates[-1], others), path) for path in paths]
    elsewhere, best = max(judged, key=lambda pair: (bool(pair[0]), is_root(pair[1].certificates[-1]), len(pair[1].certificates)))
    return Completion(path=best, elsewhere=elsewhere, complete=search.complete)


def _known_by(top: Certificate, stores: Iterable[TrustStore]) -> str:
    """The name of the store that holds this certificate or its issuer."""
    return next((store.name for store in stores if store.contains(top) or issuers_among(top, store.find_by_name(top.issuer.raw))), "")
