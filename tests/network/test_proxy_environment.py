"""What the environment names for a host: as requests reads it (held against its own code and CPython's), and as curl does."""

from __future__ import annotations

import urllib.request

import pytest
import requests.utils
from hypothesis import given
from hypothesis import strategies as st

from tlsdiag.network.proxy import as_curl, as_requests, consulted, difference, with_environment
from tlsdiag.proxies import ProxyServer
from tlsdiag.target import Target

PROXY = "http://proxy.example:3128"
HOST = "www.example.com"


def exempted(no_proxy: str, host: str = HOST, port: int = 443) -> tuple[bool, bool]:
    """Whether requests and curl go past the proxy."""
    environment = {"HTTPS_PROXY": PROXY, "NO_PROXY": no_proxy}
    return as_requests(host, port, environment).proxy is None, as_curl(host, port, environment).proxy is None


@pytest.mark.parametrize(
    ("no_proxy", "host", "requests", "curl"),
    [
        ("*", HOST, True, True),
        ("*,other.example", HOST, False, False),
        ("example.com", HOST, True, True),
        (".example.com", HOST, True, True),
        ("EXAMPLE.com", HOST, True, True),
        ("example.com.", HOST, False, True),
        ("ample.com", HOST, False, False),
        ("*.example.com", HOST, False, False),
        ("other.example example.com", HOST, False, True),
        ("localhost,127.0.0.1", "localhost", True, True),
        ("10.0.0.0/8", "10.1.2.3", True, True),
        ("10.0.0.0/8", "11.1.2.3", False, False),
        ("10.0.0.0/99", "10.1.2.3", False, False),
        ("10.1.2.3", "10.1.2.3", True, True),
        ("2001:db8::/32", "2001:db8::1", False, True),
        ("2001:db8::1", "2001:db8::1", True, True),
        ("", HOST, False, False),
        (",, ,", HOST, False, False),
        (".", HOST, False, False),
    ],
)
def test_no_proxy_is_read_as_each_reads_it(no_proxy: str, host: str, requests: bool, curl: bool) -> None:
    assert exempted(no_proxy, host) == (requests, curl)


def test_a_port_counts_for_requests_alone_and_only_where_the_url_names_it() -> None:
    assert exempted("www.example.com:8443", port=8443) == (True, False)
    assert exempted("www.example.com:443") == (False, False)


@pytest.mark.parametrize(
    ("environment", "requests", "curl"),
    [
        ({"https_proxy": "http://a:1", "HTTPS_PROXY": "http://b:2"}, "https_proxy", "https_proxy"),
        ({"HTTPS_PROXY": "http://b:2", "ALL_PROXY": "http://c:3"}, "HTTPS_PROXY", "HTTPS_PROXY"),
        ({"ALL_PROXY": "http://c:3", "all_proxy": "http://d:4"}, "all_proxy", "all_proxy"),
        ({"http_proxy": "http://a:1"}, "", ""),
        ({"https_proxy": "", "HTTPS_PROXY": "http://b:2"}, "", "HTTPS_PROXY"),
        ({}, "", ""),
    ],
)
def test_the_variables_have_their_order(environment: dict[str, str], requests: str, curl: str) -> None:
    assert (as_requests(HOST, 443, environment).variable, as_curl(HOST, 443, environment).variable) == (requests, curl)


def test_the_origin_of_a_proxy_is_the_variable() -> None:
    proxy = as_requests(HOST, 443, {"ALL_PROXY": PROXY}).proxy
    assert proxy is not None and proxy.origin == "ALL_PROXY" and proxy.from_environment


def test_a_variable_that_cannot_be_read_is_a_problem_without_its_secret() -> None:
    choice = as_requests(HOST, 443, {"HTTPS_PROXY": "ftp://me:s3cr3t@proxy.example"})
    assert choice.proxy is None and choice.problem and "s3cr3t" not in choice.problem


