"""What a caller may name as a target, and what makes no sense."""

from __future__ import annotations

import asyncio
from datetime import UTC, datetime, timedelta, timezone

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tlsdiag import Diagnosis
from tlsdiag.errors import TargetError
from tlsdiag.target import ClientCertificate, Endpoint, Target


@pytest.mark.parametrize(
    ("text", "host", "port"),
    [
        ("a.example", "a.example", 443),
        ("A.Example", "a.example", 443),
        ("a.example:8443", "a.example", 8443),
        ("https://a.example/path?q", "a.example", 443),
        ("https://a.example:444/", "a.example", 444),
        ("imaps://mail.example", "mail.example", 993),
        ("smtp://mail.example", "mail.example", 25),
        ("odd://mail.example", "mail.example", 443),
        ("192.0.2.1", "192.0.2.1", 443),
        ("192.0.2.1:99", "192.0.2.1", 99),
        ("::1", "::1", 443),
        ("[::1]", "::1", 443),
        ("[2001:db8::1]:99", "2001:db8::1", 99),
        ("https://[2001:DB8::1]:99/", "2001:db8::1", 99),
        ("bücher.example", "xn--bcher-kva.example", 443),
        (" a.example ", "a.example", 443),
        ("a_b.example", "a_b.example", 443),
    ],
)
def test_a_host_is_read_with_its_port(text: str, host: str, port: int) -> None:
    target = Target.parse(text)
    assert (target.host, target.port) == (host, port)


@pytest.mark.parametrize(
    ("text", "reason"),
    [
        ("", "empty"),
        ("   ", "empty"),
        ("a b", "white space"),
        ("a\x00b", "control"),
        ("a.example:99999", "65535"),
        ("a.example:0", "65535"),
        ("a.example:x", "65535"),
        ("https://", "no host"),
        (":443", "no host"),
        ("1.2.3.4.5", "looks like an IP address"),
        ("256.1.1.1", "looks like an IP address"),
        ("https://[::1", "cannot read"),
    ],
)
def test_a_host_that_makes_no_sense_is_refused_in_words(text: str, reason: str) -> None:
    with pytest.raises(TargetError, match=reason):
        Target.parse(text)


@given(st.text(max_size=40))
def test_any_text_is_a_target_or_a_target_error(text: str) -> None:
    try:
        target = Target.parse(text)
    except TargetError:
        return
    assert 1 <= target.port <= 65535


def test_a_port_in_the_host_wins_over_the_argument() -> None:
    assert Target.parse("a.example:1", port=2).port == 1
    assert Target.parse("a.example", port=2).port == 2


def test_the_server_name_is_the_host_without_its_last_dot() -> None:
    assert Target.parse("a.example.").server_name == "a.example"


def test_no_server_name_is_sent_for_an_address_or_when_told_not_to() -> None:
    assert Target.parse("192.0.2.1").server_name is None
    assert Target.parse("a.example", server_name=False).server_name is None
    assert Target.parse("192.0.2.1", server_name="b.example").server_name == "b.example"


def test_the_reference_name_is_what_the_certificate_must_be_valid_for() -> None:
    assert Target.parse("192.0.2.1", server_name="b.example").reference_name == "b.example"
    assert Target.parse("192.0.2.1").reference_name == "192.0.2.1"


def test_addresses_are_checked_and_kept_once() -> None:
    assert Target.parse("a.example", addresses=["192.0.2.1", "192.0.2.1", "::1"]).addresses == ("192.0.2.1", "::1")
    assert Target.parse("192.0.2.9").addresses == ("192.0.2.9",)
    assert Target.parse("192.0.2.9").is_address
    assert not Target.parse("a.example").is_address


@pytest.mark.parametrize(
    ("options", "reason"),
    [
        ({"addresses": []}, "empty"),
        ({"addresses": ["nonsense"]}, "not an IP address"),
        ({"addresses": "192.0.2.1"}, "list"),
        ({"alpn": "h2"}, "list"),
        ({"alpn": [""]}, "1 to 255"),
        ({"server_name": ""}, "server_name"),
        ({"port": 0}, "65535"),
        ({"port": True}, "65535"),
        ({"proxy": "gopher://x"}, "proxy"),
        ({"proxy": "http://"}, "proxy"),
        ({"client_certificate": "one.pem"}, "pair"),
        ({"now": datetime(2026, 1, 1)}, "time zone"),
    ],
)
def test_an_option_that_makes_no_sense_is_refused_in_words(options: dict[str, object], reason: str) -> None:
    with pytest.raises(TargetError, match=reason):
        Target.parse("a.example", **options)  # type: ignore[arg-type] - wrong types are what is tested


def test_a_host_must_be_text() -> None:
    with pytest.raises(TargetError, match="must be text"):
        Target.parse(443)  # type: ignore[arg-type] - a wrong type is what is tested


def test_a_proxy_may_leave_out_its_scheme() -> None:
    assert str(Target.parse("a.example", proxy="proxy.example:3128").proxy) == "http://proxy.example:3128"


def test_a_pair_of_paths_is_a_client_certificate() -> None:
    target = Target.parse("a.example", client_certificate=("c.pem", "k.pem"), now=datetime(2026, 1, 1, tzinfo=UTC))
    assert target.client_certificate == ClientCertificate(certificate="c.pem", key="k.pem")
    assert ClientCertificate.of(target.client_certificate) is target.client_certificate


def test_the_password_of_a_key_is_not_shown() -> None:
    assert "secret" not in repr(ClientCertificate(certificate="c", key="k", password="secret"))


def test_an_endpoint_shows_its_family_and_address() -> None:
    assert str(Endpoint(address="::1", port=1)) == "[::1]:1"
    assert str(Endpoint(address="127.0.0.1", port=1)) == "127.0.0.1:1"
    assert Endpoint(address="::1", port=1).family == 6
    assert Endpoint(address="127.0.0.1", port=1).family == 4
    assert str(Target.parse("[::1]:5")) == "[::1]:5"
    assert str(Target.parse("a.example")) == "a.example:443"


def test_the_time_is_taken_in_utc_whatever_zone_it_comes_in() -> None:
    tomorrow = datetime(2026, 12, 1, 0, 30, tzinfo=timezone(timedelta(hours=2)))
    now = Target.parse("a.example", now=tomorrow).now
    assert now == tomorrow and f"{now:%Y-%m-%d %H:%M}" == "2026-11-30 22:30"
    with pytest.raises(TargetError, match="beyond the calendar"):
        Target.parse("a.example", now=datetime(9999, 12, 31, 23, 59, tzinfo=timezone(timedelta(hours=-1))))


def test_a_clock_may_show_any_zone() -> None:
    clock = datetime(2026, 12, 1, 0, 30, tzinfo=timezone(timedelta(hours=2)))
    report = asyncio.run(Diagnosis(["file-form-unreadable"], clock=lambda: clock).run(Target.parse("a.example", addresses=["127.0.0.1"], port=1)))
    assert report.started == clock and report.started.utcoffset() == timedelta()
