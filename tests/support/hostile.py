"""Graphs of certificates that cost a naive verifier minutes: namesakes, meshes, megabytes, thousands of names. For tests and the benchmark."""

from __future__ import annotations

import functools
from collections.abc import Callable, Sequence
from datetime import UTC, datetime

import attrs
from cryptography import x509

from tlsdiag.certificates import Certificate, TrustStore, read_certificate
from tlsdiag.testing import Authority, Issued, Window

NOW = datetime(2026, 6, 1, 12, 0, tzinfo=UTC)
_WINDOW = Window.around(NOW)


@attrs.frozen(kw_only=True)
class Graph:
    """What a server sends, and the client's anchors."""

    leaf: Certificate
    sent: tuple[Certificate, ...]
    store: TrustStore


def _graph(leaf: Issued, sent: Sequence[bytes], *anchors: Authority) -> Graph:
    store = TrustStore.from_pem(b"".join(item.pem for item in anchors))
    return Graph(leaf=read_certificate(leaf.der), sent=tuple(read_certificate(der) for der in sent), store=store)


@functools.cache
def root() -> Authority:
    """The one anchor."""
    return Authority.root("Hostile Root CA", number=700, now=NOW)


def namesakes(count: int = 100, *, trusted: bool = True) -> Graph:
    """Authorities of one name, each with a key of its own; the last one has issued the leaf."""
    made = [root().intermediate("Namesake CA", number=710 + number) for number in range(count)]
    anchor = root() if trusted else Authority.root("Stranger CA", number=701, now=NOW)
    return _graph(made[-1].issue("server.example", window=_WINDOW), [item.issued.der for item in made], anchor)


def mesh(size: int = 12, *, trusted: bool = False) -> Graph:
    """Authorities, each certified by every other one; one of them may be trusted."""
    all_ = [Authority.root(f"Mesh CA {number}", number=850 + number, now=NOW) for number in range(size)]
    crossed = [
        upper.intermediate(f"Mesh CA {lower}", number=850 + lower).issued.der for upper in all_ for lower in range(size) if all_[lower] is not upper
    ]
    anchor = all_[-1] if trusted else root()
    return _graph(all_[0].issue("server.example", window=_WINDOW), crossed, anchor)


def ladder(height: int = 20) -> Graph:
    """Two certificates for each step: 2**height ways up, and none to an anchor."""
    steps = [Authority.root("Ladder CA 0", number=900, now=NOW)]
    sent = []
    for number in range(1, height):
        pair = [steps[-1].intermediate(f"Ladder CA {number}", number=900 + number) for _ in range(2)]
        sent += [item.issued.der for item in pair]
        steps.append(pair[0])
    return _graph(steps[-1].issue("server.example", window=_WINDOW), sent, root())


def large(size: int = 1_000_000) -> Graph:
    """A leaf of a megabyte, with a hundred possible issuers."""
    padding = x509.UnrecognizedExtension(x509.ObjectIdentifier("1.3.6.1.4.1.55555.1"), bytes(size))
    made = [root().intermediate("Namesake CA", number=710 + number) for number in range(100)]
    leaf = made[-1].issue("server.example", window=_WINDOW, extensions=((padding, False),))
    return _graph(leaf, [item.issued.der for item in made], root())


def constrained(names: int = 10_000, subtrees: int = 1_000) -> Graph:
    """A leaf with thousands of names below an authority with thousands of subtrees, all of them permitted."""
    limits = x509.NameConstraints([x509.DNSName(f"d{number}.example") for number in range(subtrees)], None)
    limited = root().intermediate("Constrained CA", number=702, extensions=((limits, True),))
    leaf = limited.issue(*(f"host-{number}.sub.d{number % subtrees}.example" for number in range(names)), window=_WINDOW)
    return _graph(leaf, [limited.issued.der], root())


def tower(height: int = 90) -> Graph:
    """A long way to the anchor."""
    steps = [root()]
    for number in range(height):
        steps.append(steps[-1].intermediate(f"Tower CA {number}", number=1000 + number))
    return _graph(steps[-1].issue("server.example", window=_WINDOW), [item.issued.der for item in steps[1:]], root())


GRAPHS: dict[str, Callable[[], Graph]] = {
    "100 namesakes": namesakes,
    "100 namesakes, none trusted": functools.partial(namesakes, trusted=False),
    "mesh of 12, none trusted": mesh,
    "mesh of 12, one trusted": functools.partial(mesh, trusted=True),
    "mesh of 30, one trusted": functools.partial(mesh, 30, trusted=True),
    "ladder of 20 steps": ladder,
    "a megabyte": large,
    "10,000 names, 1,000 subtrees": constrained,
    "tower of 90": tower,
}
"""By name, for the benchmark."""
