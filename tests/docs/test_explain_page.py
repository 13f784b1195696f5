"""The page on explanations: its commands say what it shows, and its code runs."""

from __future__ import annotations

import re
import shlex
import ssl
import urllib.request
from pathlib import Path

import pytest
from explained.faults import FAULTS, trusting

import tlsdiag
from tlsdiag.cli import main

PAGE = (Path(__file__).parents[2] / "docs" / "explain.md").read_text(encoding="utf-8")
COMMANDS = re.findall(r"```console\n\$ tlsdiag (explain [^\n]*)\n(.*?)```", PAGE, re.DOTALL)
CODE = re.findall(r"<!-- test: python -->\n```python\n(.*?)```", PAGE, re.DOTALL)


@pytest.mark.parametrize(("command", "shown"), COMMANDS, ids=[command for command, _ in COMMANDS])
def test_a_command_prints_what_the_page_shows(command: str, shown: str, capsys: pytest.CaptureFixture[str]) -> None:
    main(shlex.split(command))
    assert capsys.readouterr().out == shown


def test_the_code_of_the_page_runs() -> None:
    def fetch(url: str) -> None:
        urllib.request.urlopen(url, context=trusting())

    explained, diagnosed, noted = CODE
    expired = next(fault for fault in FAULTS if fault.name == "expired")
    with expired.serve() as server:
        names: dict[str, object] = {"url": f"https://localhost:{server.port}/", "context": trusting(), "fetch": fetch, "tlsdiag": tlsdiag}
        # an except clause deletes its name: the page's next block speaks of the error that the first one caught
        exec(compile(explained.replace("    found = ", "    caught = error\n    found = "), "explain.md", "exec"), names)
        names["error"] = names["caught"]
        exec(compile(diagnosed, "explain.md", "exec"), names)
        with pytest.raises(OSError, match="expired") as raised:
            exec(compile(noted, "explain.md", "exec"), names)
    found = names["found"]
    assert isinstance(found, tlsdiag.Explanation)
    assert found.root_cause is not None
    assert (found.root_cause.code, found.agrees, found.gone) == ("certificate-expired", True, False)
    assert raised.value.__notes__[0].startswith("tlsdiag: The client finds a certificate expired.")


def test_the_note_is_what_the_page_shows() -> None:
    error = ssl.SSLCertVerificationError(1, "[SSL: CERTIFICATE_VERIFY_FAILED] certificate verify failed: certificate has expired (_ssl.c:1006)")
    with pytest.raises(ssl.SSLError), tlsdiag.explaining():
        raise error
    assert f"{error.__notes__[0]}\n" in PAGE
