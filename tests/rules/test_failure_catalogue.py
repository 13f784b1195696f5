"""The failure matrix as a table: every row is classified, no case is misspelt, and none stays dark once the finding that it waits for exists."""

from __future__ import annotations

from collections import Counter
from pathlib import Path

import attrs
import pytest
from failures.case import Case, How, Row, Setting
from failures.catalogue import CASES, ROWS

from tlsdiag.registry import Registry

SLUGS = (Path(__file__).parents[1] / "data" / "failure_slugs.txt").read_text(encoding="ascii").split()
KNOWN = frozenset(Registry.installed().rules())
ROOMS = {"between", "clock", "counterfactuals", "local", "proxy", "revocation", "starttls"}
DARK = Case(name="dark", build=lambda bench: Setting("x"), causes=("sharp-one", "blunt-one"), waits_for="between")


def test_every_row_is_classified_once() -> None:
    assert Counter(row.slug for row in ROWS) == Counter(SLUGS)


def test_the_names_of_a_rows_cases_differ() -> None:
    assert [row.slug for row in ROWS if len({case.name for case in row.cases}) != len(row.cases)] == []


def test_a_case_that_waits_for_nobody_can_be_held_today() -> None:
    assert [(row.slug, case.name) for row, case in CASES if not case.waits_for and not case.lit(KNOWN)] == []


def test_a_case_waits_for_a_room_that_is_there_to_be_built() -> None:
    assert {case.waits_for for _, case in CASES} - {""} <= ROOMS


def test_what_has_to_stand_beside_a_cause_exists() -> None:
    assert {code for _, case in CASES for code in case.also if not case.waits_for} <= KNOWN


def test_no_case_is_dark_whose_finding_exists() -> None:
    dark = [case for _, case in CASES if not case.lit(KNOWN)]
    assert [case.name for case in dark if set(case.causes) & KNOWN and case.needs in (KNOWN | {""})] == []


def test_a_case_is_lit_by_any_of_its_codes_and_expects_the_sharpest() -> None:
    assert not DARK.lit({"another"})
    assert DARK.lit({"blunt-one"})
    assert DARK.expected({"blunt-one"}) == "blunt-one"
    assert DARK.expected({"blunt-one", "sharp-one"}) == "sharp-one"


def test_a_case_that_needs_another_room_waits_for_it_too() -> None:
    case = attrs.evolve(DARK, needs="proxy-there")
    assert not case.lit({"sharp-one"})
    assert case.lit({"sharp-one", "proxy-there"})


@pytest.mark.parametrize(
    ("how", "because", "cases"),
    [(How.SERVER, "", ()), (How.NOT_HERE, "", ()), (How.NOT_HERE, "why", (DARK,)), (How.SERVER, "why", (DARK,))],
)
def test_a_row_has_cases_or_a_reason(how: How, because: str, cases: tuple[Case, ...]) -> None:
    with pytest.raises(ValueError, match="a row has"):
        Row("sample", how, because, cases)
