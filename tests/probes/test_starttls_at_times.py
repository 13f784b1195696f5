"""A STARTTLS endpoint that works at times: one bad machine behind an address, or one that was stalled for a moment; and what looks like it and is not."""

from __future__ import annotations

import socket
import ssl
import time
from pathlib import Path
from typing import Any

import pytest
import starttls_peers as peers
from by_turns import PATTERNS, ByTurns, listening_by_turns
from patience import PATIENT

import tlsdiag
from tlsdiag import Report, Severity, Verdict
from tlsdiag.demo.servers import is_silent, listening, resets
from tlsdiag.plugin import BackendFinding, ClientOutcome, Confidence, Repeats, StarttlsDialogue, StarttlsFinding, StarttlsRefusal
from tlsdiag.testing import Authority

NAME = "server.example"
ROOT = Authority.root(number=300)
ISSUED = ROOT.intermediate(number=301).issue(NAME)
HASTY = tlsdiag.Limits(handshake_timeout=1.5)  # for peers that are silent on purpose: each of those costs a part of it


@pytest.fixture
def good(tmp_path: Path) -> peers.Converse:
    return peers.upgrading(peers.server_context(ISSUED, tmp_path), peers.SMTP)


@pytest.fixture(autouse=True)
def _without_pauses(monkeypatch: pytest.MonkeyPatch) -> None:
    """Scripted peers go by the number of a connection, and not by the time: there is nothing to wait for."""
    monkeypatch.setattr("tlsdiag.probes.repeats.PAUSE", 0.01)
    monkeypatch.setattr("tlsdiag.probes.repeats.COOLING", 0.01)
    monkeypatch.setattr("tlsdiag.probes.patience.PAUSES", (0.01, 0.02, 0.05))


def closes(_: socket.socket) -> None:
    """End it before a word is said."""


def drops(connection: socket.socket) -> None:
    """Greet, and reset when the client answers."""
    connection.sendall(peers.SMTP[0])
    resets(connection)


LOST = {"closes": closes, "resets": drops, "is silent": is_silent}
SAID = {
    "does not offer": peers.saying((peers.SMTP[0], peers.PLAIN, b"502 no\r\n")),
    "refuses": peers.saying((*peers.SMTP[:2], b"454 TLS not available\r\n")),
    "turns away": peers.saying((b"421 try another machine\r\n",), close=True),
}
TITLES = {
    "does not offer": "Some machines behind the address do not offer STARTTLS",
    "refuses": "Some machines behind the address refuse to begin TLS",
    "turns away": "Some connections are turned away before TLS can begin",
}
AFTERWARDS = peers.saying(peers.SMTP, close=True)


def diagnose(conversation: peers.Converse, **options: Any) -> Report:
    with listening_by_turns(conversation) if isinstance(conversation, ByTurns) else listening(conversation) as server:
        return tlsdiag.diagnose(NAME, port=server.port, addresses=["127.0.0.1"], trust=ROOT.pem, starttls="smtp", **{"limits": PATIENT, **options})


def assert_at_times(report: Report, code: str) -> BackendFinding:
    """It is neither healthy nor broken, for one reason, with its share."""
    assert report.verdict is Verdict.PARTIAL, report
    assert [item.code for item in report.causes] == [code], report
    cause = report.root_cause
    assert isinstance(cause, BackendFinding) and cause.intermittent
    assert 0 < cause.failing < cause.attempts
    assert f"of {cause.attempts} connections" in cause.detail
    return cause


def consequences(report: Report) -> set[str]:
    """The codes that the root cause explains."""
    assert report.root_cause is not None
    return {key.partition("|")[0] for key in report.root_cause.explains}


@pytest.mark.parametrize(
    ("fault", "pattern"),
    [*((fault, pattern) for fault in ("closes", "resets") for pattern in PATTERNS), ("is silent", "gb"), ("is silent", "bbg")],
)
def test_a_machine_that_is_lost_before_tls_is_a_dead_backend_at_times(fault: str, pattern: str, good: peers.Converse) -> None:
    report = diagnose(ByTurns(good, LOST[fault], pattern), limits=HASTY if fault == "is silent" else PATIENT)
    cause = assert_at_times(report, "backend-dead")
    assert "openssl s_client -starttls smtp" in cause.fix.snippets["openssl"]


