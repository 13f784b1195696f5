"""A proxy's URL: read as the tools read it, and its secrets in no text at all."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tlsdiag import TargetError
from tlsdiag.proxies import ProxyServer, without_credentials
from tlsdiag.target import Target


@pytest.mark.parametrize(
    ("url", "port"),
    [("proxy.example", 80), ("http://proxy.example", 80), ("https://proxy.example", 443), ("socks5://proxy.example", 1080), ("SOCKS5H://proxy.example", 1080)],
)
def test_a_port_left_out_is_that_of_the_scheme(url: str, port: int) -> None:
    proxy = ProxyServer.parse(url)
    assert (proxy.port, proxy.port_given) == (port, False)


def test_user_name_and_password_are_percent_decoded() -> None:
    proxy = ProxyServer.parse("http://al%40ice:s%3Acr%2Fet@proxy.example:3128")
    assert (proxy.username, proxy.password, proxy.location) == ("al@ice", "s:cr/et", "proxy.example:3128")


def test_a_user_name_may_come_without_a_password() -> None:
    proxy = ProxyServer.parse("http://alice@proxy.example:3128")
    assert (proxy.username, proxy.password, proxy.has_credentials) == ("alice", None, True)


def test_a_literal_address_gets_its_brackets_back() -> None:
    assert str(ProxyServer.parse("http://[2001:db8::1]:3128")) == "http://[2001:db8::1]:3128"


def test_an_internationalised_name_is_turned_into_a_labels() -> None:
    assert ProxyServer.parse("http://bücher.example:1").host == "xn--bcher-kva.example"


def test_no_text_of_a_proxy_holds_its_secrets() -> None:
    proxy = ProxyServer.parse("http://alice:s3cr3t@proxy.example:3128")
    target = Target.parse("a.example", proxy=proxy)
    assert str(proxy) == "http://***@proxy.example:3128"
    for text in (str(proxy), repr(proxy), repr(target), str(target)):
        assert "s3cr3t" not in text and "alice" not in text


@pytest.mark.parametrize(
    "url",
    [
        "ftp://alice:s3cr3t@proxy.example",
        "http://alice:s3cr3t@:3128",
        "http://alice:s3cr3t@proxy.example:port",
        "http://alice:s3cr3t@proxy.example:0",
        "http://alice:s3cr3t/@proxy.example:1",
        "http://alice:s3cr3t#@proxy.example:1",
        "http://alice:s3cr3t@[::1",
        "http://alice:s3cr3t@proxy.example\n:1",
        "socks4://alice:s3cr3t@proxy.example:1",
        "socks5://" + "a" * 256 + ":s3cr3t@proxy.example",
    ],
)
def test_a_url_that_cannot_be_read_is_refused_without_repeating_the_secret(url: str) -> None:
    with pytest.raises(TargetError) as caught:
        ProxyServer.parse(url)
    assert "s3cr3t" not in str(caught.value)
    assert caught.value.__cause__ is None


def test_a_proxy_is_a_text() -> None:
    with pytest.raises(TargetError, match="takes a URL"):
        Target.parse("a.example", proxy=3128)  # type: ignore[arg-type]


def test_false_goes_without_and_none_leaves_it_open() -> None:
    assert Target.parse("a.example", proxy=False).proxy is False
    assert Target.parse("a.example").proxy is None


@given(st.text(max_size=60))
def test_whatever_the_text_it_is_read_or_refused(text: str) -> None:
    try:
        ProxyServer.parse(text)
    except TargetError:
        pass  # the only exception


@given(st.text(st.characters(codec="ascii", exclude_characters="@"), min_size=4, max_size=20))
def test_what_stands_before_the_last_at_sign_is_hidden(secret: str) -> None:
    shown = without_credentials(f"http://user:{secret}@proxy.example")
    assert shown == "http://***@proxy.example" or "://" in secret


@pytest.mark.parametrize(
    ("url", "said"),
    [
        ("http:/proxy.example:3128", "two slashes"),
        ("http:proxy.example:3128", "two slashes"),
        ("//proxy.example:3128", "no scheme"),
        ("pac+http://files.example/proxy.pac", "PAC"),
        ("file:///etc/proxy.pac", "PAC"),
        ("ftp://files.example/wpad.dat", "PAC"),
    ],
)
def test_what_is_wrong_with_a_url_is_said(url: str, said: str) -> None:
    with pytest.raises(TargetError, match=said):
        ProxyServer.parse(url)


def test_a_host_may_be_called_http() -> None:
    assert ProxyServer.parse("http:3128").location == "http:3128"


def test_the_path_of_a_script_is_kept_and_does_not_make_another_proxy() -> None:
    found = ProxyServer.parse("http://files.example/proxy.pac")
    assert found.script == "/proxy.pac"
    assert found == ProxyServer.parse("http://files.example/")
    assert ProxyServer.parse("http://proxy.example:3128/").script == ""
