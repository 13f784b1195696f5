"""The development part of x509-limbo: the four numbers are above their bounds, and the count itself counts as it says."""

from __future__ import annotations

import functools
import gzip
import json
from pathlib import Path
from typing import Any

import pytest
from score import BOUNDS, Judgement, judge, load, main, score

VECTORS = Path(__file__).parents[1] / "data" / "limbo.json.gz"


@functools.cache
def judged() -> tuple[Judgement, ...]:
    return tuple(judge(case) for case in load(VECTORS))


def numbers(*judgements: Judgement) -> dict[str, float]:
    return score(judgements)


def made(expected: str = "FAILURE", *reasons: str, **facts: Any) -> Judgement:
    case = {"id": "rfc5280::made", "expected_result": expected, "reason": "expired", "reasons_accept": ["expired", "not-a-ca"], "reasons_also": ["weak-key"]}
    return Judgement(case={**case, **facts}, reasons=reasons)


@pytest.mark.parametrize("name", BOUNDS)
def test_the_house_judges_the_vectors_as_well_as_it_has_to(name: str) -> None:
    assert numbers(*judged())[name] >= BOUNDS[name]


def test_no_vector_ends_in_an_exception() -> None:
    assert [item.crash for item in judged() if item.crash] == []


def test_chains_of_public_sites_are_accepted() -> None:
    online = [item for item in judged() if item.case["id"].startswith("online::")]
    assert len(online) >= 10
    assert all(item.right for item in online)


def test_a_crash_is_a_miss_whatever_was_expected() -> None:
    for expected in ("SUCCESS", "FAILURE"):
        broken = judge({"id": "rfc5280::broken", "expected_result": expected, "peer_certificate": None})
        assert broken.crash
        assert not broken.right and not broken.top_fits and not broken.no_other


def test_accuracy_is_the_mean_of_what_should_be_refused_and_what_should_be_accepted() -> None:
    found = numbers(made("FAILURE", "expired"), made("FAILURE"), made("SUCCESS"), made("SUCCESS"))
    assert found["balanced accuracy"] == (0.5 + 1.0) / 2


def test_the_first_reason_counts_for_itself_and_the_others_beside_it() -> None:
    found = numbers(made("FAILURE", "not-a-ca", "weak-key"), made("FAILURE", "weak-key", "expired"), made("FAILURE", "expired", "no-label"))
    assert found["top reason"] == pytest.approx(2 / 3)
    assert found["no other reason"] == pytest.approx(2 / 3)


def test_name_constraints_are_counted_apart() -> None:
    found = numbers(made("FAILURE"), made("FAILURE", "expired", id="bettertls::nameconstraints::tc1"))
    assert found["name constraints"] == 1.0
    assert found["balanced accuracy"] == 0.5


def test_the_command_prints_the_numbers_and_fails_below_a_bound(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    plain = tmp_path / "cases.json"
    plain.write_text(json.dumps({"testcases": [{"id": "rfc5280::x", "expected_result": "FAILURE", "peer_certificate": None}]}))
    assert main([str(plain), "--verbose"]) == 1
    said = capsys.readouterr().out
    assert "1 cases, 1 crashes" in said
    assert "WRONG rfc5280::x" in said


def test_files_may_be_compressed(tmp_path: Path) -> None:
    packed = tmp_path / "cases.json.gz"
    packed.write_bytes(gzip.compress(b'{"testcases": []}'))
    assert load(packed) == []
