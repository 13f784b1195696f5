"""How a pack tests itself: the contract, made-to-order observations, and the embedded demo server."""

from __future__ import annotations

from acme_tlsdiag import DifferCheck, DifferFinding, Served

from tlsdiag.demo import run
from tlsdiag.demo.scenarios import SCENARIOS
from tlsdiag.testing import check_contract, run_check, seen

SAME = seen(Served(fingerprints=("aa", "aa", "aa")))
MIXED = seen(Served(fingerprints=("aa", "bb", "aa")))


def test_the_check_keeps_the_contract() -> None:
    check_contract(DifferCheck, SAME, MIXED)


def test_one_certificate_is_no_finding() -> None:
    assert run_check(DifferCheck, SAME) == []


def test_two_certificates_are_a_finding_with_its_evidence() -> None:
    (finding,) = run_check(DifferCheck, MIXED)
    assert isinstance(finding, DifferFinding)
    assert finding.fingerprints == ("aa", "bb")


def test_the_pack_is_found_and_runs_in_a_diagnosis() -> None:
    report = run(next(scenario for scenario in SCENARIOS if scenario.name == "healthy"))
    (observed,) = report.observations.all(Served).values()
    assert len(observed.fingerprints) == 3
    assert report.findings == ()
