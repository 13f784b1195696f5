"""Certificates that our own log has seen, or has not, on real servers: timestamps in the certificate, in the handshake and in a stapled answer."""

from __future__ import annotations

import base64
from collections.abc import Callable, Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import attrs
import pytest
from cryptography import x509
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import ec
from der import bits, element, generalized, integer, octets, oid, seq
from servers import RunningServer
from test_findings import ISSUING, NAME, ROOT, days
from test_healthy_servers import assert_healthy
from transparency_log import CtLogKey, LogServer, log_list, log_server, logged, sct_list

import tlsdiag
from tlsdiag import Blame, Confidence, Diagnosis, Finding, Report, Severity, Target, Verdict
from tlsdiag.certificates import TrustStore
from tlsdiag.plugin import Transparency, TransparencyFinding
from tlsdiag.probes.transparency import TransparencyProbe
from tlsdiag.registry import Registry
from tlsdiag.testing import Issued

Serve = Callable[..., RunningServer]
FIRST, SECOND = CtLogKey(name="First"), CtLogKey(name="Second", operator="Second Operator", kind="rsa", number=801)
THIRD = CtLogKey(name="Third", operator="Third Operator", number=802)


@pytest.fixture
def logs() -> Iterator[list[LogServer]]:
    """Two logs that run."""
    with log_server(FIRST) as first, log_server(SECOND) as second:
        yield [first, second]


async def _run(server: RunningServer, listed: bytes, public: bytes, **options: Any) -> Report:
    """Diagnose with the test's root among the public ones."""
    registry = Registry.installed()
    own = TransparencyProbe(lambda: TrustStore.from_pem(public))
    registry = attrs.evolve(registry, probes=tuple(own if isinstance(item, TransparencyProbe) else item for item in registry.probes))
    target = Target.parse(NAME, port=server.port, addresses=[server.host], trust=ROOT.pem, **options)
    return await Diagnosis(registry=registry, ct_logs=listed, limits=tlsdiag.Limits(handshake_timeout=2)).run(target)


def diagnose(server: RunningServer, *known: CtLogKey, date: datetime | None = None, **options: Any) -> Report:
    """The same in one call, with these logs in the list."""
    from tlsdiag.api import run_anywhere

    return run_anywhere(lambda: _run(server, log_list(*(known or (FIRST, SECOND)), date=date), ROOT.pem, **options))


def serving(serve: Serve, issued: Issued, kind: str = "nginx", **options: Any) -> RunningServer:
    """A server with this certificate."""
    return serve(kind, chain_pem=issued.chain_pem, key_pem=issued.key_pem, **options)


def the(report: Report, code: str) -> TransparencyFinding:
    """The finding of this code."""
    (found,) = report.filter(code=code)
    assert isinstance(found, TransparencyFinding)
    return found


def codes(report: Report) -> set[str]:
    """Every code of this family."""
    return {item.code for item in report.findings if item.code.startswith("sct-") or item.code == "certificate-logged"}


def in_the_handshake(path: Path, *scts: bytes) -> tuple[str, ...]:
    """What makes s_server send timestamps, in TLS 1.2 and 1.3 (the context says in which messages)."""
    context = 0x0080 | 0x0100 | 0x1000  # ClientHello, ServerHello of TLS 1.2, Certificate of TLS 1.3
    value = sct_list(*scts)
    block = context.to_bytes(4, "big") + (18).to_bytes(2, "big") + len(value).to_bytes(2, "big") + value
    name = "SERVERINFOV2 FOR EXTENSION 18"
    path.write_bytes(b"-----BEGIN %s-----\n%s-----END %s-----\n" % (name.encode(), base64.encodebytes(block), name.encode()))
    return ("-serverinfo", str(path))


def staple(issued: Issued, *scts: bytes) -> bytes:
    """A good OCSP answer of the issuer, with timestamps."""
    issuer = issued.issuers[0]
    now = datetime.now(UTC)
    this, following = (generalized(f"{moment:%Y%m%d%H%M%SZ}") for moment in (now - timedelta(hours=1), now + timedelta(days=3)))
    key = x509.SubjectKeyIdentifier.from_public_key(issuer.public_key()).digest
    name_hash = hashes.Hash(hashes.SHA1())
    name_hash.update(issuer.subject.public_bytes())
    certificate_id = seq(seq(oid("1.3.14.3.2.26")), octets(name_hash.finalize()), octets(key), integer(issued.certificate.serial_number))
    extensions = element(0xA1, seq(seq(oid("1.3.6.1.4.1.11129.2.4.5"), octets(octets(sct_list(*scts))))))
    data = seq(element(0xA2, octets(key)), this, seq(seq(certificate_id, element(0x80), this, element(0xA0, following), extensions)))
    signature = ISSUING.issued.private_key.sign(data, ec.ECDSA(hashes.SHA256()))
    basic = seq(data, seq(oid("1.2.840.10045.4.3.2")), bits(signature))
    return seq(element(0x0A, b"\0"), element(0xA0, seq(oid("1.3.6.1.5.5.7.48.1.1"), octets(basic))))


