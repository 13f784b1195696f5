"""STARTTLS with real servers: healthy over it, switched off, expired behind it, refused, another protocol; the same as `openssl s_client` sees."""

from __future__ import annotations

import socket
import ssl
import subprocess
from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from patience import HASTY, PATIENT
from servers import RunningServer, free_port

import tlsdiag
from tlsdiag import Report, Severity, Verdict
from tlsdiag.certificates import read_certificate
from tlsdiag.plugin import ClientOutcome, HandshakeOutcome, StarttlsDialogue, StarttlsFinding
from tlsdiag.testing import Authority, Issued, Window

Serve = Callable[..., RunningServer]
NAME = "server.example"
ROOT = Authority.root(number=300)
ISSUING = ROOT.intermediate(number=301)
# protocol -> the server that speaks it, its options, and what `openssl s_client -starttls` calls it
SERVERS: dict[str, tuple[str, dict[str, Any], str]] = {
    "smtp": ("postfix", {}, "smtp"),
    "imap": ("dovecot", {}, "imap"),
    "pop3": ("dovecot", {"protocol": "pop3"}, "pop3"),
    "sieve": ("dovecot", {"protocol": "sieve"}, "sieve"),
    "lmtp": ("dovecot", {"protocol": "lmtp"}, "lmtp"),
    "ftp": ("vsftpd", {}, "ftp"),
    "ldap": ("slapd", {}, "ldap"),
    "xmpp": ("prosody", {"server_names": (NAME,)}, "xmpp"),
    "xmpp-server": ("prosody", {"server_names": (NAME,), "protocol": "xmpp-server"}, "xmpp-server"),
    "postgres": ("postgresql", {}, "postgres"),
    "mysql": ("mariadb", {}, "mysql"),
}


def started(serve: Serve, protocol: str, issued: Issued | None = None, **options: Any) -> RunningServer:
    """The server of a protocol with STARTTLS, or without TLS where there is no certificate."""
    kind, own, _ = SERVERS[protocol]
    if issued is None:
        return serve(kind, tls="none", **own, **options)
    return serve(kind, chain_pem=issued.chain_pem, key_pem=issued.key_pem, **{"tls": "starttls", **own, **options})


def diagnose(server: RunningServer, protocol: str | None, **options: Any) -> Report:
    """Diagnose a server on loopback over STARTTLS."""
    options.setdefault("limits", PATIENT)
    if "client" not in options:
        options.setdefault("trust", ROOT.pem)
    return tlsdiag.diagnose(NAME, port=server.port, addresses=[server.host], starttls=protocol, **options)


def assert_cause(report: Report, code: str) -> None:
    """This alone is the root cause, and the client's failure is its consequence."""
    assert report.root_cause is not None and report.root_cause.code == code, report
    assert "client-handshake-failed" in {key.partition("|")[0] for key in report.root_cause.explains}
    assert [item.code for item in report.findings if item.blocks and not item.explained_by] == [code]


@pytest.mark.parametrize("protocol", SERVERS)
def test_a_healthy_server_has_nothing_above_info(protocol: str, serve: Serve) -> None:
    report = diagnose(started(serve, protocol, ISSUING.issue(NAME)), protocol)
    assert [(item.code, item.detail) for item in report.filter(severity=Severity.LOW)] == []
    assert report.verdict is Verdict.HEALTHY, report
    (endpoint,) = report.endpoints
    client, ours = report.observations.get(ClientOutcome, endpoint), report.observations.get(HandshakeOutcome, endpoint)
    dialogue = report.observations.get(StarttlsDialogue, endpoint)
    assert client is not None and client.completed
    assert ours is not None and ours.completed and not ours.deviations
    assert dialogue is not None and dialogue.completed and dialogue.steps and not dialogue.injected
    assert report.connections <= 20
    assert Report.from_json(report.to_json()).to_dict() == report.to_dict()


@pytest.mark.parametrize("protocol", SERVERS)
def test_a_server_without_tls_does_not_offer_it(protocol: str, serve: Serve) -> None:
    report = diagnose(started(serve, protocol), protocol)
    assert_cause(report, "starttls-not-offered")
    assert report.root_cause is not None and report.root_cause.blame is tlsdiag.Blame.SERVER
    assert report.connections <= 4


@pytest.mark.parametrize("protocol", SERVERS)
def test_an_expired_certificate_behind_starttls_is_named(protocol: str, serve: Serve) -> None:
    now = datetime.now(UTC)
    issued = ISSUING.issue(NAME, window=Window(not_before=now - timedelta(days=90), not_after=now - timedelta(days=3)))
    assert_cause(diagnose(started(serve, protocol, issued), protocol), "certificate-expired")


