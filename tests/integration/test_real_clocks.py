"""The clock on real servers: given by `now`, and moved for a process of its own by libfaketime."""

from __future__ import annotations

import contextlib
import os
import shutil
import subprocess
import sys
from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import attrs
import pytest
from cryptography import x509
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.serialization import Encoding
from cryptography.x509 import ocsp
from patience import PATIENT
from servers import RunningServer, free_port
from servers.options import Options
from servers.recipe import RECIPES
from servers.running import new_directory, start

import tlsdiag
from tlsdiag import Blame, Confidence, Report, Severity, Verdict
from tlsdiag.plugin import ClockEvidence, ClockFinding, ServerDate, Voucher
from tlsdiag.testing import Authority, Issued, Window

Serve = Callable[..., RunningServer]
NAME = "server.example"
NOW = datetime.now(UTC).replace(microsecond=0)
HTTP = ("nginx", "apache", "caddy", "lighttpd")


def days(before: float, after: float) -> Window:
    """A validity period in days from now."""
    return Window(not_before=NOW + timedelta(days=before), not_after=NOW + timedelta(days=after))


ROOT = attrs.evolve(Authority.root(number=300, now=NOW - timedelta(days=1000)), window=days(-1200, 2000))
ISSUING = ROOT.intermediate(number=301)


def serving(serve: Serve, issued: Issued, kind: str = "nginx", **options: Any) -> RunningServer:
    return serve(kind, chain_pem=issued.chain_pem, key_pem=issued.key_pem, **options)


def diagnose(server: RunningServer, **options: Any) -> Report:
    """Diagnose with a clock that `ahead` moves."""
    return tlsdiag.diagnose(
        NAME, port=server.port, addresses=[server.host], trust=ROOT.pem, limits=PATIENT, **options
    )


def faketime() -> str:
    """The program, without which the test is skipped, or fails where everything has to be there."""
    program = shutil.which("faketime")
    if program is None:
        missing = pytest.fail if os.environ.get("TLSDIAG_REQUIRE_SERVERS") == "1" else pytest.skip
        missing("faketime is missing (package faketime)")
    return str(program)


def with_clock(server: RunningServer, folder: Path, offset: str, zone: str = "UTC") -> Report:
    """Run the command line with its clock moved by libfaketime."""
    program = faketime()
    (folder / "root.pem").write_bytes(ROOT.pem)
    command = [program, "-f", offset, sys.executable, "-m", "tlsdiag", f"{NAME}:{server.port}", "--address", server.host, "--json"]
    done = subprocess.run(
        [*command, "--trust", str(folder / "root.pem")], capture_output=True, text=True, check=False, timeout=60, env={**os.environ, "TZ": zone}
    )
    assert done.returncode in (0, 1), done.stderr
    return Report.from_json(done.stdout)


def the(report: Report, code: str) -> ClockFinding:
    (found,) = report.filter(code=code)
    assert isinstance(found, ClockFinding)
    return found


def assert_cause(report: Report, code: str, *explained: str) -> None:
    """This alone is the cause, and these are its consequences."""
    assert report.root_cause is not None and report.root_cause.code == code, report
    assert [item.code for item in report.findings if item.blocks and not item.explained_by] == [code]
    assert {key.partition("|")[0] for key in report.root_cause.explains} >= set(explained)
    assert report.verdict is Verdict.BROKEN


@pytest.mark.parametrize("kind", HTTP)
@pytest.mark.parametrize(("ahead", "consequence"), [(400, "certificate-expired"), (-400, "certificate-not-yet-valid")])
def test_a_clock_that_is_wrong_by_a_year_is_the_cause(kind: str, ahead: int, consequence: str, serve: Serve) -> None:
    server = serving(serve, ISSUING.issue(NAME, window=days(-30, 60)), kind)
    report = diagnose(server, now=NOW + timedelta(days=ahead))
    assert_cause(report, "clock-wrong", consequence)
    found = the(report, "clock-wrong")
    assert found.blame is Blame.CLIENT
    assert round(found.ahead / 86400) == ahead
    assert report.connections <= 20


def test_a_slow_clock_is_proved_without_a_word_of_the_server(serve: Serve) -> None:
    report = diagnose(serving(serve, ISSUING.issue(NAME, window=days(-30, 60)), "haproxy"), now=NOW - timedelta(days=400))
    assert_cause(report, "clock-wrong", "certificate-not-yet-valid")
    found = the(report, "clock-wrong")
    assert {item.voucher for item in found.sources} == {Voucher.SOFTWARE, Voucher.AUTHORITY}
    assert "at least" in found.detail


