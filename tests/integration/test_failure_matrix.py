"""The failure matrix: each row that one machine can produce is produced, and its root cause, blame and verdict are right.

`python -m failures` (with tests/support on the path) shows which cases are lit and which wait for a finding that is yet to be built.
"""

from __future__ import annotations

import os
from pathlib import Path

import pytest
from failures.case import Case, How, Row, can_make_namespaces, diagnose, diagnose_apart
from failures.catalogue import CASES

from tlsdiag.observation import Why
from tlsdiag.registry import Registry

KNOWN = frozenset(Registry.installed().rules())
LIT = [pytest.param(row, case, id=f"{row.slug}: {case.name}") for row, case in CASES if case.lit(KNOWN)]
REQUIRED = os.environ.get("TLSDIAG_REQUIRE_SERVERS") == "1"


def lacking(case: Case) -> str:
    """Why this case cannot be produced here; empty when it can."""
    if (case.rules or case.ways) and not can_make_namespaces():
        return "needs network namespaces and nftables, as root"
    preload = case.environment.get("LD_PRELOAD")
    return "needs libfaketime (package faketime)" if "LD_PRELOAD" in case.environment and not Path(preload or "").exists() else ""


@pytest.mark.parametrize(("row", "case"), LIT)
def test_the_root_cause_of_a_case_is_right(row: Row, case: Case, tmp_path: Path) -> None:
    if reason := lacking(case):
        pytest.fail(reason) if REQUIRED else pytest.skip(reason)
    tmp_path.chmod(0o755)
    report = diagnose_apart(row.slug, case, tmp_path) if case.apart else diagnose(case, tmp_path)
    expected = case.expected(KNOWN)
    assert [item.code for item in report.causes] == ([expected] if expected else []), report
    assert report.verdict is case.verdict, report
    assert {item.code for item in report.findings} >= set(case.also)
    assert any(case.says in item.detail for item in report.findings) or not case.says, report
    assert [item for item in report.skipped if item.why is Why.CRASHED] == []
    if case.blame is not None and report.root_cause is not None:
        assert report.root_cause.blame is case.blame, report


def test_a_case_is_produced_for_every_way_of_producing() -> None:
    ways = {row.how for row, case in CASES if case.lit(KNOWN)}
    assert ways == {How.SERVER, How.PEER, How.LOCAL}
