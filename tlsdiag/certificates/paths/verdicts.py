"""What each client would say of a chain: which path it would take, and whether it refuses.

Clients that backtrack take the best path there is. OpenSSL and GnuTLS take the first candidate for an issuer by name, key identifier and dates, and stay
with it, so that the same server passes in Go and fails in curl: their path is made here as they make it.
"""

from __future__ import annotations

import itertools
from collections.abc import Iterator, Sequence
from datetime import UTC, datetime

import attrs

from ..certificate import Certificate
from ..names import match_host
from ..oids import SERVER_AUTH
from ..signature import signed_by
from ..stores import TrustStore
from .building import build_paths, rank
from .issuers import Issuers, Purse, key_ids_fit
from .judging import Judged, judge
from .model import Path, Violation
from .profiles import CLIENTS, PROFILES, Profile
from .search import MAX_DEPTH

_BUDGET = 200
_MAX_CANDIDATES = 200


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
    others = _named(leaf, host)
    search = build_paths(leaf, sent=sent, store=store, at=at, purpose=purpose)
    fetched = build_paths(leaf, sent=sent, store=store, extra=extra, at=at, purpose=purpose) if extra else search
    found = []
    for profile in PROFILES.values():
        if profile.name not in CLIENTS:
            continue
        looked = fetched if profile.fetches else search
        if profile.backtracks:
            path = min(looked.paths, key=lambda item: rank(item, profile.name))
        else:
            path = _own_path(leaf, profile, sent, store, at, purpose)
        violations = (*path.refusals(profile.name), *others)
        accepts = path.anchored and not violations
        found.append(ClientVerdict(profile=profile.name, accepts=accepts, violations=violations, path=path, complete=looked.complete))
    return tuple(found)


def _named(leaf: Certificate, host: str | None) -> tuple[Violation, ...]:
    match = match_host(leaf, host) if host is not None else None
    if match is None or match.matched:
        return ()
    return (Violation(code="name-mismatch", depth=0, detail=f"{leaf.label} is not for {host}: {match.reason}", profiles=CLIENTS),)


def _own_path(leaf: Certificate, profile: Profile, sent: Sequence[Certificate], store: TrustStore, at: datetime, purpose: str) -> Path:
    """The path of a client that does not backtrack."""
    issuers = Issuers(sent, store, Purse(_BUDGET))
    chain = [leaf]
    trusted = store.contains(leaf)
    while len(chain) < MAX_DEPTH:
        top = chain[-1]
        stops = store.contains(top) and (profile.partial or not profile.trusted_first)
        if stops or issuers.is_self_signed(top):
            break
        following = _following(top, chain, profile, issuers, store, at, trusted=trusted)
        if following is None:
            break
        chain.append(following)
        trusted = trusted or store.contains(following)
    anchored = store.contains(chain[-1])
    ending = next(_broken_links(chain), None)
    if ending is None and not anchored:
        ending = len(chain) - 1, *_unanchored(chain, issuers)
    return judge(Judged(chain=tuple(chain), anchored=anchored, at=at.replace(microsecond=0), purpose=purpose, ending=ending))


def _following(
    top: Certificate, chain: list[Certificate], profile: Profile, issuers: Issuers, store: TrustStore, at: datetime, *, trusted: bool
) -> Certificate | None:
    """The issuer that the client takes: once it is among the trusted, it stays there."""
    fitting = [item for item in issuers.namesakes(top)[:_MAX_CANDIDATES] if item not in chain and _looks_right(top, item)]
    stored = [item for item in fitting if store.contains(item)]
    others = [] if trusted else [item for item in fitting if not store.contains(item)]
    groups = (stored, others) if profile.trusted_first else (others, stored)
    return next((_preferred(group, at) for group in groups if group), None)


def _looks_right(child: Certificate, issuer: Certificate) -> bool:
    """What is looked at before a signature is: identifiers and keyUsage."""
    named = child.authority_key
    if named is not None and named.serial is not None and issuer.serial is not None and named.serial != issuer.serial:
        return False
    return key_ids_fit(child, issuer) is not False and (issuer.key_usage is None or "keyCertSign" in issuer.key_usage)


def _preferred(group: list[Certificate], at: datetime) -> Certificate:
    """The first that is valid now, else the one that ends last."""
    now = next((item for item in group if item.not_before and item.not_after and item.not_before <= at <= item.not_after), None)
    return now or max(group, key=lambda item: item.not_after or _LONG_AGO)


def _broken_links(chain: list[Certificate]) -> Iterator[tuple[int, str, str]]:
    for depth, (child, issuer) in enumerate(itertools.pairwise(chain)):
        if signed_by(child, issuer) is False:
            code = "bad-signature" if key_ids_fit(child, issuer) else "re-keyed"
            yield depth, code, f"the client takes {issuer.label} for the issuer of {child.label}, and its key did not make that signature"


def _unanchored(chain: list[Certificate], issuers: Issuers) -> tuple[str, str]:
    top = chain[-1]
    if issuers.is_self_signed(top):
        return ("self-signed", f"{top.label} has signed itself") if len(chain) == 1 else ("root-untrusted", f"{top.label} is a root that is not in the store")
    return "unknown-issuer", f"the client finds no issuer of {top.label} ({top.issuer.text or 'no name'})"


_LONG_AGO = datetime(1, 1, 1, tzinfo=UTC)
