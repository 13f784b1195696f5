"""Filters, limits and distances between here and a real server, in network namespaces of the test's own."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import pytest
from far_host import FarHost, far_host, require_namespaces
from patience import HASTY, PATIENT

import tlsdiag
from tlsdiag import Blame, Report, Severity, Verdict
from tlsdiag.plugin import AcceptedVersions
from tlsdiag.testing import Authority

NAME = "server.example"
ROOT = Authority.root(number=300)
GOOD = ROOT.issue(NAME)


@pytest.fixture(scope="module")
def way() -> Iterator[FarHost]:
    """The way to a host behind a router: one for all tests, since the kernel takes its time to take such a thing down."""
    require_namespaces()
    with far_host() as made:
        yield made


@pytest.fixture
def host(way: FarHost) -> Iterator[FarHost]:
    """The host, and nothing in between."""
    yield way
    way.clear()


@pytest.fixture
def server(host: FarHost) -> Iterator[FarHost]:
    """The same with nginx on it."""
    with host.nginx(GOOD.chain_pem, GOOD.key_pem):
        yield host


def diagnose(host: FarHost, *addresses: str, **options: Any) -> Report:
    """Diagnose the far server."""
    return tlsdiag.diagnose(NAME, addresses=list(addresses) or [host.address], trust=ROOT.pem, **{"limits": PATIENT, **options})


def cause(report: Report) -> Any:
    """The root cause, alone."""
    assert report.root_cause is not None, report
    assert [item.code for item in report.causes] == [report.root_cause.code], report
    return report.root_cause


def test_a_far_server_without_a_filter_is_healthy(server: FarHost) -> None:
    report = diagnose(server, server.address, server.address6)
    assert report.findings == (), report
    assert report.verdict is Verdict.HEALTHY


def test_a_filter_that_drops_is_told_from_a_host_that_is_gone(server: FarHost) -> None:
    server.filter("tcp dport 443 drop")
    found = cause(diagnose(server, limits=HASTY))
    assert found.code == "connection-timed-out" and found.blame is Blame.NETWORK
    assert "The host is up: port 80 takes connections" in found.detail


def test_a_host_of_which_nothing_answers_is_told(host: FarHost) -> None:
    host.filter("tcp dport 1-65535 drop")
    found = cause(diagnose(host, limits=HASTY))
    assert found.code == "connection-timed-out"
    assert "443" not in found.detail.partition("Port 80")[2]
    assert "did not answer either" in found.detail


def test_a_reject_with_a_reset_is_not_told_from_a_closed_port(server: FarHost) -> None:
    server.filter("tcp dport 443 reject with tcp reset")
    found = cause(diagnose(server))
    assert found.code == "connection-refused"
    assert "look the same from here" in found.detail and "port 80 takes connections" in found.detail


def test_a_reject_in_icmp_is_a_firewall_and_names_it(server: FarHost) -> None:
    server.filter_on_the_way("tcp dport 443 reject")
    found = cause(diagnose(server))
    assert found.code == "connection-refused" and found.blame is Blame.NETWORK
    assert f"{server.router} says in ICMP: port unreachable" in found.detail and "a firewall rejects" in found.detail


def test_administratively_prohibited_is_told_with_who_says_so(server: FarHost) -> None:
    server.filter_on_the_way("tcp dport 443 reject with icmpx admin-prohibited")
    for address in (server.address, server.address6):
        found = cause(diagnose(server, address))
        assert found.code == "administratively-prohibited" and found.blame is Blame.NETWORK
        assert "administratively prohibited" in found.detail
        assert found.failure.said_by and found.failure.said_by != address


def test_a_host_that_a_router_cannot_reach_is_unreachable(server: FarHost) -> None:
    server.filter_on_the_way("meta nfproto ipv4 tcp dport 443 reject with icmp host-unreachable")
    found = cause(diagnose(server))
    assert found.code == "host-unreachable"
    assert f"{server.router} says in ICMP" in found.detail


def test_a_reset_that_comes_sooner_than_the_peer_can_answer_came_from_the_way(server: FarHost) -> None:
    server.filter_on_the_way("tcp dport 443 tcp flags & (psh | ack) == psh | ack reject with tcp reset")
    with server.delayed(60):
        found = cause(diagnose(server))
    assert found.code == "reset-after-hello" and found.blame is Blame.NETWORK
    assert "It was not the peer" in found.detail
    assert found.round_trip is not None and found.failure.elapsed < found.round_trip / 2


def test_a_reset_after_the_peers_own_time_may_be_the_peers(server: FarHost) -> None:
    server.filter("tcp dport 443 tcp flags & (psh | ack) == psh | ack reject with tcp reset")
    with server.delayed(60):
        found = cause(diagnose(server))
    assert found.code == "reset-after-hello"
    assert "may be the peer" in found.detail


def test_a_far_server_is_healthy_at_a_distance(server: FarHost) -> None:
    with server.delayed(40):
        report = diagnose(server)
    assert report.findings == (), report


@pytest.mark.parametrize("rule", ["ct state new limit rate over 3/second burst 5 packets", "ct state new ct count over 2"])
def test_a_limit_of_the_firewall_is_never_a_refusal_of_tls(server: FarHost, rule: str) -> None:
    server.filter(f"tcp dport 443 {rule} reject with tcp reset")
    report = diagnose(server)
    codes = {item.code for item in report.findings}
    assert not codes & {"tls13-missing", "no-forward-secrecy", "no-common-version", "server-name-needed", "backend-dead"}, report
    assert report.verdict is not Verdict.BROKEN
    versions = report.observations.get(AcceptedVersions, report.endpoints[0])
    assert versions is None or not {0x0303, 0x0304} & set(versions.refused)


def test_a_limit_that_bans_is_told(server: FarHost) -> None:
    server.filter("tcp dport 443 ct state new limit rate over 1/minute burst 6 packets reject with tcp reset")
    report = diagnose(server)
    assert "rate-limited" in {item.code for item in report.findings}, report


def test_an_address_family_that_is_filtered_is_named(server: FarHost) -> None:
    server.filter("meta nfproto ipv6 tcp dport 443 drop")
    report = diagnose(server, server.address6, server.address, limits=HASTY)
    (found,) = report.filter(code="address-family-broken")
    assert found.title == "IPv6 does not work, IPv4 does" and found.severity is Severity.MEDIUM
    assert report.root_cause is None and report.verdict is Verdict.FLAWED
    assert any(key.startswith("connection-timed-out") for key in found.explains)


def test_a_captive_portal_is_named_by_its_redirect_and_its_certificate(host: FarHost) -> None:
    portal = ROOT.issue("login.hotel.example")
    with host.nginx(portal.chain_pem, portal.key_pem, plain="return 302 http://login.hotel.example/welcome;"):
        found = cause(diagnose(host))
    assert found.code == "captive-portal" and found.blame is Blame.NETWORK
    assert {key.partition("|")[0] for key in found.explains} >= {"client-handshake-failed", "name-mismatch"}


def test_a_site_that_moved_is_no_portal(host: FarHost) -> None:
    other = ROOT.issue("www.elsewhere.example")
    with host.nginx(other.chain_pem, other.key_pem, plain="return 301 https://server.example$request_uri;"):
        assert cause(diagnose(host)).code == "name-mismatch"


def test_a_block_page_is_named(host: FarHost) -> None:
    host.filter("tcp dport 443 reject with tcp reset")
    with host.nginx(GOOD.chain_pem, GOOD.key_pem, plain='return 451 "<h1>Unavailable</h1>";'):
        found = cause(diagnose(host))
    assert found.code == "block-page"
