"""The comparison with the peers runs on what every machine has, and says who names the fault."""

from __future__ import annotations

import contextlib
import shutil
from collections.abc import Iterator
from pathlib import Path

import attrs
import pytest

DOCS = Path(__file__).parents[2] / "docs"


@pytest.fixture
def compare(monkeypatch: pytest.MonkeyPatch) -> object:
    """The script as a module."""
    if not (DOCS / "compare_peers.py").exists():
        pytest.skip("the documentation is not here")
    monkeypatch.syspath_prepend(str(DOCS))
    import compare_peers

    return compare_peers


def test_tlsdiag_python_and_openssl_are_compared(compare: object, capsys: pytest.CaptureFixture[str]) -> None:
    if shutil.which("openssl") is None:
        pytest.skip("needs openssl")
    assert compare.main(["--tools", "tlsdiag,Python,openssl s_client", "--endpoints", "missing-intermediate,alert,healthy,tcp-refused"]) == 0  # type: ignore[attr-defined]
    text = capsys.readouterr().out
    assert "| missing-intermediate | yes | – | – |" in text
    assert "| alert | yes | yes | yes |" in text
    assert "| healthy | yes | yes | yes |" in text
    assert "| tcp-refused | yes | yes | yes |" in text
    assert "`Cause: The server does not send its intermediate certificate (likely), at PORT`" in text


def test_a_program_that_is_missing_and_a_server_that_cannot_start_are_named(
    compare: object, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    @contextlib.contextmanager
    def absent(folder: Path) -> Iterator[None]:
        raise FileNotFoundError("no such server")
        yield

    tools = [attrs.evolve(tool, program="no-such-program") if tool.name == "curl" else tool for tool in compare.TOOLS]  # type: ignore[attr-defined]
    endpoint = compare.Endpoint(name="sample", about="is not there", named="x", stand=absent)  # type: ignore[attr-defined]
    monkeypatch.setattr(compare, "TOOLS", tools)
    monkeypatch.setattr(compare, "endpoints", lambda: [endpoint])
    assert compare.main(["--tools", "curl,Python"]) == 0  # type: ignore[attr-defined]
    text = capsys.readouterr().out
    assert "Not installed where this was made: curl." in text
    assert "- sample: no such server" in text


def test_the_page_in_the_documentation_is_complete(compare: object) -> None:
    page = (DOCS / "comparison.md").read_text(encoding="utf-8")
    names = [endpoint.name for endpoint in compare.endpoints()]  # type: ignore[attr-defined]
    assert len(names) >= 30
    assert [name for name in names if f"### {name}\n" not in page and f"- {name}: " not in page] == []
