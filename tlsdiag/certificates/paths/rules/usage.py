"""What keys are for: extendedKeyUsage, which authorities hand down where they have it, and the leaf's keyUsage (RFC 5280 sections 4.2.1.3, 4.2.1.12)."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from ... import oids
from ...certificate import Certificate
from ...oids import ANY_USAGE, CLIENT_AUTH, SERVER_AUTH, USAGES
from ..judging import Broken, Judged

_STEP_UP = {"2.16.840.1.113730.4.1": "step-up", "1.3.6.1.4.1.311.10.3.3": "step-up-microsoft"}
"""Netscape's and Microsoft's old purposes for servers."""
_HANDSHAKE = frozenset({"digitalSignature", "keyEncipherment", "keyAgreement"})

_OF_KEY = {"RSA": frozenset({"keyEncipherment"}), "EC": frozenset({"digitalSignature", "keyAgreement"})}
"""What NSS wants of a server's key."""


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
    wanted = _OF_KEY.get(leaf.key.kind)
    if leaf.key_usage is not None and wanted is not None and leaf.key_usage & _HANDSHAKE and not leaf.key_usage & wanted:
        detail = f"The key of {leaf.label} is of the kind {leaf.key.kind}, and is for none of {', '.join(sorted(wanted))} (keyUsage)"
        yield "wrong-key-usage:not-for-the-key", 0, detail
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
    yield f"wrong-usage{_variant(allowed, authority=bool(variant))}", depth, f"{item.label} is for {names}, not for {wanted} (extendedKeyUsage)"


def _variant(allowed: Sequence[str], *, authority: bool) -> str:
    """How a purpose is missing: clients differ about old purposes for servers, about those that they do not know, and about none at all."""
    old = next((variant for oid, variant in _STEP_UP.items() if oid in allowed), None)
    kind = "empty" if not allowed else old
    if kind is None and authority:
        kind = "of-clients" if CLIENT_AUTH in allowed else None if any(oid in USAGES for oid in allowed) else "unknown"
    return f":{'-'.join(part for part in ('authority' if authority else '', kind) if part)}" if authority or kind else ""
