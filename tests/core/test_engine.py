"""The engine: plans, order, skipped and crashed plugins, events, and calls from everywhere."""

from __future__ import annotations

import asyncio
import threading
from collections.abc import Iterator
from typing import Any, ClassVar

import attrs
import plugins
import pytest

from tlsdiag.depth import Depth, Limits
from tlsdiag.diagnosis import CheckSkipped, Diagnosis, Done, Found, Observed, Started
from tlsdiag.errors import UnknownCheckError
from tlsdiag.observation import Observation, Why
from tlsdiag.plan import make_plan
from tlsdiag.plugin import Check, Cost, Finding, Probe, Resolution, Scene, Scope, Seen, Unavailable
from tlsdiag.report import Report, Verdict
from tlsdiag.target import Target

TARGET = Target.parse("a.example")


def run(*checks: type[Check], probes: tuple[type[Probe], ...] | None = None, **options: Any) -> Report:
    probes = probes or (plugins.FakeResolution, plugins.ColourProbe)
    diagnosis = Diagnosis(registry=plugins.registry(*checks, probes=probes), **options)
    return asyncio.run(diagnosis.run(TARGET))


def test_a_finding_belongs_to_the_endpoint_that_it_was_found_at() -> None:
    report = run(plugins.RedCheck)
    assert [(item.code, item.endpoint) for item in report.findings] == [("test/red", plugins.ENDPOINTS[0])]
    assert report.verdict is Verdict.PARTIAL
    assert report.findings[0].origin == "tlsdiag 1.2"


def test_a_check_that_crashes_is_reported_and_the_others_go_on() -> None:
    class Crashing(plugins.RedCheck):
        name = "test/crashing"
        rules = ()

        def run(self, seen: Seen) -> Iterator[Finding]:
            raise KeyError("oops")
            yield

    report = run(Crashing, plugins.RedCheck)
    assert report.findings
    crashed = [item for item in report.skipped if item.why is Why.CRASHED]
    assert len(crashed) == 2
    assert "KeyError: 'oops'" in crashed[0].detail
    assert "test_engine line" in crashed[0].detail


@pytest.mark.parametrize("yielded", ["text", Finding.of(attrs.evolve(plugins.RED, code="test/other"), "x")])
def test_a_check_that_yields_what_it_may_not_is_reported(yielded: Any) -> None:
    class Wrong(plugins.RedCheck):
        def run(self, seen: Seen) -> Iterator[Finding]:
            yield yielded

    assert {item.why for item in run(Wrong).skipped} == {Why.CRASHED}


def test_a_check_that_never_ends_is_stopped() -> None:
    class Endless(plugins.RedCheck):
        def run(self, seen: Seen) -> Iterator[Finding]:
            while True:
                yield Finding.of(plugins.RED, "again")

    assert "more than 200" in run(Endless).skipped[0].detail


def test_a_repeated_finding_is_said_once() -> None:
    class Twice(plugins.RedCheck):
        def run(self, seen: Seen) -> Iterator[Finding]:
            yield from super().run(seen)
            yield from super().run(seen)

    assert len(run(Twice).findings) == 1


def test_a_probe_that_crashes_leaves_its_checks_skipped_and_the_verdict_unknown() -> None:
    class Crashing(plugins.ColourProbe):
        async def run(self, scene: Scene) -> plugins.Colour:
            raise RuntimeError("oops")

    report = run(plugins.RedCheck, probes=(plugins.FakeResolution, Crashing))
    assert report.verdict is Verdict.UNKNOWN
    assert "RuntimeError: oops" in report.skipped[0].detail


def test_a_probe_that_returns_something_else_has_crashed() -> None:
    class Wrong(plugins.ColourProbe):
        async def run(self, scene: Scene) -> Any:
            return 42

    assert "returned int, not Colour" in run(plugins.RedCheck, probes=(plugins.FakeResolution, Wrong)).skipped[0].detail