@pytest.mark.parametrize("protocol", SERVERS)
def test_openssl_sees_the_same_over_starttls(protocol: str, serve: Serve) -> None:
    issued = ISSUING.issue(NAME)
    server = started(serve, protocol, issued)
    words = ["openssl", "s_client", "-connect", f"{server.host}:{server.port}", "-starttls", SERVERS[protocol][2], "-servername", NAME]
    words += ["-xmpphost", NAME] if protocol.startswith("xmpp") else ["-name", "tlsdiag.invalid"]
    done = subprocess.run(words, capture_output=True, stdin=subprocess.DEVNULL, timeout=60, check=False)
    report = diagnose(server, protocol, depth="quick")
    ours = report.observations.get(HandshakeOutcome, report.endpoints[0])
    assert ours is not None and ours.version is not None
    pem = done.stdout[done.stdout.index(b"-----BEGIN") : done.stdout.index(b"-----END CERTIFICATE-----") + 25]
    assert ssl.PEM_cert_to_DER_cert(pem.decode("ascii")) == ours.certificates[0]
    assert b"TLSv1.3" in done.stdout and ours.version == 0x0304


@pytest.mark.parametrize("protocol", ["smtp", "postgres"])
def test_quick_costs_at_most_four_connections(protocol: str, serve: Serve) -> None:
    report = diagnose(started(serve, protocol, ISSUING.issue(NAME)), protocol, depth="quick")
    assert report.verdict is Verdict.HEALTHY
    assert report.connections <= 4


def test_other_faults_behind_starttls_are_found_as_ever(serve: Serve) -> None:
    assert_cause(diagnose(started(serve, "imap", ISSUING.issue("other.example")), "imap"), "name-mismatch")
    issued = ISSUING.issue(NAME)
    server = serve("postfix", chain_pem=issued.pem, key_pem=issued.key_pem, tls="starttls")
    assert_cause(diagnose(server, "smtp"), "intermediate-missing")
    client = ssl.create_default_context(cadata=ROOT.pem.decode())
    client.minimum_version = ssl.TLSVersion.TLSv1_3
    old = started(serve, "postgres", ISSUING.issue(NAME), versions=("TLSv1.2",))
    assert_cause(diagnose(old, "postgres", client=client), "no-common-version")


@pytest.mark.parametrize("protocol", ["smtp", "ftp", "ldap"])
def test_a_client_certificate_that_is_required_behind_starttls_is_told(protocol: str, serve: Serve) -> None:
    server = started(serve, protocol, ISSUING.issue(NAME), client_ca_pem=ROOT.pem)
    report = diagnose(server, protocol)
    assert report.root_cause is not None and report.root_cause.code == "client-certificate-required", report


@pytest.mark.parametrize("protocol", ["smtp", "imap", "postgres", "mysql"])
def test_a_client_certificate_that_may_be_left_out_is_only_mentioned(protocol: str, serve: Serve) -> None:
    options = {} if protocol in ("imap", "mysql") else {"client_required": False}
    report = diagnose(started(serve, protocol, ISSUING.issue(NAME), client_ca_pem=ROOT.pem, **options), protocol)
    assert [item.code for item in report.findings] == ["client-certificate-requested"], report


def test_postfix_without_a_key_that_it_can_read_refuses(serve: Serve) -> None:
    extra = ("smtpd_tls_chain_files =", "smtpd_tls_cert_file = /nonexistent.pem")
    report = diagnose(started(serve, "smtp", ISSUING.issue(NAME), extra=extra), "smtp")
    assert_cause(report, "starttls-refused")
    cause = report.root_cause
    assert isinstance(cause, StarttlsFinding)
    assert cause.answer.startswith(b"454 ") and "postfix" in cause.fix.snippets


def test_postfix_that_hides_the_offer_does_not_offer_it(serve: Serve) -> None:
    server = started(serve, "smtp", ISSUING.issue(NAME), extra=("smtpd_discard_ehlo_keywords = starttls",))
    assert_cause(diagnose(server, "smtp"), "starttls-not-offered")


def test_postfix_that_rejects_the_client_is_told_with_its_words(serve: Serve) -> None:
    extra = ("smtpd_client_restrictions = reject", "smtpd_delay_reject = no")
    report = diagnose(started(serve, "smtp", ISSUING.issue(NAME), extra=extra), "smtp")
    assert_cause(report, "starttls-greeting-refused")
    assert report.root_cause is not None and "554 5.7.1" in report.root_cause.detail


