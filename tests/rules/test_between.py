"""What lies between: the root cause is right whoever met what, and no order of addresses, attempts or findings changes the answer."""

from __future__ import annotations

import itertools

import attrs
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from samples import SAMPLES, balance, between
from samples.common import alert, failure

from tlsdiag import Report, Severity, Verdict
from tlsdiag.check import Seen
from tlsdiag.checks.balance.shares import in_words, is_limit
from tlsdiag.checks.network.sinkhole import is_public
from tlsdiag.checks.network.timing import is_nearer, where_from
from tlsdiag.facts import OtherPorts, Pace, PortSeen, Reachability, RepeatOutcome
from tlsdiag.failure import FailureKind, Phase
from tlsdiag.judge import judge
from tlsdiag.observation import Observation, Observations
from tlsdiag.plan import make_plan
from tlsdiag.registry import Registry
from tlsdiag.target import Endpoint
from tlsdiag.testing.observations import client_outcome, handshake_outcome, reachability, seen

W, R, C = RepeatOutcome.WORKS, RepeatOutcome.RESET, RepeatOutcome.CLOSED
REGISTRY = Registry.installed()
CHECKS = [check for check in make_plan(REGISTRY, 3).checks if str(REGISTRY.origin(check.name)).startswith("tlsdiag ")]


def report_of(view: Seen) -> Report:
    """What all built-in checks make of a view."""
    findings, skipped = judge(CHECKS, view.target, view.now, view.observations, REGISTRY)
    return Report(target=view.target, findings=findings, skipped=skipped, observations=view.observations, started=view.now)


def root(view: Seen) -> str:
    found = report_of(view).root_cause
    assert found is not None
    return found.code


def test_a_dead_machine_explains_what_the_client_met() -> None:
    attempts = (balance.repeat(C, pace=Pace.FIRST, by_client=True), *(balance.repeat(), balance.repeat(C)) * 4)
    lost = client_outcome(completed=False, reason="UNEXPECTED_EOF_WHILE_READING", failure=failure(FailureKind.CLOSED), error_type="ssl.SSLEOFError")
    report = report_of(seen(lost, handshake_outcome(), balance.repeats(*attempts), reachability()))
    assert report.root_cause is not None and report.root_cause.code == "backend-dead"
    assert report.verdict is Verdict.PARTIAL
    assert [item.code for item in report.causes] == ["backend-dead"]


def test_a_bad_certificate_that_only_the_client_met_is_told_as_such() -> None:
    attempts = (balance.repeat(pace=Pace.FIRST, by_client=True, verify_code=10, leaf=b""), *(balance.repeat(by_client=place % 2 == 0) for place in range(9)))
    refused = client_outcome(completed=False, verify_code=10, error_type="ssl.SSLCertVerificationError")
    report = report_of(seen(refused, handshake_outcome(), balance.repeats(*attempts)))
    assert report.root_cause is not None and report.root_cause.code == "backend-certificate-bad"
    assert "Only the client met it" in report.root_cause.detail


def test_a_client_that_refuses_every_time_has_met_one_server() -> None:
    attempts = [balance.repeat(by_client=True, verify_code=80, leaf=b""), balance.repeat()] * 4
    refused = client_outcome(completed=False, verify_code=80, error_type="ssl.SSLCertVerificationError")
    report = report_of(seen(refused, handshake_outcome(), balance.repeats(*attempts)))
    assert report.verdict is Verdict.BROKEN
    assert not [item for item in report.findings if item.intermittent]


def test_a_client_that_verifies_nothing_is_not_kept_out() -> None:
    bad = balance.repeats(balance.repeat(), balance.repeat(leaf=balance.OTHER), faults={balance.OTHER: balance.EXPIRED})
    report = report_of(seen(client_outcome(verify_mode="CERT_NONE"), handshake_outcome(), bad))
    assert report.root_cause is None
    assert "backend-certificate-bad" in {item.code for item in report.findings}


