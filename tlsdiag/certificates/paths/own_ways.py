"""The path of clients that do not backtrack, made as they make it.

OpenSSL (`X509_verify_cert`): of the store's certificates with the issuer's name, then of those that were sent, the first that is valid now, else the one that
ends last; signatures are verified when the path stands. It goes on to a self-signed certificate of the store, unless partial chains are allowed.

GnuTLS (`gnutls_x509_trust_list_verify_crt2`): the first of those that were sent, whatever its dates; it stops as soon as a name and key of the store is
reached, by whatever certificate, and does not take a server's own certificate for an anchor when it says that it is no authority.
"""

from __future__ import annotations

import itertools
from collections.abc import Sequence
from datetime import UTC, datetime

from ..certificate import Certificate
from ..stores import TrustStore
from .issuers import Issuers, Purse, key_ids_fit
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
        chain = _trusted_first(leaf, issuers, store, at, partial=profile.partial)
    else:
        chain = _sent_first(leaf, issuers, store, at)
    anchored = store.contains(chain[-1]) and (profile.trusted_first or len(chain) > 1 or leaf.is_ca is not False)
    ending = _ending(chain, issuers, anchored=anchored)
    untried = issuers.untried(chain)
    return judge(Judged(chain=chain, anchored=anchored, at=at.replace(microsecond=0), purpose=purpose, untried=untried, ending=ending))


def _trusted_first(leaf: Certificate, issuers: Issuers, store: TrustStore, at: datetime, *, partial: bool) -> Chain:
    chain, trusted = [leaf], store.contains(leaf)
    while len(chain) < MAX_DEPTH:
        top = chain[-1]
        if (partial and store.contains(top)) or issuers.is_self_signed(top):
            break
        fitting = [item for item in issuers.namesakes(top)[:_MAX_CANDIDATES] if item not in chain and _looks_right(top, item)]
        stored = [item for item in fitting if store.contains(item)]
        others = [] if trusted else [item for item in fitting if not store.contains(item)]  # once among the trusted, it stays there
        if not stored and not others:
            break
        chain.append(_preferred(stored or others, at))
        trusted = trusted or bool(stored)
    return tuple(chain)


def _sent_first(leaf: Certificate, issuers: Issuers, store: TrustStore, at: datetime) -> Chain:
    chain = [leaf]
    while len(chain) < MAX_DEPTH and not store.contains(chain[-1]):
        top = chain[-1]
        known = [item for item in store.find_by_name(top.subject.raw) if item.spki == top.spki]
        if known and len(chain) > 1:
            chain[-1] = known[0]
            break
        fitting = [item for item in issuers.namesakes(top)[:_MAX_CANDIDATES] if item not in chain and key_ids_fit(top, item) is not False]
        sent = next((item for item in fitting if not store.contains(item)), None)
        stored = [item for item in fitting if store.contains(item) and issuers.has_signed(top, item)]
        if sent is None and not stored:
            break
        chain.append(sent if sent is not None else _preferred(stored, at))
    return tuple(chain)


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
