"""The JSON schema is frozen: reports saved once read back and write out the same, and a fresh report has the same shape."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest
from samples import SAMPLES
from samples.network import lost
from samples.protocol import versions

from tlsdiag import Report
from tlsdiag.check import Seen
from tlsdiag.failure import FailureKind
from tlsdiag.judge import judge
from tlsdiag.plan import make_plan
from tlsdiag.registry import Registry

GOLDEN = Path(__file__).parents[1] / "data" / "golden"
VIEWS = {
    "reset": lambda: lost(FailureKind.RESET),
    "no-common-version": lambda: versions(0x301, completed=False),
    "client-certificate": SAMPLES["client-certificate-required"][0],
}


def report_of(view: Seen) -> Report:
    """What the installed built-in checks make of a view."""
    registry = Registry.installed()
    plan = make_plan(registry, 2)
    checks = [check for check in plan.checks if str(registry.origin(check.name)).startswith("tlsdiag ")]
    findings, skipped = judge(checks, view.target, view.now, view.observations, registry)
    return Report(target=view.target, findings=findings, skipped=skipped, observations=view.observations, started=view.now, version="golden")


def _stable(plain: dict[str, Any]) -> dict[str, Any]:
    """Without the version of the package, which is in the origins."""
    for item in (*plain["findings"], *plain["skipped"]):
        item["origin"] = "tlsdiag"
    return plain


@pytest.mark.parametrize("name", VIEWS)
def test_a_saved_report_reads_and_writes_the_same(name: str) -> None:
    saved = json.loads((GOLDEN / f"{name}.json").read_text(encoding="utf-8"))
    assert Report.from_dict(saved).to_dict() == saved


@pytest.mark.parametrize("name", VIEWS)
def test_a_fresh_report_is_the_saved_one(name: str) -> None:
    saved = json.loads((GOLDEN / f"{name}.json").read_text(encoding="utf-8"))
    assert _stable(report_of(VIEWS[name]()).to_dict()) == saved
