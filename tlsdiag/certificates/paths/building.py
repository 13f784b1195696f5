"""`build_paths`: search, judge, and put the best first."""

from __future__ import annotations

import functools
import itertools
from collections.abc import Sequence
from datetime import datetime

from ..certificate import Certificate
from ..oids import SERVER_AUTH
from ..stores import TrustStore
from .issuers import Issuers, Purse, key_ids_fit
from .judging import Judged, judge
from .model import DEFAULT, Path, PathSearch
from .search import MAX_DEAD_ENDS, Chain, Graph, anchored_ways, dead_ends, explore

_FAULT = 1000
"""What a refused certificate adds to the cost of a path: more than any length."""


def build_paths(
    leaf: Certificate,
    *,
    sent: Sequence[Certificate],
    store: TrustStore,
    extra: Sequence[Certificate] = (),
    at: datetime,
    purpose: str = SERVER_AUTH,
    profile: str = DEFAULT,
    most_authorities: int | None = None,
    budget: int = 300,
) -> PathSearch:
    """Search for paths from `leaf` and judge them; the best for a profile comes first.

    `extra` are certificates that were found elsewhere (fetched by authorityInfoAccess); `budget` bounds the signatures that are tried, a large certificate
    counting for several. `at` is when. `most_authorities` bounds the authorities between leaf and anchor (self-issued ones are not counted).
    """
    purse = Purse(budget)
    issuers = Issuers((*sent, *extra), store, purse)
    graph = explore(leaf, issuers, store)
    at = at.replace(microsecond=0)
    make = functools.partial(Judged, at=at, purpose=purpose, most_authorities=most_authorities)
    cost = functools.lru_cache(maxsize=None)(lambda item: _cost(item, make, store, profile))
    ways, all_ways = anchored_ways(leaf, graph, cost)
    ends = list(itertools.islice(dead_ends(leaf, graph), MAX_DEAD_ENDS))
    found = [judge(make(chain=chain, anchored=True, untried=issuers.untried(chain))) for chain in ways]
    for chain in ends:
        ending = len(chain) - 1, *_ending(chain, graph, issuers)
        found.append(judge(make(chain=chain, anchored=False, untried=issuers.untried(chain), ending=ending)))
    found.sort(key=functools.partial(rank, profile=profile))
    return PathSearch(paths=tuple(found), complete=graph.complete and all_ways, signatures=purse.verified)


def _cost(item: Certificate, make: functools.partial[Judged], store: TrustStore, profile: str) -> int:
    """What a certificate costs for itself: judged as if it were the top of a path."""
    alone = judge(make(chain=(_NOBODY, item), anchored=store.contains(item)))
    return 1 + _FAULT * sum(1 for broken in alone.violations if broken.depth == 1 and profile in broken.profiles)


def rank(path: Path, profile: str) -> tuple[bool, bool, int, int, int, int]:
    """Anchored, accepted, then the fewest refusals, the fewest clients that refuse, the fewest remarks, the shortest."""
    refusals = path.refusals(profile)
    return not path.anchored, not path.accepted_by(profile), len(refusals), len(path.refused_by), len(path.violations), len(path.certificates)


def _ending(chain: Chain, graph: Graph, issuers: Issuers) -> tuple[str, str]:
    """Why a path ends without an anchor."""
    top = chain[-1]
    if issuers.is_self_signed(top):
        return ("self-signed", f"{top.label} has signed itself") if len(chain) == 1 else ("root-untrusted", f"{top.label} is a root that is not in the store")
    if issuers.spent and not graph.issuers.get(top):
        return "search-incomplete", f"the search for the issuer of {top.label} was given up: there are too many candidates"
    strangers = [item for item in issuers.namesakes(top) if issuers.has_signed(top, item) is False]
    fitting = next((item for item in strangers if key_ids_fit(top, item)), None)
    if fitting is not None:
        return "bad-signature", f"{top.label} names {fitting.label} as its issuer, down to the key, and that key did not sign it"
    if strangers and not graph.issuers.get(top):
        return "re-keyed", f"{strangers[0].label} has the name of the issuer of {top.label} and another key: it is another generation of that authority"
    return "unknown-issuer", f"the issuer of {top.label} ({top.issuer.text or 'no name'}) is neither among the certificates sent nor in the store"


_NOBODY = Certificate(der=b"")
