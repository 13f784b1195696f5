"""Causes: which finding explains which, and which of them is the root.

Pure, and knows no single rule. A finding explains another when its rule (or the finding itself) names the other's code and both are
about the same endpoint, or one of them is about the target as a whole. Causes are the blocking findings that no
other blocking finding explains. The answer does not depend on the order of the findings.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence

import attrs

from .finding import Finding


def relate(findings: Iterable[Finding]) -> tuple[Finding, ...]:
    """Fill in `explains` and `explained_by`, and sort: causes first, then by severity and layer."""
    items = sorted(findings, key=_identity)
    edges = {a: _explained_by_rule(a, items) for a in range(len(items))}
    edges = _without_circles(edges)
    related = [
        attrs.evolve(
            item,
            explains=tuple(items[b].key for b in edges[a]),
            explained_by=tuple(items[b].key for b in range(len(items)) if a in edges[b]),
        )
        for a, item in enumerate(items)
    ]
    roots = {id(item) for item in causes(related)}
    return tuple(sorted(related, key=lambda item: (id(item) not in roots, *_rank(item, related))))


def causes(findings: Sequence[Finding]) -> tuple[Finding, ...]:
    """The blocking findings that no other blocking finding explains, the most telling first."""
    by_key = {finding.key: finding for finding in findings}
    found = [
        finding
        for finding in findings
        if finding.blocks and not any(by_key[key].blocks for key in finding.explained_by if key in by_key)
    ]
    return tuple(sorted(found, key=lambda finding: _rank(finding, findings)))


def _explained_by_rule(index: int, items: Sequence[Finding]) -> list[int]:
    finding = items[index]
    codes = {*finding.rule.explains, *finding.also_explains}
    return [
        other
        for other, item in enumerate(items)
        if other != index and item.code in codes and item.code != finding.code and _same_place(finding, item)
    ]


def _same_place(a: Finding, b: Finding) -> bool:
    return a.endpoint is None or b.endpoint is None or a.endpoint == b.endpoint


def _without_circles(edges: dict[int, list[int]]) -> dict[int, list[int]]:
    """Two rules that explain each other explain nothing: drop both directions of such a pair."""
    return {a: [b for b in found if a not in edges[b]] for a, found in edges.items()}


def _identity(finding: Finding) -> tuple[str, str]:
    return (finding.key, finding.detail)


def _rank(finding: Finding, findings: Sequence[Finding]) -> tuple[object, ...]:
    named = any(finding.code in other.named_causes and _same_place(finding, other) for other in findings)
    return (
        not finding.blocks,
        finding.intermittent,  # what fails every time comes before what fails at times
        not named,
        int(finding.layer),
        -int(finding.confidence),
        -int(finding.severity),
        -len(finding.explains),
        finding.key,
        finding.detail,
    )
