"""What a search for paths yields: paths, the rules that they break, and whether the search was complete."""

from __future__ import annotations

import attrs

from ..certificate import Certificate

DEFAULT = "openssl-3"
"""The profile that is meant where none is named: the client library of Python, curl and most servers' own programs."""


@attrs.frozen(kw_only=True)
class Violation:
    """A rule that a path breaks; `depth` counts from the leaf, which is 0.

    `profiles` are the names of those that refuse the path for it (`profiles.PROFILES`); an empty set means a remark.
    """

    code: str
    depth: int
    detail: str
    profiles: frozenset[str] = frozenset()


@attrs.frozen(kw_only=True)
class Path:
    """One candidate path, leaf first; `anchored` when it ends at a certificate of the store."""

    certificates: tuple[Certificate, ...]
    anchored: bool
    violations: tuple[Violation, ...] = ()

    @property
    def valid(self) -> bool:
        """Anchored, and without a rule broken for which the default profile refuses."""
        return self.accepted_by(DEFAULT)

    def accepted_by(self, profile: str) -> bool:
        """Whether the clients of a profile would go along this path, names aside."""
        return self.anchored and not self.refusals(profile)

    def refusals(self, profile: str) -> tuple[Violation, ...]:
        """The violations for which a profile refuses."""
        return tuple(item for item in self.violations if profile in item.profiles)

    @property
    def refused_by(self) -> frozenset[str]:
        """Every profile that refuses it."""
        return frozenset().union(*(item.profiles for item in self.violations))


@attrs.frozen(kw_only=True)
class PathSearch:
    """The paths, best first. `complete` is False when the budget ended the search before every issuer was looked for: then a missing anchor proves nothing;
    or when there are more paths to anchors than are kept. `signatures` is how many were verified.
    """

    paths: tuple[Path, ...]
    complete: bool
    signatures: int = 0

    @property
    def best(self) -> Path | None:
        """The first path, if there is one."""
        return self.paths[0] if self.paths else None
