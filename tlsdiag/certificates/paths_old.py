"""Certification paths (RFC 5280 section 6, RFC 4158): every way from a leaf to an anchor, each with all the rules that it breaks.

Candidates for an issuer come from what was sent, from the store and from `extra`; they are taken by name and confirmed by signature. Paths that
end without an anchor are kept too, to say why. The search is bounded, since a hostile chain can have exponentially many paths.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from datetime import datetime

import attrs

from .certificate import Certificate
from .constraints import broken_names
from .keys import weak_key, weak_signature
from .oids import ANY_USAGE, SERVER_AUTH, UNDERSTOOD, USAGES
from .signature import signed_by
from .stores import TrustStore

MAX_DEPTH = 100
"""As deep as OpenSSL goes by default; no certificate is taken twice into a path, so that circles of cross-signed authorities end by themselves."""
MAX_PATHS = 32


@attrs.frozen(kw_only=True)
class Violation:
    """A rule that a path breaks; `depth` counts from the leaf, which is 0."""

    code: str
    depth: int
    detail: str


@attrs.frozen(kw_only=True)
class Path:
    """One candidate path, leaf first."""

    certificates: tuple[Certificate, ...]
    anchored: bool
    violations: tuple[Violation, ...] = ()

    @property
    def valid(self) -> bool:
        """Anchored, and without a violation."""
        return self.anchored and not self.violations


@attrs.frozen(kw_only=True)
class PathSearch:
    """The paths, best first; `complete` is False when the budget ended the search."""

    paths: tuple[Path, ...]
    complete: bool


@attrs.define
class _Budget:
    left: int


def build_paths(
    leaf: Certificate,
    *,
    sent: Sequence[Certificate],
    store: TrustStore,
    extra: Sequence[Certificate] = (),
    at: datetime,
    purpose: str = SERVER_AUTH,
    budget: int = 200,
) -> PathSearch:
    """Search for paths from `leaf`; `budget` bounds the signatures that are tried."""
    purse = _Budget(budget)
    pool = tuple(dict.fromkeys((*sent, *extra)))
    found: list[Path] = []
    for chain in _extend((leaf,), pool, store, purse):
        anchored = store.contains(chain[-1])
        found.append(Path(certificates=chain, anchored=anchored, violations=_violations(chain, anchored, at, purpose)))
        if len(found) == MAX_PATHS:
            purse.left = 0
            break
    found.sort(key=lambda path: (not path.anchored, len(path.violations), len(path.certificates)))
    return PathSearch(paths=tuple(found), complete=purse.left > 0)


def _extend(
    chain: tuple[Certificate, ...], pool: tuple[Certificate, ...], store: TrustStore, purse: _Budget
) -> Iterator[tuple[Certificate, ...]]:
    top = chain[-1]
    if store.contains(top) or len(chain) == MAX_DEPTH:
        yield chain
        return
    issuers = [] if _is_self_signed(top) else list(_issuers(top, chain, pool, store, purse))
    if not issuers:
        yield chain
    for issuer in issuers:
        yield from _extend((*chain, issuer), pool, store, purse)


def _is_self_signed(certificate: Certificate) -> bool:
    return certificate.is_self_issued and signed_by(certificate, certificate) is True


def _issuers(
    child: Certificate, chain: tuple[Certificate, ...], pool: tuple[Certificate, ...], store: TrustStore, purse: _Budget
) -> Iterator[Certificate]:
    """Certificates that have signed this one: anchors first. One with the right name and a wrong signature is no issuer."""
    named = (*store.find_by_subject(child.issuer.raw), *(item for item in pool if item.subject.raw == child.issuer.raw))
    # name and key, not the key alone: proxies that make certificates on the fly give them their authority's own key
    seen = {(item.subject.raw, item.spki) for item in chain}
    tried: set[bytes] = set()
    for candidate in named:
        if (candidate.subject.raw, candidate.spki) in seen or candidate.der in tried:
            continue
        tried.add(candidate.der)
        if purse.left <= 0:
            return
        purse.left -= 1
        if signed_by(child, candidate) is not False:
            yield candidate


Rule = Callable[[tuple[Certificate, ...], bool, datetime, str], Iterator[Violation]]


def _violations(chain: tuple[Certificate, ...], anchored: bool, at: datetime, purpose: str) -> tuple[Violation, ...]:
    return tuple(violation for rule in RULES for violation in rule(chain, anchored, at, purpose))


def _below_anchor(chain: tuple[Certificate, ...], anchored: bool) -> tuple[Certificate, ...]:
    """The certificates that are judged: an anchor is trusted as it is (RFC 5280 section 6.1), but for a leaf that is one itself."""
    return chain[:-1] if anchored and len(chain) > 1 else chain


def _validity(chain: tuple[Certificate, ...], anchored: bool, at: datetime, purpose: str) -> Iterator[Violation]:
    for depth, item in enumerate(chain):  # clients look at an anchor's dates too
        if item.not_after is not None and at > item.not_after:
            yield Violation(code="expired", depth=depth, detail=f"{item.label} expired on {item.not_after:%Y-%m-%d %H:%M:%S} UTC")
        if item.not_before is not None and at < item.not_before:
            yield Violation(
                code="not-yet-valid", depth=depth, detail=f"{item.label} is valid from {item.not_before:%Y-%m-%d %H:%M:%S} UTC on"
            )


def _authority(chain: tuple[Certificate, ...], anchored: bool, at: datetime, purpose: str) -> Iterator[Violation]:
    for depth, item in enumerate(chain[1:], 1):
        is_anchor = anchored and depth == len(chain) - 1
        if not item.is_ca and not (is_anchor and item.version < 3):
            yield Violation(code="not-a-ca", depth=depth, detail=f"{item.label} is no certificate authority (basicConstraints)")
        if item.key_usage is not None and "keyCertSign" not in item.key_usage:
            yield Violation(code="no-cert-sign", depth=depth, detail=f"{item.label} may not sign certificates (keyUsage)")
        between = sum(1 for lower in chain[1:depth] if not lower.is_self_issued)
        if item.path_length is not None and between > item.path_length:
            most = f"at most {item.path_length}" if item.path_length else "no"
            detail = f"{item.label} allows {most} authority below it (pathLenConstraint), and the path has {between}"
            yield Violation(code="path-too-long", depth=depth, detail=detail)


def _usage(chain: tuple[Certificate, ...], anchored: bool, at: datetime, purpose: str) -> Iterator[Violation]:
    for depth, item in enumerate(_below_anchor(chain, anchored)):
        allowed = item.extended_key_usage
        if allowed is not None and purpose not in allowed and ANY_USAGE not in allowed:
            names = ", ".join(USAGES.get(oid, oid) for oid in allowed) or "nothing"
            detail = f"{item.label} is for {names}, not for {USAGES.get(purpose, purpose)} (extendedKeyUsage)"
            yield Violation(code="wrong-usage", depth=depth, detail=detail)
    leaf = chain[0]
    if leaf.key_usage is not None and not leaf.key_usage & _HANDSHAKE_USAGES:
        names = ", ".join(sorted(leaf.key_usage)) or "nothing"
        yield Violation(code="wrong-key-usage", depth=0, detail=f"The key of {leaf.label} is for {names}, not for handshakes (keyUsage)")


def _constraints(chain: tuple[Certificate, ...], anchored: bool, at: datetime, purpose: str) -> Iterator[Violation]:
    for depth, item in enumerate(chain[1:], 1):
        below = [lower for number, lower in enumerate(chain[:depth]) if number == 0 or not lower.is_self_issued]
        for reason in dict.fromkeys(reason for lower in below for reason in broken_names(item, lower)):
            yield Violation(code="name-not-permitted", depth=depth, detail=f"{item.label} may issue for some names only (nameConstraints): {reason}")


def _critical(chain: tuple[Certificate, ...], anchored: bool, at: datetime, purpose: str) -> Iterator[Violation]:
    for depth, item in enumerate(_below_anchor(chain, anchored)):
        for extension in item.extensions:
            if extension.critical and extension.oid not in UNDERSTOOD:
                detail = f"{item.label} has the critical extension {extension.oid}, which clients do not know"
                yield Violation(code="unknown-critical-extension", depth=depth, detail=detail)


def _strength(chain: tuple[Certificate, ...], anchored: bool, at: datetime, purpose: str) -> Iterator[Violation]:
    for depth, item in enumerate(_below_anchor(chain, anchored)):
        for weakness in (weak_key(item), weak_signature(item)):
            if weakness is not None:
                yield Violation(code=weakness.code, depth=depth, detail=f"{item.label}: {weakness.detail}")


_HANDSHAKE_USAGES = frozenset({"digitalSignature", "keyEncipherment", "keyAgreement"})
RULES: tuple[Rule, ...] = (_validity, _authority, _usage, _constraints, _critical, _strength)
