"""Certification paths (RFC 5280 section 6, RFC 4158): every way from a leaf to an anchor, each with all the rules that it breaks and who refuses for them.

Candidates for an issuer come from what was sent, from the store and from `extra`; they are taken by name and confirmed by signature (`issuers`). The
search is bounded, since a hostile chain can have exponentially many paths (`search`); the rules are in `rules`, who refuses for which in `profiles`.
"""

from __future__ import annotations

from .building import build_paths
from .model import DEFAULT, Path, PathSearch, Violation
from .profiles import CLIENTS, PROFILES, STANDARDS, Profile
from .verdicts import ClientVerdict, client_verdicts

__all__ = [
    "CLIENTS", "DEFAULT", "PROFILES", "STANDARDS", "ClientVerdict", "Path", "PathSearch", "Profile", "Violation", "build_paths", "client_verdicts",
]  # fmt: skip
