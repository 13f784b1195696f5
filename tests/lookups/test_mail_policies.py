"""MTA-STS: the policy of the mail domain, fetched from a web server on loopback under a certificate that holds or does not."""

from __future__ import annotations

import asyncio
import socket
import ssl
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from name_server import NameServer, name_server
from test_records import GOOD
from web import Page, Web, answer, redirect, web

import tlsdiag
from tlsdiag import Report, Severity
from tlsdiag.network import Connection, Deadline, SocketDialer
from tlsdiag.plugin import DnsFinding, DnsMail, Endpoint, Failure
from tlsdiag.testing import Authority

HOST, DOMAIN = "mx1.mail.example", "mail.example"
ROOT = Authority.root(number=300)
RECORDS = f"@ MX 10 mx1\nmx1 A 127.0.0.1\n_mta-sts TXT \"v=STSv1; id=20260601\"\n_smtp._tls TXT \"v=TLSRPTv1; rua=mailto:tls@{DOMAIN}\""
POLICY = GOOD.replace(b"MX.example", HOST.encode())
PLAIN = {"content_type": "text/plain"}


class Diverting(SocketDialer):
    """Port 443 of loopback is where the web server is; nothing listens on the port of the mail server."""

    def __init__(self, port: int) -> None:
        super().__init__()
        self._port = port

    async def dial(self, endpoint: Endpoint, *, deadline: Deadline, max_segment: int | None = None) -> Connection | Failure:
        return await super().dial(Endpoint(address=endpoint.address, port=self._port if endpoint.port == 443 else 9), deadline=deadline)


@pytest.fixture
def resolver() -> Iterator[NameServer]:
    with name_server() as running:
        running.zone(DOMAIN, RECORDS)
        yield running


@pytest.fixture
def policies(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Web]:
    """A web server for mta-sts.mail.example, whose authority this interpreter trusts."""
    issued = ROOT.issue(f"mta-sts.{DOMAIN}")
    (tmp_path / "chain.pem").write_bytes(issued.chain_pem + issued.key_pem)
    (tmp_path / "root.pem").write_bytes(ROOT.pem)
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.load_cert_chain(tmp_path / "chain.pem")
    monkeypatch.setenv("SSL_CERT_FILE", str(tmp_path / "root.pem"))
    monkeypatch.setattr(socket, "getaddrinfo", lambda *_, **__: [(socket.AF_INET, socket.SOCK_STREAM, 6, "", ("127.0.0.1", 443))])
    with web({}, tls=context) as running:
        yield running


def diagnose(resolver: NameServer, policies: Web, page: Page | None, port: int = 25, **options: Any) -> Report:
    if page is not None:
        policies.pages["/.well-known/mta-sts.txt"] = page
    target = tlsdiag.Target.parse(HOST, port=port, addresses=["127.0.0.1"], starttls="smtp")
    limits = tlsdiag.Limits(connect_timeout=1, resolve_timeout=1)
    options.setdefault("dialer", Diverting(policies.port))
    return asyncio.run(tlsdiag.Diagnosis(["dns/mail", "dns/zone"], dns=resolver.address, limits=limits, **options).run(target))


def seen(report: Report) -> DnsMail:
    found = report.observations.get(DnsMail)
    assert found is not None
    return found


def codes(report: Report) -> dict[str, Severity]:
    return {item.code: item.severity for item in report.findings}


def test_a_host_that_the_policy_names_is_well(resolver: NameServer, policies: Web) -> None:
    report = diagnose(resolver, policies, answer(POLICY, **PLAIN))
    mail = seen(report)
    assert (codes(report), mail.domain, mail.exchanges, mail.reporting, mail.problem) == ({}, DOMAIN, (HOST,), True, "")
    assert mail.policy is not None and (mail.policy.mode, mail.policy.max_age) == ("enforce", 604800)
    assert policies.asked == ["/.well-known/mta-sts.txt"]


@pytest.mark.parametrize(("mode", "severity"), [("enforce", Severity.HIGH), ("testing", Severity.LOW), ("none", None)])
def test_a_host_that_the_policy_does_not_name(mode: str, severity: Severity | None, resolver: NameServer, policies: Web) -> None:
    body = GOOD.replace(b"enforce", mode.encode())
    report = diagnose(resolver, policies, answer(body, **PLAIN))
    assert codes(report) == ({"mta-sts-policy-unmatched": severity} if severity is not None else {})
    for finding in report.findings:
        assert HOST in finding.detail and "mx.example, *.example.net" in finding.detail


