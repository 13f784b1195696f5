"""A whole diagnosis over STARTTLS against scripted peers: protocols that no server at hand speaks, and what no honest server does."""

from __future__ import annotations

import asyncio
import ssl
import time
from pathlib import Path
from typing import Any

import pytest
import starttls_peers as peers
from patience import PATIENT

import tlsdiag
from tlsdiag import Report, Severity, Verdict
from tlsdiag.demo.servers import is_silent, listening, resets
from tlsdiag.iana import ProtocolVersion
from tlsdiag.observation import Why
from tlsdiag.plugin import AcceptedVersions, HandshakeOutcome, StarttlsDialogue, StarttlsFinding, StarttlsStep
from tlsdiag.testing import Authority, Expect, Reply, ScriptedDialer, Silence

NAME = "server.example"
ROOT = Authority.root(number=300)
ISSUED = ROOT.intermediate(number=301).issue(NAME)
OTHER = ROOT.intermediate(number=301).issue("other.example")
LIMITS = tlsdiag.Limits(handshake_timeout=1.5)


@pytest.fixture
def context(tmp_path: Path) -> ssl.SSLContext:
    return peers.server_context(ISSUED, tmp_path)


def diagnose(conversation: peers.Converse, protocol: str | None, **options: Any) -> Report:
    with listening(conversation) as server:
        return tlsdiag.diagnose(NAME, port=server.port, addresses=["127.0.0.1"], trust=ROOT.pem, starttls=protocol, **{"limits": LIMITS, **options})


def assert_cause(report: Report, code: str) -> StarttlsFinding:
    assert report.root_cause is not None and report.root_cause.code == code, report
    assert {key.partition("|")[0] for key in report.root_cause.explains} == {"client-handshake-failed"}
    assert isinstance(report.root_cause, StarttlsFinding)
    return report.root_cause


@pytest.mark.parametrize(("protocol", "words"), [("smtp", peers.SMTP), ("nntp", peers.NNTP), ("irc", peers.IRC), ("rdp", peers.RDP)])
def test_a_healthy_peer_has_nothing_above_info(protocol: str, words: tuple[bytes, ...], context: ssl.SSLContext) -> None:
    report = diagnose(peers.upgrading(context, words), protocol, limits=PATIENT)
    assert report.verdict is Verdict.HEALTHY, report
    assert report.filter(severity=Severity.LOW) == ()


@pytest.mark.parametrize("highest", [ssl.TLSVersion.TLSv1_2, ssl.TLSVersion.TLSv1_3])
def test_a_handshake_goes_in_the_packets_of_sql_server(highest: ssl.TLSVersion, tmp_path: Path) -> None:
    context = peers.server_context(ISSUED, tmp_path, highest=highest)
    report = diagnose(peers.sql_server(context, peers.TDS_ANSWER), "mssql", limits=PATIENT)
    assert report.verdict is Verdict.HEALTHY, report
    ours = report.observations.get(HandshakeOutcome, report.endpoints[0])
    versions = report.observations.get(AcceptedVersions, report.endpoints[0])
    assert ours is not None and ours.certificates[0] == ISSUED.der
    assert versions is not None and ProtocolVersion(0x0303) in versions.accepted


def test_a_fault_of_the_certificate_is_found_behind_sql_server_too(tmp_path: Path) -> None:
    context = peers.server_context(OTHER, tmp_path)
    report = diagnose(peers.sql_server(context, peers.TDS_ANSWER), "tds", limits=PATIENT)
    assert report.root_cause is not None and report.root_cause.code == "name-mismatch"


def test_what_is_injected_is_told_and_the_diagnosis_goes_on(context: ssl.SSLContext) -> None:
    words = (*peers.SMTP[:2], peers.SMTP[2] + b"250 injected\r\n")
    report = diagnose(peers.upgrading(context, words), "smtp", limits=PATIENT)
    assert [item.code for item in report.filter(severity=Severity.LOW)] == ["starttls-injection"]
    assert report.verdict is Verdict.FLAWED
    dialogue = report.observations.get(StarttlsDialogue, report.endpoints[0])
    assert dialogue is not None and dialogue.injected == b"250 injected\r\n"


def test_what_is_injected_a_moment_later_breaks_the_client_and_explains_it() -> None:
    greeting, capabilities, go_ahead = peers.SMTP
    script = [Reply(greeting), Expect(), Reply(capabilities), Expect(30), Reply(go_ahead), Reply(b"250 injected\r\n"), Silence()]
    target = tlsdiag.Target.parse(NAME, port=25, addresses=["192.0.2.1"], trust=ROOT.pem)
    report = asyncio.run(tlsdiag.Diagnosis(dialer=ScriptedDialer([script]), limits=LIMITS).run(target))
    assert report.root_cause is not None and report.root_cause.code == "starttls-injection", report
    assert {key.partition("|")[0] for key in report.root_cause.explains} == {"client-handshake-failed", "answer-not-tls"}


def test_a_protocol_in_which_the_client_speaks_first_is_named_by_its_own_word() -> None:
    def database(connection: Any) -> None:
        if connection.recv(4096)[4:] == bytes.fromhex("04d2162f"):
            connection.sendall(b"N")
            connection.recv(1)

    assert assert_cause(diagnose(database, "ldap"), "starttls-wrong-protocol").speaks == "postgres"


