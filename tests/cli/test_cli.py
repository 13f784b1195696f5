"""The command line: what it prints and how it ends."""

from __future__ import annotations

import json
import runpy
import subprocess
import sys
from pathlib import Path

import pytest

from tlsdiag import Report
from tlsdiag.cli import main
from tlsdiag.demo import run
from tlsdiag.demo.scenarios import NAME, SCENARIOS
from tlsdiag.demo.servers import is_silent, listening, says

BY_NAME = {scenario.name: scenario for scenario in SCENARIOS}
Capture = pytest.CaptureFixture[str]


@pytest.fixture
def saved(tmp_path: Path) -> Path:
    path = tmp_path / "report.json"
    path.write_text(run(BY_NAME["expired"]).to_json(), encoding="utf-8")
    return path


def test_something_wrong_ends_with_one(capsys: Capture) -> None:
    with listening(says(answer=b"HTTP/1.1 400 Bad Request\r\n\r\n")) as server:
        assert main([f"127.0.0.1:{server.port}"]) == 1
    out = capsys.readouterr().out
    assert "The port speaks plain HTTP" in out
    assert "\x1b" not in out


def test_a_healthy_server_ends_with_zero(capsys: Capture, tmp_path: Path) -> None:
    scene = BY_NAME["healthy"].build()
    trust = tmp_path / "ca.pem"
    trust.write_bytes(scene.options["trust"])
    with listening(scene.converse) as server:
        words = [NAME, "--port", str(server.port), "--address", "127.0.0.1", "--trust", str(trust), "--depth", "quick"]
        assert main(words) == 0
    assert "works: nothing wrong found" in capsys.readouterr().out


def test_json_is_a_report(capsys: Capture) -> None:
    with listening(is_silent) as server:
        assert main([f"127.0.0.1:{server.port}", "--json", "--timeout", "0.3"]) == 1
    report = Report.from_json(capsys.readouterr().out)
    assert report.root_cause is not None
    assert report.root_cause.code == "peer-silent"


@pytest.mark.parametrize(
    "words",
    [
        ["a.example:99999"],
        [""],
        ["a.example", "--key", "k.pem"],
        ["a.example", "--now", "yesterday"],
        ["a.example", "--check", "no-such-check"],
        ["a.example", "--starttls", "gopher"],
        ["show", "no-such-file.json"],
    ],
)
def test_wrong_usage_ends_with_two_and_a_word(words: list[str], capsys: Capture) -> None:
    assert main(words) == 2
    assert capsys.readouterr().err.startswith("tlsdiag: ")


def test_verbose_says_why_it_matters(capsys: Capture) -> None:
    with listening(is_silent) as server:
        main([f"127.0.0.1:{server.port}", "-v", "--timeout", "0.3", "--check", "network", "--no-server-name"])
    assert "no byte came back to the ClientHello" in capsys.readouterr().out


def test_a_saved_report_is_shown(saved: Path, capsys: Capture) -> None:
    assert main(["show", str(saved)]) == 1
    assert "certificate-expired" in capsys.readouterr().out


def test_a_saved_report_is_judged_again(saved: Path, capsys: Capture) -> None:
    assert main(["show", str(saved), "--recheck", "--json"]) == 1
    assert json.loads(capsys.readouterr().out)["root_cause"].startswith("certificate-expired")


def test_a_damaged_report_is_refused(tmp_path: Path, capsys: Capture) -> None:
    path = tmp_path / "bad.json"
    path.write_text("{}", encoding="utf-8")
    assert main(["show", str(path)]) == 2
    assert "tlsdiag: " in capsys.readouterr().err


def test_the_checks_are_listed_with_their_codes(capsys: Capture) -> None:
    assert main(["checks"]) == 0
    out = capsys.readouterr().out
    assert "certificate/validity  (tlsdiag " in out
    assert "certificate-expired: The certificate has expired" in out


