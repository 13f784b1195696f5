"""Namesakes, cross-signs, loops: chains of which there is more than one way up."""

from __future__ import annotations

from .case import Family, three
from .making import NAME, Made, made
from .sound import Graph

NAMESAKES, CROSS = Family("namesakes"), Family("cross-signs")

# A namesake has the label of another as its subject; with `key_label` it has that one's key too.


def _namesake(of: Made, label: str, **options: object) -> Made:
    return made(label, subject=of.subject, authority=True, **options)  # type: ignore[arg-type]


@NAMESAKES.graph("rekeyed-root", "The store has the authority's new key only, under the same name; the leaf's chain leads to the old one.")
def _rekeyed_root() -> Graph:
    found = three()
    return [found.leaf, found.middle], [_namesake(found.root, "new root key")]


@NAMESAKES.graph("rekeyed-root-both", "The store has both keys of an authority, the wrong one first.")
def _rekeyed_both() -> Graph:
    found = three()
    return [found.leaf, found.middle], [_namesake(found.root, "new root key"), found.root]


@NAMESAKES.graph("rekeyed-root-both-no-ids", "The same, and no certificate has key identifiers.")
def _rekeyed_no_ids() -> Graph:
    bare = {"subject_key": None, "authority_key": None}
    found = three(leaf=bare, middle=bare, root=bare)
    return [found.leaf, found.middle], [_namesake(found.root, "new root key", **bare), found.root]


@NAMESAKES.graph("rekeyed-intermediate-sent", "The intermediate that is sent has the right name and another key.")
def _rekeyed_intermediate() -> Graph:
    found = three()
    return [found.leaf, _namesake(found.middle, "other issuing key", by=found.root)], [found.root]


@NAMESAKES.graph("rekeyed-intermediate-both", "Two intermediates of one name are sent, the wrong one first.")
def _rekeyed_intermediate_both() -> Graph:
    found = three()
    return [found.leaf, _namesake(found.middle, "other issuing key", by=found.root), found.middle], [found.root]


@NAMESAKES.graph("rekeyed-intermediate-both-no-ids", "The same without key identifiers.")
def _rekeyed_intermediate_no_ids() -> Graph:
    bare = {"subject_key": None, "authority_key": None}
    found = three(leaf=bare, middle=bare, root=bare)
    return [found.leaf, _namesake(found.middle, "other issuing key", by=found.root, **bare), found.middle], [found.root]


@NAMESAKES.graph("renewed-intermediate", "The intermediate was renewed with the same key; the expired one is sent first.")
def _renewed() -> Graph:
    found = three()
    old = made("Matrix Issuing CA", by=found.root, authority=True, after=-2, serial=77)
    return [found.leaf, old, found.middle], [found.root]


@NAMESAKES.graph("renewed-intermediate-last", "The same, the expired one last.")
def _renewed_last() -> Graph:
    found = three()
    old = made("Matrix Issuing CA", by=found.root, authority=True, after=-2, serial=77)
    return [found.leaf, found.middle, old], [found.root]


@NAMESAKES.graph("renewed-root", "The store has a root twice, with the same key: expired, and renewed.")
def _renewed_root() -> Graph:
    found = three()
    old = made("Matrix Root CA", authority=True, before=-4000, after=-2, serial=77)
    return [found.leaf, found.middle], [old, found.root]


@NAMESAKES.graph("renewed-root-only", "The store has a renewed root; the one that is sent has expired, with the same key.")
def _renewed_root_only() -> Graph:
    found = three()
    old = made("Matrix Root CA", authority=True, before=-4000, after=-2, serial=77)
    return [found.leaf, found.middle, old], [found.root]


@NAMESAKES.graph("expired-root-in-store-good-sent", "The store has the expired root; the renewed one, with the same key, is sent.")
def _expired_in_store() -> Graph:
    found = three()
    old = made("Matrix Root CA", authority=True, before=-4000, after=-2, serial=77)
    return [found.leaf, found.middle, found.root], [old]


# Cross-signs: one authority, certified by two roots.


def _crossed(old_root: dict[str, object] | None = None, cross: dict[str, object] | None = None) -> tuple[Made, Made, Made, Made]:
    """Leaf below an intermediate of the new root; the new root; its certificate by the old root; the old root."""
    new = made("Matrix New Root CA", authority=True)
    old = made("Matrix Old Root CA", authority=True, **(old_root or {}))  # type: ignore[arg-type]
    crossed = made("Matrix New Root CA", by=old, authority=True, serial=99, **(cross or {}))  # type: ignore[arg-type]
    return made("Matrix Issuing CA", by=new, authority=True), new, crossed, old


def _leaf(issuing: Made) -> Made:
    return made(NAME, by=issuing, names=(NAME,))


_GONE = {"before": -4000.0, "after": -2.0}


@CROSS.graph("cross-sign", "The new root is sent as certified by the old one; both roots are trusted.")
def _both_trusted() -> Graph:
    issuing, new, crossed, old = _crossed()
    return [_leaf(issuing), issuing, crossed], [new, old]


