"""The search (RFC 4158): first who has issued whom, as a graph; then the ways through it that end at an anchor, the soundest first.

The graph costs one signature for each certificate and each key of an issuer's name, whatever the number of ways through it: that no way leads to an
anchor is known for certain even in a mesh with more ways than can be counted. The ways themselves come out in the order of their cost (A*, with the
true cost of the way that is left as its estimate), so that a bound on their number leaves out the worst ones.
"""

from __future__ import annotations

import heapq
import itertools
from collections import deque
from collections.abc import Callable, Iterator

import attrs

from ..certificate import Certificate
from ..stores import TrustStore
from .issuers import Issuers

MAX_DEPTH = 100
"""As deep as OpenSSL goes by default; no name and key come twice in a path, so that circles of cross-signed authorities end by themselves."""
MAX_PATHS = 32
MAX_DEAD_ENDS = 8
_MAX_STEPS = 2000
_MAX_NODES = 2000

Chain = tuple[Certificate, ...]
Cost = Callable[[Certificate], int]
"""What a certificate costs on a path: 1, and much more where clients refuse it for itself."""


@attrs.frozen(kw_only=True)
class Graph:
    """Who has issued whom, as far as was looked: `issuers` of each certificate, and which of them are anchors."""

    issuers: dict[Certificate, tuple[Certificate, ...]]
    anchors: frozenset[Certificate]
    complete: bool


def explore(leaf: Certificate, issuers: Issuers, store: TrustStore) -> Graph:
    """Look for the issuers of the leaf, of its issuers, and so on; the nearest first."""
    found: dict[Certificate, tuple[Certificate, ...]] = {}
    anchors: set[Certificate] = set()
    waiting = deque([leaf])
    seen = {leaf}
    while waiting and len(found) < _MAX_NODES:
        item = waiting.popleft()
        if store.contains(item):
            anchors.add(item)
        found[item] = () if issuers.is_self_signed(item) else tuple(issuers.of(item))
        for issuer in found[item]:
            if issuer not in seen:
                seen.add(issuer)
                waiting.append(issuer)
    return Graph(issuers=found, anchors=frozenset(anchors), complete=not waiting and not issuers.spent)


def anchored_ways(leaf: Certificate, graph: Graph, cost: Cost) -> tuple[list[Chain], bool]:
    """The ways from the leaf to anchors, cheapest first, and whether these are all. A way may go on beyond an anchor that others have signed."""
    found: list[Chain] = []
    left = _cost_to_anchor(graph, cost)
    if leaf not in left:
        return found, True
    number = itertools.count()
    waiting: list[tuple[int, int, Chain, int]] = [(left[leaf], next(number), (leaf,), 0)]
    for _ in range(_MAX_STEPS):
        if not waiting or len(found) == MAX_PATHS:
            break
        _, _, chain, spent = heapq.heappop(waiting)
        if chain[-1] in graph.anchors:
            found.append(chain)
        for issuer in _onward(chain, graph):
            if issuer in left:
                sum_ = spent + cost(issuer)
                heapq.heappush(waiting, (sum_ + left[issuer], next(number), (*chain, issuer), sum_))
    return found, not waiting


def dead_ends(leaf: Certificate, graph: Graph) -> Iterator[Chain]:
    """Ways that end without an anchor, each as long as it gets."""
    waiting: list[Chain] = [(leaf,)]
    for _ in range(_MAX_STEPS):
        if not waiting:
            return
        chain = waiting.pop()
        if chain[-1] in graph.anchors:
            continue
        onward = list(_onward(chain, graph))
        if not onward:
            yield chain
        waiting += [(*chain, issuer) for issuer in reversed(onward)]


def _onward(chain: Chain, graph: Graph) -> Iterator[Certificate]:
    """The issuers of the last certificate whose name and key are not in the chain yet."""
    if len(chain) == MAX_DEPTH:
        return
    # name and key, not the key alone: proxies that make certificates on the fly give them their authority's own key
    seen = {(item.subject.raw, item.spki) for item in chain}
    for issuer in graph.issuers.get(chain[-1], ()):
        if (issuer.subject.raw, issuer.spki) not in seen:
            yield issuer


def _cost_to_anchor(graph: Graph, cost: Cost) -> dict[Certificate, int]:
    """The least cost of what is above each certificate from which an anchor can be reached (Dijkstra, from the anchors downwards)."""
    children: dict[Certificate, list[Certificate]] = {}
    for child, above in graph.issuers.items():
        for issuer in above:
            children.setdefault(issuer, []).append(child)
    number = itertools.count()
    waiting = [(0, next(number), anchor) for anchor in graph.anchors]  # all equal, and so a heap
    left: dict[Certificate, int] = {}
    while waiting:
        so_far, _, item = heapq.heappop(waiting)
        if item in left:
            continue
        left[item] = so_far
        for child in children.get(item, ()):
            if child not in left:
                heapq.heappush(waiting, (so_far + cost(item), next(number), child))
    return left
