"""DNS records beside real servers: nginx and OpenSSL for TLSA and HTTPS records, Postfix for DANE and MTA-STS."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from typing import Any

import pytest
from name_server import NameServer, name_server
from servers import RunningServer

import tlsdiag
from tlsdiag import Report, Severity, Verdict
from tlsdiag.certificates import read_certificate
from tlsdiag.certificates.dane import association
from tlsdiag.plugin import DnsFinding, TlsaRecord
from tlsdiag.testing import Authority, Issued

Serve = Callable[..., RunningServer]
NAME = "mx.server.example"
ROOT = Authority.root(number=300)
ISSUING = ROOT.intermediate(number=301)
ISSUED = ISSUING.issue(NAME, key="ecdsa", number=41)
RENEWED = ISSUING.issue(NAME, key="ecdsa", number=42)


@pytest.fixture
def resolver() -> Iterator[NameServer]:
    with name_server() as running:
        running.secure.add("server.example")
        running.validates = True
        yield running


def serving(serve: Serve, kind: str, issued: Issued = ISSUED, **options: Any) -> RunningServer:
    return serve(kind, chain_pem=issued.chain_pem, key_pem=issued.key_pem, **options)


def diagnose(server: RunningServer, resolver: NameServer, *records: str, **options: Any) -> Report:
    lines = (f"mx A {server.host}", "@ MX 10 mx", *records)
    resolver.zone("server.example", "\n".join(lines).replace("PORT", str(server.port)))
    options = {"trust": ROOT.pem, "dns": resolver.address, "limits": tlsdiag.Limits(handshake_timeout=8), **options}
    return tlsdiag.diagnose(NAME, port=server.port, addresses=[server.host], **options)


def tlsa(usage: int = 3, issued: bytes = ISSUED.der) -> str:
    record = TlsaRecord(usage=usage, selector=1, matching=1, data=b"")
    return f"_PORT._tcp.mx TLSA {usage} 1 1 {association(read_certificate(issued), record).hex()}"


def codes(report: Report) -> dict[str, Severity]:
    """What is wrong, and what the family dns says beside."""
    return {item.code: item.severity for item in report.findings if item.severity > Severity.INFO or isinstance(item, DnsFinding)}


@pytest.mark.parametrize("kind", ["nginx", "openssl"])
def test_a_renewed_key_without_its_record(kind: str, serve: Serve, resolver: NameServer) -> None:
    server = serving(serve, kind, RENEWED)
    report = diagnose(server, resolver, tlsa())
    assert (report.verdict, codes(report)) == (Verdict.FLAWED, {"tlsa-mismatch": Severity.HIGH})


@pytest.mark.parametrize("kind", ["nginx", "openssl"])
def test_a_rollover_with_both_records_is_well(kind: str, serve: Serve, resolver: NameServer) -> None:
    report = diagnose(serving(serve, kind, RENEWED), resolver, tlsa(), tlsa(issued=RENEWED.der))
    assert (report.verdict, codes(report)) == (Verdict.HEALTHY, {})


def test_a_healthy_nginx_with_records_of_every_kind(serve: Serve, resolver: NameServer) -> None:
    server = serving(serve, "nginx", alpn=("h2", "http/1.1"))
    records = (tlsa(), '@ CAA 0 issue "ca.example"', f"_PORT._https.mx HTTPS 1 mx.server.example. alpn=h2 ipv4hint={server.host}")
    report = diagnose(server, resolver, *records, alpn=["h2", "http/1.1"])
    assert (report.verdict, codes(report)) == (Verdict.HEALTHY, {})
    assert report.connections <= 20 and len(resolver.asked) <= 12


def test_an_nginx_without_the_protocol_that_the_record_promises(serve: Serve, resolver: NameServer) -> None:
    report = diagnose(serving(serve, "openssl"), resolver, "_PORT._https.mx HTTPS 1 mx.server.example. alpn=h2", alpn=["h2"])
    assert codes(report) == {"https-record-disagrees": Severity.LOW}


def test_a_postfix_whose_record_is_that_of_the_old_key(serve: Serve, resolver: NameServer) -> None:
    server = serving(serve, "postfix", RENEWED, tls="starttls")
    report = diagnose(server, resolver, tlsa(), starttls="smtp")
    assert codes(report) == {"tlsa-mismatch": Severity.HIGH}


def test_a_postfix_with_records_for_its_key_and_for_its_authority(serve: Serve, resolver: NameServer) -> None:
    server = serving(serve, "postfix", tls="starttls")
    for record in (tlsa(), tlsa(2, ISSUING.issued.der)):
        report = diagnose(server, resolver, record, starttls="smtp")
        assert (report.verdict, codes(report)) == (Verdict.HEALTHY, {}), report


def test_a_postfix_with_a_record_that_servers_of_mail_do_not_use(serve: Serve, resolver: NameServer) -> None:
    server = serving(serve, "postfix", tls="starttls")
    assert codes(diagnose(server, resolver, tlsa(1), starttls="smtp")) == {"tlsa-unusable": Severity.MEDIUM}


def test_a_postfix_at_an_unsigned_zone(serve: Serve, resolver: NameServer) -> None:
    resolver.secure.clear()
    server = serving(serve, "postfix", RENEWED, tls="starttls")
    report = diagnose(server, resolver, tlsa(), starttls="smtp")
    assert (report.verdict, codes(report)) == (Verdict.HEALTHY, {"tlsa-mismatch": Severity.INFO})