@CROSS.graph("cross-sign-old-only", "The same, and the client knows the old root only.")
def _old_only() -> Graph:
    issuing, _, crossed, old = _crossed()
    return [_leaf(issuing), issuing, crossed], [old]


@CROSS.graph("cross-sign-new-only", "The same, and the client knows the new root only.")
def _new_only() -> Graph:
    issuing, new, crossed, _ = _crossed()
    return [_leaf(issuing), issuing, crossed], [new]


@CROSS.graph("old-root-expired", "The old root has expired and is still in the store; the new one is trusted too (AddTrust).")
def _addtrust() -> Graph:
    issuing, new, crossed, old = _crossed(old_root=_GONE)
    return [_leaf(issuing), issuing, crossed], [new, old]


@CROSS.graph("old-root-expired-first", "The same, the old root first in the store.")
def _addtrust_first() -> Graph:
    issuing, new, crossed, old = _crossed(old_root=_GONE)
    return [_leaf(issuing), issuing, crossed], [old, new]


@CROSS.graph("old-root-expired-alone", "The old root has expired, and the new one is not in the store.")
def _addtrust_alone() -> Graph:
    issuing, _, crossed, old = _crossed(old_root=_GONE)
    return [_leaf(issuing), issuing, crossed], [old]


@CROSS.graph("old-root-and-cross-sign-expired", "Old root and cross-sign have expired and are sent; the new root is trusted.")
def _addtrust_sent() -> Graph:
    issuing, new, crossed, old = _crossed(old_root=_GONE, cross=_GONE)
    return [_leaf(issuing), issuing, crossed, old], [new]


@CROSS.graph("cross-sign-expired-both-trusted", "The cross-sign has expired; both roots are trusted.")
def _cross_gone() -> Graph:
    issuing, new, crossed, old = _crossed(cross=_GONE)
    return [_leaf(issuing), issuing, crossed], [new, old]


@CROSS.graph("cross-sign-expired-old-only", "The cross-sign has expired, and only the old root is trusted.")
def _cross_gone_old() -> Graph:
    issuing, _, crossed, old = _crossed(cross=_GONE)
    return [_leaf(issuing), issuing, crossed], [old]


def _two_ways() -> tuple[Made, Made, Made, Made, Made]:
    """Leaf; its issuer as certified by a stranger's root and by the trusted one; both roots."""
    trusted, stranger = made("Matrix Root CA", authority=True), made("Stranger Root CA", authority=True)
    good = made("Matrix Issuing CA", by=trusted, authority=True)
    other = made("Matrix Issuing CA", by=stranger, authority=True, serial=88)
    return _leaf(good), good, other, trusted, stranger


@CROSS.graph("untrusted-way-first", "The issuer's certificate by an unknown root is sent before the one by the trusted root.")
def _untrusted_first() -> Graph:
    leaf, good, other, trusted, _ = _two_ways()
    return [leaf, other, good], [trusted]


@CROSS.graph("untrusted-way-last", "The same the other way round.")
def _untrusted_last() -> Graph:
    leaf, good, other, trusted, _ = _two_ways()
    return [leaf, good, other], [trusted]


@CROSS.graph("untrusted-way-with-its-root", "The way to the unknown root is sent whole, and before the good one.")
def _untrusted_whole() -> Graph:
    leaf, good, other, trusted, stranger = _two_ways()
    return [leaf, other, stranger, good], [trusted]


@CROSS.graph("constrained-way-first", "Two ways to trusted roots, the first through an authority that may not issue for the name.")
def _constrained_first() -> Graph:
    from .making import base, subtrees

    leaf, good, _, trusted, stranger = _two_ways()
    narrow = made("Matrix Issuing CA", by=stranger, authority=True, serial=89, permitted=subtrees(permitted=[base("other.example")]))
    return [leaf, narrow, good], [trusted, stranger]


@CROSS.graph("mesh", "Two roots have certified each other, and all is sent.")
def _mesh() -> Graph:
    one, two = made("Matrix Root CA", authority=True), made("Matrix Old Root CA", authority=True)
    one_by_two, two_by_one = made("Matrix Root CA", by=two, authority=True, serial=61), made("Matrix Old Root CA", by=one, authority=True, serial=62)
    issuing = made("Matrix Issuing CA", by=one, authority=True)
    return [_leaf(issuing), issuing, one_by_two, two_by_one], [two]


@CROSS.graph("loop", "Two authorities have certified each other, and neither is trusted.")
def _loop() -> Graph:
    one, two = made("Matrix Root CA", authority=True), made("Matrix Old Root CA", authority=True)
    one_by_two, two_by_one = made("Matrix Root CA", by=two, authority=True, serial=61), made("Matrix Old Root CA", by=one, authority=True, serial=62)
    return [_leaf(one_by_two), one_by_two, two_by_one], [made("Stranger Root CA", authority=True)]


@CROSS.graph("self-issued-rollover", "The authority's new key is certified by its old one, which is trusted (RFC 4210).")
def _rollover() -> Graph:
    old = made("Matrix Root CA", authority=True)
    new_by_old = made("rolled key", by=old, subject=old.subject, authority=True)
    return [made(NAME, by=new_by_old, names=(NAME,)), new_by_old], [old]
