"""Domains under which the public registers names: a wildcard over one would stand for strangers.

The list in full (publicsuffix.org) is long and changes every week; here are its patterns: a top-level domain, and the second-level domains by which most
countries sort their registrants. Domains of hosting services are not counted: the Baseline Requirements (3.2.2.6) leave a wildcard there to the service that
owns it, and there are such certificates. What it does not know it takes for a private domain.
"""

from __future__ import annotations

_SORTS = frozenset({
    "ac", "co", "com", "edu", "gob", "gouv", "gov", "govt", "gv", "id", "info", "ltd", "me", "mil", "net", "ne", "nhs", "nom", "or", "org", "plc",
    "police", "sch",
})  # fmt: skip
"""Second-level domains of countries, such as co.uk."""
_COUNTRY = 2


def is_public_suffix(host: str) -> bool:
    """Whether names directly under a domain (in A-labels, without a wildcard) belong to strangers of each other."""
    labels = host.lower().rstrip(".").split(".")
    if len(labels) == 1:
        return True
    return len(labels) == 2 and len(labels[1]) == _COUNTRY and labels[0] in _SORTS
