"""The README is a cheat sheet, and its code runs."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

README = Path(__file__).parents[2] / "README.md"
TEXT = README.read_text(encoding="utf-8")


def blocks(mark: str) -> list[str]:
    """The code blocks below a comment."""
    return re.findall(rf"<!-- {mark} -->\n```[a-z]*\n(.*?)```", TEXT, re.DOTALL)


def test_the_code_of_the_readme_runs() -> None:
    from tlsdiag.demo.servers import is_silent, listening

    (code,) = blocks("test: python")
    with listening(is_silent) as server:
        code = code.replace("port=PORT", f"port={server.port}, limits=tlsdiag.Limits(handshake_timeout=0.3)")
        names: dict[str, object] = {}
        exec(compile(code, str(README), "exec"), names)
    report = names["report"]
    assert getattr(report, "root_cause").code == "peer-silent"  # noqa: B009


@pytest.mark.parametrize("name", ["try", "test"])
def test_the_two_commands_are_there_for_ci_to_run(name: str) -> None:
    (command,) = blocks(f"command: {name}")
    assert command.startswith("python -m pip install -e ")


@pytest.mark.parametrize("option", sorted(set(re.findall(r"(?<=\s)--[a-z][a-z-]+", TEXT))))
def test_every_option_in_the_readme_exists(option: str, capsys: pytest.CaptureFixture[str]) -> None:
    from tlsdiag.cli import main

    known = ""
    for words in (["--help"], ["demo", "--help"], ["show", "--help"], ["explain", "--help"], ["certificates", "--help"]):
        with pytest.raises(SystemExit):
            main(words)
        known += capsys.readouterr().out
    assert option in known
