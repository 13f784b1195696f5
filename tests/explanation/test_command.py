"""`tlsdiag explain`."""

from __future__ import annotations

import io
import json
import sys

import pytest

from tlsdiag.cli import main

Capture = pytest.CaptureFixture[str]


def test_a_text_that_is_understood_ends_with_zero(capsys: Capture) -> None:
    assert main(["explain", "curl: (60) SSL certificate problem: certificate has expired"]) == 0
    out = capsys.readouterr().out
    assert "Likely: The certificate has expired." in out
    assert "[certificate-expired]" in out


def test_words_need_no_quotes(capsys: Capture) -> None:
    assert main(["explain", "certificate", "has", "expired"]) == 0
    assert "certificate-expired" in capsys.readouterr().out


def test_a_text_that_is_not_understood_ends_with_three(capsys: Capture) -> None:
    assert main(["explain", "it is raining"]) == 3
    assert "names no cause" in capsys.readouterr().out


def test_standard_input_is_read_whatever_it_holds(monkeypatch: pytest.MonkeyPatch, capsys: Capture) -> None:
    class Input:
        buffer = io.BytesIO(b"\xff\xfe\x00\x1b[2J SSL alert number 116 \xed\xa0\x80")

    monkeypatch.setattr(sys, "stdin", Input())
    assert main(["explain", "-"]) == 0
    out = capsys.readouterr().out
    assert "client certificate (alert 116)" in out
    assert "\x1b" not in out


def test_json_is_printed(capsys: Capture) -> None:
    assert main(["explain", "--json", "connection refused"]) == 0
    assert json.loads(capsys.readouterr().out)["root_cause"] == "connection-refused"


def test_verbose_lists_every_cause(capsys: Capture) -> None:
    main(["explain", "sslv3 alert handshake failure"])
    short = capsys.readouterr().out
    main(["explain", "-v", "sslv3 alert handshake failure"])
    assert "more" in short
    assert len(capsys.readouterr().out) > len(short)


def test_verbose_lists_every_doubt_beside_what_stands_out(capsys: Capture) -> None:
    main(["explain", "-v", "certificate has expired"])
    out = capsys.readouterr().out
    assert "[time-zone-wrong]" in out
    assert " more" not in out


def test_a_probe_diagnoses_what_the_text_names(capsys: Capture) -> None:
    assert main(["explain", "--probe", "--target", "127.0.0.1:1", "certificate has expired"]) == 1
    assert "Cause: The connection was refused" in capsys.readouterr().out
    assert main(["explain", "--probe", "connect ECONNREFUSED 127.0.0.1:1"]) == 1
    assert "Cause: The connection was refused" in capsys.readouterr().out


def test_a_wrong_target_ends_with_two(capsys: Capture) -> None:
    assert main(["explain", "--target", "a:b:c", "certificate has expired"]) == 2
    assert "tlsdiag: " in capsys.readouterr().err
