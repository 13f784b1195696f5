"""Plugins: found by package metadata, loaded, vetted. A broken one becomes data, never an exception.

Checks and probes, built-in ones too, come through the entry-point groups `tlsdiag.checks` and `tlsdiag.probes`. An entry
point resolves to one class, or to a sequence of classes. What fails to load, breaks the contract or names a code of
another pack is a `BrokenPlugin` with package, version and reason.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from importlib.metadata import Distribution, EntryPoint, distributions
from typing import Any

import attrs

from .check import Check
from .fetching import Fetches
from .finding import Finding, Rule
from .observation import Observation, Resolution
from .probe import Probe, Scope

CHECKS_GROUP = "tlsdiag.checks"
PROBES_GROUP = "tlsdiag.probes"
_OWN = "tlsdiag"


@attrs.frozen(kw_only=True)
class Origin:
    """Where a plugin comes from: distribution, its version, the entry point."""

    package: str
    version: str
    entry_point: str

    def __str__(self) -> str:
        return f"{self.package} {self.version}"

    @property
    def is_builtin(self) -> bool:
        """True for this package's own plugins."""
        return self.package == _OWN


@attrs.frozen(kw_only=True)
class BrokenPlugin:
    """A plugin that cannot be used, and why."""

    origin: Origin
    reason: str


@attrs.frozen(kw_only=True)
class Registry:
    """Everything that is installed, sorted by name, with the origin of each by name."""

    checks: tuple[Check, ...] = ()
    probes: tuple[Probe, ...] = ()
    origins: dict[str, Origin] = attrs.field(factory=dict)
    broken: tuple[BrokenPlugin, ...] = ()

    @classmethod
    def installed(cls) -> Registry:
        """Load every installed plugin."""
        return cls.of_entries(_entries())

    @classmethod
    def of_entries(cls, entries: Iterable[tuple[str, EntryPoint, Origin]]) -> Registry:
        """Load and vet the given entry points: (group, entry point, origin)."""
        builder = _Builder()
        for group, entry, origin in entries:
            builder.load(group, entry, origin)
        return builder.registry()

    def origin(self, name: str) -> Origin | None:
        """Where the check or probe of this name comes from."""
        return self.origins.get(name)

    def probe_for(self, kind: type[Observation]) -> Probe | None:
        """The probe that provides an observation type."""
        return next((probe for probe in self.probes if probe.provides is kind), None)

    def rules(self) -> dict[str, Rule]:
        """Every rule by its code."""
        return {rule.code: rule for check in self.checks for rule in check.rules}

    def observation_kinds(self) -> dict[str, type[Observation]]:
        """Every observation type that an installed probe provides or a check needs, by name."""
        needed = {kind.name: kind for check in self.checks for kind in check.needs}
        return {**needed, Resolution.name: Resolution, Fetches.name: Fetches, **{probe.provides.name: probe.provides for probe in self.probes}}


def finding_kinds() -> dict[str, type[Finding]]:
    """Every finding class that has been defined, by its kind."""
    kinds: dict[str, type[Finding]] = {}
    waiting: list[type[Finding]] = [Finding]
    while waiting:
        kind = waiting.pop()
        kinds.setdefault(kind.kind, kind)
        waiting.extend(kind.__subclasses__())
    return kinds


def _entries() -> list[tuple[str, EntryPoint, Origin]]:
    found: dict[tuple[str, str, str], tuple[str, EntryPoint, Origin]] = {}
    for distribution in distributions():
        for entry in distribution.entry_points:
            if entry.group in (CHECKS_GROUP, PROBES_GROUP):
                origin = _origin(distribution, entry)
                found.setdefault((origin.package, entry.group, entry.name), (entry.group, entry, origin))
    return [found[key] for key in sorted(found, key=lambda key: (key[0] != _OWN, key))]


def _origin(distribution: Distribution, entry: EntryPoint) -> Origin:
    return Origin(
        package=distribution.metadata["Name"] or "unknown",
        version=distribution.version or "unknown",
        entry_point=f"{entry.name} = {entry.value}",
    )