@pytest.mark.parametrize(
    ("parts", "limit"),
    [
        ([(1, W, Pace.FIRST), (3, R, Pace.TOGETHER), (4, R, Pace.IN_A_ROW), (5, W, Pace.SLOWLY)], True),
        ([(1, W, Pace.FIRST), (3, R, Pace.TOGETHER), (4, R, Pace.IN_A_ROW), (1, R, Pace.SLOWLY), (4, W, Pace.SLOWLY)], True),
        ([(3, W, Pace.TOGETHER), (9, R, Pace.SLOWLY)], True),
        ([(12, R, Pace.TOGETHER)], False),
        ([(12, W, Pace.TOGETHER)], False),
        ([(1, W, Pace.FIRST), (2, R, Pace.TOGETHER), (2, W, Pace.SLOWLY), (2, R, Pace.SLOWLY), (1, W, Pace.SLOWLY)], False),
    ],
)
def test_a_limit_follows_the_pace(parts: list[tuple[int, RepeatOutcome, Pace]], limit: bool) -> None:
    assert is_limit(balance.repeats(*balance.runs(*parts))) is limit


def test_a_ban_is_told_with_its_doubt() -> None:
    report = report_of(balance.behind(*balance.runs((3, W, Pace.TOGETHER), (9, R, Pace.SLOWLY))))
    (found,) = report.filter(code="rate-limited")
    assert "a ban, or the server went down" in found.detail and not found.blocks


def test_a_limit_that_the_client_met_blocks_at_times_and_explains() -> None:
    attempts = (balance.repeat(R, pace=Pace.FIRST, by_client=True), *balance.runs((3, R, Pace.TOGETHER), (5, W, Pace.SLOWLY)))
    lost = client_outcome(completed=False, failure=failure(FailureKind.RESET), error_type="ConnectionResetError")
    report = report_of(seen(lost, handshake_outcome(), balance.repeats(*attempts)))
    assert [item.code for item in report.causes] == ["rate-limited"]
    assert report.verdict is Verdict.PARTIAL


def test_a_server_that_becomes_slow_is_told_with_doubt() -> None:
    attempts = [balance.repeat(elapsed=0.05), *(balance.repeat(elapsed=2.0) for _ in range(3))]
    (found,) = report_of(balance.behind(*attempts)).filter(code="rate-limited")
    assert "slows down" in found.title and found.severity is Severity.INFO


def test_counts_are_told_in_words() -> None:
    assert in_words(balance.runs((1, R, Pace.FIRST), (2, C, Pace.FIRST), (3, W, Pace.FIRST))) == (
        "of 6 connections 2 were closed without a word, 1 was reset, 3 worked"
    )


def test_a_sinkhole_is_the_cause_of_what_the_wrong_machine_does() -> None:
    assert root(between.resolved("0.0.0.0")) == "name-sinkholed"
    assert root(between.resolved("127.0.0.1")) == "name-sinkholed"
    assert root(between.resolved("146.112.61.106")) == "name-sinkholed"
    assert root(between.resolved("::ffff:146.112.61.106")) == "name-sinkholed"


@pytest.mark.parametrize("view", [between.resolved("127.0.0.1", works=True), between.resolved("127.0.0.1", pinned=True)], ids=["works", "pinned"])
def test_a_loopback_address_that_works_or_was_given_is_no_sinkhole(view: Seen) -> None:
    assert not [item for item in report_of(view).findings if item.code == "name-sinkholed"]


def test_a_private_address_is_a_doubt_and_no_alarm() -> None:
    (found,) = report_of(between.resolved("192.168.1.7", works=True)).filter(code="name-leads-inside")
    assert found.severity is Severity.INFO and not found.blocks and "cannot be told" in found.detail


