"""The probes of the proxy's way and of the other way, on a scripted network: what they ask, what they leave alone, what they cost."""

from __future__ import annotations

import asyncio
from collections.abc import Mapping
from typing import Any

import pytest

from tlsdiag import Diagnosis, Limits, Report, Target
from tlsdiag.facts import OtherWay, ProxyWay
from tlsdiag.failure import FailureKind
from tlsdiag.observation import Resolution, Unavailable, Why
from tlsdiag.testing import Close, Expect, Refuse, Reply, ScriptedDialer

PROXY = "http://127.0.0.1:3128"
LIMITS = Limits(handshake_timeout=1, connect_timeout=1, resolve_timeout=1)


def diagnosed(script: Any, host: str = "localhost", *, environment: Mapping[str, str] | None = None, **options: Any) -> tuple[Report, ScriptedDialer]:
    dialer = ScriptedDialer([script])
    target = Target.parse(host, **options)
    report = asyncio.run(Diagnosis(depth="quick", dialer=dialer, limits=LIMITS, environment=environment or {}).run(target))
    return report, dialer


def way_of(report: Report) -> ProxyWay:
    return next(iter(report.observations.all(ProxyWay).values()))


def other_way(report: Report) -> OtherWay | Unavailable | None:
    return report.observations.find(OtherWay)


REFUSES = [Expect(), Reply(b"HTTP/1.1 403 No\r\nContent-Length: 0\r\n\r\n"), Close()]


def test_without_a_proxy_nothing_is_observed_and_nothing_dialled_for_it() -> None:
    report, _ = diagnosed([Expect(), Close()], addresses=["127.0.0.1"])
    (found,) = [item for name, _, item in report.observations.unavailable if name == ProxyWay.name]
    assert found.why is Why.NOT_APPLICABLE


def test_a_kind_of_proxy_that_we_cannot_go_through_is_could_not_look_and_no_accusation() -> None:
    report, dialer = diagnosed([Refuse()], host="192.0.2.7", environment={"ALL_PROXY": "socks4://proxy.example:1080"})
    assert {endpoint.port for endpoint in dialer.dialled} <= {443, 80}  # never the proxy; port 80 is a look beside what fails
    assert "proxy-url-invalid" not in {item.code for item in report.findings}
    assert any("socks4" in item.detail for item in report.could_not_look)


def test_what_is_dialled_is_the_proxy_and_the_resolution_says_so() -> None:
    report, dialer = diagnosed(REFUSES, proxy=PROXY, addresses=["192.0.2.7"])
    resolution = report.observations.get(Resolution)
    assert resolution is not None and (resolution.via, resolution.host) == (PROXY, "127.0.0.1")
    assert str(dialer.dialled[0]) == "127.0.0.1:3128"
    assert way_of(report).destination == "192.0.2.7:443"


def test_a_way_that_is_barred_costs_no_further_offers() -> None:
    _, dialer = diagnosed(REFUSES, proxy=PROXY, addresses=["192.0.2.7"])
    through = [endpoint for endpoint in dialer.dialled if endpoint.port == 3128]
    assert len(through) == 4  # reachability, the proxy's answer, the client, our own


def test_a_proxy_that_cannot_be_dialled_has_that_failure() -> None:
    report, _ = diagnosed([Refuse(FailureKind.TIMED_OUT)], proxy=PROXY, addresses=["192.0.2.7"])
    found = way_of(report)
    assert found.failure is not None and found.failure.kind is FailureKind.TIMED_OUT
    assert found.origin == "argument"
    assert report.root_cause is not None and report.root_cause.code == "proxy-timed-out"


def test_a_proxy_whose_name_leads_nowhere_is_told_with_the_variable_that_names_it() -> None:
    report, _ = diagnosed([Refuse()], environment={"HTTPS_PROXY": f"http://{'a' * 64}.example:1"})
    assert report.root_cause is not None and report.root_cause.code == "proxy-name-not-found"
    assert "(from HTTPS_PROXY)" in report.root_cause.detail
    again = Report.from_json(report.to_json()).recheck()
    assert [item.detail for item in again.findings] == [item.detail for item in report.findings]


def test_past_a_socks5h_proxy_nothing_is_tried() -> None:
    report, dialer = diagnosed([Expect(), Reply(b"\x05\xff"), Close()], host="hidden.example", proxy="socks5h://127.0.0.1:9050")
    found = other_way(report)
    assert isinstance(found, Unavailable) and found.why is Why.NOT_APPLICABLE
    assert {endpoint.port for endpoint in dialer.dialled} == {9050}


