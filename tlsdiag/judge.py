"""Judging: run checks over observations. Pure, so that a saved report can be judged again.

A check whose needs are unavailable is skipped, and why; one that crashes, or yields what its rules do not name, is reported with
its package and version; the others go on.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from datetime import datetime

import attrs

from . import causes
from .check import Check, Seen, Skipped
from .finding import Finding
from .observation import Observation, Observations, Unavailable, Why
from .probe import Scope
from .proxies import ProxyServer
from .registry import Registry
from .target import Endpoint, Target

MAX_FINDINGS = 200
"""Findings that one check may yield for one endpoint: a runaway check must not drown the report."""


def judge(
    checks: Sequence[Check], target: Target, now: datetime, observations: Observations, registry: Registry
) -> tuple[tuple[Finding, ...], tuple[Skipped, ...]]:
    """Run every check for its scope; returns the related findings and what was skipped."""
    findings: list[Finding] = []
    skipped: list[Skipped] = []
    for check in checks:
        origin = str(registry.origin(check.name) or "")
        for seen in _views(check, target, now, observations):
            result = run_check(check, seen, origin)
            if isinstance(result, Skipped):
                skipped.append(result)
            else:
                findings.extend(result)
    return causes.relate(_unique(findings)), tuple(skipped)


def run_check(check: Check, seen: Seen, origin: str = "") -> list[Finding] | Skipped:
    """Run one check on one view: its findings, or why it did not run to its end."""
    missing = _missing(check, seen)
    if missing is not None:
        return attrs.evolve(missing, origin=origin)
    try:
        return [_vetted(check, finding, seen, origin) for finding in _bounded(check.run(seen))]
    except Exception as exc:  # noqa: BLE001 - a plugin's bug must not lose the other checks' results
        detail = f"{type(exc).__name__}: {exc} ({_where(exc)})"
        return Skipped(check=check.name, why=Why.CRASHED, detail=detail, endpoint=seen.endpoint, origin=origin)


def _views(check: Check, target: Target, now: datetime, observations: Observations) -> Iterator[Seen]:
    whole = check.scope is Scope.TARGET or bool(target.files)  # files have no endpoint
    endpoints: Iterable[Endpoint | None] = (None,) if whole else observations.endpoints
    for endpoint in endpoints:
        yield Seen(target=target, now=now, observations=observations, endpoint=endpoint)


def _missing(check: Check, seen: Seen) -> Skipped | None:
    for need in check.needs:
        there = bool(seen.all(need)) if check.scope is Scope.TARGET else False
        if there or seen.get(need) is not None:
            continue
        why, detail = _reason(need, seen)
        return Skipped(check=check.name, why=why, detail=detail, endpoint=seen.endpoint)
    return None


def _reason(need: type[Observation], seen: Seen) -> tuple[Why, str]:
    unavailable: Unavailable | None = seen.why_not(need)
    if unavailable is None and seen.endpoint is None:
        unavailable = next((item for name, _, item in seen.observations.unavailable if name == need.name), None)
    if unavailable is None:
        return Why.NEEDS, f"needs {need.name}, which nothing provided"
    return unavailable.why, unavailable.detail


def _bounded(findings: Iterator[Finding]) -> Iterator[Finding]:
    for number, finding in enumerate(findings):
        if number == MAX_FINDINGS:
            raise RuntimeError(f"more than {MAX_FINDINGS} findings")
        yield finding


def _vetted(check: Check, finding: Finding, seen: Seen, origin: str) -> Finding:
    if not isinstance(finding, Finding):
        raise TypeError(f"yielded {type(finding).__name__}, not a Finding")
    if all(rule.code != finding.code for rule in check.rules):
        raise ValueError(f"yielded the code {finding.code!r}, which its rules do not name")
    endpoint = finding.endpoint if check.scope is Scope.TARGET else seen.endpoint
    fix = finding.fix.filled(_values(seen.target, endpoint))
    return attrs.evolve(finding, endpoint=endpoint, fix=fix, origin=finding.origin or origin)


def _values(target: Target, endpoint: Endpoint | None) -> dict[str, str]:
    """What the placeholders of a fix stand for. Behind a proxy the endpoint is the proxy's, and the target has no address here."""
    through = isinstance(target.proxy, ProxyServer)
    port = endpoint.port if endpoint is not None and not through else target.port
    found = {"NAME": target.reference_name, "HOST": target.host, "PORT": str(port)}
    return found if endpoint is None or through else {**found, "ADDRESS": endpoint.address}


def _unique(findings: Sequence[Finding]) -> list[Finding]:
    """Drop exact repeats of a key: the same rule on the same subject is said once, the gravest."""
    best: dict[str, Finding] = {}
    for finding in findings:
        known = best.get(finding.key)
        if known is None or (finding.severity, finding.detail) > (known.severity, known.detail):
            best[finding.key] = finding
    return list(best.values())


def _where(exc: BaseException) -> str:
    trace = exc.__traceback__
    while trace is not None and trace.tb_next is not None:
        trace = trace.tb_next
    if trace is None:
        return "no trace"
    return f"{trace.tb_frame.f_globals.get('__name__', '?')} line {trace.tb_lineno}"
