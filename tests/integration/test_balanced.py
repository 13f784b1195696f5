"""Several real servers behind one address, or one name: what fails at times is told with its share, and what only differs is no alarm."""

from __future__ import annotations

import ssl
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
from balanced import addressed, balanced, machines
from patience import PATIENT
from servers import RunningServer, free_port

import tlsdiag
from tlsdiag import Report, Severity, Verdict
from tlsdiag.plugin import AcceptedVersions, BackendFinding, ForwardSecrecy, Repeats, ServedChain
from tlsdiag.testing import Authority, Issued, Window

NAME = "server.example"
ROOT = Authority.root(number=300)
ISSUING = ROOT.intermediate(number=301)
NOW = datetime.now(UTC)
GOOD, OTHER = ISSUING.issue(NAME), ISSUING.issue(NAME, number=9)
EXPIRED = ISSUING.issue(NAME, number=8, window=Window(not_before=NOW - timedelta(days=90), not_after=NOW - timedelta(days=3)))


def with_(issued: Issued, **options: Any) -> dict[str, Any]:
    """The options of a server with this certificate."""
    return {"chain_pem": issued.chain_pem, "key_pem": issued.key_pem, **options}


def diagnose(server: RunningServer, addresses: Sequence[str] = ("127.0.0.1",), **options: Any) -> Report:
    """Diagnose what stands before the servers."""
    if "client" not in options:
        options["trust"] = ROOT.pem
    return tlsdiag.diagnose(NAME, port=server.port, addresses=addresses, limits=PATIENT, **options)


@contextmanager
def pool(*options: dict[str, Any], limit: Sequence[str] = (), more: Sequence[int] = ()) -> Iterator[RunningServer]:
    """A balancer before servers with these options, and before more ports."""
    with machines(*options) as ports, balanced([*ports, *more], limit=limit) as server:
        yield server


def root_cause(report: Report) -> BackendFinding:
    """The root cause, which is about several machines."""
    assert isinstance(report.root_cause, BackendFinding), report
    return report.root_cause


def test_two_machines_that_are_alike_have_nothing_above_info() -> None:
    with pool(with_(GOOD), with_(GOOD)) as server:
        report = diagnose(server)
    assert report.findings == ()
    assert report.verdict is Verdict.HEALTHY
    assert report.connections <= 20


def test_two_valid_certificates_are_only_mentioned() -> None:
    with pool(with_(GOOD), with_(OTHER)) as server:
        report = diagnose(server)
    assert [item.code for item in report.findings] == ["backends-differ-certificate"]
    assert report.verdict is Verdict.HEALTHY
    assert report.connections <= 20


@pytest.mark.parametrize("before", [0, 1])
def test_one_machine_with_an_expired_certificate_is_the_cause_whoever_met_it(before: int) -> None:
    with pool(with_(GOOD), with_(EXPIRED)) as server:
        for _ in range(before):  # moves the balancer on, so that the client meets the other machine
            ssl.get_server_certificate((server.host, server.port))
        report = diagnose(server)
    cause = root_cause(report)
    assert cause.code == "backend-certificate-bad"
    assert "expired" in cause.title and f"of {cause.attempts} connections" in cause.detail
    assert 0 < cause.failing < cause.attempts
    assert cause.certificates == (EXPIRED.der,)
    assert report.verdict is Verdict.PARTIAL
    assert "works at times and fails at times" in str(report)
    assert [item.code for item in report.causes] == ["backend-certificate-bad"]


def test_a_constant_fault_comes_before_one_that_is_there_at_times() -> None:
    with pool(with_(GOOD), with_(EXPIRED)) as server:
        report = diagnose(server, client=ssl.create_default_context())
    assert report.root_cause is not None
    assert not report.root_cause.intermittent
    assert report.verdict is Verdict.BROKEN
    assert "backend-certificate-bad" in {item.code for item in report.findings}


def test_a_dead_machine_behind_the_balancer_is_told_with_its_share() -> None:
    with pool(with_(GOOD), more=[free_port()]) as server:
        report = diagnose(server)
    cause = root_cause(report)
    assert cause.code == "backend-dead"
    assert cause.failing < cause.attempts
    assert report.verdict is Verdict.PARTIAL
    assert [item.code for item in report.causes] == ["backend-dead"]


