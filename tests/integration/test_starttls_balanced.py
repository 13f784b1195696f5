"""Several real servers with STARTTLS behind one address, one of them bad; and limits that are no machine."""

from __future__ import annotations

import socket
from collections.abc import Iterator, Sequence
from contextlib import ExitStack, contextmanager
from typing import Any

import pytest
from balanced import balanced, machines
from patience import PATIENT
from servers import RunningServer, free_port

import tlsdiag
from tlsdiag import Report, Severity, Verdict
from tlsdiag.plugin import BackendFinding
from tlsdiag.testing import Authority

NAME = "server.example"
ROOT = Authority.root(number=300)
ISSUED = ROOT.intermediate(number=301).issue(NAME)
GOOD: dict[str, Any] = {"chain_pem": ISSUED.chain_pem, "key_pem": ISSUED.key_pem, "tls": "starttls"}
OFF: dict[str, Any] = {"tls": "none"}
NO_KEY: dict[str, Any] = {**GOOD, "extra": ("smtpd_tls_chain_files =", "smtpd_tls_cert_file = /nonexistent.pem")}
KINDS = {"smtp": "postfix", "imap": "dovecot", "postgres": "postgresql"}


@contextmanager
def pool(kind: str, *options: dict[str, Any], dead: int = 0, limit: Sequence[str] = ()) -> Iterator[RunningServer]:
    """A balancer before servers of a kind with these options, and before so many ports on which nothing listens."""
    with ExitStack() as stack:
        ports = stack.enter_context(machines(*options, kind=kind))
        yield stack.enter_context(balanced([*ports, *(free_port() for _ in range(dead))], limit=limit))


def diagnose(server: RunningServer, protocol: str, **options: Any) -> Report:
    return tlsdiag.diagnose(NAME, port=server.port, addresses=[server.host], trust=ROOT.pem, starttls=protocol, limits=PATIENT, **options)


def turn(server: RunningServer) -> None:
    """One connection, so that the diagnosis begins at the other machine."""
    socket.create_connection((server.host, server.port), 5).close()


def assert_at_times(report: Report, code: str) -> BackendFinding:
    assert report.verdict is Verdict.PARTIAL, report
    assert [item.code for item in report.causes] == [code], report
    cause = report.root_cause
    assert isinstance(cause, BackendFinding) and cause.intermittent
    assert 0 < cause.failing < cause.attempts
    assert "works at times and fails at times" in str(report)
    return cause


@pytest.mark.parametrize("protocol", KINDS)
def test_two_machines_that_are_alike_have_nothing_above_info(protocol: str) -> None:
    with pool(KINDS[protocol], GOOD, GOOD) as server:
        report = diagnose(server, protocol)
    assert report.filter(severity=Severity.LOW) == (), report
    assert report.verdict is Verdict.HEALTHY
    assert report.connections <= 20


@pytest.mark.parametrize("before", [0, 1])
@pytest.mark.parametrize("protocol", KINDS)
def test_a_machine_without_starttls_is_told_whoever_met_it(protocol: str, before: int) -> None:
    with pool(KINDS[protocol], GOOD, OFF) as server:
        for _ in range(before):
            turn(server)
        report = diagnose(server, protocol)
    cause = assert_at_times(report, "backend-refuses")
    assert cause.title == "Some machines behind the address do not offer STARTTLS"
    assert KINDS[protocol] in cause.fix.snippets


def test_a_postfix_whose_key_cannot_be_read_is_told_with_its_words() -> None:
    with pool("postfix", GOOD, NO_KEY) as server:
        report = diagnose(server, "smtp")
    cause = assert_at_times(report, "backend-refuses")
    assert "454 4.7.0 TLS not available" in cause.detail and cause.title == "Some machines behind the address refuse to begin TLS"


@pytest.mark.parametrize("protocol", KINDS)
def test_a_dead_machine_is_told_with_its_share(protocol: str) -> None:
    with pool(KINDS[protocol], GOOD, dead=1) as server:
        report = diagnose(server, protocol)
    assert_at_times(report, "backend-dead")


@pytest.mark.parametrize(("options", "code"), [(OFF, "starttls-not-offered"), (NO_KEY, "starttls-refused")])
def test_two_machines_with_the_same_fault_are_one_that_is_broken(options: dict[str, Any], code: str) -> None:
    with pool("postfix", options, options) as server:
        report = diagnose(server, "smtp")
    assert report.verdict is Verdict.BROKEN
    assert [item.code for item in report.causes] == [code]
    assert report.connections <= 4


def test_nothing_but_dead_machines_is_broken() -> None:
    with balanced([free_port(), free_port()]) as server:
        report = diagnose(server, "smtp")
    assert report.verdict is Verdict.BROKEN
    assert [item.code for item in report.causes] == ["starttls-closed"]


@pytest.mark.parametrize("setting", ["rate_limit = 4", "rate_limit = 9", "count_limit = 2"])
def test_a_limit_of_postfix_is_a_limit_and_no_machine(setting: str) -> None:
    with machines({**GOOD, "extra": (f"smtpd_client_connection_{setting}", "smtpd_client_event_limit_exceptions =")}, kind="postfix") as (port,):
        report = tlsdiag.diagnose(NAME, port=port, addresses=["127.0.0.1"], trust=ROOT.pem, starttls="smtp", limits=PATIENT)
    codes = {item.code for item in report.findings}
    assert "rate-limited" in codes, report
    assert not codes & {"backend-dead", "backend-refuses"}
    assert {item.code for item in report.causes} <= {"rate-limited"}


def test_a_ban_of_the_balancer_is_a_limit_and_no_machine() -> None:
    rules = [
        "stick-table type ip size 1k expire 60s store conn_cnt",
        "tcp-request connection track-sc0 src",
        "tcp-request connection reject if { sc0_conn_cnt gt 6 }",
    ]
    with pool("postfix", GOOD, limit=rules) as server:
        report = diagnose(server, "smtp")
    codes = {item.code for item in report.findings}
    assert "rate-limited" in codes and "backend-dead" not in codes, report