def test_past_a_proxy_that_refuses_the_target_itself_is_dialled() -> None:
    report, dialer = diagnosed(REFUSES, proxy=PROXY, addresses=["192.0.2.7"])
    assert "192.0.2.7:443" in {str(endpoint) for endpoint in dialer.dialled}
    found = other_way(report)
    assert isinstance(found, OtherWay) and (found.way, found.completed) == ("direct", False)


def test_both_families_of_a_name_are_tried_past_the_proxy() -> None:
    _, dialer = diagnosed([Refuse()], proxy=PROXY)
    direct = {endpoint.family for endpoint in dialer.dialled if endpoint.port == 443}
    assert direct and direct <= {4, 6}


def test_a_name_that_does_not_resolve_past_the_proxy_is_said() -> None:
    report, _ = diagnosed(REFUSES, host="a" * 64 + ".example", proxy=PROXY)
    found = other_way(report)
    assert isinstance(found, OtherWay) and found.failure is not None
    assert not found.opened


@pytest.mark.parametrize(
    ("host", "options"),
    [("localhost", {}), ("127.0.0.1", {}), ("192.0.2.7", {"starttls": None, "port": 993}), ("host.example", {"addresses": ["192.0.2.7"]})],
)
def test_a_proxy_of_the_environment_is_not_asked_for_what_is_none_of_its_business(host: str, options: dict[str, Any]) -> None:
    environment = {"HTTPS_PROXY": PROXY, "NO_PROXY": host}
    report, dialer = diagnosed([Refuse()], host=host, environment=environment, **options)
    assert isinstance(other_way(report), Unavailable)
    assert all(endpoint.port != 3128 for endpoint in dialer.dialled)


@pytest.mark.parametrize("kind", [FailureKind.REFUSED, FailureKind.TIMED_OUT, FailureKind.UNREACHABLE])
def test_an_exempted_host_that_cannot_be_dialled_is_tried_through_the_proxy(kind: FailureKind) -> None:
    report, _ = diagnosed([Refuse(kind)], host="192.0.2.7", environment={"HTTPS_PROXY": PROXY, "NO_PROXY": "192.0.2.7"})
    found = other_way(report)
    assert isinstance(found, OtherWay) and (found.way, found.origin, found.opened) == ("proxy", "HTTPS_PROXY", False)


def test_the_proxys_own_name_may_lead_nowhere_there_too() -> None:
    environment = {"HTTPS_PROXY": f"http://{'a' * 64}.example:1", "NO_PROXY": "192.0.2.7"}
    report, _ = diagnosed([Refuse()], host="192.0.2.7", environment=environment)
    found = other_way(report)
    assert isinstance(found, OtherWay) and found.failure is not None and found.failure.kind is FailureKind.NAME_INVALID


def test_a_direct_connection_that_is_open_leaves_the_proxy_alone() -> None:
    report, _ = diagnosed([Expect(), Close()], host="192.0.2.7", environment={"HTTPS_PROXY": PROXY, "NO_PROXY": "192.0.2.7"})
    assert isinstance(other_way(report), Unavailable)


def test_a_proxy_that_echoes_credentials_does_not_get_them_into_the_report() -> None:
    def echo(heard: bytes) -> bytes:
        return b"HTTP/1.1 403 No\r\nServer: echo\r\nContent-Length: 400\r\n\r\n" + heard

    report, _ = diagnosed(echo, proxy="http://alice:s3cr3t@127.0.0.1:3128", addresses=["192.0.2.7"])
    text = report.to_json() + str(report) + repr(report) + repr(list(report.observations))
    assert "s3cr3t" not in text and "YWxpY2U6czNjcjN0" not in text
    assert "***" in way_of(report).words


@pytest.mark.parametrize("answer", [b"", b"\x00" * 70000, b"HTTP/1.1 200 OK\r\n" * 5000, b"\xff" * 3, b"HTTP/1.1 999 \x1b[31m\r\n\r\n\x1b]0;x\x07"])
def test_hostile_answers_give_a_finding_and_no_control_characters(answer: bytes) -> None:
    report, _ = diagnosed([Expect(), Reply(answer), Close()] if answer else [Expect(), Close()], proxy=PROXY, addresses=["192.0.2.7"])
    assert report.root_cause is not None
    assert "\x1b" not in str(report)