@pytest.mark.parametrize("kind", ["nginx", "gnutls", "java"])
def test_a_logged_certificate_is_healthy_and_its_logs_are_named(kind: str, logs: list[LogServer], serve: Serve) -> None:
    report = diagnose(serving(serve, logged(ISSUING, NAME, logs=logs), kind))
    assert_healthy(report)
    found = the(report, "certificate-logged")
    assert found.logs == ("First", "Second") and "Chrome's policy is met, Apple's policy is met" in found.detail
    assert [item.log.seen for item in logs] == [["add-pre-chain"]] * 2 and codes(report) == {"certificate-logged"}
    for item in logs:
        item.log.seen.clear()


def test_a_public_certificate_without_a_timestamp_is_refused_by_browsers_and_says_by_whom(serve: Serve) -> None:
    report = diagnose(serving(serve, ISSUING.issue(NAME)))
    found = the(report, "sct-missing")
    assert (found.severity, found.blame, found.confidence, found.blocks) == (Severity.HIGH, Blame.AUTHORITY, Confidence.PROVEN, False)
    assert found.refused_by == ("Chrome", "Edge", "Firefox", "Safari", "apps on Apple's systems") and found.wanted == 2
    assert report.verdict is Verdict.FLAWED and codes(report) == {"sct-missing"}


def test_the_same_of_a_private_authority_is_healthy(serve: Serve) -> None:
    server = serving(serve, ISSUING.issue(NAME))
    report = tlsdiag.diagnose(NAME, port=server.port, addresses=[server.host], trust=ROOT.pem)
    assert_healthy(report)
    assert codes(report) == set()
    facts = report.observations.get(Transparency, report.endpoints[0])
    assert facts is not None and not facts.public and facts.scts == ()


def test_timestamps_of_a_private_authority_are_a_remark_whatever_is_wrong_with_them(serve: Serve) -> None:
    server = serving(serve, logged(ISSUING, NAME, logs=[FIRST, THIRD]))
    report = tlsdiag.diagnose(NAME, port=server.port, addresses=[server.host], trust=ROOT.pem, ct_logs=log_list(FIRST))
    assert_healthy(report)
    assert codes(report) == {"certificate-logged", "sct-from-unknown-log"}


def test_one_timestamp_and_two_of_one_operator_are_too_few(serve: Serve) -> None:
    sister = attrs.evolve(THIRD, operator=FIRST.operator)
    for used in ([FIRST], [FIRST, sister]):
        report = diagnose(serving(serve, logged(ISSUING, NAME, logs=used)), FIRST, sister)
        found = the(report, "sct-too-few")
        assert (found.severity, found.confidence, found.counted, found.wanted) == (Severity.HIGH, Confidence.PROVEN, len(used), 2)
    assert "all are of one operator (First Operator)" in found.detail


def test_a_year_needs_three(serve: Serve) -> None:
    year = days(-30, 335)
    report = diagnose(serving(serve, logged(ISSUING, NAME, logs=[FIRST, SECOND], window=year)))
    assert the(report, "sct-too-few").wanted == 3
    report = diagnose(serving(serve, logged(ISSUING, NAME, logs=[FIRST, SECOND, THIRD], window=year)), FIRST, SECOND, THIRD)
    assert_healthy(report)


@pytest.mark.parametrize("version", ["TLSv1.2", "TLSv1.3"])
def test_timestamps_in_the_handshake_do_as_well(version: str, logs: list[LogServer], tmp_path: Path, serve: Serve) -> None:
    issued = ISSUING.issue(NAME)
    extra = in_the_handshake(tmp_path / "info.pem", *(log.add_chain((issued.der,)) for log in logs))
    report = diagnose(serving(serve, issued, "openssl", versions=(version,), extra=extra))
    assert_healthy(report)
    assert the(report, "certificate-logged").delivery == "tls"
    for item in logs:
        item.log.seen.clear()


def test_timestamps_of_the_renewed_certificate_are_told_and_the_server_is_to_blame(tmp_path: Path, serve: Serve) -> None:
    issued, second = ISSUING.issue(NAME), ISSUING.issue(NAME, key="rsa")
    extra = in_the_handshake(tmp_path / "info.pem", *(log.add_chain((second.der,)) for log in (FIRST, SECOND)))
    pair = {"second_chain_pem": second.chain_pem, "second_key_pem": second.key_pem}
    report = diagnose(serving(serve, issued, "openssl", extra=extra, **pair))
    found = the(report, "sct-for-other-certificate")
    assert (found.blame, found.delivery, found.severity) == (Blame.SERVER, "tls", Severity.MEDIUM)
    assert f"serial {second.certificate.serial_number:x}" in found.detail
    assert any(key.startswith("sct-too-few") for key in found.explains)
    assert "handshake" in found.subject and found.certificate == issued.der


