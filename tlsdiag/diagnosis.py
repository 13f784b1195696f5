"""START HERE. The engine: plan, probe, check, explain.

`Diagnosis` runs the probes that the wanted checks need, each as soon as what it waits for is there, over every endpoint at the
same time; then it judges. It knows no rule and no protocol. It never raises for what the network, a peer or a plugin did.
"""

from __future__ import annotations

import asyncio
import os
import time
from collections.abc import AsyncIterator, Callable, Mapping, Sequence
from datetime import UTC, datetime
from typing import TYPE_CHECKING

import attrs

from .authority_data import AuthoritySource, authority_data_of
from .check import Check, Skipped
from .depth import Depth, Limits
from .fetching import Fetching, fetching_of
from .finding import Finding
from .judge import judge
from .observation import Observation, Observations, Resolution, Unavailable, Why
from .plan import Plan, make_plan
from .probe import Probe, Scope
from .registry import Registry
from .report import Report
from .resolver import Resolving, resolving_of
from .scene import Stage
from .target import Endpoint, Target
from .transparency import LogSource, log_list_of

if TYPE_CHECKING:
    from .network import BudgetedDialer, Dialer


@attrs.frozen(kw_only=True)
class Started:
    """The diagnosis has begun, with so many probes and checks planned."""

    target: Target
    probes: tuple[str, ...]
    checks: tuple[str, ...]


@attrs.frozen(kw_only=True)
class Observed:
    """A probe has ended: with an observation, or with the reason why there is none."""

    probe: str
    endpoint: Endpoint | None
    value: Observation | Unavailable


@attrs.frozen(kw_only=True)
class Found:
    """A finding, related to the others."""

    finding: Finding


@attrs.frozen(kw_only=True)
class CheckSkipped:
    """A check that did not run to its end."""

    skipped: Skipped


@attrs.frozen(kw_only=True)
class Done:
    """The end; always the last event."""

    report: Report


Event = Started | Observed | Found | CheckSkipped | Done
_Job = tuple[Probe, Endpoint | None]


class Diagnosis:
    """Runs checks over a target; may be used for many targets, one after another or at the same time.

    `checks` takes checks, classes, names, families or codes; None means all that are installed up to `depth`. `clock` gives the time of the
    diagnosis, `dialer` replaces the network (see `tlsdiag.testing`), `fetch` says where URLs of certificates may lead, `dns` whether the DNS is asked for
    more than addresses, and whom, `revocation` whether the authorities are asked about revocation (default: with the depth FULL), `ct_logs` is a newer list of
    transparency logs, `authority_data` newer tables of authorities. Raises `UnknownCheckError` for a name that nothing answers to, `TargetError` for a
    resolver, a list or a table that is none.
    """

    def __init__(
        self,
        checks: Sequence[Check | type[Check] | str] | None = None,
        *,
        depth: Depth | str = Depth.STANDARD,
        limits: Limits | None = None,
        clock: Callable[[], datetime] | None = None,
        registry: Registry | None = None,
        dialer: Dialer | None = None,
        randomness: Callable[[int], bytes] = os.urandom,
        environment: Mapping[str, str] | None = None,
        fetch: Fetching = "public",
        dns: Resolving = None,
        revocation: bool | None = None,
        ct_logs: LogSource = None,
        authority_data: AuthoritySource = None,
    ) -> None:
        self.depth = Depth.parse(depth)
        self.limits = limits or Limits()
        self.registry = registry or Registry.installed()
        self.dns = resolving_of(dns)
        self._also = ("dns",) if self.dns else ()
        self.plan: Plan = make_plan(self.registry, self.depth, checks, also=self._also)
        if self.dns is None and checks is not None:  # who names a check of the DNS wants it asked
            self.dns = any(check.name.startswith("dns/") for check in self.plan.checks) or None
        self._checks = checks
        self._clock = clock or (lambda: datetime.now(UTC))
        self._dialer = dialer
        self._randomness = randomness
        self._environment = environment
        self.fetch = fetching_of(fetch)
        self.revocation = self.depth >= Depth.FULL if revocation is None else revocation
        self.ct_logs = log_list_of(ct_logs)
        self.authority_data = authority_data_of(authority_data)

    async def run(self, target: Target, *, given: Observations | None = None) -> Report:
        """Diagnose the target; `given` is what was seen of certificate files, where they are the target (see `offline.py`)."""
        report: Report | None = None
        async for event in self.stream(target, given=given):
            if isinstance(event, Done):
                report = event.report
        assert report is not None, "a stream ends with Done"
        return report

    async def stream(self, target: Target, *, given: Observations | None = None) -> AsyncIterator[Event]:
        """Diagnose the target and tell what happens while it happens."""
        from .network import BudgetedDialer, Deadline, Fetcher, SocketDialer, way_of, with_environment

        environment = os.environ if self._environment is None else self._environment
        target = with_environment(target, environment)
        way = way_of(target)
        seen = given.copy() if given is not None else Observations()
        plan = make_plan(self.registry, self.depth, self._checks, given=seen.names) if target.files else self.plan
        began = time.monotonic()
        dialer: BudgetedDialer = BudgetedDialer(self._dialer or SocketDialer(self.limits), self.limits)
        stage = Stage(
            target=target,
            depth=self.depth,
            limits=self.limits,
            now=target.now or self._clock().astimezone(UTC),
            clock=time.monotonic,
            randomness=self._randomness,
            environment=environment,
            dialer=dialer,
            fetcher=Fetcher(dialer.beneath, self.limits, self.fetch),
            revocation=self.revocation,
            ct_logs=self.ct_logs,
            authority_data=self.authority_data,
            way=way,
            dns=self.dns,
            deadline=Deadline.after(self.limits.total_timeout),
            observations=seen,
        )
        yield Started(
            target=target,
            probes=tuple(probe.name for probe in plan.probes),
            checks=tuple(check.name for check in plan.checks),
        )
        async for observed in _observe(plan, stage):
            yield observed
        findings, skipped = judge(plan.checks, target, stage.now, stage.observations, self.registry)
        for finding in findings:
            yield Found(finding=finding)
        for item in skipped:
            yield CheckSkipped(skipped=item)
        yield Done(
            report=Report(
                target=target,
                findings=findings,
                observations=stage.observations,
                skipped=skipped,
                plugins=self.registry.broken,
                started=stage.now,
                elapsed=round(time.monotonic() - began, 4),
                depth=self.depth,
                version=_version(),
                connections=dialer.total,
            )
        )


