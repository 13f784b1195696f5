"""Made-up checks, probes and entry points for tests of the engine."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from importlib.metadata import EntryPoint
from typing import Any, ClassVar

import attrs

from tlsdiag.plugin import (
    Blame,
    Check,
    Finding,
    Fix,
    Layer,
    Observation,
    Probe,
    Resolution,
    Rule,
    Scene,
    Scope,
    Seen,
    Severity,
    Unavailable,
)
from tlsdiag.registry import CHECKS_GROUP, PROBES_GROUP, Origin, Registry
from tlsdiag.target import Endpoint

ENDPOINTS = (Endpoint(address="192.0.2.1", port=443), Endpoint(address="2001:db8::1", port=443))


@attrs.frozen(kw_only=True)
class Colour(Observation):
    """A made-up fact about an endpoint."""

    name: ClassVar[str] = "test/colour"

    value: str


@attrs.frozen(kw_only=True)
class ColourFinding(Finding):
    """A made-up finding with evidence of its own."""

    kind: ClassVar[str] = "test/colour"

    value: str = ""


RED = Rule(
    code="test/red",
    title="The endpoint is red",
    layer=Layer.PROTOCOL,
    severity=Severity.HIGH,
    blame=Blame.SERVER,
    why="Red endpoints are seen too easily.",
    fix=Fix(summary="Paint it."),
    blocking=True,
)


class FakeResolution(Probe):
    """Gives two addresses without asking anybody."""

    name = "test/resolution"
    provides = Resolution
    scope = Scope.TARGET

    async def run(self, scene: Scene) -> Resolution:
        """Two addresses."""
        return Resolution(host=scene.target.host, endpoints=ENDPOINTS)


class ColourProbe(Probe):
    """Sees red on IPv4 and blue on IPv6."""

    name = "test/colour"
    provides = Colour
    needs = (Resolution,)

    async def run(self, scene: Scene) -> Colour | Unavailable:
        """A colour."""
        return Colour(value="red" if scene.endpoint.family == 4 else "blue")


class RedCheck(Check):
    """Finds red endpoints."""

    name = "test/red"
    rules = (RED,)
    needs = (Colour,)

    def run(self, seen: Seen) -> Iterator[Finding]:
        """Yield a finding for a red endpoint."""
        if seen[Colour].value == "red":
            yield ColourFinding.of(RED, "It is red.", value="red")


def entry(group: str, value: Any, package: str = "testpack") -> tuple[str, EntryPoint, Origin]:
    """An entry point that loads `value` (a callable without arguments is a loader that may raise)."""

    class Loaded(EntryPoint):
        def load(self) -> Any:
            return value() if isinstance(value, _Loader) else value

    point = Loaded(name="x", value="testpack:x", group=group)
    return group, point, Origin(package=package, version="1.2", entry_point="x = testpack:x")


class _Loader:
    def __init__(self, work: Callable[[], Any]) -> None:
        self.work = work

    def __call__(self) -> Any:
        return self.work()


def loader(work: Callable[[], Any]) -> Any:
    """Something to give to `entry` that runs `work` on loading."""
    return _Loader(work)


def registry(*checks: type[Check], probes: tuple[type[Probe], ...] = (FakeResolution, ColourProbe)) -> Registry:
    """A registry of the given classes, as from one builtin-like pack."""
    entries = [entry(CHECKS_GROUP, checks, "tlsdiag"), entry(PROBES_GROUP, probes, "tlsdiag")]
    return Registry.of_entries(entries)
