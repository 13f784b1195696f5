"""How long the search for paths takes on graphs that were made to cost time. Run: `python tests/benchmarks/bench_paths.py`.

Shown for each: reading, searching for the first time, the verdicts of every client, and how many signatures were verified.
"""

from __future__ import annotations

import sys
import time
from pathlib import Path

sys.path.insert(0, str(Path(__file__).parents[1] / "support"))

from hostile import GRAPHS, NOW, Graph

from tlsdiag.certificates import build_paths, client_verdicts, read_certificate

BOUND = 200.0
"""Milliseconds."""


def clear() -> None:
    """Forget what earlier searches have found out."""
    from tlsdiag.certificates import constraints, reading, signature

    for cached in (reading.read_certificate, signature.signed_by, constraints.broken_names, constraints.malformed_constraints, constraints._read):
        cached.cache_clear()


def timed(graph: Graph) -> None:
    """Reading, searching, asking every client."""
    clear()
    began = time.perf_counter()
    leaf = read_certificate(graph.leaf.der)
    sent = [read_certificate(item.der) for item in graph.sent]
    read = time.perf_counter()
    search = build_paths(leaf, sent=sent, store=graph.store, at=NOW)
    searched = time.perf_counter()
    client_verdicts(leaf, sent=sent, store=graph.store, at=NOW)
    asked = time.perf_counter()
    steps = [(read - began) * 1000, (searched - read) * 1000, (asked - searched) * 1000]
    shown = " ".join(f"{step:8.1f}" for step in steps)
    anchored = any(path.anchored for path in search.paths)
    print(f"{shown} ms  {search.signatures:4} signatures, {len(search.paths):2} paths, complete {search.complete!s:5} anchored {anchored!s:5}", end="")
    print("  TOO SLOW" if steps[1] > BOUND else "")


if __name__ == "__main__":
    print(f"{'':32} {'read':>8} {'search':>8} {'clients':>8}")
    for name, make in GRAPHS.items():
        graph = make()
        print(f"{name:32} ", end="")
        timed(graph)
