"""Save a report, read it back somewhere else, and judge it again without a network."""

from __future__ import annotations

import tlsdiag
from tlsdiag.demo import run
from tlsdiag.demo.scenarios import SCENARIOS

saved = run(next(scenario for scenario in SCENARIOS if scenario.name == "wrong-name")).to_json()

report = tlsdiag.Report.from_json(saved)
again = report.recheck(checks=["certificate"])
print(again)
assert [finding.code for finding in again.findings] == ["name-mismatch"]
