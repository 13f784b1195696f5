"""Facts of a certificate that only the rules of paths ask for (RFC 5280 sections 4.2.1.11, 4.2.1.14, 4.2.1.5)."""

from __future__ import annotations

import attrs

from ..certificate import Certificate
from ..der import SEQUENCE, DerError, read_element
from ..remembering import remembered

_POLICY_CONSTRAINTS, _INHIBIT_ANY, _MAPPINGS = "2.5.29.36", "2.5.29.54", "2.5.29.33"
ANY_POLICY = "2.5.29.32.0"


@attrs.frozen(kw_only=True)
class PolicyLimits:
    """After how many certificates policies must be explicit, mappings stop, and anyPolicy counts for nothing; None for no limit."""

    explicit_after: int | None = None
    mapping_until: int | None = None
    any_until: int | None = None
    mappings: tuple[tuple[str, str], ...] = ()


@remembered(512)
def policy_limits(certificate: Certificate) -> PolicyLimits:
    """The limits of an authority, as far as they can be read."""
    skips: dict[int, int] = {}
    any_until, mappings = None, []
    try:
        if (found := certificate.extension(_POLICY_CONSTRAINTS)) is not None:
            parts = read_element(found.value).expect(SEQUENCE).children()
            skips = {part.tag & 0x1F: int.from_bytes(part.content, "big") for part in parts}
        if (found := certificate.extension(_INHIBIT_ANY)) is not None:
            any_until = read_element(found.value).integer()
        if (found := certificate.extension(_MAPPINGS)) is not None:
            for pair in read_element(found.value).expect(SEQUENCE).children():
                theirs, ours, *_ = pair.children()
                mappings.append((theirs.oid(), ours.oid()))
    except (DerError, ValueError):
        pass  # what can be read counts; that the rest cannot is told as a malformed extension
    return PolicyLimits(explicit_after=skips.get(0), mapping_until=skips.get(1), any_until=any_until, mappings=tuple(mappings))
