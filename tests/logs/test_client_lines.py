"""What clients really said: 415 lines with their known causes, in `tests/data/client_lines.jsonl`.

384 lines were provoked in a lab of our own (`program` names the client and its version), the others come from the public reports in `origin`. `also` are other
causes that give the very same text. A third of the lines, by the hash of the line, was not looked at while the tables were first written: then
123 of those 136 were named (90 %), ten were not recognised, and of 87 that were claimed five were wrong; the general patterns that those
taught are in the tables now.
"""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest

from tlsdiag.logs import meanings, read

ROWS: list[dict[str, Any]] = [
    json.loads(line) for line in (Path(__file__).parents[1] / "data" / "client_lines.jsonl").read_text(encoding="utf-8").splitlines()
]
#: Lines that say nothing of TLS: an answer that is in order, and a page that is not there.
NOTHING_SAID = ("('OK', [b'IMAP4rev1", "ERROR 404: Not Found")


def fitting(row: dict[str, Any]) -> set[str]:
    return {row["cause"], *row["also"]}


def says_nothing(row: dict[str, Any]) -> bool:
    return any(words in row["line"] for words in NOTHING_SAID)


@pytest.mark.parametrize("row", ROWS, ids=lambda row: f"{row['source']}-{row['cause']}")
def test_a_line_of_a_client_is_led_to_its_cause(row: dict[str, Any]) -> None:
    found = read(row["line"])
    if says_nothing(row):
        assert not found.understood
    else:
        assert fitting(row) & set(found.causes)


@pytest.mark.parametrize("row", [row for row in ROWS if not row["also"]], ids=lambda row: f"{row['source']}-{row['cause']}")
def test_a_cause_is_not_claimed_where_another_is_true(row: dict[str, Any]) -> None:
    found = read(row["line"])
    if found.clear:
        assert found.causes[0] == row["cause"]


@pytest.mark.parametrize("row", [row for row in ROWS if row["also"]], ids=lambda row: f"{row['source']}-{row['cause']}")
def test_what_stands_out_fits_where_several_causes_give_the_text(row: dict[str, Any]) -> None:
    found = read(row["line"])
    assert not found.clear or found.causes[0] in fitting(row)


def test_the_score_is_what_the_documentation_says() -> None:
    found = [(row, read(row["line"])) for row in ROWS]
    first = sum(bool(reading.causes) and reading.causes[0] in fitting(row) for row, reading in found)
    named = sum(bool(fitting(row) & set(reading.causes)) for row, reading in found)
    open_ones = sum(not reading.clear for row, reading in found)
    assert (len(ROWS), first, named, open_ones) == (415, 386, 413, 153)


def test_every_cause_of_a_line_has_a_meaning() -> None:
    assert {row["cause"] for row in ROWS} <= set(meanings())