@pytest.mark.parametrize("pattern", PATTERNS)
@pytest.mark.parametrize("fault", SAID)
def test_a_machine_that_refuses_in_words_is_told_with_its_words(fault: str, pattern: str, good: peers.Converse) -> None:
    report = diagnose(ByTurns(good, SAID[fault], pattern))
    cause = assert_at_times(report, "backend-refuses")
    assert cause.title == TITLES[fault]
    assert {"does not offer": "not among", "refuses": "454 TLS not available", "turns away": "421 try another machine"}[fault] in cause.detail
    others = [item for item in report.findings if item.code.startswith("starttls-")]
    assert all(item.explained_by == (cause.key,) for item in others)
    assert report.connections <= 30


@pytest.mark.parametrize("fault", SAID)
def test_what_one_dialogue_of_several_met_is_named_by_its_refusal(fault: str, good: peers.Converse) -> None:
    # one of the first three dialogues: that which is written down, the client's, or our own handshake's
    codes = {"does not offer": "starttls-not-offered", "refuses": "starttls-refused", "turns away": "starttls-greeting-refused"}
    for pattern in ("gggb", "ggb", "gb"):
        report = diagnose(ByTurns(good, SAID[fault], pattern, then="g"))
        found = {item.code for item in report.findings if item.code.startswith("starttls-")}
        assert found <= {codes[fault]}, report
        for item in report.filter(code=codes[fault]):
            assert isinstance(item, StarttlsFinding) and item.refusal is not None


@pytest.mark.parametrize("fault", [*LOST, *SAID])
def test_one_connection_in_many_is_enough_to_be_told(fault: str, good: peers.Converse) -> None:
    bad = {**LOST, **SAID}[fault]
    report = diagnose(ByTurns(good, bad, "ggggggggb" + "g" * 40), limits=HASTY if fault == "is silent" else PATIENT)
    cause = assert_at_times(report, "backend-dead" if fault in LOST else "backend-refuses")
    assert cause.attempts >= 15
    if fault != "is silent":  # a stalled test machine makes others late
        assert cause.failing == 1
        assert ("may be chance" in cause.detail) is (fault in LOST)


@pytest.mark.parametrize("pattern", PATTERNS)
def test_a_machine_that_hangs_up_after_its_go_ahead_is_a_dead_backend_at_times(pattern: str, good: peers.Converse) -> None:
    assert_at_times(diagnose(ByTurns(good, AFTERWARDS, pattern)), "backend-dead")


@pytest.mark.parametrize("fault", ["closes", "is silent"])
def test_a_server_that_was_stalled_for_a_moment_is_heard_by_the_further_connections(fault: str, good: peers.Converse) -> None:
    report = diagnose(ByTurns(good, LOST[fault], "bbbb", then="g"), limits=tlsdiag.Limits(handshake_timeout=3))
    cause = assert_at_times(report, "backend-dead")
    assert "The first 3 failed and all after them worked" in cause.detail
    assert consequences(report) == {"client-handshake-failed", "starttls-silent" if fault == "is silent" else "starttls-closed"}
    dialogue = report.observations.get(StarttlsDialogue, report.endpoints[0])
    assert dialogue is not None and dialogue.greeted > 0


def test_two_bad_machines_are_both_told_each_with_its_share(good: peers.Converse) -> None:
    bad = ByTurns(closes, SAID["refuses"], "gb")
    report = diagnose(ByTurns(good, bad, "gb"))
    assert report.verdict is Verdict.PARTIAL
    assert {item.code for item in report.causes} == {"backend-dead", "backend-refuses"}


def test_in_quick_it_is_looked_at_too(good: peers.Converse) -> None:
    report = diagnose(ByTurns(good, SAID["does not offer"], "gb"), depth="quick")
    assert_at_times(report, "backend-refuses")


@pytest.mark.parametrize(
    ("fault", "code", "most"),
    [
        ("closes", "starttls-closed", 7),
        ("is silent", "starttls-silent", 7),
        ("does not offer", "starttls-not-offered", 4),
        ("refuses", "starttls-refused", 4),
        ("turns away", "starttls-greeting-refused", 4),
    ],
)
def test_a_steady_fault_stays_what_it_is_at_no_further_cost(fault: str, code: str, most: int) -> None:
    report = diagnose({**LOST, **SAID}[fault], limits=HASTY)
    assert report.verdict is Verdict.BROKEN
    assert [item.code for item in report.causes] == [code]
    assert consequences(report) == {"client-handshake-failed"}
    assert report.connections <= most
    assert report.observations.get(Repeats, report.endpoints[0]) is None


def greeting_after(seconds: float, good: peers.Converse) -> peers.Converse:
    def converse(connection: socket.socket) -> None:
        time.sleep(seconds)
        good(connection)

    return converse