@attrs.define
class _Builder:
    checks: dict[str, Check] = attrs.field(factory=dict)
    probes: dict[str, Probe] = attrs.field(factory=dict)
    origins: dict[str, Origin] = attrs.field(factory=dict)
    codes: dict[str, str] = attrs.field(factory=dict)
    broken: list[BrokenPlugin] = attrs.field(factory=list)

    def load(self, group: str, entry: EntryPoint, origin: Origin) -> None:
        try:
            loaded = entry.load()
        except BaseException as exc:
            if isinstance(exc, KeyboardInterrupt):
                raise
            self.reject(origin, f"cannot be imported: {type(exc).__name__}: {exc}")
            return
        for kind in loaded if isinstance(loaded, Sequence) else (loaded,):
            try:
                reason = self.add_check(kind, origin) if group == CHECKS_GROUP else self.add_probe(kind, origin)
            except Exception as exc:  # noqa: BLE001 - a stranger's constructor may raise anything
                reason = f"cannot be constructed: {type(exc).__name__}: {exc}"
            if reason:
                self.reject(origin, f"{getattr(kind, '__qualname__', kind)!s}: {reason}")

    def reject(self, origin: Origin, reason: str) -> None:
        self.broken.append(BrokenPlugin(origin=origin, reason=reason))

    def add_check(self, kind: Any, origin: Origin) -> str | None:
        if not (isinstance(kind, type) and issubclass(kind, Check)):
            return "is not a subclass of tlsdiag.plugin.Check"
        if reason := self.vet_name(kind.name, kind.scope, origin) or self.vet_rules(kind, origin):
            return reason
        self.checks[kind.name] = kind()
        self.origins[kind.name] = origin
        self.codes.update({rule.code: kind.name for rule in kind.rules})
        return None

    def add_probe(self, kind: Any, origin: Origin) -> str | None:
        if not (isinstance(kind, type) and issubclass(kind, Probe)):
            return "is not a subclass of tlsdiag.plugin.Probe"
        provides = getattr(kind, "provides", None)
        if not (isinstance(provides, type) and issubclass(provides, Observation) and provides.name):
            return "provides must name an Observation subclass that has a name"
        if reason := self.vet_name(kind.name, kind.scope, origin):
            return reason
        if not origin.is_builtin and "/" not in provides.name:
            return f"observation {provides.name!r} must begin with the pack's own name, such as 'acme/{provides.name}'"
        if any(probe.provides.name == provides.name for probe in self.probes.values()):
            return f"observation {provides.name!r} is already provided by another probe"
        self.probes[kind.name] = kind()
        self.origins[kind.name] = origin
        return None

    def vet_name(self, name: object, scope: object, origin: Origin) -> str | None:
        if not isinstance(name, str) or not name:
            return "has no name"
        if not isinstance(scope, Scope):
            return "scope must be Scope.TARGET or Scope.ENDPOINT"
        if name in self.origins:
            return f"the name {name!r} is already taken by {self.origins[name]}"
        return None

    def vet_rules(self, kind: type[Check], origin: Origin) -> str | None:
        for rule in kind.rules:
            if not isinstance(rule, Rule):
                return "rules must hold Rule instances"  # type: ignore[unreachable]  # a stranger's plugin may hold anything
            if not origin.is_builtin and rule.pack is None:
                return f"code {rule.code!r} belongs to tlsdiag; begin it with the pack's own name ('acme/{rule.code}')"
            owner = self.codes.get(rule.code)
            if owner is not None:
                return f"code {rule.code!r} is already defined by the check {owner!r}"
            if reason := self.vet_pack(rule, origin):
                return reason
        return None

    def vet_pack(self, rule: Rule, origin: Origin) -> str | None:
        for code, owner in self.codes.items():
            same_pack = rule.pack is not None and code.partition("/")[0] == rule.pack and "/" in code
            if same_pack and self.origins[owner].package != origin.package:
                return f"code {rule.code!r} is in the pack of {self.origins[owner]}"
        return None

    def registry(self) -> Registry:
        return Registry(
            checks=tuple(self.checks[name] for name in sorted(self.checks)),
            probes=tuple(self.probes[name] for name in sorted(self.probes)),
            origins=self.origins,
            broken=tuple(self.broken),
        )