def test_a_wildcard_of_the_policy_stands_for_one_label(resolver: NameServer, policies: Web) -> None:
    assert codes(diagnose(resolver, policies, answer(GOOD.replace(b"*.example.net", b"*.mail.example"), **PLAIN))) == {}
    report = diagnose(resolver, policies, answer(GOOD.replace(b"*.example.net", b"*.example"), **PLAIN))
    assert codes(report) == {"mta-sts-policy-unmatched": Severity.HIGH}


PAGES: dict[str, tuple[Page | None, str]] = {
    "nothing there": (None, "HTTP status 404"),
    "a page": (answer(POLICY, content_type="text/html"), "not text/plain"),
    "a redirect": (redirect("/elsewhere"), "redirects to"),
    "no policy": (answer(b"hello", **PLAIN), "version: STSv1 is missing"),
}


@pytest.mark.parametrize("name", PAGES)
def test_a_policy_that_cannot_be_had_is_told(name: str, resolver: NameServer, policies: Web) -> None:
    page, words = PAGES[name]
    report = diagnose(resolver, policies, page)
    (found,) = report.findings
    assert (found.code, found.severity, found.blame) == ("mta-sts-unreachable", Severity.MEDIUM, "server")
    assert isinstance(found, DnsFinding) and words in found.detail
    assert f"https://mta-sts.{DOMAIN}/.well-known/mta-sts.txt" in found.detail + found.fix.snippets["shell"]


def test_a_certificate_that_does_not_hold_is_told(resolver: NameServer, policies: Web, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv("SSL_CERT_FILE")
    report = diagnose(resolver, policies, answer(POLICY, **PLAIN))
    assert codes(report) == {"mta-sts-unreachable": Severity.MEDIUM}
    assert "certificate" in report.findings[0].detail


def test_two_records_are_no_announcement(resolver: NameServer, policies: Web) -> None:
    resolver.zone(DOMAIN, RECORDS + '\n_mta-sts TXT "v=STSv1; id=2"')
    report = diagnose(resolver, policies, answer(POLICY, **PLAIN))
    assert codes(report) == {"mta-sts-unreachable": Severity.MEDIUM} and "2 records" in report.findings[0].detail
    assert policies.asked == []


def test_where_nothing_may_be_fetched_nobody_looked(resolver: NameServer, policies: Web) -> None:
    report = diagnose(resolver, policies, answer(POLICY, **PLAIN), fetch=False)
    assert codes(report) == {"dns-not-looked-at": Severity.INFO}
    assert f"the MTA-STS policy of {DOMAIN}" in report.findings[0].detail


def test_without_an_announcement_nothing_is_fetched(resolver: NameServer, policies: Web) -> None:
    resolver.zone(DOMAIN, '@ MX 10 mx1\nmx1 A 127.0.0.1\n_mta-sts TXT "v=spf1 -all"')
    report = diagnose(resolver, policies, answer(POLICY, **PLAIN))
    assert (codes(report), policies.asked, seen(report).domain, seen(report).record) == ({}, [], DOMAIN, "")


def test_a_host_without_mx_records_takes_its_own_mail(resolver: NameServer, policies: Web) -> None:
    resolver.zone(DOMAIN, "@ MX 10 other.example.\nmx1 A 127.0.0.1")
    assert seen(diagnose(resolver, policies, None)).domain == HOST


def test_a_host_that_no_mx_record_names_has_no_policy(resolver: NameServer, policies: Web) -> None:
    resolver.zone(DOMAIN, "@ MX 10 mx1\nmx1 A 127.0.0.1\nmx1 MX 10 other.example.")
    resolver.zone(DOMAIN, "@ MX 10 other.example.\nmx1 A 127.0.0.1\nmx1 MX 10 other.example.")
    assert seen(diagnose(resolver, policies, None)).domain == ""


def test_submission_is_not_asked_about(resolver: NameServer, policies: Web) -> None:
    report = diagnose(resolver, policies, None, port=587)
    assert report.observations.get(DnsMail) is None and report.could_not_look == ()


def test_a_resolver_that_says_nothing_of_mail_is_no_sign_of_health(resolver: NameServer, policies: Web) -> None:
    resolver.failing |= {(HOST, "MX"), (DOMAIN, "MX")}
    report = diagnose(resolver, policies, None)
    assert codes(report) == {"dns-not-looked-at": Severity.INFO}
    assert [item.check for item in report.could_not_look] == ["dns/mail"]
