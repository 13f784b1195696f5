"""What each client would say of a chain: which path it would take, and whether it refuses.

Clients that backtrack take the best path there is. OpenSSL and GnuTLS take one candidate for an issuer and stay with it (`own_ways`), so that the same server
passes in Go and fails in curl.
"""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime

import attrs

from ..certificate import Certificate
from ..oids import SERVER_AUTH
from ..stores import TrustStore
from .building import build_paths, rank
from .client_names import takes_host, why_not_named
from .model import Path, Violation
from .own_ways import own_path, path_in_order
from .profiles import CLIENTS, PROFILES
from .sent_along import of_reading, unread


@attrs.frozen(kw_only=True)
class ClientVerdict:
    """One client's verdict: `path` is the one that it would use, `violations` those for which it refuses; `complete` is False when the search was cut short."""

    profile: str
    accepts: bool
    violations: tuple[Violation, ...]
    path: Path
    complete: bool = True

    @property
    def software(self) -> str:
        """Who that is, for people."""
        return PROFILES[self.profile].software


def client_verdicts(
    leaf: Certificate,
    *,
    sent: Sequence[Certificate],
    store: TrustStore,
    at: datetime,
    host: str | None = None,
    extra: Sequence[Certificate] = (),
    purpose: str = SERVER_AUTH,
) -> tuple[ClientVerdict, ...]:
    """The verdict of every real client, in the order of `PROFILES`; with `host`, names are matched too.

    `sent` are the certificates beside the leaf in the order of sending; `extra` what clients that fetch issuers would find.
    """
    search = build_paths(leaf, sent=sent, store=store, at=at, purpose=purpose)
    fetched = build_paths(leaf, sent=sent, store=store, extra=extra, at=at, purpose=purpose) if extra else search
    found = []
    for profile in PROFILES.values():
        if profile.name not in CLIENTS:
            continue
        looked = fetched if profile.fetches else search
        if profile.takes_stored_leaf and store.contains(leaf):
            path = Path(certificates=(leaf,), anchored=True, violations=of_reading(leaf, profile.name))
        elif profile.in_order and (ordered := path_in_order(leaf, sent=sent, store=store, at=at, purpose=purpose)):
            path = _best(ordered, profile.name)
        elif profile.backtracks:
            path = _best([_dated(item, profile.name) for item in looked.paths] if profile.in_order else looked.paths, profile.name)
        else:
            path = own_path(leaf, profile, sent=sent, store=store, at=at, purpose=purpose)
        judged = path.certificates[:-1] if path.anchored and len(path.certificates) > 1 else path.certificates
        along = unread([item for item in sent if item not in judged], profile.name)  # an anchor that is sent too is read with the rest
        violations = (*path.refusals(profile.name), *along, *_named(leaf, host, profile.name))
        accepts = path.anchored and not violations
        found.append(ClientVerdict(profile=profile.name, accepts=accepts, violations=violations, path=path, complete=looked.complete))
    return tuple(found)


def _best(paths: Sequence[Path], profile: str) -> Path:
    return min(paths, key=lambda item: rank(item, profile))


def _dated(path: Path, profile: str) -> Path:
    """The path for a client that looks at an anchor's dates when it has to find the path."""
    top = len(path.certificates) - 1
    violations = (
        attrs.evolve(item, profiles=item.profiles | {profile}) if item.code in ("expired", "not-yet-valid") and item.depth == top else item
        for item in path.violations
    )
    return attrs.evolve(path, violations=tuple(violations))


def _named(leaf: Certificate, host: str | None, profile: str) -> tuple[Violation, ...]:
    why = why_not_named(leaf, host, profile) if host is not None else None
    if why is None or host is None:
        return ()
    code = "name-mismatch" if takes_host(host, profile) else "host-odd"
    return (Violation(code=code, depth=0, detail=f"the certificate is not for {host}: {why}", profiles=frozenset({profile})),)
