"""The path of clients that do not try everything, made as they make it.

OpenSSL (`X509_verify_cert`): of the store's certificates with the issuer's name, then of those that were sent, the first that is valid now, else the one that
ends last; signatures are verified when the path stands. It goes on to a self-signed certificate of the store, unless partial chains are allowed. That the
server's certificate itself is in the store is looked at last, and with partial chains only: then all that it has found by then is judged too.

GnuTLS (`gnutls_x509_trust_list_verify_crt2`): as far up as goes with what was sent, the first that fits, whatever its dates and whatever is trusted; then
the store has to have the issuer of the last one, or, where it has not or something has expired, its own name and key. A server's own certificate is an anchor
when it has signed itself, and does not say that it is no authority.

Java (`sun.security.validator.PKIXValidator`): when each certificate has issued the one that was sent before it, up to one of the store, that is the path; only
else is one looked for, and then the anchor's dates count.
"""

from __future__ import annotations

import itertools
from collections.abc import Iterator, Sequence
from datetime import UTC, datetime

import attrs

from ..certificate import Certificate
from ..name_keys import name_key
from ..oids import SIGNATURES
from ..problems import Grade
from ..stores import TrustStore
from .issuers import Issuers, Purse, key_ids_fit, names_its_own_key
from .judging import Judged, judge
from .model import Path
from .profiles import Profile
from .search import MAX_DEPTH

_BUDGET = 200
_MAX_CANDIDATES = 200
Chain = tuple[Certificate, ...]


def own_path(leaf: Certificate, profile: Profile, *, sent: Sequence[Certificate], store: TrustStore, at: datetime, purpose: str) -> Path:
    """The path that the client of a profile makes, judged."""
    issuers = Issuers(sent, store, Purse(_BUDGET))
    if profile.trusted_first:
        return _judged(_trusted_first(leaf, issuers, store, at, partial=profile.partial), issuers, profile, store=store, at=at, purpose=purpose)
    first, *second = (_judged(chain, issuers, profile, store=store, at=at, purpose=purpose) for chain in _sent_first(leaf, issuers, store, at))
    gone = not first.anchored or any(item.code == "expired" for item in first.refusals(profile.name))
    return next((other for other in second if gone and other.accepted_by(profile.name)), first)


def _judged(chain: Chain, issuers: Issuers, profile: Profile, *, store: TrustStore, at: datetime, purpose: str) -> Path:
    leaf = chain[0]
    anchored = store.contains(chain[-1]) and (profile.trusted_first or len(chain) > 1 or (leaf.is_ca is not False and leaf.is_self_issued))
    by_leaf = not anchored and profile.trusted_first and profile.partial and store.contains(leaf)
    ending = _ending(chain, issuers, anchored=anchored or by_leaf)
    untried = issuers.untried(chain)
    path = judge(Judged(chain=chain, anchored=anchored, at=at.replace(microsecond=0), purpose=purpose, untried=untried, ending=ending))
    if by_leaf:
        return _by_leaf(path, profile)
    return _alone(path, profile) if profile.alone and len(chain) == 1 else path


def _by_leaf(path: Path, profile: Profile) -> Path:
    """A path that stands by its leaf, which is in the store: what its last certificate says of an issuer is not looked at."""
    top = len(path.certificates) - 1
    kept = (
        attrs.evolve(item, profiles=item.profiles - {profile.name}) if item.depth == top and item.code.startswith("authority-key") else item
        for item in path.violations
    )
    return attrs.evolve(path, anchored=True, violations=tuple(kept))


def _alone(path: Path, profile: Profile) -> Path:
    """Without what a profile's clients look at in chains only; that a certificate of the store is too old for a leaf they see all the same."""
    kept = (
        item if profile.alone in item.profiles or item.code == "anchor-version" else attrs.evolve(item, profiles=item.profiles - {profile.name})
        for item in path.violations
    )
    return attrs.evolve(path, violations=tuple(kept))


def _trusted_first(leaf: Certificate, issuers: Issuers, store: TrustStore, at: datetime, *, partial: bool) -> Chain:
    chain, trusted = [leaf], False
    while len(chain) < MAX_DEPTH and not (partial and trusted):
        top = chain[-1]
        if _looks_like_root(top):
            break  # whether it has really signed itself does not matter: it is trusted, or not
        stored, others = (_fitting(group, top, chain) for group in (issuers.stored(top), issuers.sent(top)))
        if trusted:
            others = []  # once among the trusted, it stays there
        if not stored and not others:
            break
        chain.append(_preferred(stored or others, at))
        trusted = trusted or bool(stored)
    if partial and not trusted and store.contains(leaf):
        return tuple(itertools.takewhile(lambda item: item is leaf or not _unreadable(item), chain))
    return tuple(chain)


def _fitting(group: list[Certificate], top: Certificate, chain: list[Certificate]) -> list[Certificate]:
    found = [item for item in group[:_MAX_CANDIDATES] if item not in chain and _looks_right(top, item)]
    return [item for item in found if not _unreadable(item)] or found


