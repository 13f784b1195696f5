"""A server of TLS that works at times: whatever the bad machine does, and whoever meets it, the root cause is that it does so at times."""

from __future__ import annotations

import socket

import pytest
from by_turns import PATTERNS, ByTurns, listening_by_turns
from patience import PATIENT

import tlsdiag
from tlsdiag import Report, Verdict
from tlsdiag.demo.servers import Conversation, closes, is_silent, listening, resets, tls
from tlsdiag.plugin import BackendFinding, Counterfactuals
from tlsdiag.testing import Authority

NAME = "server.example"
ROOT = Authority.root(number=300)
ISSUED = ROOT.intermediate(number=301).issue(NAME)
GOOD = tls(ISSUED.chain_pem, ISSUED.key_pem)


@pytest.fixture(autouse=True)
def _without_pauses(monkeypatch: pytest.MonkeyPatch) -> None:
    """Scripted peers go by the number of a connection, and not by the time: there is nothing to wait for."""
    monkeypatch.setattr("tlsdiag.probes.repeats.PAUSE", 0.01)
    monkeypatch.setattr("tlsdiag.probes.repeats.COOLING", 0.01)
    monkeypatch.setattr("tlsdiag.probes.patience.PAUSES", (0.01, 0.02, 0.05))


def alerts(connection: socket.socket) -> None:
    """Refuse with handshake_failure."""
    connection.recv(65536)
    connection.sendall(bytes.fromhex("15030300020228"))


def diagnose(conversation: Conversation, limits: tlsdiag.Limits = PATIENT) -> Report:
    with listening_by_turns(conversation) if isinstance(conversation, ByTurns) else listening(conversation) as server:
        return tlsdiag.diagnose(NAME, port=server.port, addresses=["127.0.0.1"], trust=ROOT.pem, limits=limits)


def assert_at_times(report: Report, code: str) -> None:
    assert report.verdict is Verdict.PARTIAL, report
    assert [item.code for item in report.causes] == [code], report
    cause = report.root_cause
    assert isinstance(cause, BackendFinding) and cause.intermittent and 0 < cause.failing < cause.attempts


@pytest.mark.parametrize("pattern", PATTERNS)
@pytest.mark.parametrize(("bad", "code"), [(closes, "backend-dead"), (resets, "backend-dead"), (alerts, "backend-refuses")])
def test_one_of_several_machines_is_bad(bad: Conversation, code: str, pattern: str) -> None:
    report = diagnose(ByTurns(GOOD, bad, pattern))
    assert_at_times(report, code)
    found = report.observations.get(Counterfactuals, report.endpoints[0])
    assert found is None or not found.proven or found.connections <= 24


def test_one_of_several_machines_is_silent() -> None:
    assert_at_times(diagnose(ByTurns(GOOD, is_silent, "ggb"), tlsdiag.Limits(handshake_timeout=2)), "backend-dead")


def test_a_server_that_was_down_for_the_first_connections_is_no_limit() -> None:
    report = diagnose(ByTurns(GOOD, closes, "b" * 20, then="g"))
    assert "rate-limited" not in {item.code for item in report.findings}
    assert report.verdict is Verdict.PARTIAL
    assert all(item.intermittent for item in report.causes)