def test_a_probe_that_hangs_ends_with_the_whole_diagnosis() -> None:
    class Hanging(plugins.ColourProbe):
        async def run(self, scene: Scene) -> plugins.Colour:
            await asyncio.sleep(3600)
            raise AssertionError

    report = run(plugins.RedCheck, probes=(plugins.FakeResolution, Hanging), limits=Limits(total_timeout=0.05))
    assert report.skipped[0].why is Why.TIMEOUT
    assert report.verdict is Verdict.UNKNOWN


def test_what_does_not_apply_is_no_reason_for_doubt() -> None:
    class Calm(plugins.ColourProbe):
        async def run(self, scene: Scene) -> Unavailable:
            return Unavailable(why=Why.NOT_APPLICABLE, detail="nothing to see")

    assert run(plugins.RedCheck, probes=(plugins.FakeResolution, Calm)).verdict is Verdict.HEALTHY


@attrs.frozen(kw_only=True)
class Palette(Observation):
    """All colours of the target."""

    name: ClassVar[str] = "test/palette"

    values: tuple[str, ...]


class PaletteProbe(Probe):
    """Derived from what other probes saw of every endpoint."""

    name = "test/palette-probe"
    provides = Palette
    needs = (plugins.Colour,)
    scope = Scope.TARGET

    async def run(self, scene: Scene) -> Palette:
        colours = [scene.seen(plugins.Colour, endpoint) for endpoint in scene.endpoints]
        return Palette(values=tuple(item.value for item in colours if item))


class PaletteCheck(Check):
    """Needs the palette."""

    name = "test/palette"
    rules = (attrs.evolve(plugins.RED, code="test/colourful"),)
    needs = (Palette,)
    scope = Scope.TARGET

    def run(self, seen: Seen) -> Iterator[Finding]:
        assert seen[Palette].values == ("red", "blue")
        assert set(seen.all(plugins.Colour)) == set(plugins.ENDPOINTS)
        yield Finding.of(self.rules[0], "Colourful.")


def test_a_probe_of_the_target_waits_for_every_endpoint() -> None:
    report = run(PaletteCheck, probes=(plugins.FakeResolution, plugins.ColourProbe, PaletteProbe))
    assert [item.endpoint for item in report.findings] == [None]
    assert report.verdict is Verdict.BROKEN


def test_needs_that_go_in_a_circle_are_named() -> None:
    class Chicken(plugins.ColourProbe):
        needs = (Palette,)

    plan = make_plan(plugins.registry(PaletteCheck, probes=(Chicken, PaletteProbe)), Depth.STANDARD)
    assert "circle" in plan.unprovided[0][1]


def test_a_need_that_nothing_provides_is_named_in_the_report() -> None:
    report = run(PaletteCheck)
    assert "needs test/palette, which nothing provided" in report.skipped[0].detail


@pytest.mark.parametrize("wanted", ["test/red", "test", plugins.RedCheck, plugins.RedCheck()])
def test_checks_are_chosen_by_name_family_class_or_instance(wanted: Any) -> None:
    plan = make_plan(plugins.registry(plugins.RedCheck), Depth.QUICK, [wanted])
    assert [check.name for check in plan.checks] == ["test/red"]


def test_a_check_that_is_not_installed_is_an_error_that_lists_the_others() -> None:
    with pytest.raises(UnknownCheckError, match="test/red"):
        make_plan(plugins.registry(plugins.RedCheck), Depth.QUICK, ["nonsense"])


def test_a_deeper_check_waits_for_its_depth() -> None:
    class Deep(plugins.RedCheck):
        depth = Depth.FULL

    found = plugins.registry(Deep)
    assert make_plan(found, Depth.STANDARD).checks == ()
    assert make_plan(found, Depth.FULL).checks
    assert make_plan(found, Depth.QUICK, [Deep]).checks