@pytest.mark.parametrize(
    ("host", "public"),
    [("www.server.example", True), ("localhost", False), ("nas.local", False), ("server", False), ("10.0.0.1", False), ("x.internal", False)],
)
def test_names_that_should_lead_to_the_internet(host: str, public: bool) -> None:
    assert is_public(host) is public


@pytest.mark.parametrize(
    ("answer", "code", "blocks"),
    [
        (b"HTTP/1.1 511 Network Authentication Required\r\n\r\n", "captive-portal", True),
        (b"HTTP/1.1 200 OK\r\n\r\n<WISPAccessGatewayParam>", "captive-portal", True),
        (b"HTTP/1.1 302 Found\r\nLocation: https://other.example2/login\r\n\r\n", "captive-portal", False),
        (b"HTTP/1.1 302 Found\r\nLocation: https://malware.opendns.com/\r\n\r\n", "block-page", True),
        (b"HTTP/1.1 200 OK\r\n\r\nThis website is blocked", "block-page", False),
        (b"HTTP/1.1 302 Found\r\nLocation: https://[bad/\r\n\r\n", None, False),
        (b"HTTP/1.1 302 Found\r\nLocation: https://www.elsewhere.test/\r\n\r\n", None, False),
        (b"SSH-2.0-x\r\n", None, False),
    ],
)
def test_what_port_80_says_is_weighed(answer: bytes, code: str | None, blocks: bool) -> None:
    found = [item for item in report_of(between.port_80(answer)).findings if item.code in ("captive-portal", "block-page")]
    assert [(item.code, item.blocks) for item in found] == ([] if code is None else [(code, blocks)])


def test_a_login_redirect_on_the_tls_port_itself_is_a_portal() -> None:
    assert root(between.on_the_port(between.REDIRECT)) == "captive-portal"


@pytest.mark.parametrize(("elapsed", "round_trip", "nearer"), [(0.001, 0.04, True), (0.05, 0.04, False), (0.0001, 0.001, False)])
def test_the_time_of_a_reset_is_compared_with_the_way(elapsed: float, round_trip: float, nearer: bool) -> None:
    reset = attrs.evolve(failure(FailureKind.RESET), elapsed=elapsed)
    reachable = Reachability(connected=True, elapsed=round_trip)
    assert is_nearer(reset, reachable) is nearer
    assert bool(where_from(reset, reachable)) is (round_trip > 0.005)
    view = seen(client_outcome(completed=False, failure=reset, error_type="ConnectionResetError"), handshake_outcome(completed=False, failure=reset), reachable)
    cause = report_of(view).root_cause
    assert cause is not None and ("It was not the peer" in cause.detail) is nearer


def test_other_ports_tell_a_host_that_is_up() -> None:
    timed_out = failure(FailureKind.TIMED_OUT, Phase.CONNECT)
    closed = PortSeen(port=80, connected=False, failure=failure(FailureKind.REFUSED, Phase.CONNECT))
    for ports, words in (((closed,), "The host is up: port 80 refuses"), ((), None)):
        cause = report_of(seen(reachability(connected=False, failure=timed_out), OtherPorts(ports=ports))).root_cause
        assert cause is not None and (words is None or words in cause.detail)


def test_a_machine_without_ipv6_is_nobodys_fault() -> None:
    (found,) = report_of(between.families(FailureKind.UNREACHABLE)).filter(code="address-family-broken")
    assert found.severity is Severity.INFO


def _rich() -> dict[Endpoint, tuple[Observation, ...]]:
    """Three addresses: a healthy one, one with a machine that fails at times, one that is refused."""
    refused = failure(FailureKind.REFUSED, Phase.CONNECT)
    lost = {"completed": False, "failure": refused}
    gone = (reachability(connected=False, failure=refused), client_outcome(**lost), handshake_outcome(**lost))
    healthy = (reachability(), client_outcome(), handshake_outcome(certificates=(balance.ONE,)), balance.repeats(*[balance.repeat()] * 4))
    by_turns = balance.repeats(*(balance.repeat(), balance.repeat(C)) * 4)
    flaky = (reachability(), client_outcome(), handshake_outcome(certificates=(balance.OTHER,), alpn="h2"), by_turns)
    places = [Endpoint(address=address, port=443) for address in ("192.0.2.1", "192.0.2.2", "2001:db8::1")]
    return dict(zip(places, (healthy, flaky, gone), strict=True))