def test_timestamps_in_a_stapled_answer_do_as_well(serve: Serve) -> None:
    issued = ISSUING.issue(NAME)
    answer = staple(issued, *(log.add_chain((issued.der,)) for log in (FIRST, SECOND)))
    report = diagnose(serving(serve, issued, ocsp_response=answer))
    assert_healthy(report)
    assert the(report, "certificate-logged").delivery == "ocsp"


def _changed(log: CtLogKey) -> Any:
    """A log whose answers are spoiled on the way."""

    class Spoiled:
        def add_pre_chain(self, ders: Any) -> bytes:
            raw = log.add_pre_chain(ders)
            return raw[:40] + bytes([raw[40] ^ 1]) + raw[41:]

    return Spoiled()


def test_a_spoiled_timestamp_in_the_certificate_is_the_authoritys(serve: Serve) -> None:
    report = diagnose(serving(serve, logged(ISSUING, NAME, logs=[FIRST, _changed(SECOND)])))
    found = the(report, "sct-invalid-signature")
    assert (found.severity, found.blame, found.logs) == (Severity.MEDIUM, Blame.AUTHORITY, ("Second",))
    lack = the(report, "sct-too-few")
    assert lack.explained_by and lack.counted == 1


def test_a_rejected_log_is_told_and_matters_where_the_others_are_too_few(serve: Serve) -> None:
    rejected = attrs.evolve(THIRD, state="rejected")
    report = diagnose(serving(serve, logged(ISSUING, NAME, logs=[FIRST, SECOND, THIRD])), FIRST, SECOND, rejected)
    assert_healthy(report)
    assert the(report, "sct-from-rejected-log").logs == ("Third",)
    report = diagnose(serving(serve, logged(ISSUING, NAME, logs=[FIRST, THIRD])), FIRST, rejected)
    assert the(report, "sct-from-rejected-log").severity is Severity.LOW
    assert (the(report, "sct-too-few").severity, the(report, "sct-too-few").confidence) == (Severity.HIGH, Confidence.LIKELY)


def test_with_an_old_list_the_same_is_in_doubt(serve: Serve) -> None:
    server = serving(serve, logged(ISSUING, NAME, logs=[FIRST, THIRD]))
    report = diagnose(server, FIRST, attrs.evolve(THIRD, state="rejected"), date=datetime.now(UTC) - timedelta(days=71))
    found = the(report, "sct-too-few")
    assert (found.severity, found.confidence) == (Severity.LOW, Confidence.POSSIBLE)
    assert "71 days old" in found.detail and "more than 70 days" in found.detail


def test_an_unknown_log_leaves_it_open(serve: Serve) -> None:
    report = diagnose(serving(serve, logged(ISSUING, NAME, logs=[FIRST, THIRD])))
    assert_healthy(report)
    assert codes(report) == {"certificate-logged", "sct-from-unknown-log"}


def test_a_timestamp_of_tomorrow_is_told_by_who_made_it_or_by_a_slow_clock(serve: Serve) -> None:
    fast = attrs.evolve(SECOND, at=datetime.now(UTC) + timedelta(hours=6))
    found = the(diagnose(serving(serve, logged(ISSUING, NAME, logs=[FIRST, fast]))), "sct-in-the-future")
    assert found.severity is Severity.MEDIUM
    slow = diagnose(serving(serve, logged(ISSUING, NAME, logs=[FIRST, SECOND])), now=datetime.now(UTC) - timedelta(days=3))
    consequence: Finding = the(slow, "sct-in-the-future")
    assert any(key.startswith("clock-wrong") for key in consequence.explained_by)


def test_a_certificate_that_ends_outside_the_interval_of_its_log_is_told(serve: Serve) -> None:
    past = attrs.evolve(SECOND, interval=(datetime(2020, 1, 1, tzinfo=UTC), datetime(2021, 1, 1, tzinfo=UTC)))
    found = the(diagnose(serving(serve, logged(ISSUING, NAME, logs=[FIRST, SECOND])), FIRST, past), "sct-outside-log-interval")
    assert found.severity is Severity.LOW and found.logs == ("Second",)


def test_an_unreadable_timestamp_is_told(serve: Serve) -> None:
    class Short:
        def add_pre_chain(self, ders: Any) -> bytes:
            return SECOND.add_pre_chain(ders)[:80]

    found = the(diagnose(serving(serve, logged(ISSUING, NAME, logs=[FIRST, Short()]))), "sct-unreadable")  # type: ignore[list-item]
    assert found.severity is Severity.MEDIUM and "signature should have" in found.detail


def test_a_certificate_that_has_ended_is_not_judged_by_logs_that_are_gone(serve: Serve) -> None:
    report = diagnose(serving(serve, logged(ISSUING, NAME, logs=[FIRST], window=days(-90, -3))), attrs.evolve(FIRST, state="rejected"))
    assert report.root_cause is not None and report.root_cause.code == "certificate-expired"
    assert codes(report) == {"certificate-logged"}