@pytest.mark.parametrize(("offset", "consequence"), [("+400d", "certificate-expired"), ("-400d", "certificate-not-yet-valid")])
def test_a_process_whose_clock_is_wrong_sees_its_own_failure_explained(offset: str, consequence: str, serve: Serve, tmp_path: Path) -> None:
    server = serving(serve, ISSUING.issue(NAME, window=days(-30, 60)))
    assert_cause(with_clock(server, tmp_path, offset), "clock-wrong", consequence, "client-handshake-failed")


def test_an_expired_certificate_and_the_right_clock_say_nothing_of_the_clock(serve: Serve) -> None:
    report = diagnose(serving(serve, ISSUING.issue(NAME, window=days(-90, -3))))
    assert_cause(report, "certificate-expired", "client-handshake-failed")
    assert not [item for item in report.findings if isinstance(item, ClockFinding)]
    asked = report.observations.get(ServerDate, report.endpoints[0])
    assert asked is not None and asked.date is not None


def test_a_certificate_of_tomorrow_and_the_right_clock_say_nothing_of_the_clock(serve: Serve) -> None:
    report = diagnose(serving(serve, ISSUING.issue(NAME, window=days(1, 90))))
    assert_cause(report, "certificate-not-yet-valid", "client-handshake-failed")
    assert not [item for item in report.findings if isinstance(item, ClockFinding)]


def test_a_certificate_that_has_expired_by_both_clocks_stays_the_cause(serve: Serve, tmp_path: Path) -> None:
    report = with_clock(serving(serve, ISSUING.issue(NAME, window=days(-90, -3))), tmp_path, "+100d")
    assert_cause(report, "certificate-expired", "client-handshake-failed")
    assert not the(report, "clock-wrong").blocks


def test_an_expiry_that_a_slow_clock_hides_is_told(serve: Serve, tmp_path: Path) -> None:
    report = with_clock(serving(serve, ISSUING.issue(NAME, window=days(-500, -10))), tmp_path, "-400d")
    assert report.verdict is Verdict.FLAWED, report
    (found,) = report.filter(code="certificate-expired-unnoticed")
    assert found.severity is Severity.HIGH
    assert the(report, "clock-wrong").confidence is Confidence.PROVEN


@pytest.mark.parametrize(("zone", "hours"), [("Europe/Berlin", None), ("Asia/Kolkata", 5.5), ("America/Los_Angeles", None)])
def test_a_clock_that_is_off_by_the_zone_is_a_mistake_of_the_zone(zone: str, hours: float | None, serve: Serve, tmp_path: Path) -> None:
    from zoneinfo import ZoneInfo

    offset = NOW.astimezone(ZoneInfo(zone)).utcoffset()
    assert offset is not None and (hours is None or offset == timedelta(hours=hours))
    server = serving(serve, ISSUING.issue(NAME, window=days(-0.0005, 60)))
    report = with_clock(server, tmp_path, f"-{abs(int(offset.total_seconds()))}", zone)
    assert_cause(report, "time-zone-wrong", "certificate-not-yet-valid", "client-handshake-failed")
    found = the(report, "time-zone-wrong")
    assert found.confidence is Confidence.PROVEN
    assert zone in found.detail


def test_two_hours_in_a_zone_of_another_offset_are_a_wrong_clock(serve: Serve, tmp_path: Path) -> None:
    server = serving(serve, ISSUING.issue(NAME, window=days(-0.0005, 60)))
    report = with_clock(server, tmp_path, "-2h", "Asia/Kolkata")
    assert_cause(report, "clock-wrong", "certificate-not-yet-valid", "client-handshake-failed")