def test_socks4_is_not_unreadable_only_not_ours() -> None:
    choice = as_requests(HOST, 443, {"ALL_PROXY": "socks4a://proxy.example"})
    assert (choice.unsupported, choice.problem, choice.proxy) == ("socks4a", "", None)
    assert "socks4 proxy" in difference(HOST, 443, {"https_proxy": "", "ALL_PROXY": "socks4://p", "HTTPS_PROXY": "http://q:1"})


def test_a_port_left_out_is_a_difference() -> None:
    assert "curl 1080" in difference(HOST, 443, {"HTTPS_PROXY": "http://proxy.example"})
    assert difference(HOST, 443, {"HTTPS_PROXY": PROXY}) == ""


def test_differences_are_said_in_words() -> None:
    assert "before 2.34 it takes the entry 'ample.com'" in difference(HOST, 443, {"HTTPS_PROXY": PROXY, "NO_PROXY": "ample.com"})
    assert "curl goes there directly" in difference(HOST, 443, {"HTTPS_PROXY": PROXY, "NO_PROXY": "a b www.example.com"})
    assert "curl goes through" in difference(HOST, 443, {"https_proxy": "", "HTTPS_PROXY": PROXY})
    assert difference(HOST, 443, {"HTTPS_PROXY": "ftp://x", "no_proxy": "2001:db8::/32"}) == ""


def test_a_star_in_an_entry_is_a_difference() -> None:
    assert "'*.example.com' in NO_PROXY has a star" in difference(HOST, 443, {"HTTPS_PROXY": PROXY, "NO_PROXY": "a.example, *.example.com"})
    assert difference(HOST, 443, {"HTTPS_PROXY": PROXY, "NO_PROXY": "*.example.net"}) == ""


@pytest.mark.parametrize(
    ("host", "options", "expected"),
    [
        ("https://a.example", {}, True),
        ("a.example", {}, True),
        ("a.example:8443", {}, True),
        ("192.0.2.1", {}, True),
        ("a.example", {"proxy": False}, False),
        ("a.example", {"addresses": ["192.0.2.1"]}, False),
        ("smtp://a.example", {}, False),
        ("ldaps://a.example", {}, False),
        ("a.example:993", {}, False),
        ("a.example", {"starttls": "smtp"}, False),
    ],
)
def test_clients_of_the_web_read_the_environment_and_others_do_not(host: str, options: dict[str, object], expected: bool) -> None:
    target = Target.parse(host, **options)  # type: ignore[arg-type]
    assert consulted(target) is expected
    assert isinstance(with_environment(target, {"HTTPS_PROXY": PROXY}).proxy, ProxyServer) is expected


ENTRIES = st.sampled_from(["example.com", ".example.com", "ample.com", "*", "www.example.com", "www.example.com:8443", "10.0.0.0/8", "10.1.2.3", "x", "", " "])
HOSTS = st.sampled_from([HOST, "example.com", "notexample.com", "10.1.2.3", "10.0.0.1", "localhost", "::1"])


@given(st.lists(ENTRIES, max_size=4), HOSTS, st.sampled_from([443, 8443]), st.sampled_from(["no_proxy", "NO_PROXY"]))
def test_requests_itself_agrees(entries: list[str], host: str, port: int, name: str) -> None:
    environment = {"HTTPS_PROXY": PROXY, name: ",".join(entries)}
    bracketed = f"[{host}]" if ":" in host else host
    url = f"https://{bracketed}" + ("" if port == 443 else f":{port}")
    with pytest.MonkeyPatch.context() as patch:
        for key, value in environment.items():
            patch.setenv(key, value)
        theirs = requests.utils.get_environ_proxies(url, no_proxy=None).get("https")
        assert urllib.request.getproxies_environment()["https"] == PROXY
    ours = as_requests(host, port, environment).proxy
    assert (ours is None) == (theirs is None)
