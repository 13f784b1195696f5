"""What keys are for: extendedKeyUsage, which authorities hand down where they have it, and the leaf's keyUsage (RFC 5280 sections 4.2.1.3, 4.2.1.12)."""

from __future__ import annotations

from collections.abc import Iterator

from ... import oids
from ...certificate import Certificate
from ...oids import ANY_USAGE, CLIENT_AUTH, SERVER_AUTH, USAGES
from ..judging import Broken, Judged

_STEP_UP = frozenset({"2.16.840.1.113730.4.1", "1.3.6.1.4.1.311.10.3.3"})
"""Netscape's and Microsoft's old purposes for servers."""
_HANDSHAKE = frozenset({"digitalSignature", "keyEncipherment", "keyAgreement"})


def rule(judged: Judged) -> Iterator[Broken]:
    """The purposes of the leaf, then of the authorities, then the leaf's key usage."""
    yield from _leaf(judged.chain[0], judged.purpose)
    for depth, item in judged.authorities():
        yield from _purposes(item, depth, judged.purpose, ":authority")
        if judged.is_anchor(depth) and item.extended_key_usage is not None and item.is_self_issued:
            yield "usage-in-anchor", depth, f"{item.label} is a root and has extendedKeyUsage, which roots must not have"


def _leaf(leaf: Certificate, purpose: str) -> Iterator[Broken]:
    yield from _purposes(leaf, 0, purpose, "")
    extension = leaf.extension(oids.EXTENDED_KEY_USAGE)
    if extension is None and leaf.version >= 3 and purpose == SERVER_AUTH and not leaf.is_ca:
        yield "usage-missing", 0, f"{leaf.label} has no extendedKeyUsage, which the Baseline Requirements want"
    elif extension is not None and extension.critical:
        yield "usage-critical", 0, f"{leaf.label} has an extendedKeyUsage that is marked critical"
    if leaf.key_usage is not None and leaf.key_usage & _HANDSHAKE and "digitalSignature" not in leaf.key_usage:
        yield "wrong-key-usage:no-signature", 0, f"The key of {leaf.label} may not sign (keyUsage has no digitalSignature), which TLS 1.3 and ECDHE need"
    if leaf.key_usage is not None and not leaf.key_usage & _HANDSHAKE:
        names = ", ".join(sorted(leaf.key_usage)) or "nothing"
        yield "wrong-key-usage:authority" if leaf.is_ca else "wrong-key-usage", 0, f"The key of {leaf.label} is for {names}, not for handshakes (keyUsage)"


def _purposes(item: Certificate, depth: int, purpose: str, variant: str) -> Iterator[Broken]:
    allowed = item.extended_key_usage
    if allowed is None or purpose in allowed:
        return
    wanted = USAGES.get(purpose, purpose)
    if ANY_USAGE in allowed:
        yield f"usage-any{variant}", depth, f"{item.label} is for anyExtendedKeyUsage; some clients want {wanted} by name"
        return
    names = ", ".join(USAGES.get(oid, oid) for oid in allowed) or "nothing"
    if variant:
        variant += "-of-clients" if CLIENT_AUTH in allowed else ""
    else:
        variant = ":empty" if not allowed else ":step-up" if _STEP_UP.intersection(allowed) else ""
    yield f"wrong-usage{variant}", depth, f"{item.label} is for {names}, not for {wanted} (extendedKeyUsage)"
