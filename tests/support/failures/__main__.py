"""`python -m failures`: the matrix as text; `python -m failures SLUG CASE FOLDER`: produce one case, and print its report as JSON."""

from __future__ import annotations

import sys
from pathlib import Path

from tlsdiag.registry import Registry

from .case import Case, diagnose
from .catalogue import ROWS


def _state(case: Case, known: set[str]) -> str:
    if not case.lit(known):
        return f"dark, waits for {case.waits_for}: {' or '.join(case.causes)}"
    return case.expected(known) or "sound"


def main(words: list[str]) -> None:
    """Print."""
    if words:
        slug, name, folder = words
        case = next(case for row in ROWS if row.slug == slug for case in row.cases if case.name == name)
        print(diagnose(case, Path(folder)).to_json())
        return
    known = set(Registry.installed().rules())
    for row in ROWS:
        print(f"{row.slug}: {row.how}{': ' + row.because if row.because else ''}")
        for case in row.cases:
            print(f"    {case.name}: {_state(case, known)}")


main(sys.argv[1:])
