"""The page on certificate files: its commands print what it shows, its code runs, and its table has every code of the family."""

from __future__ import annotations

import re
import shlex
from pathlib import Path

import pytest

from tlsdiag.checks.files.bundle import FileBundleCheck
from tlsdiag.checks.files.contents import FileContentsCheck
from tlsdiag.checks.files.demands import FileDemandsCheck
from tlsdiag.checks.files.keys import FileKeysCheck
from tlsdiag.cli import main
from tlsdiag.testing import Authority
from tlsdiag.testing.observations import NOW

PAGE = (Path(__file__).parents[2] / "docs" / "certificate-files.md").read_text(encoding="utf-8")
ROOT = Authority.root(number=960, now=NOW)
LEAF = ROOT.intermediate(number=961).issue("www.example.com", "example.com", number=962, now=NOW)


@pytest.fixture(autouse=True)
def folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """The files that the page speaks of."""
    issuer = LEAF.chain_pem[len(LEAF.pem) :]
    contents = {
        "fullchain.pem": LEAF.chain_pem, "cert.pem": LEAF.pem, "chain.pem": issuer, "reversed.pem": issuer + LEAF.pem, "root.pem": ROOT.pem,
        "key.pem": LEAF.key_pem,
    }  # fmt: skip
    for name, data in contents.items():
        (tmp_path / name).write_bytes(data)
        (tmp_path / name).chmod(0o600)
    monkeypatch.chdir(tmp_path)


def test_the_command_prints_what_the_page_shows(capsys: pytest.CaptureFixture[str]) -> None:
    ((command, shown),) = re.findall(r"<!-- test: command -->\n```console\n\$ tlsdiag ([^\n]*)\n(.*?)```", PAGE, re.DOTALL)
    main(shlex.split(command))
    assert capsys.readouterr().out == shown


def test_the_code_of_the_page_runs(monkeypatch: pytest.MonkeyPatch) -> None:
    import tlsdiag
    from tlsdiag import diagnose_certificates

    monkeypatch.setattr(tlsdiag, "diagnose_certificates", lambda *given, **options: diagnose_certificates(*given, **options, now=NOW))
    (code,) = re.findall(r"<!-- test: python -->\n```python\n(.*?)```", PAGE, re.DOTALL)
    names: dict[str, object] = {}
    exec(compile(code, "certificate-files.md", "exec"), names)
    report = names["report"]
    assert isinstance(report, tlsdiag.Report)
    assert report.verdict is tlsdiag.Verdict.HEALTHY
    assert report.repaired_chain() == LEAF.chain_pem


def test_the_table_has_every_code_of_the_family() -> None:
    codes = {rule.code for check in (FileContentsCheck, FileBundleCheck, FileDemandsCheck, FileKeysCheck) for rule in check.rules}
    assert set(re.findall(r"^\| `([a-z][a-z-]+)` \|", PAGE, re.MULTILINE)) == codes
