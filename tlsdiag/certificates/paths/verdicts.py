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
from .judging import Judged, judge
from .model import Path, Violation
from .own_ways import own_path
from .profiles import CLIENTS, PROFILES


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
            path = attrs.evolve(judge(Judged(chain=(leaf,), anchored=True, at=at, purpose=purpose)), violations=())
        elif profile.backtracks:
            path = min(looked.paths, key=lambda item: rank(item, profile.name))
        else:
            path = own_path(leaf, profile, sent=sent, store=store, at=at, purpose=purpose)
        violations = (*path.refusals(profile.name), *_unreadable(sent, profile.name), *_named(leaf, host, profile.name))
        accepts = path.anchored and not violations
        found.append(ClientVerdict(profile=profile.name, accepts=accepts, violations=violations, path=path, complete=looked.complete))
    return tuple(found)


def _named(leaf: Certificate, host: str | None, profile: str) -> tuple[Violation, ...]:
    why = why_not_named(leaf, host, profile) if host is not None else None
    if why is None or host is None:
        return ()
    code = "name-mismatch" if takes_host(host, profile) else "host-odd"
    return (Violation(code=code, depth=0, detail=f"the certificate is not for {host}: {why}", profiles=frozenset({profile})),)


def _unreadable(sent: Sequence[Certificate], profile: str) -> tuple[Violation, ...]:
    """Whatever is sent along has to be a certificate, used or not, for all but Chromium."""
    found = next((number for number, item in enumerate(sent, 1) if not item.readable), None)
    if found is None or profile not in _READ_ALL:
        return ()
    return (Violation(code="malformed", depth=0, detail=f"certificate {found} of those that are sent cannot be read", profiles=_READ_ALL),)


_READ_ALL = CLIENTS - {"chromium"}