def _sent_first(leaf: Certificate, issuers: Issuers, store: TrustStore, at: datetime) -> Iterator[Chain]:
    """The path with the store's issuer of the last certificate, then that with the store's own one in its place."""
    chain = [leaf]
    while len(chain) < MAX_DEPTH and not _looks_like_root(chain[-1]):
        top = chain[-1]
        following = next((item for item in issuers.sent(top) if item not in chain and key_ids_fit(top, item) is not False), None)
        if following is None:
            break
        chain.append(following)
    whole = tuple(chain)
    if len(chain) > 1 and _looks_like_root(chain[-1]):
        chain.pop()  # a root counts as the store has it
    top = chain[-1]
    stored = [item for item in issuers.stored(top)[:_MAX_CANDIDATES] if key_ids_fit(top, item) is not False and issuers.has_signed(top, item)]
    known = [item for item in store.find_by_name(top.subject.raw) if item.spki == top.spki and len(chain) > 1]
    if stored:
        yield (*chain, _preferred(stored, at))
    if known:
        yield (*chain[:-1], known[0])
    if not stored and not known:
        yield whole


def _looks_like_root(item: Certificate) -> bool:
    return item.is_self_issued and names_its_own_key(item)


def path_in_order(leaf: Certificate, *, sent: Sequence[Certificate], store: TrustStore, at: datetime, purpose: str) -> list[Path]:
    """The paths that a client takes when what was sent is in order up to an authority of the store, one for each anchor; none where it is not."""
    issuers = Issuers(sent, store, Purse(_BUDGET))
    chain, reached = [leaf], False
    for item in sent[:MAX_DEPTH]:
        if name_key(item.subject.raw) != name_key(chain[-1].issuer.raw):
            return []
        reached = any(known.spki == item.spki for known in store.find_by_name(item.subject.raw))
        if reached:
            break
        chain.append(item)
    found = []
    for anchor in issuers.stored(chain[-1])[:_MAX_CANDIDATES]:
        if reached or issuers.has_signed(chain[-1], anchor):
            way = (*chain, anchor)
            ending, untried = _ending(way, issuers, anchored=True), issuers.untried(way)
            found.append(judge(Judged(chain=way, anchored=True, at=at.replace(microsecond=0), purpose=purpose, untried=untried, ending=ending)))
    return found


def _looks_right(child: Certificate, issuer: Certificate) -> bool:
    """What is looked at before a signature is: identifiers and keyUsage."""
    named = child.authority_key
    if named is not None and named.serial is not None and issuer.serial is not None and named.serial != issuer.serial:
        return False
    if not _can_have_signed(issuer, child):
        return False
    return key_ids_fit(child, issuer) is not False and (issuer.key_usage is None or "keyCertSign" in issuer.key_usage)


def _can_have_signed(issuer: Certificate, child: Certificate) -> bool:
    """Whether the issuer's key is of the kind that the child's signature algorithm is for."""
    known = SIGNATURES.get(child.signature_algorithm.oid)
    return known is None or issuer.key.kind == "unknown" or issuer.key.kind == known.key or {known.key, issuer.key.kind} == {"RSA", "RSA-PSS"}


def _unreadable(item: Certificate) -> bool:
    """Whether it has an extension that OpenSSL cannot read, so that it is nobody's issuer."""
    return any(problem.grade is Grade.FATAL and problem.extension for problem in item.problems)


def _preferred(group: list[Certificate], at: datetime) -> Certificate:
    """The first that is valid now, else the one that ends last."""
    now = next((item for item in group if item.not_before and item.not_after and item.not_before <= at <= item.not_after), None)
    return now or max(group, key=lambda item: item.not_after or _LONG_AGO)


def _ending(chain: Chain, issuers: Issuers, *, anchored: bool) -> tuple[int, str, str] | None:
    """The first link that does not hold, else why there is no anchor."""
    broken = next((at for at, (child, issuer) in enumerate(itertools.pairwise(chain)) if issuers.has_signed(child, issuer) is False), None)
    if issuers.spent:
        return 0, "search-incomplete", f"the search for the issuers of {chain[0].label} was given up: there are too many candidates"
    if broken is not None:
        child, issuer = chain[broken], chain[broken + 1]
        code = "bad-signature" if key_ids_fit(child, issuer) else "re-keyed"
        return broken, code, f"the client takes {issuer.label} for the issuer of {child.label}, and its key did not make that signature"
    top = chain[-1]
    if anchored:
        return None
    if issuers.is_self_signed(top):
        alone = len(chain) == 1
        return len(chain) - 1, "self-signed" if alone else "root-untrusted", f"{top.label} has signed itself, and is no authority of the store"
    return len(chain) - 1, "unknown-issuer", f"the client finds no issuer of {top.label} ({top.issuer.text or 'no name'})"


_LONG_AGO = datetime(1, 1, 1, tzinfo=UTC)
