"""Who may issue certificates, and how many authorities may stand below (RFC 5280 sections 4.2.1.3, 4.2.1.9, 6.1.4 (k) to (n))."""

from __future__ import annotations

from collections.abc import Iterator

from ... import oids
from ...certificate import Certificate
from ...problems import Grade
from ..judging import Broken, Judged


def rule(judged: Judged) -> Iterator[Broken]:
    """Basic constraints, keyCertSign and path lengths of everything above the leaf; then what a leaf may not have of these."""
    for depth, item in judged.authorities():
        yield from _authority(judged, depth, item)
        yield from _length(judged, depth, item)
    between = sum(1 for item in judged.chain[1 : len(judged.chain) - judged.anchored] if not item.is_self_issued)
    if judged.most_authorities is not None and between > judged.most_authorities:
        yield "too-deep", judged.top - judged.anchored, f"the path has {between} authorities between leaf and anchor; {judged.most_authorities} are allowed"
    yield from _leaf(judged.chain[0], trusted=judged.anchored and judged.top == 0)


def _trusted_leaf(leaf: Certificate) -> Iterator[Broken]:
    """A server's certificate that is an anchor itself."""
    if leaf.version < 3 and leaf.is_ca is None:
        yield "anchor-version:alone", 0, f"{leaf.label} is of version {leaf.version}, which has no basicConstraints"
    if leaf.is_ca is False:
        yield "leaf-trusted", 0, f"{leaf.label} is in the store and says that it is no authority (basicConstraints)"
    elif leaf.is_ca and not (leaf.is_self_issued and _is_well_written(leaf)):
        yield "leaf-trusted:authority", 0, f"{leaf.label} is in the store, and is no authority that has signed itself"
    if leaf.is_ca and leaf.is_self_issued and leaf.key_usage is not None and "keyCertSign" not in leaf.key_usage:
        yield "no-cert-sign:itself", 0, f"{leaf.label} has signed itself and may not sign certificates (keyUsage)"


def _is_well_written(leaf: Certificate) -> bool:
    """Whether its basicConstraints can be read by clients that take no byte too many."""
    return not any(item.extension == oids.BASIC_CONSTRAINTS and item.grade is not Grade.REMARK for item in leaf.problems)


def _authority(judged: Judged, depth: int, item: Certificate) -> Iterator[Broken]:
    constraints = item.extension(oids.BASIC_CONSTRAINTS)
    usage = item.key_usage
    if not item.is_ca:
        if judged.is_anchor(depth) and item.version < 3:
            yield "anchor-version", depth, f"{item.label} is of version {item.version}, which has no basicConstraints"
        else:
            by_usage = constraints is None and usage is not None and "keyCertSign" in usage
            code = "not-a-ca:usage-only" if by_usage else "not-a-ca"
            yield code, depth, f"{item.label} is no certificate authority (basicConstraints)"
    elif constraints is not None and not constraints.critical:
        yield "basic-constraints-not-critical", depth, f"{item.label} has basicConstraints that are not marked critical"
    if usage is None:
        if item.is_ca:
            yield "key-usage-missing", depth, f"{item.label} is an authority without keyUsage"
    elif "keyCertSign" not in usage:
        yield "no-cert-sign" if usage else "no-cert-sign:empty", depth, f"{item.label} may not sign certificates (keyUsage)"


def _length(judged: Judged, depth: int, item: Certificate) -> Iterator[Broken]:
    between = sum(1 for lower in judged.chain[1:depth] if not lower.is_self_issued)
    if item.path_length is not None and between > item.path_length:
        most = f"at most {item.path_length}" if item.path_length else "no"
        detail = f"{item.label} allows {most} authority below it (pathLenConstraint), and the path has {between}"
        yield "path-too-long", depth, detail
    elif item.path_length is not None and depth - 1 > item.path_length:
        detail = f"{item.label} has more authorities below it than pathLenConstraint says ({item.path_length}), for clients that count self-issued ones too"
        yield "path-too-long:self-issued", depth, detail


def _leaf(leaf: Certificate, *, trusted: bool) -> Iterator[Broken]:
    if trusted:
        yield from _trusted_leaf(leaf)
    if leaf.is_ca and leaf.key_usage is None:
        yield "key-usage-missing", 0, f"{leaf.label} is an authority without keyUsage"
    if leaf.is_ca:
        detail = f"{leaf.label} is a certificate authority (basicConstraints) and stands where a server's certificate should"
        yield "ca-as-leaf:purposes" if leaf.extended_key_usage is not None and _is_well_written(leaf) else "ca-as-leaf", 0, detail
        if leaf.path_length is not None and leaf.key_usage is not None and "keyCertSign" not in leaf.key_usage:
            yield "path-length-without-ca", 0, f"{leaf.label} has a path length and may not sign certificates (keyUsage)"
        return
    if leaf.path_length is not None:
        yield "path-length-without-ca", 0, f"{leaf.label} has a path length and is no authority"
    if leaf.key_usage is not None and "keyCertSign" in leaf.key_usage:
        yield "cert-sign-without-ca", 0, f"{leaf.label} is no authority and has the usage keyCertSign"
