"""Certificate policies, where an authority requires one (RFC 5280 sections 4.2.1.11, 4.2.1.14, 6.1.3 (d) to (f), 6.1.4, 6.1.5).

The valid policies are kept as a set in place of the RFC's tree, which has the same outcome for whether any is left.
"""

from __future__ import annotations

from collections.abc import Iterator

from ...certificate import Certificate
from ..details import ANY_POLICY, PolicyLimits, policy_limits
from ..judging import Broken, Judged

_MAX_POLICIES = 1000


def rule(judged: Judged) -> Iterator[Broken]:
    """A path on which a policy is required and none is left."""
    below = judged.chain[:-1] if judged.anchored and judged.top else judged.chain
    if not any(policy_limits(item).explicit_after is not None for item in below):
        return
    explicit, mapping, any_left = (len(below) + 1,) * 3
    valid: set[str] = {ANY_POLICY}
    for depth in range(len(below) - 1, -1, -1):
        item, limits = below[depth], policy_limits(below[depth])
        valid = _narrowed(valid, item, any_allowed=any_left > 0 or (depth > 0 and item.is_self_issued))
        if depth == 0:
            explicit = 0 if limits.explicit_after == 0 else max(0, explicit - (not item.is_self_issued))
            break
        valid = _mapped(valid, limits) if mapping > 0 else valid - {theirs for theirs, _ in limits.mappings}
        if not item.is_self_issued:
            explicit, mapping, any_left = (max(0, count - 1) for count in (explicit, mapping, any_left))
        explicit, mapping, any_left = (
            min(count, count if limit is None else limit)
            for count, limit in ((explicit, limits.explicit_after), (mapping, limits.mapping_until), (any_left, limits.any_until))
        )
        if explicit == 0 and not valid:
            break
    if explicit == 0 and not valid:
        yield "policy-missing", 0, "an authority on the path requires an explicit policy (policyConstraints), and no policy holds from there to the leaf"


def _narrowed(valid: set[str], item: Certificate, *, any_allowed: bool) -> set[str]:
    theirs = set(item.policies[:_MAX_POLICIES])
    if ANY_POLICY in theirs and any_allowed:
        return valid | (theirs - {ANY_POLICY}) if ANY_POLICY in valid else valid
    theirs.discard(ANY_POLICY)
    return theirs if ANY_POLICY in valid else valid & theirs


def _mapped(valid: set[str], limits: PolicyLimits) -> set[str]:
    mapped = set(valid)
    for theirs, ours in limits.mappings[:_MAX_POLICIES]:
        if theirs in valid or ANY_POLICY in valid:
            mapped.discard(theirs)
            mapped.add(ours)
    return mapped
