"""What goes wrong before TLS, on real sockets: refused, filtered, unreachable, a name that leads nowhere, addresses that disagree."""

from __future__ import annotations

import asyncio
import threading

from patience import HASTY, PATIENT
from ports import closed_port, full_backlog

import tlsdiag
from tlsdiag import Report, Severity, Verdict
from tlsdiag.demo.scenarios import NAME, SCENARIOS
from tlsdiag.demo.servers import is_silent, listening

QUICKLY = tlsdiag.Limits(connect_timeout=0.4, handshake_timeout=0.6, resolve_timeout=2)


def cause(report: Report) -> str:
    """The code of the root cause."""
    assert report.root_cause is not None, report
    return report.root_cause.code


def test_a_closed_port_is_refused() -> None:
    report = tlsdiag.diagnose("127.0.0.1", port=closed_port(), limits=QUICKLY)
    assert cause(report) == "connection-refused"
    assert report.verdict is Verdict.BROKEN
    assert report.root_cause is not None
    assert {key.partition("|")[0] for key in report.root_cause.explains} == {"client-handshake-failed"}


def test_a_port_that_drops_packets_is_timed_out() -> None:
    with full_backlog() as port:
        report = tlsdiag.diagnose("127.0.0.1", port=port, limits=QUICKLY)
    assert cause(report) == "connection-timed-out"
    assert report.root_cause is not None
    assert report.root_cause.blame is tlsdiag.Blame.NETWORK


def test_a_name_that_leads_nowhere_is_told() -> None:
    report = tlsdiag.diagnose("no-such-host.invalid", limits=QUICKLY)
    # a machine without a resolver cannot know that the name does not exist
    assert cause(report) in ("name-not-found", "resolver-failed")
    assert report.verdict is Verdict.BROKEN


def test_a_name_that_can_be_none_is_told() -> None:
    assert cause(tlsdiag.diagnose("a" * 64 + ".example", limits=QUICKLY)) == "name-invalid"


def test_one_address_that_works_is_enough_for_a_loopback_name() -> None:
    scene = next(item for item in SCENARIOS if item.name == "healthy").build()
    with listening(scene.converse) as server:
        report = tlsdiag.diagnose(NAME, port=server.port, addresses=["::1", "127.0.0.1"], limits=PATIENT, **scene.options)
    assert report.verdict is Verdict.HEALTHY, report
    assert report.filter(severity=Severity.LOW) == ()


def test_an_address_that_fails_beside_one_that_works_is_told() -> None:
    scene = next(item for item in SCENARIOS if item.name == "healthy").build()
    with listening(scene.converse) as server:
        report = tlsdiag.diagnose(NAME, port=server.port, addresses=["127.0.0.1", "192.0.2.1"], limits=HASTY, **scene.options)
    assert report.root_cause is None, report
    (other,) = [item for item in report.findings if item.endpoint is not None and item.endpoint.address == "192.0.2.1"]
    assert other.severity is Severity.MEDIUM
    assert "127.0.0.1" in other.detail


def test_it_runs_inside_a_loop_and_in_threads() -> None:
    async def inside() -> Report:
        return tlsdiag.diagnose("127.0.0.1", port=closed_port(), limits=QUICKLY)

    assert cause(asyncio.run(inside())) == "connection-refused"
    found: list[str] = []
    threads = [
        threading.Thread(target=lambda: found.append(cause(tlsdiag.diagnose("127.0.0.1", port=closed_port(), limits=QUICKLY)))) for _ in range(4)
    ]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert found == ["connection-refused"] * 4


def test_many_hosts_side_by_side_each_get_their_report() -> None:
    with listening(is_silent) as server:
        hosts = [f"127.0.0.1:{server.port}", f"127.0.0.1:{closed_port()}"]
        reports = tlsdiag.diagnose_many(hosts, limits=QUICKLY)
    assert {cause(report) for report in reports.values()} == {"peer-silent", "connection-refused"}
