"""Probes against servers that drop some connections: a drop is asked again before it reads as a refusal, and where all is well nothing more is asked."""

from __future__ import annotations

import socket
import time
from typing import Any

import pytest
from dropping import QUICKLY, by_number

import tlsdiag
from tlsdiag import Report, Verdict
from tlsdiag.demo.scenarios import NAME, SCENARIOS
from tlsdiag.demo.servers import Conversation, closes, listening, resets
from tlsdiag.plugin import AcceptedVersions, OtherPorts, Repeats, Unavailable, Why
from tlsdiag.probes import patience


@pytest.fixture(autouse=True)
def impatient(monkeypatch: pytest.MonkeyPatch) -> None:
    """The pauses of a test are short."""
    from tlsdiag.probes import repeats

    monkeypatch.setattr(patience, "PAUSES", (0.01, 0.02))
    monkeypatch.setattr(repeats, "PAUSE", 0.01)
    monkeypatch.setattr(repeats, "COOLING", 0.02)


@pytest.fixture
def healthy() -> Any:
    """A scene with a healthy server."""
    return next(item for item in SCENARIOS if item.name == "healthy").build()


def diagnose(scene: Any, converse: Conversation, **options: Any) -> Report:
    with listening(converse) as server:
        return tlsdiag.diagnose(NAME, port=server.port, addresses=["127.0.0.1"], **{"limits": QUICKLY, **scene.options, **options})


def versions(report: Report) -> AcceptedVersions:
    found = report.observations.get(AcceptedVersions, report.endpoints[0])
    assert found is not None
    return found


def test_a_server_that_drops_everything_from_the_fifth_connection_on_refuses_nothing(healthy: Any) -> None:
    report = diagnose(healthy, by_number(healthy.converse, lambda number: number >= 4))
    assert not {item.version for item in versions(report).attempts if item.attempt.accepted is False and item.attempt.alert is None}
    assert "rate-limited" in {item.code for item in report.findings}, report
    assert report.verdict is Verdict.FLAWED


def test_a_single_drop_is_asked_again_and_answered(healthy: Any) -> None:
    report = diagnose(healthy, by_number(healthy.converse, lambda number: number == 4))
    assert versions(report).complete
    assert 0x0303 in versions(report).accepted


def test_every_other_connection_that_is_dropped_is_a_dead_machine(healthy: Any) -> None:
    report = diagnose(healthy, by_number(healthy.converse, lambda number: number % 2 == 1, closes))
    assert report.root_cause is not None and report.root_cause.code == "backend-dead", report
    assert report.verdict is Verdict.PARTIAL


def test_a_server_that_always_resets_is_broken_and_not_flaky(healthy: Any) -> None:
    report = diagnose(healthy, resets)
    assert report.verdict is Verdict.BROKEN
    assert not [item for item in report.findings if item.intermittent]
    assert not versions(report).refused


def test_a_healthy_server_costs_three_repetitions_and_no_other_port(healthy: Any) -> None:
    report = diagnose(healthy, healthy.converse)
    place = report.endpoints[0]
    repeats = report.observations.get(Repeats, place)
    assert repeats is not None and len(repeats.attempts) == 4
    beside = report.observations.find(OtherPorts, place)
    assert isinstance(beside, Unavailable) and beside.why is Why.NOT_APPLICABLE


def test_a_trickle_of_bytes_is_a_tarpit_and_ends_in_time(healthy: Any) -> None:
    def tarpit(connection: socket.socket) -> None:
        connection.recv(4096)
        for byte in b"\x16\x03\x03\x40\x00" + bytes(40):
            connection.sendall(bytes([byte]))
            time.sleep(0.15)

    limits = tlsdiag.Limits(connect_timeout=1, handshake_timeout=1.6)
    report = diagnose(healthy, tarpit, limits=limits)
    assert report.root_cause is not None and report.root_cause.code == "peer-tarpit", report
    assert [item.code for item in report.causes] == ["peer-tarpit"]


def test_a_slow_answer_is_no_tarpit(healthy: Any) -> None:
    def slow(connection: socket.socket) -> None:
        time.sleep(0.3)
        healthy.converse(connection)

    report = diagnose(healthy, slow)
    assert report.verdict is Verdict.HEALTHY, report