def test_no_order_of_addresses_and_findings_changes_the_answer() -> None:
    answers = set()
    base = seen()
    for order in itertools.permutations(_rich().items()):
        bag = Observations()
        for place, items in order:
            for item in items:
                bag.put(type(item), place, item)
        for checks in (CHECKS, CHECKS[::-1]):
            findings, _ = judge(checks, base.target, base.now, bag, REGISTRY)
            report = Report(target=base.target, findings=findings, observations=bag, started=base.now)
            answers.add((report.verdict, report.findings))
    assert len(answers) == 1
    ((verdict, findings),) = answers
    assert verdict is Verdict.PARTIAL
    assert findings[0].code == "backend-dead"


@settings(max_examples=30, deadline=None)
@given(st.permutations([balance.repeat(), balance.repeat(), balance.repeat(leaf=balance.OTHER), balance.repeat(leaf=balance.OTHER, alpn="h2")]))
def test_no_order_of_the_attempts_changes_what_they_are(order: list[object]) -> None:
    faults = {balance.OTHER: balance.EXPIRED}
    found = report_of(balance.behind(*order, faults=faults))  # type: ignore[arg-type]
    assert [item.code for item in found.causes] == ["backend-certificate-bad"]
    assert found.causes[0].evidence["failing"] == 2


def test_samples_of_this_room_survive_a_saved_report() -> None:
    for code in (*balance.SAMPLES, *between.SAMPLES):
        report = report_of(SAMPLES[code][0]())
        assert Report.from_json(report.to_json()).to_dict() == report.to_dict()


def test_what_our_core_cannot_say_is_not_compared_with_the_client() -> None:
    core = [balance.repeat(RepeatOutcome.ALERT, alert=alert(40))] * 3
    mine = balance.repeat(pace=Pace.FIRST, by_client=True, leaf=b"")
    report = report_of(seen(client_outcome(), handshake_outcome(), balance.repeats(mine, *core, replayed=False)))
    assert report.findings == ()


def test_a_server_that_serves_one_at_a_time_is_no_alarm() -> None:
    waiting = balance.runs((1, W, Pace.FIRST), (3, RepeatOutcome.SILENT, Pace.TOGETHER), (4, W, Pace.IN_A_ROW), (5, W, Pace.SLOWLY))
    report = report_of(balance.behind(*waiting))
    assert report.filter(severity=Severity.LOW) == ()
    assert report.verdict is not Verdict.PARTIAL


S = RepeatOutcome.SILENT


def test_a_limit_that_lets_one_through_now_and_then_is_no_dead_machine() -> None:
    few = balance.behind(*balance.runs((1, W, Pace.FIRST), (3, S, Pace.TOGETHER), (4, S, Pace.IN_A_ROW), (1, W, Pace.SLOWLY), (4, S, Pace.SLOWLY)))
    found = {item.code: item for item in report_of(few).findings}
    assert "backend-dead" not in found
    assert "allows a few connections in a minute" in found["rate-limited"].detail
    assert "a ban" not in found["rate-limited"].detail


def test_every_third_connection_that_fails_is_a_dead_machine_still() -> None:
    parts = ((1, W, Pace.FIRST), (2, S, Pace.TOGETHER), (1, W, Pace.TOGETHER), (2, S, Pace.IN_A_ROW), (2, W, Pace.IN_A_ROW), (4, S, Pace.SLOWLY))
    assert "backend-dead" in {item.code for item in report_of(balance.behind(*balance.runs(*parts))).findings}
