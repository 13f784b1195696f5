"""Every rule has a sample that raises it, a near miss that does not, documentation, and its place in the ledger."""

from __future__ import annotations

from pathlib import Path

import pytest
from samples import SAMPLES

from tlsdiag.check import Check
from tlsdiag.checks import CHECKS
from tlsdiag.testing import check_contract, run_check

OWNERS = {rule.code: kind for kind in CHECKS for rule in kind.rules}
LEDGER = Path(__file__).parents[1] / "data" / "codes.txt"


def test_every_rule_has_its_samples() -> None:
    assert set(SAMPLES) == set(OWNERS)


@pytest.mark.parametrize("code", SAMPLES)
def test_the_failing_sample_raises_the_code(code: str) -> None:
    assert code in {item.code for item in run_check(OWNERS[code], SAMPLES[code][0]())}


@pytest.mark.parametrize("code", SAMPLES)
def test_the_near_miss_does_not_raise_the_code(code: str) -> None:
    assert code not in {item.code for item in run_check(OWNERS[code], SAMPLES[code][1]())}


@pytest.mark.parametrize("kind", CHECKS, ids=lambda kind: kind.name)
def test_every_check_keeps_the_contract(kind: type[Check]) -> None:
    codes = [rule.code for rule in kind.rules]
    check_contract(kind, *(sample() for code in codes for sample in SAMPLES[code]))


def test_every_code_is_in_the_ledger_and_none_is_lost() -> None:
    assert LEDGER.read_text(encoding="utf-8").split() == sorted(OWNERS)


def test_every_explained_code_exists() -> None:
    explained = {code for kind in CHECKS for rule in kind.rules for code in rule.explains}
    assert explained <= set(OWNERS)


def test_every_named_cause_of_the_client_exists() -> None:
    from tlsdiag.checks.client.outcome import _NAMED

    assert {code for codes in _NAMED.values() for code in codes} <= set(OWNERS)