def test_the_module_runs_as_the_script_does(monkeypatch: pytest.MonkeyPatch, capsys: Capture) -> None:
    monkeypatch.setattr(sys, "argv", ["tlsdiag", "demo", "--list"])
    with pytest.raises(SystemExit) as caught:
        runpy.run_module("tlsdiag", run_name="__main__")
    assert caught.value.code == 0
    assert "missing-intermediate" in capsys.readouterr().out


class Terminal:
    """A stream that says that it is a terminal."""

    def __init__(self) -> None:
        self.text = ""

    def isatty(self) -> bool:
        return True

    def write(self, text: str) -> int:
        self.text += text
        return len(text)

    def flush(self) -> None:
        """Nothing to do."""


def test_progress_is_told_on_a_terminal_only(monkeypatch: pytest.MonkeyPatch, capsys: Capture) -> None:
    terminal = Terminal()
    monkeypatch.setattr(sys, "stderr", terminal)
    monkeypatch.setenv("TERM", "xterm")
    with listening(is_silent) as server:
        main([f"127.0.0.1:{server.port}", "--timeout", "0.3"])
    assert "handshake of 127.0.0.1" in terminal.text
    assert terminal.text.endswith("\r\x1b[K")
    capsys.readouterr()


def test_an_interrupt_ends_quietly(monkeypatch: pytest.MonkeyPatch, capsys: Capture) -> None:
    def interrupted(*_: object) -> None:
        raise KeyboardInterrupt

    monkeypatch.setattr("tlsdiag.cli._diagnose", interrupted)
    assert main(["a.example"]) == 130
    assert "interrupted" in capsys.readouterr().err


def test_a_reader_that_has_enough_is_no_error() -> None:
    command = f"{sys.executable} -m tlsdiag checks | head -n 1"
    done = subprocess.run(["bash", "-o", "pipefail", "-c", command], capture_output=True, text=True)
    assert (done.stderr, len(done.stdout.splitlines())) == ("", 1)


def test_a_timeout_of_nothing_is_wrong_usage(capsys: Capture) -> None:
    assert main(["127.0.0.1:1", "--timeout", "0"]) == 2
    assert "handshake_timeout" in capsys.readouterr().err


def test_a_proxy_is_gone_through_and_its_secret_never_shown(capsys: Capture) -> None:
    with listening(says(answer=b"HTTP/1.1 407 Who are you\r\nProxy-Authenticate: Basic\r\nContent-Length: 0\r\n\r\n")) as proxy:
        words = ["localhost:9", "--proxy", f"http://alice:s3cr3t@127.0.0.1:{proxy.port}", "--verbose"]
        assert main(words) == 1
    out = capsys.readouterr().out
    assert "[proxy-authentication-required]" in out
    assert f"through http://***@127.0.0.1:{proxy.port}" in out
    assert "s3cr3t" not in out and "alice" not in out


def test_no_proxy_goes_without_the_one_of_the_environment(monkeypatch: pytest.MonkeyPatch, capsys: Capture) -> None:
    monkeypatch.setenv("HTTPS_PROXY", "http://127.0.0.1:9")
    with listening(is_silent) as server:
        words = [f"localhost:{server.port}", "--timeout", "0.3", "--depth", "quick"]
        assert main(words) == 1
        assert "[proxy-refused]" in capsys.readouterr().out
        assert main([*words, "--no-proxy"]) == 1
    assert "[peer-silent]" in capsys.readouterr().out


def test_a_proxy_that_cannot_be_read_is_wrong_usage_without_its_secret(capsys: Capture) -> None:
    assert main(["localhost", "--proxy", "ftp://alice:s3cr3t@proxy.example"]) == 2
    assert "s3cr3t" not in capsys.readouterr().err


def test_the_resolver_is_named_on_the_command_line(capsys: Capture) -> None:
    from name_server import name_server

    with name_server(server_example="www A 127.0.0.1") as resolver:
        assert main(["www.server.example:9", "--address", "127.0.0.1", "--check", "dns/zone", "--dns", resolver.address, "--json"]) == 0
        assert ("www.server.example", "A", "udp") in resolver.asked
    assert '"dns-zone"' in capsys.readouterr().out
    assert main(["server.example", "--dns", "dns.example"]) == 2
