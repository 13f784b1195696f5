"""The plan: from the wanted checks back to what they need, and to the probes that provide it.

Pure. It knows no rule and no protocol; it orders probes so that each comes after all that it waits for, and
counts what they may cost an endpoint.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence

import attrs

from .check import Check
from .depth import Depth
from .errors import UnknownCheckError
from .observation import Observation, Resolution
from .probe import Probe
from .registry import Registry


@attrs.frozen(kw_only=True)
class Plan:
    """Which checks run and which probes before them, in an order that respects every need."""

    checks: tuple[Check, ...]
    probes: tuple[Probe, ...]
    unprovided: tuple[tuple[str, str], ...] = ()

    @property
    def connections(self) -> int:
        """The most connections that one endpoint may see from these probes."""
        return sum(probe.cost.connections for probe in self.probes)


def make_plan(
    registry: Registry,
    depth: Depth,
    wanted: Sequence[Check | type[Check] | str] | None = None,
    *,
    given: frozenset[str] | None = None,
    also: tuple[str, ...] = (),
) -> Plan:
    """Choose checks and probes.

    Without `wanted`: every installed check up to `depth` that needs no intrusive probe, and those of the families `also`. With it: just those (instances,
    classes, names, families such as "certificate", or codes), whatever their depth. `given` names the observations that are there already, where there is no
    connection to make others (see `offline.py`). Raises `UnknownCheckError` for a name that nothing answers to.
    """
    checks = _by_depth(registry, depth, also, files=given is not None) if wanted is None else _by_name(registry, wanted)
    probes, unprovided = _closure(registry, checks, depth, explicit=wanted is not None)
    if given is not None:
        checks, probes = _offline(checks, probes, given)
    return Plan(checks=checks, probes=probes, unprovided=unprovided)


def _offline(checks: Iterable[Check], probes: Iterable[Probe], given: frozenset[str]) -> tuple[tuple[Check, ...], tuple[Probe, ...]]:
    """What is left without a connection: probes that open nothing and need nothing but what is there; checks that read something that comes of it.

    Where none of the checks is left they all stay, so that each says what it lacks.
    """
    there, derived, kept = set(given), set(given), []
    for probe in probes:
        needs = {kind.name for kind in probe.needs}
        if probe.provides.name in given or not needs <= there or probe.cost.connections or probe.provides is Resolution:
            continue
        kept.append(probe)
        there.add(probe.provides.name)
        if needs & derived:
            derived.add(probe.provides.name)
    wanted = tuple(checks)
    return tuple(check for check in wanted if _reads(check, there, derived)) or wanted, tuple(kept)


def _reads(check: Check, there: set[str], derived: set[str]) -> bool:
    needs, wants = {kind.name for kind in check.needs}, {kind.name for kind in check.wants}
    return check.about != "connections" and needs <= there and bool((needs | wants) & derived)


def _by_depth(registry: Registry, depth: Depth, also: tuple[str, ...], *, files: bool) -> tuple[Check, ...]:
    known = (check for check in registry.checks if files or check.about != "files")
    wanted = (check for check in known if check.depth <= depth or check.name.partition("/")[0] in also)
    return tuple(check for check in wanted if not _intrudes(registry, check.needs, frozenset()))


def _intrudes(registry: Registry, needs: Iterable[type[Observation]], met: frozenset[str]) -> bool:
    """Whether one of these observations costs an intrusive probe, itself or by what it needs."""
    probes = [probe for kind in needs if (probe := registry.probe_for(kind)) is not None and probe.name not in met]
    return any(probe.cost.intrusive or _intrudes(registry, probe.needs, met | {probe.name}) for probe in probes)


def _by_name(registry: Registry, wanted: Iterable[Check | type[Check] | str]) -> tuple[Check, ...]:
    chosen: dict[str, Check] = {}
    for want in wanted:
        for check in _matches(registry, want):
            chosen[check.name] = check
    return tuple(chosen.values())


def _matches(registry: Registry, want: Check | type[Check] | str) -> list[Check]:
    if isinstance(want, Check):
        return [want]
    if isinstance(want, type) and issubclass(want, Check):
        return [want()]
    found = [
        check
        for check in registry.checks
        if want in (check.name, check.name.partition("/")[0]) or any(rule.code == want for rule in check.rules)
    ]
    if not found:
        known = ", ".join(check.name for check in registry.checks)
        raise UnknownCheckError(f"no check is called {want!r}; installed: {known}")
    return found


def _closure(
    registry: Registry, checks: Iterable[Check], depth: Depth, *, explicit: bool
) -> tuple[tuple[Probe, ...], tuple[tuple[str, str], ...]]:
    ordered: dict[str, Probe] = {}
    unprovided: list[tuple[str, str]] = []

    def visit(kind: type[Observation], wanted_by: str, needed: bool, path: tuple[str, ...]) -> None:
        probe = registry.probe_for(kind)
        if probe is None:
            if kind is not Resolution and needed:
                unprovided.append((wanted_by, kind.name))
            return
        if probe.name in ordered or (not needed and (probe.depth > depth or probe.cost.intrusive)):
            return
        if probe.depth > depth and not explicit:
            return
        if probe.name in path:
            unprovided.append((wanted_by, f"{kind.name} (needs go in a circle: {' -> '.join((*path, probe.name))})"))
            return
        for need in probe.needs:
            visit(need, probe.name, True, (*path, probe.name))
        for want in probe.wants:
            visit(want, probe.name, False, (*path, probe.name))
        ordered[probe.name] = probe

    for check in checks:
        for need in check.needs:
            visit(need, check.name, True, ())
        for want in check.wants:
            visit(want, check.name, False, ())
    visit(Resolution, "", False, ())
    return tuple(ordered.values()), tuple(unprovided)
