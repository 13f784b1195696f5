"""The contract of a check: what every one must hold, built-in or a stranger's. Call `check_contract` in a test of each check that you publish."""

from __future__ import annotations

import re
from collections.abc import Iterable

from ..check import Check, Seen, Skipped
from ..finding import Finding, Rule
from ..judge import run_check as _run
from ..observation import Observations
from ..report import Report

_SLUG = re.compile(r"[a-z0-9][a-z0-9-]*(/[a-z0-9][a-z0-9-]*)+")


def run_check(check: Check | type[Check], view: Seen) -> list[Finding]:
    """What a check finds in a view; AssertionError when it crashes, or has not what it needs."""
    result = _run(check() if isinstance(check, type) else check, view)
    assert not isinstance(result, Skipped), f"the check was skipped ({result.why}): {result.detail}"
    return result


def check_contract(check: Check | type[Check], *samples: Seen) -> None:
    """Assert what every check must hold, on these samples: AssertionError says what it does not."""
    subject = check() if isinstance(check, type) else check
    _names(subject)
    for rule in subject.rules:
        _documented(rule)
    for view in samples:
        _pure(subject, view)
        _skips_without_needs(subject, view)
        _survives_json(subject, view)


def _names(check: Check) -> None:
    assert _SLUG.fullmatch(check.name), f"a check is called 'pack/name', not {check.name!r}"
    assert check.rules, f"{check.name} has no rules"
    codes = [rule.code for rule in check.rules]
    assert len(codes) == len(set(codes)), f"{check.name} has a code twice: {codes}"
    packs = {rule.pack for rule in check.rules}
    assert packs <= {None, check.name.partition('/')[0]}, f"{check.name} has codes of other packs: {packs}"


def _documented(rule: Rule) -> None:
    for name in ("title", "why", "failing", "passing"):
        assert getattr(rule, name), f"{rule.code}: {name} is empty"
    assert rule.fix.summary, f"{rule.code}: the fix says nothing"
    assert rule.references, f"{rule.code} has no reference"


def _pure(check: Check, view: Seen) -> None:
    first, second = run_check(check, view), run_check(check, view)
    assert first == second, f"{check.name} finds other things the second time"
    keys = [finding.key for finding in first]
    assert len(keys) == len(set(keys)), f"{check.name} finds the same twice: {keys}"


def _skips_without_needs(check: Check, view: Seen) -> None:
    if check.needs:
        empty = Seen(target=view.target, now=view.now, observations=Observations(), endpoint=view.endpoint)
        assert isinstance(_run(check, empty), Skipped), f"{check.name} runs without what it needs"


def _survives_json(check: Check, view: Seen) -> None:
    found = tuple(run_check(check, view))
    report = Report(target=view.target, findings=found, started=view.now)
    again = Report.from_json(report.to_json())
    assert _plain(again.findings) == _plain(found), f"{check.name}: a finding does not survive JSON"


def _plain(findings: Iterable[Finding]) -> list[tuple[object, ...]]:
    return [(item.code, item.detail, item.severity, item.evidence) for item in findings]
