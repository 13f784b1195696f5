"""The demo: each broken server gives the cause that it stands for, and look-alikes get causes of their own."""

from __future__ import annotations

import pytest

from tlsdiag import Report, Verdict
from tlsdiag.cli import main
from tlsdiag.demo import run
from tlsdiag.demo.scenarios import SCENARIOS, Scenario

BY_NAME = {scenario.name: scenario for scenario in SCENARIOS}


@pytest.mark.parametrize("scenario", SCENARIOS, ids=lambda scenario: scenario.name)
def test_each_server_gives_its_cause(scenario: Scenario) -> None:
    report = run(scenario)
    assert (report.root_cause.code if report.root_cause else None) == scenario.cause, report
    assert report.verdict is (Verdict.BROKEN if scenario.cause else Verdict.HEALTHY)


def test_look_alikes_get_six_different_causes() -> None:
    names = ("plain-http", "reset", "alert", "silent", "missing-intermediate", "unknown-authority")
    causes = {_cause(run(BY_NAME[name])) for name in names}
    assert len(causes) == 6


def _cause(report: Report) -> str:
    assert report.root_cause is not None
    return report.root_cause.code


def test_silence_is_not_asked_for_every_version() -> None:
    report = run(BY_NAME["silent"])
    assert "accepted-versions" in {name for name, _, _ in report.observations.unavailable}
    assert report.connections <= 12  # both handshakes, what is said in other words, and four changes of the hello


def test_the_demo_ends_well_when_the_cause_is_named(capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["demo"]) == 0
    out = capsys.readouterr().out
    assert "intermediate-missing" in out
    assert "fullchain.pem" in out


def test_the_list_names_every_server(capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["demo", "--list"]) == 0
    assert len(capsys.readouterr().out.splitlines()) == len(SCENARIOS)


def test_a_misspelt_server_gets_a_hint(capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["demo", "expierd"]) == 2
    assert "did you mean expired?" in capsys.readouterr().err


def test_a_demo_as_json_is_a_report(capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["demo", "expired", "--json"]) == 0
    report = Report.from_json(capsys.readouterr().out)
    assert _cause(report) == "certificate-expired"


def test_a_saved_demo_judged_again_says_the_same() -> None:
    report = run(BY_NAME["wrong-name"])
    again = Report.from_json(report.to_json()).recheck()
    assert [item.key for item in again.findings] == [item.key for item in report.findings]