def test_postfix_that_limits_the_rate_is_told_as_such_and_not_as_broken_tls(serve: Serve) -> None:
    extra = ("smtpd_client_connection_rate_limit = 4", "smtpd_client_event_limit_exceptions =")
    report = diagnose(started(serve, "smtp", ISSUING.issue(NAME), extra=extra), "smtp")
    blocking = {item.code for item in report.findings if item.blocks and not item.explained_by}
    assert blocking <= {"starttls-greeting-refused"}, report


@pytest.mark.parametrize(("spoken", "there"), [("smtp", "imap"), ("imap", "smtp"), ("smtp", "lmtp"), ("lmtp", "smtp"), ("smtp", "ftp"), ("postgres", "mysql")])
def test_another_protocol_on_the_port_is_named(spoken: str, there: str, serve: Serve) -> None:
    report = diagnose(started(serve, there, ISSUING.issue(NAME)), spoken)
    assert_cause(report, "starttls-wrong-protocol")
    cause = report.root_cause
    assert isinstance(cause, StarttlsFinding) and cause.speaks == there
    assert f"starttls={there!r}" in cause.fix.summary


@pytest.mark.parametrize(("spoken", "there"), [("smtp", "ldap"), ("mysql", "postgres"), ("xmpp", "postgres")])
def test_a_protocol_in_which_the_client_speaks_first_is_named_too(spoken: str, there: str, serve: Serve) -> None:
    report = diagnose(started(serve, there, ISSUING.issue(NAME)), spoken, limits=HASTY)
    assert_cause(report, "starttls-wrong-protocol")
    assert isinstance(report.root_cause, StarttlsFinding) and report.root_cause.speaks == there


@pytest.mark.parametrize("protocol", ["smtp", "imap", "ldap", "postgres", "rdp"])
def test_a_port_on_which_tls_begins_at_once_needs_no_starttls(protocol: str, serve: Serve) -> None:
    issued = ISSUING.issue(NAME)
    server = serve("haproxy", chain_pem=issued.chain_pem, key_pem=issued.key_pem)
    report = diagnose(server, protocol, limits=HASTY)
    assert_cause(report, "starttls-wrong-protocol")
    assert report.root_cause is not None and "starttls=False" in report.root_cause.fix.summary
    assert report.root_cause.blame is tlsdiag.Blame.CLIENT


def test_a_domain_that_prosody_does_not_serve_is_told(serve: Serve) -> None:
    server = started(serve, "xmpp", ISSUING.issue(NAME))
    report = diagnose(server, "xmpp", server_name="stranger.example")
    assert_cause(report, "starttls-greeting-refused")
    assert report.root_cause is not None and "host-unknown" in report.root_cause.detail
    assert report.root_cause.blame is tlsdiag.Blame.CLIENT


def test_a_database_that_is_full_is_told(serve: Serve) -> None:
    server = started(serve, "mysql", ISSUING.issue(NAME), extra=("--max-connections=10", "--extra-port=0"))
    with_room = [socket.create_connection((server.host, server.port), 5) for _ in range(14)]
    try:
        report = diagnose(server, "mysql")
    finally:
        for connection in with_room:
            connection.close()
    assert_cause(report, "starttls-greeting-refused")
    assert report.root_cause is not None and "1040" in report.root_cause.detail


def test_the_protocol_is_guessed_from_a_known_port_and_that_is_said(serve: Serve) -> None:
    from tlsdiag.target import Target

    server = started(serve, "smtp", ISSUING.issue(NAME))
    url = f"smtp://{NAME}:{server.port}"
    report = tlsdiag.diagnose(url, addresses=[server.host], trust=ROOT.pem)
    assert report.verdict is Verdict.HEALTHY
    assert [item.code for item in report.findings] == ["starttls-guessed"]
    assert Target.parse(url).starttls_guessed == "scheme"


def test_without_starttls_the_port_is_named_as_before(serve: Serve) -> None:
    server = started(serve, "smtp", ISSUING.issue(NAME))
    report = tlsdiag.diagnose(f"smtp://{NAME}:{server.port}", addresses=[server.host], trust=ROOT.pem, starttls=False)
    assert report.root_cause is not None and report.root_cause.code == "starttls-needed"


def test_a_closed_port_is_refused_before_any_word() -> None:
    report = tlsdiag.diagnose("127.0.0.1", port=free_port(), starttls="smtp")
    assert report.root_cause is not None and report.root_cause.code == "connection-refused"


def test_the_certificate_of_the_report_is_the_one_that_was_issued(serve: Serve) -> None:
    issued = ISSUING.issue(NAME)
    report = diagnose(started(serve, "mysql", issued), "mysql")
    ours = report.observations.get(HandshakeOutcome, report.endpoints[0])
    assert ours is not None and read_certificate(ours.certificates[0]).der == issued.der