@pytest.mark.parametrize("answer", [peers.STRIPPED, peers.BLANKED])
def test_a_capability_that_was_written_over_is_stripped(answer: bytes) -> None:
    cause = assert_cause(diagnose(peers.saying((peers.SMTP[0], answer, b"500 what\r\n")), "smtp"), "starttls-stripped")
    assert cause.blame is tlsdiag.Blame.NETWORK
    assert cause.confidence is tlsdiag.Confidence.LIKELY


def test_a_request_that_is_taken_without_an_offer_is_stripped(context: ssl.SSLContext) -> None:
    assert_cause(diagnose(peers.upgrading(context, (peers.SMTP[0], peers.PLAIN, peers.SMTP[2])), "smtp"), "starttls-stripped")


def test_a_peer_without_an_offer_is_not_called_stripped() -> None:
    assert_cause(diagnose(peers.saying((peers.SMTP[0], peers.PLAIN, b"502 what\r\n")), "smtp"), "starttls-not-offered")


@pytest.mark.parametrize(
    ("protocol", "words", "said"),
    [
        ("smtp", (*peers.SMTP[:2], b"454 not now\r\n"), "454 not now"),
        ("rdp", (b"", bytes.fromhex("030000130ed000001234000300080003000000")), "SSL_CERT_NOT_ON_SERVER"),
        ("irc", (*peers.IRC[:2], b":i 691 * :no\r\n"), "691"),
        ("nntp", (*peers.NNTP[:2], b"580 no\r\n"), "580"),
    ],
)
def test_a_refusal_is_told_with_the_words_and_the_step(protocol: str, words: tuple[bytes, ...], said: str) -> None:
    cause = assert_cause(diagnose(peers.saying(words), protocol), "starttls-refused")
    assert said in cause.detail and cause.step is StarttlsStep.REQUEST


def test_silence_is_told_within_one_and_a_half_times_the_timeout() -> None:
    began = time.monotonic()
    cause = assert_cause(diagnose(is_silent, "smtp", limits=tlsdiag.Limits(handshake_timeout=2)), "starttls-silent")
    assert time.monotonic() - began < 3 * 1.5  # half of it again for a slow machine
    assert cause.step is StarttlsStep.GREETING


def test_a_peer_that_falls_silent_midway_is_told_with_the_step() -> None:
    cause = assert_cause(diagnose(peers.saying(peers.SMTP[:2]), "smtp"), "starttls-silent")
    assert cause.step is StarttlsStep.REQUEST


@pytest.mark.parametrize("conversation", [peers.saying((b"",), close=True), resets])
def test_a_peer_that_hangs_up_is_told(conversation: peers.Converse) -> None:
    assert_cause(diagnose(conversation, "postgres"), "starttls-closed")


def test_a_peer_that_goes_on_in_the_clear_does_not_answer_in_tls() -> None:
    report = diagnose(peers.saying((*peers.SMTP, b"220 mail.example ESMTP again\r\n")), "smtp")
    assert report.root_cause is not None and report.root_cause.code == "answer-not-tls"


def test_a_peer_that_is_silent_after_its_go_ahead_is_silent() -> None:
    report = diagnose(peers.saying(peers.SMTP), "smtp")
    assert report.root_cause is not None and report.root_cause.code == "peer-silent"


def test_an_unknown_protocol_is_shown_with_its_first_bytes() -> None:
    cause = assert_cause(diagnose(peers.saying((b"\x00\x01\x02\x03", b"")), "imap"), "starttls-silent")
    assert cause.answer == b"\x00\x01\x02\x03"
    cause = assert_cause(diagnose(peers.saying((b"hello there\r\n", b"")), "imap"), "starttls-wrong-protocol")
    assert cause.speaks is None and "hello there" in cause.detail


def test_a_web_server_is_named_when_it_is_greeted_in_another_protocol() -> None:
    def web(connection: Any) -> None:
        if connection.recv(4096):
            connection.sendall(b"HTTP/1.1 400 Bad Request\r\n\r\n")

    assert assert_cause(diagnose(web, "smtp"), "starttls-wrong-protocol").speaks == "http"
    assert assert_cause(diagnose(web, "ldap"), "starttls-wrong-protocol").speaks == "http"


def test_without_starttls_the_probe_costs_nothing(context: ssl.SSLContext) -> None:
    report = diagnose(peers.upgrading(context, (b"",)), None)
    unavailable = [item for name, _, item in report.observations.unavailable if name == StarttlsDialogue.name]
    assert [item.why for item in unavailable] == [Why.NOT_APPLICABLE]
    assert not any("starttls" in line for line in str(report).splitlines())


def test_a_budget_that_is_spent_is_no_verdict_about_starttls(context: ssl.SSLContext) -> None:
    report = diagnose(peers.upgrading(context, peers.SMTP), "smtp", limits=tlsdiag.Limits(connections=1))
    unavailable = [item for name, _, item in report.observations.unavailable if name == StarttlsDialogue.name]
    assert [item.why for item in unavailable] == [Why.FAILED]