def test_a_server_that_greets_later_than_the_timeout_is_silent_and_may_be_given_more_time(good: peers.Converse) -> None:
    report = diagnose(greeting_after(3, good), limits=HASTY)
    assert [item.code for item in report.causes] == ["starttls-silent"]
    assert report.root_cause is not None and "more time" in report.root_cause.fix.summary
    assert report.verdict is Verdict.BROKEN


def test_a_server_that_greets_late_and_within_the_timeout_is_healthy(good: peers.Converse) -> None:
    # later than a repetition would wait for a quick one
    report = diagnose(greeting_after(1.4, good), limits=tlsdiag.Limits(handshake_timeout=4))
    assert report.verdict is Verdict.HEALTHY, report


def test_a_healthy_server_counts_every_dialogue_and_none_that_failed(good: peers.Converse) -> None:
    report = diagnose(good)
    repeats = report.observations.get(Repeats, report.endpoints[0])
    assert repeats is not None and repeats.tries
    assert all(item.failure is None for item in repeats.tries)
    assert report.connections <= 20


@pytest.mark.parametrize("words", [b"421 4.7.0 Error: too many connections from unknown[192.0.2.7]\r\n", b"421 come back later\r\n"])
@pytest.mark.parametrize("room", [4, 8])
def test_a_limit_in_words_is_a_limit_and_no_machine(room: int, words: bytes, good: peers.Converse) -> None:
    report = diagnose(ByTurns(good, peers.saying((words,), close=True), "g" * room, then="b"))
    assert "rate-limited" in {item.code for item in report.findings}, report
    assert not {"backend-dead", "backend-refuses"} & {item.code for item in report.findings}
    assert not any(item.blocks for item in report.findings)
    assert report.connections <= 20


def test_a_limit_that_leaves_room_for_one_is_the_cause_where_that_was_not_the_client(good: peers.Converse) -> None:
    report = diagnose(ByTurns(good, peers.saying((b"421 too many\r\n",), close=True), "gg", then="b"))
    client = report.observations.get(ClientOutcome, report.endpoints[0])
    assert client is not None
    assert report.verdict is (Verdict.FLAWED if client.completed else Verdict.PARTIAL), report
    assert [item.code for item in report.causes] == ([] if client.completed else ["rate-limited"])
    assert "refused: so many are enough" in report.filter(code="rate-limited")[0].detail


def test_a_limit_that_says_so_needs_no_pattern(good: peers.Converse) -> None:
    words = b"421 There are too many connections from your internet address.\r\n"
    report = diagnose(ByTurns(good, peers.saying((words,), close=True), "ggggggggb" + "g" * 40))
    assert [item.code for item in report.filter(severity=Severity.LOW)] == ["rate-limited"], report


def test_a_refusal_is_no_limit_where_it_is_about_what_the_server_can_do(good: peers.Converse) -> None:
    report = diagnose(ByTurns(good, SAID["does not offer"], "g" * 6, then="b"))
    assert_at_times(report, "backend-refuses")


def test_a_machine_with_another_protocol_is_told_as_one_that_fails(good: peers.Converse) -> None:
    web = peers.saying((b"HTTP/1.1 503 Service Unavailable\r\nConnection: close\r\n\r\n",), close=True)
    report = diagnose(ByTurns(good, web, "gb"))
    cause = assert_at_times(report, "backend-dead")
    assert "another protocol" in cause.detail


def test_what_was_counted_survives_a_saved_report(good: peers.Converse) -> None:
    report = diagnose(ByTurns(good, SAID["refuses"], "gb"))
    again = Report.from_json(report.to_json())
    assert again.to_dict() == report.to_dict()
    assert [item.key for item in again.recheck().findings] == [item.key for item in report.findings]
    repeats = again.observations.get(Repeats, again.endpoints[0])
    assert repeats is not None
    assert {item.failure.refusal for item in repeats.tries if item.failure is not None} == {StarttlsRefusal.REFUSED.value}
    assert Confidence.PROVEN in {item.confidence for item in report.causes}


def test_the_context_of_the_caller_is_repeated_too(good: peers.Converse) -> None:
    client = ssl.create_default_context(cadata=ROOT.pem.decode())
    with listening_by_turns(ByTurns(good, closes, "gb")) as server:
        report = tlsdiag.diagnose(NAME, port=server.port, addresses=["127.0.0.1"], client=client, starttls="smtp", limits=PATIENT)
    assert_at_times(report, "backend-dead")