def _version() -> str:
    from . import __version__

    return __version__


async def _observe(plan: Plan, stage: Stage) -> AsyncIterator[Observed]:
    """Run the probes, those of the target that need no endpoint first, and yield each result as it comes."""
    queue: asyncio.Queue[Observed] = asyncio.Queue()
    run = _Run(plan=plan, stage=stage, queue=queue)
    task = asyncio.ensure_future(run.all())
    try:
        while not (task.done() and queue.empty()):
            getter = asyncio.ensure_future(queue.get())
            await asyncio.wait({getter, task}, return_when=asyncio.FIRST_COMPLETED)
            if getter.done():
                yield getter.result()
            else:
                getter.cancel()
        await task
    finally:
        task.cancel()
        await asyncio.gather(task, return_exceptions=True)
        await stage.close()


@attrs.define(kw_only=True, eq=False)
class _Run:
    """One pass over the probes of a plan: a future for each observation of each place."""

    plan: Plan
    stage: Stage
    queue: asyncio.Queue[Observed]
    futures: dict[tuple[type[Observation], Endpoint | None], asyncio.Future[None]] = attrs.field(factory=dict)

    async def all(self) -> None:
        first = [probe for probe in self.plan.probes if probe.provides is Resolution]
        await self.start([(probe, None) for probe in first])
        resolution = self.stage.observations.get(Resolution)
        endpoints = resolution.endpoints if resolution else ()
        jobs: list[_Job] = []
        for probe in self.plan.probes:
            if probe not in first:
                places = endpoints if probe.scope is Scope.ENDPOINT and not self.stage.target.files else (None,)
                jobs += [(probe, place) for place in places]
        await self.start(jobs)

    async def start(self, jobs: Sequence[_Job]) -> None:
        loop = asyncio.get_running_loop()
        for probe, place in jobs:
            self.futures[probe.provides, place] = loop.create_future()
        async with asyncio.TaskGroup() as group:
            for probe, place in jobs:
                group.create_task(self.one(probe, place))

    async def one(self, probe: Probe, place: Endpoint | None) -> None:
        value = await self.value(probe, place)
        self.stage.observations.put(probe.provides, place, value)
        self.futures[probe.provides, place].set_result(None)
        self.queue.put_nowait(Observed(probe=probe.name, endpoint=place, value=value))

    async def value(self, probe: Probe, place: Endpoint | None) -> Observation | Unavailable:
        for kind in (*probe.needs, *probe.wants):
            await self.awaited(kind, place)
        missing = self.missing(probe, place)
        if missing is not None:
            return missing
        try:
            async with asyncio.timeout(max(0.0, self.stage.deadline.remaining())):
                return _typed(probe, await probe.run(self.stage.scene(place)))
        except TimeoutError:
            return Unavailable(why=Why.TIMEOUT, detail="the time for the whole diagnosis is up", by=probe.name)
        except Exception as exc:  # noqa: BLE001 - a probe's bug must not lose the other probes' results
            return Unavailable(why=Why.CRASHED, detail=f"{type(exc).__name__}: {exc}", by=probe.name)

    async def awaited(self, kind: type[Observation], place: Endpoint | None) -> None:
        waiting = [
            future
            for (known, where), future in self.futures.items()
            if known is kind and (place is None or where is None or where == place)
        ]
        await asyncio.gather(*(asyncio.shield(future) for future in waiting))

    def missing(self, probe: Probe, place: Endpoint | None) -> Unavailable | None:
        bag = self.stage.observations
        for need in probe.needs:
            if bag.get(need, place) or bag.get(need, None) or (place is None and bag.all(need)):
                continue
            known = bag.find(need, place) or bag.find(need, None)
            if isinstance(known, Unavailable):
                return known
            return Unavailable(why=Why.NEEDS, detail=f"needs {need.name}, which nothing provided", by=probe.name)
        return None


def _typed(probe: Probe, value: object) -> Observation | Unavailable:
    if isinstance(value, (probe.provides, Unavailable)):
        return value
    raise TypeError(f"returned {type(value).__name__}, not {probe.provides.__name__}")


__all__ = ["CheckSkipped", "Diagnosis", "Done", "Event", "Found", "Observed", "Started"]