def test_a_machine_without_tls_is_told_as_one_that_fails() -> None:
    with machines({"tls": "none"}) as plain, pool(with_(GOOD), more=plain) as server:
        report = diagnose(server)
    assert root_cause(report).code == "backend-dead"
    assert [item.code for item in report.causes] == ["backend-dead"]


def test_different_versions_are_a_flaw_for_a_client_that_takes_both() -> None:
    with pool(with_(GOOD), with_(GOOD, versions=("TLSv1.2",))) as server:
        report = diagnose(server)
    assert [item.code for item in report.filter(severity=Severity.LOW)] == ["backends-differ-versions"]
    assert report.verdict is Verdict.FLAWED


def test_different_versions_are_the_cause_for_a_client_that_takes_one() -> None:
    client = ssl.create_default_context(cadata=ROOT.pem.decode())
    client.minimum_version = ssl.TLSVersion.TLSv1_3
    with pool(with_(GOOD), with_(GOOD, versions=("TLSv1.2",))) as server:
        report = diagnose(server, client=client)
    assert root_cause(report).code == "backends-differ-versions"
    assert report.verdict is Verdict.PARTIAL


def test_a_machine_that_does_not_know_the_name_is_told() -> None:
    with pool(with_(GOOD), with_(GOOD, server_names=("other.example",), sni_strict=True)) as server:
        report = diagnose(server)
    assert root_cause(report).code == "backend-refuses"
    assert report.verdict is Verdict.PARTIAL


def test_an_application_protocol_that_one_machine_lacks_is_mentioned() -> None:
    with pool(with_(GOOD, alpn=("h2", "http/1.1")), with_(GOOD)) as server:
        report = diagnose(server, alpn=["h2", "http/1.1"])
    assert "backends-differ-settings" in {item.code for item in report.findings}
    assert report.verdict is Verdict.HEALTHY


@pytest.mark.parametrize("versions", [("TLSv1.2",), ("TLSv1.2", "TLSv1.3")])
def test_tickets_that_are_not_shared_are_told_in_full(versions: tuple[str, ...]) -> None:
    with pool(with_(GOOD, versions=versions), with_(GOOD, versions=versions)) as server:
        report = diagnose(server, depth="full")
    assert "tickets-not-shared" in {item.code for item in report.findings}
    assert report.filter(severity=Severity.LOW) == ()


def test_tickets_of_one_key_are_taken_everywhere(tmp_path: Path) -> None:
    key = tmp_path / "ticket.key"
    key.write_bytes(bytes(range(80)))
    shared = with_(GOOD, extra=(f"ssl_session_ticket_key {key};",))
    with pool(shared, shared) as server:
        report = diagnose(server, depth="full")
    assert "tickets-not-shared" not in {item.code for item in report.findings}


_TRACK = "tcp-request connection track-sc0 src"
LIMITS = {
    "recovers": ["stick-table type ip size 1k expire 2s store conn_rate(1s)", _TRACK, "tcp-request connection reject if { sc0_conn_rate gt 6 }"],
    "bans": ["stick-table type ip size 1k expire 60s store conn_cnt", _TRACK, "tcp-request connection reject if { sc0_conn_cnt gt 5 }"],
}  # fmt: skip


@pytest.mark.parametrize("kind", LIMITS)
def test_a_limit_is_told_as_a_limit_and_never_as_a_refusal(kind: str) -> None:
    with pool(with_(GOOD), limit=LIMITS[kind]) as server:
        report = diagnose(server)
    codes = {item.code for item in report.findings}
    assert "rate-limited" in codes, report
    assert not codes & {"tls13-missing", "no-forward-secrecy", "no-common-version", "server-name-needed", "backend-dead"}
    assert report.verdict is not Verdict.HEALTHY
    (endpoint,) = report.endpoints
    versions = report.observations.get(AcceptedVersions, endpoint)
    assert versions is not None
    if kind == "bans":
        dropped = [item for item in versions.attempts if item.attempt.alert is None and not item.attempt.accepted]
        assert dropped and all(item.attempt.accepted is None for item in dropped)