def test_an_intrusive_probe_runs_only_for_a_check_that_is_asked_for() -> None:
    class Loud(plugins.ColourProbe):
        cost = Cost(connections=1, intrusive=True)

    class Wishful(plugins.RedCheck):
        name = "test/wishful"
        rules = (attrs.evolve(plugins.RED, code="test/wishful"),)
        needs, wants = (), (plugins.Colour,)

    found = plugins.registry(plugins.RedCheck, Wishful, PaletteCheck, probes=(plugins.FakeResolution, Loud, PaletteProbe))
    quiet = make_plan(found, Depth.FULL)
    assert [check.name for check in quiet.checks] == ["test/wishful"]
    assert Loud.name not in {probe.name for probe in quiet.probes}
    assert Loud.name in {probe.name for probe in make_plan(found, Depth.QUICK, ["test/red"]).probes}


def test_the_stream_tells_what_happens_and_ends_with_the_report() -> None:
    async def collect() -> list[object]:
        diagnosis = Diagnosis(registry=plugins.registry(plugins.RedCheck, PaletteCheck))
        return [event async for event in diagnosis.stream(TARGET)]

    events = asyncio.run(collect())
    assert isinstance(events[0], Started)
    assert isinstance(events[-1], Done)
    kinds = [type(event) for event in events]
    assert kinds.count(Observed) == 3
    assert kinds.count(Found) == 1
    assert kinds.count(CheckSkipped) == 1


def test_a_stream_may_be_left_early() -> None:
    async def leave() -> None:
        stream = Diagnosis(registry=plugins.registry(plugins.RedCheck)).stream(TARGET)
        async for event in stream:
            if isinstance(event, Observed):
                break
        await stream.aclose()  # type: ignore[attr-defined] - an async generator has it

    asyncio.run(leave())


def test_a_name_that_cannot_be_resolved_never_raises() -> None:
    import tlsdiag

    report = tlsdiag.diagnose("no-such-host.invalid", depth="quick", limits=Limits(resolve_timeout=1))
    assert report.root_cause is not None
    assert report.endpoints == ()


def test_it_works_inside_a_running_loop_and_from_a_thread() -> None:
    import tlsdiag

    async def inside() -> Report:
        return tlsdiag.diagnose("no-such-host.invalid", depth="quick")

    assert asyncio.run(inside()).verdict is Verdict.BROKEN
    reports: list[Report] = []
    thread = threading.Thread(target=lambda: reports.append(tlsdiag.diagnose("no-such-host.invalid", depth="quick")))
    thread.start()
    thread.join()
    assert reports[0].verdict is Verdict.BROKEN


def test_a_callers_mistake_is_raised_from_inside_a_running_loop_too() -> None:
    import tlsdiag

    async def inside() -> None:
        tlsdiag.diagnose("a.example:0")

    with pytest.raises(tlsdiag.TargetError):
        asyncio.run(inside())


def test_many_hosts_are_reported_by_name() -> None:
    import tlsdiag

    reports = tlsdiag.diagnose_many(["a.invalid", "b.invalid", "a.invalid"], depth="quick")
    assert list(reports) == ["a.invalid", "b.invalid"]


@pytest.mark.parametrize("value", ["deep", 9])
def test_a_depth_that_is_none_is_refused(value: Any) -> None:
    with pytest.raises(ValueError, match=r"depth|Depth"):
        Depth.parse(value)


@pytest.mark.parametrize("value", [0, -1, True, "x"])
def test_a_limit_must_be_a_number_above_zero(value: Any) -> None:
    with pytest.raises(ValueError, match="connect_timeout"):
        Limits(connect_timeout=value)


def test_a_scene_of_the_target_has_no_endpoint() -> None:
    class Lost(PaletteProbe):
        async def run(self, scene: Scene) -> Palette:
            return Palette(values=(str(scene.endpoint),))

    report = run(PaletteCheck, probes=(plugins.FakeResolution, plugins.ColourProbe, Lost))
    assert "has no endpoint" in report.skipped[0].detail


def test_resolution_is_always_looked_at() -> None:
    assert run().observations.get(Resolution) is not None
