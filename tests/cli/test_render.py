"""The report as text: the answer first, hostile text escaped, colours only where they are wanted."""

from __future__ import annotations

import io
from datetime import UTC, datetime

import attrs
import pytest

from tlsdiag import Report, Severity
from tlsdiag.check import Skipped
from tlsdiag.checks.certificate.names import NAME_MISMATCH
from tlsdiag.checks.certificate.shape import ROOT_SENT
from tlsdiag.checks.certificate.validity import EXPIRED
from tlsdiag.checks.client.outcome import CLIENT_HANDSHAKE_FAILED
from tlsdiag.finding import Confidence, Finding
from tlsdiag.observation import Why
from tlsdiag.registry import BrokenPlugin, Origin
from tlsdiag.render.text import render_text
from tlsdiag.target import Endpoint, Target

BASE = Report(target=Target.parse("a.example"), findings=(), started=datetime(2026, 1, 1, tzinfo=UTC))


def of(*findings: Finding, **changes: object) -> Report:
    from tlsdiag.causes import relate

    return attrs.evolve(BASE, findings=relate(findings), **changes)


def test_text_of_the_peer_cannot_steer_the_terminal() -> None:
    text = render_text(of(Finding.of(NAME_MISMATCH, "evil \x1b[2J name\r\n\u202e", blocks=True)))
    assert "\x1b" not in text
    assert "\u202e" not in text


def test_colours_are_there_when_they_are_wanted() -> None:
    report = of(Finding.of(NAME_MISMATCH, "x", blocks=True))
    assert "\x1b[" in render_text(report, colour=True)
    assert "\x1b[" not in render_text(report)


def test_the_cause_comes_first_and_names_its_consequences() -> None:
    text = render_text(of(Finding.of(CLIENT_HANDSHAKE_FAILED, "y"), Finding.of(NAME_MISMATCH, "x", blocks=True), Finding.of(ROOT_SENT, "z")))
    assert text.index("Cause: The certificate is for other names") < text.index("This explains:") < text.index("Also found")


def two_places() -> Report:
    """Another cause at each of two addresses, each with a handshake that fails for it."""
    there = [Endpoint(address=address, port=443) for address in ("192.0.2.1", "192.0.2.2")]
    found = [Finding.of(CLIENT_HANDSHAKE_FAILED, "y", endpoint=place) for place in there]
    return of(Finding.of(NAME_MISMATCH, "x", blocks=True, endpoint=there[0]), Finding.of(EXPIRED, "z", blocks=True, endpoint=there[1]), *found)


def test_the_consequences_of_a_second_cause_are_told_with_it_and_do_not_say_that_no_cause_was_found() -> None:
    for text in (render_text(two_places()), rich_output(two_places())):
        assert text.count("This explains:") == 2
        assert text.count("The client's handshake fails, at 192.0.2.") == 2
        assert "No cause was found" not in text


def test_what_two_causes_explain_is_told_with_the_first() -> None:
    both = (Finding.of(NAME_MISMATCH, "x", blocks=True), Finding.of(EXPIRED, "z", blocks=True))
    text = render_text(of(*both, Finding.of(CLIENT_HANDSHAKE_FAILED, "y")))
    assert text.count("The client's handshake fails") == 1


def test_several_causes_and_doubts_are_told() -> None:
    first = Finding.of(NAME_MISMATCH, "x", blocks=True, confidence=Confidence.LIKELY)
    second = Finding.of(attrs.evolve(ROOT_SENT, blocking=True, severity=Severity.HIGH), "z")
    text = render_text(of(first, second), verbose=True)
    assert "(likely)" in text
    assert "RFC 9525" in text


def test_what_could_not_be_looked_at_is_told() -> None:
    skipped = Skipped(check="certificate/trust", why=Why.CRASHED, detail="boom", origin="tlsdiag 1")
    broken = BrokenPlugin(origin=Origin(package="acme", version="1", entry_point="x = y"), reason="no module")
    text = render_text(of(skipped=(skipped,), plugins=(broken,)))
    assert "certificate/trust" in text
    assert "acme" in text


def rich_output(report: Report, **options: bool) -> str:
    from tlsdiag.render.rich_text import print_rich

    out = io.StringIO()
    print_rich(report, file=out, width=100, **options)
    return out.getvalue()


def test_rich_says_the_same_and_escapes_the_same() -> None:
    cause = Finding.of(NAME_MISMATCH, "evil \x1b[2J [bold]name[/bold]", blocks=True)
    text = rich_output(of(cause, Finding.of(CLIENT_HANDSHAKE_FAILED, "y"), Finding.of(ROOT_SENT, "z")))
    assert "Cause: The certificate is for other names" in text
    assert "\\x1b[2J [bold]name[/bold]" in text
    assert "This explains:" in text
    assert "Info: The root is sent along" in text
    assert "\x1b" not in text


def test_rich_tells_what_could_not_be_looked_at() -> None:
    skipped = Skipped(check="certificate/trust", why=Why.CRASHED, detail="boom", origin="tlsdiag 1")
    assert "Not looked at: certificate/trust: boom" in rich_output(of(skipped=(skipped,)), verbose=True)


def test_a_terminal_with_rich_gets_its_layout(monkeypatch: pytest.MonkeyPatch) -> None:
    import sys

    from tlsdiag.cli import main

    class Terminal(io.StringIO):
        encoding = "utf-8"

        def isatty(self) -> bool:
            return True

    for rich in (True, False):
        out = Terminal()
        monkeypatch.setattr(sys, "stdout", out)
        monkeypatch.setenv("TERM", "xterm")
        monkeypatch.delenv("NO_COLOR", raising=False)
        if not rich:
            monkeypatch.setattr("tlsdiag.cli.find_spec", lambda name: None)
        main(["demo", "alert"])
        assert ("\u256d" in out.getvalue()) is rich
        assert "\x1b[" in out.getvalue()