def test_a_limit_does_not_make_a_suite_without_forward_secrecy_final() -> None:
    rsa = ISSUING.issue(NAME, key="rsa")
    options = with_(rsa, versions=("TLSv1.2",), ciphers="AES128-GCM-SHA256:ECDHE-RSA-AES128-GCM-SHA256", extra=("ssl_prefer_server_ciphers on;",))
    with pool(options, limit=LIMITS["bans"]) as server:
        report = diagnose(server)
    (endpoint,) = report.endpoints
    secrecy, served = report.observations.get(ForwardSecrecy, endpoint), report.observations.get(ServedChain, endpoint)
    assert secrecy is not None and not secrecy.agreed
    assert secrecy.only_ephemeral is None or secrecy.only_ephemeral.accepted is not False
    assert served is None or all(item is None or item.accepted is not False for item in (served.without_name, served.rsa, served.ecdsa))


def test_a_version_that_is_dropped_without_a_word_while_others_work_is_refused() -> None:
    # GnuTLS hangs up on an SSL 2.0 hello
    with machines(with_(GOOD), kind="gnutls") as (port,), balanced([port]) as server:
        report = diagnose(server)
    versions = report.observations.get(AcceptedVersions, report.endpoints[0])
    assert versions is not None and versions.complete
    assert {0x0002, 0x0300} <= set(versions.refused)


def test_one_of_two_addresses_with_an_expired_certificate_is_the_cause_there() -> None:
    reports = []
    with machines(with_(GOOD), with_(EXPIRED)) as (good, bad), addressed({"127.0.0.1": good, "127.0.0.2": bad}) as server:
        for places in (["127.0.0.1", "127.0.0.2"], ["127.0.0.2", "127.0.0.1"]):
            reports.append(diagnose(server, places))
    for report in reports:
        assert report.verdict is Verdict.PARTIAL
        assert report.root_cause is not None and report.root_cause.code == "certificate-expired"
        assert report.root_cause.endpoint is not None and report.root_cause.endpoint.address == "127.0.0.2"
        (disagree,) = report.filter(code="addresses-disagree")
        assert "127.0.0.2" in disagree.detail
    first, second = ([(item.key, item.severity, item.explains) for item in report.findings] for report in reports)
    assert first == second


def test_addresses_with_different_versions_are_told() -> None:
    with machines(with_(GOOD), with_(GOOD, versions=("TLSv1.2",))) as (new, old), addressed({"127.0.0.1": new, "::1": old}) as server:
        report = diagnose(server, ["127.0.0.1", "::1"])
    assert [item.code for item in report.filter(severity=Severity.LOW)] == ["addresses-disagree"]


def test_addresses_with_a_valid_certificate_each_are_only_mentioned() -> None:
    with machines(with_(GOOD), with_(OTHER)) as (one, two), addressed({"127.0.0.1": one, "127.0.0.2": two}) as server:
        report = diagnose(server, ["127.0.0.1", "127.0.0.2"])
    assert [(item.code, item.severity) for item in report.findings] == [("addresses-disagree", Severity.INFO)]
    assert report.verdict is Verdict.HEALTHY


def test_quick_looks_further_only_when_something_failed() -> None:
    with pool(with_(GOOD), with_(GOOD)) as server:
        report = diagnose(server, depth="quick")
    assert report.connections <= 4
    assert report.observations.get(Repeats, report.endpoints[0]) is None


@pytest.mark.parametrize("version", ["TLSv1.2", "TLSv1.3"])
def test_a_client_certificate_in_the_callers_own_context_is_no_sign_of_two_machines(version: str, tmp_path: Path) -> None:
    mine = ISSUING.issue("me.example", usages=("client",), number=7)
    (tmp_path / "me.pem").write_bytes(mine.key_pem + mine.chain_pem)
    client = ssl.create_default_context(cadata=ROOT.pem.decode())
    client.load_cert_chain(tmp_path / "me.pem")
    with machines(with_(GOOD, versions=(version,), client_ca_pem=ROOT.pem), kind="openssl") as (port,), balanced([port]) as server:
        report = diagnose(server, client=client)
    assert not [item for item in report.findings if item.intermittent or item.code.startswith("backend")], report