def test_a_server_that_is_older_than_its_certificates_timestamp_has_a_wrong_clock(serve: Serve) -> None:
    stamp = b"\0" + bytes(32) + int((NOW - timedelta(days=1)).timestamp() * 1000).to_bytes(8, "big") + bytes(2) + b"\4\3\0\2ab"
    listed = len(stamp).to_bytes(2, "big") + stamp
    value = b"\x04" + bytes([len(listed) + 2]) + len(listed).to_bytes(2, "big") + listed
    logged = (x509.UnrecognizedExtension(x509.ObjectIdentifier("1.3.6.1.4.1.11129.2.4.2"), value), False)
    issued = ISSUING.issue(NAME, window=days(-2, 60), extensions=(logged,))
    old = (NOW - timedelta(days=300)).strftime("%a, %d %b %Y %H:%M:%S GMT")
    server = serving(serve, issued, "haproxy", extra=(f'http-response set-header Date "{old}"', f'http-request return status 200 hdr Date "{old}"'))
    report = diagnose(server, depth="full")
    found = the(report, "server-clock-wrong")
    assert (found.severity, found.blame) == (Severity.LOW, Blame.SERVER)
    assert not report.filter(code="clock-wrong")


def with_slow_clock(options: Options, stack: contextlib.ExitStack) -> RunningServer:
    """nginx whose own clock is 400 days slow."""
    directory, port = new_directory("nginx"), free_port()
    launch = RECIPES["nginx"].prepare(options, directory, port)
    launch = attrs.evolve(launch, argv=[faketime(), "-f", "-400d", *launch.argv])
    return stack.enter_context(start("nginx", launch, directory, port))


def test_a_server_with_a_slow_clock_that_refuses_the_clients_certificate_is_the_cause() -> None:
    issued, mine = ISSUING.issue(NAME, window=days(-30, 60)), ISSUING.issue("me.example", usages=("client",), number=7, window=days(-30, 60))
    given = tlsdiag.plugin.ClientCertificate(certificate=mine.chain_pem, key=mine.key_pem)
    options = Options(chain_pem=issued.chain_pem, key_pem=issued.key_pem, client_ca_pem=ROOT.pem)
    with contextlib.ExitStack() as stack:
        report = diagnose(with_slow_clock(options, stack), client_certificate=given)
    assert_cause(report, "server-clock-wrong", "client-certificate-refused")
    assert report.root_cause is not None and report.root_cause.blame is Blame.SERVER


def test_a_server_with_a_slow_clock_that_lets_everybody_in_is_told_at_full_depth() -> None:
    issued = ISSUING.issue(NAME, window=days(-30, 60))
    with contextlib.ExitStack() as stack:
        report = diagnose(with_slow_clock(Options(chain_pem=issued.chain_pem, key_pem=issued.key_pem), stack), depth="full")
    assert the(report, "server-clock-wrong").severity is Severity.LOW
    assert not report.filter(code="clock-wrong")


def test_a_stapled_answer_bears_witness_beside_the_server(serve: Serve) -> None:
    issued = ISSUING.issue(NAME, window=days(-30, 60))
    builder = ocsp.OCSPResponseBuilder().add_response(
        issued.certificate, ISSUING.issued.certificate, hashes.SHA256(), ocsp.OCSPCertStatus.GOOD, NOW, NOW + timedelta(days=7), None, None
    )
    answer = builder.responder_id(ocsp.OCSPResponderEncoding.HASH, ISSUING.issued.certificate).sign(ISSUING.issued.private_key, hashes.SHA256())
    server = serving(serve, issued, ocsp_response=answer.public_bytes(Encoding.DER))
    found = the(diagnose(server, now=NOW + timedelta(days=100)), "clock-wrong")
    assert found.confidence is Confidence.PROVEN
    assert {item.voucher for item in found.sources} == {Voucher.SERVER, Voucher.AUTHORITY}


@pytest.mark.parametrize("kind", HTTP)
@pytest.mark.parametrize("version", ["TLSv1.2", "TLSv1.3"])
def test_a_healthy_server_and_the_right_clock_agree_at_full_depth(kind: str, version: str, serve: Serve) -> None:
    report = diagnose(serving(serve, ISSUING.issue(NAME, window=days(-30, 60)), kind, versions=(version,)), depth="full")
    assert report.filter(severity=Severity.LOW) == ()
    asked = report.observations.get(ServerDate, report.endpoints[0])
    assert asked is not None and asked.date is not None


def test_a_healthy_server_is_not_asked_for_the_time(serve: Serve) -> None:
    report = diagnose(serving(serve, ISSUING.issue(NAME, window=days(-30, 60))))
    assert report.verdict is Verdict.HEALTHY
    assert report.observations.get(ServerDate, report.endpoints[0]) is None
    evidence = report.observations.get(ClockEvidence)
    assert evidence is not None and not evidence.given
