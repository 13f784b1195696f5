"""What is derived from the served chain: candidate paths, and its shape as a list."""

from __future__ import annotations

from datetime import datetime
from typing import ClassVar

import attrs

from ..observation import Observation
from .common import Note


@attrs.frozen(kw_only=True)
class BrokenRule(Note):
    """A rule that a path breaks, at a depth that counts from the leaf; `profiles` are the names of those that refuse for it, none for a remark."""

    profiles: tuple[str, ...] = ()


@attrs.frozen(kw_only=True)
class PathSeen:
    """One candidate path, leaf first, with every rule that it breaks."""

    certificates: tuple[bytes, ...]
    anchored: bool
    violations: tuple[BrokenRule, ...] = ()


@attrs.frozen(kw_only=True)
class ShapeSeen:
    """The sent chain as a list: positions count from 0. `right_order` is the order it should have.

    `namesake` is a certificate with the missing issuer's name that has not signed; `namesake_fits`: by its key identifier it should have. `wrong_issuer` is the
    position of an authority that was sent in the issuer's place.
    """

    order_ok: bool = True
    right_order: tuple[int, ...] = ()
    leaf: int = 0
    duplicates: tuple[int, ...] = ()
    extras: tuple[int, ...] = ()
    root_sent: int | None = None
    leaf_self_signed: bool = False
    top_self_signed: bool = False
    missing_issuer: str | None = None
    intermediate_missing: bool = False
    missing_reasons: tuple[str, ...] = ()
    issuer_urls: tuple[str, ...] = ()
    issuer_is_public: bool = False
    namesake: str = ""
    namesake_fits: bool = False
    wrong_issuer: int | None = None


@attrs.frozen(kw_only=True)
class ChainPaths(Observation):
    """Candidate paths from the served leaf to the trust store, best first; derived, opens nothing.

    `store` names the trust store in words, `store_error` says why it could not be read. `trusted` is True when the best path is anchored and breaks no rule
    for which OpenSSL 3 would refuse it (names aside). `complete` is False when the search was given up before every issuer was looked for: then that no path
    is anchored proves nothing.
    """

    name: ClassVar[str] = "chain-paths"

    store: str
    anchors: int
    at: datetime
    trusted: bool
    paths: tuple[PathSeen, ...] = ()
    complete: bool = True
    shape: ShapeSeen = ShapeSeen()
    store_error: str = ""
    also_trusted_by: tuple[str, ...] = ()
