"""What each client would say of a chain that a server serves: seen in a diagnosis, and what becomes of it where there is nothing to judge."""

from __future__ import annotations

import functools
import ssl
from typing import Any

import pytest
from chains import Chain, chains
from chains.making import NAME, key_for
from cryptography.hazmat.primitives.serialization import Encoding, NoEncryption, PrivateFormat
from failures.forge import pem

import tlsdiag
from tlsdiag import Report, Severity
from tlsdiag.demo.servers import listening, tls
from tlsdiag.observation import Unavailable
from tlsdiag.plugin import CertificateFinding, ClientsFinding, ClientViews


@functools.cache
def row(name: str) -> Chain:
    return next(item for item in chains() if item.name == name)


def diagnose(name: str, **options: Any) -> Report:
    """Diagnose a server that serves a row of the matrix; its leaf has an ECDSA key."""
    key = key_for(NAME).private_bytes(Encoding.PEM, PrivateFormat.PKCS8, NoEncryption())
    chain = row(name)
    with listening(tls(pem(*chain.sent), key)) as server:
        options.setdefault("trust", pem(*chain.store))
        return tlsdiag.diagnose(chain.host, port=server.port, addresses=["127.0.0.1"], **options)


def views(report: Report) -> ClientViews | Unavailable | None:
    return report.observations.find(ClientViews, report.endpoints[0])


def test_a_healthy_chain_is_taken_by_all_and_nothing_is_said() -> None:
    report = diagnose("plain")
    seen = views(report)
    assert isinstance(seen, ClientViews)
    assert (seen.refused_by, len(seen.accepted_by)) == ((), 8)
    assert not report.filter(severity=Severity.LOW)


def test_openssl_fails_at_a_chain_that_go_takes_and_the_reason_is_named() -> None:
    report = diagnose("untrusted-way-first")
    cause = report.root_cause
    assert isinstance(cause, ClientsFinding) and cause.code == "good-path-missed"
    assert "client-handshake-failed" in {key.partition("|")[0] for key in cause.explains}
    assert [item.code for item in report.findings if item.blocks and not item.explained_by] == ["good-path-missed"]
    assert "go" in cause.accepted_by


@pytest.mark.parametrize("name", ["intermediate-alone-in-the-store", "leaf-authority-key-critical"])
def test_what_no_other_check_knows_is_named_as_the_cause(name: str) -> None:
    client = ssl.create_default_context(cadata=pem(*row(name).store).decode())
    client.verify_flags &= ~(ssl.VERIFY_X509_STRICT | ssl.VERIFY_X509_PARTIAL_CHAIN)  # as before Python 3.13
    report = diagnose(name, client=client)
    assert report.root_cause is not None and report.root_cause.code == "refused-by-some-clients"
    assert [item.code for item in report.findings if item.blocks and not item.explained_by] == ["refused-by-some-clients"]


TOLD = [("intermediate-mail-only", "certificate-wrong-usage"), ("leaf-any-purpose", "certificate-wrong-usage"), ("wildcard-top-level", "name-mismatch")]


@pytest.mark.parametrize(("name", "cause"), TOLD)
def test_where_another_check_names_the_cause_it_stays_the_only_one(name: str, cause: str) -> None:
    report = diagnose(name)
    assert report.root_cause is not None and report.root_cause.code == cause
    assert [item.code for item in report.findings if item.blocks and not item.explained_by] == [cause]
    beside = next(item for item in report.findings if item.code == "refused-by-some-clients")
    assert beside.severity is Severity.INFO


def test_a_store_that_cannot_be_read_leaves_the_views_out_and_says_why() -> None:
    seen = views(diagnose("plain", trust="/no/such/file.pem"))
    assert isinstance(seen, Unavailable) and "/no/such/file.pem" in seen.detail


def test_the_views_survive_a_round_trip_through_json() -> None:
    report = diagnose("untrusted-way-first")
    again = Report.from_dict(report.to_dict())
    assert views(again) == views(report)
    assert [item.key for item in again.findings] == [item.key for item in report.findings]


def test_a_finding_of_the_path_says_who_refuses_for_it() -> None:
    report = diagnose("intermediate-mail-only")
    cause = report.root_cause
    assert isinstance(cause, CertificateFinding)
    assert {"openssl-3", "go", "chromium"} <= set(cause.refused_by) and "java" not in cause.refused_by
