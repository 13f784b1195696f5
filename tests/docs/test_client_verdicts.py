"""The page about what every client says is the one that its script makes from the record."""

from __future__ import annotations

from pathlib import Path

import pytest

DOCS = Path(__file__).parents[2] / "docs"


def test_the_page_is_made_from_the_record(monkeypatch: pytest.MonkeyPatch) -> None:
    if not (DOCS / "client_verdicts.py").exists():
        pytest.skip("the documentation is not here")
    monkeypatch.syspath_prepend(str(DOCS))
    import client_verdicts

    page = (DOCS / "client-verdicts.md").read_text(encoding="utf-8")
    assert page == "\n".join(client_verdicts.lines()) + "\n", "run: python docs/client_verdicts.py > docs/client-verdicts.md"
