"""What the checks make of a proxy's answers beyond the samples: whose fault, which words, which way out."""

from __future__ import annotations

import attrs
import pytest
from samples.common import failure
from samples.proxy import DIRECT, DOWN, barred, lost, socks, status, way

from tlsdiag import Blame, Confidence
from tlsdiag.check import Seen
from tlsdiag.checks.proxy.answer import ProxyAnswerCheck
from tlsdiag.checks.proxy.scheme import ProxySchemeCheck
from tlsdiag.failure import FailureKind, Phase
from tlsdiag.finding import Finding
from tlsdiag.target import Endpoint, Target
from tlsdiag.testing import run_check
from tlsdiag.testing.observations import client_outcome, seen


def only(view: Seen) -> Finding:
    (found,) = run_check(ProxyAnswerCheck, view)
    return found


@pytest.mark.parametrize(
    ("number", "code"),
    [(407, "proxy-authentication-required"), (403, "proxy-forbidden"), (451, "proxy-forbidden"), (429, "proxy-forbidden"), (500, "proxy-upstream-failed"),
     (502, "proxy-upstream-failed"), (504, "proxy-upstream-failed"), (301, "proxy-login-page"), (511, "proxy-login-page"), (400, "proxy-not-a-proxy"),
     (404, "proxy-not-a-proxy"), (501, "proxy-not-a-proxy"), (401, "proxy-not-a-proxy")],
)  # fmt: skip
def test_every_status_has_one_meaning(number: int, code: str) -> None:
    assert only(status(number)).code == code


def test_404_of_a_proxy_is_a_name_that_it_does_not_find() -> None:
    assert only(status(404, "No such domain", words="This is Privoxy 3.0")).code == "proxy-upstream-failed"


def test_401_of_a_proxy_is_about_who_we_are() -> None:
    assert only(status(401, software="tinyproxy/1.11")).code == "proxy-authentication-required"


UPSTREAM, REFUSED = "proxy-upstream-failed", "socks-request-refused"


@pytest.mark.parametrize(
    ("reply", "code"),
    [(1, UPSTREAM), (2, "proxy-forbidden"), (3, UPSTREAM), (4, UPSTREAM), (5, UPSTREAM), (6, UPSTREAM), (7, REFUSED), (8, REFUSED), (99, REFUSED)],
)
def test_every_socks_reply_has_one_meaning(reply: int, code: str) -> None:
    assert only(socks(reply=reply, problem="reply", reason="x")).code == code


def test_without_basic_a_helper_is_named() -> None:
    assert "cntlm" in only(status(407, schemes=("Negotiate", "NTLM"))).detail
    assert "cntlm" not in only(status(407, schemes=("NTLM", "Basic"))).detail


def test_wrong_credentials_read_otherwise_than_none() -> None:
    assert only(status(407, has_credentials=True)).title != only(status(407)).title


def test_who_is_to_blame_for_an_upstream_failure_is_told_by_the_direct_way() -> None:
    blocked = attrs.evolve(DOWN, failure=failure(FailureKind.TIMED_OUT, Phase.CONNECT))
    found = [only(status(503, other=other)) for other in (DIRECT, DOWN, blocked, None)]
    assert [item.blame for item in found] == [Blame.NETWORK, Blame.SERVER, Blame.NETWORK, Blame.NETWORK]
    assert [item.confidence for item in found] == [Confidence.PROVEN, Confidence.PROVEN, Confidence.LIKELY, Confidence.LIKELY]


def test_squids_own_code_is_put_into_words() -> None:
    assert "does not resolve there" in only(status(503, headers=(("x-squid-error", "ERR_DNS_FAIL 0"),))).detail


def test_tls_to_a_proxy_may_fail_for_other_reasons_than_its_certificate() -> None:
    view = lost({**barred("TLS to the proxy failed: NO_PROTOCOLS_AVAILABLE"), "problem": "tls", "scheme": "https"})
    assert "NO_PROTOCOLS_AVAILABLE" in only(view).detail


def test_haproxy_without_a_server_is_no_proxy() -> None:
    assert only(status(503, words="503 Service Unavailable No server is available to handle this request.")).code == "proxy-not-a-proxy"


@pytest.mark.parametrize(
    ("change", "said"),
    [({"status": 400, "reason": "Bad"}, "400 Bad"), ({"evidence": b"\x05\xff"}, "x05"), ({}, "nothing")],
)
def test_the_wrong_scheme_says_what_came(change: dict[str, object], said: str) -> None:
    view = lost({**barred("the proxy: closed", FailureKind.CLOSED), "other_scheme": "socks5h", **change})
    (found,) = run_check(ProxySchemeCheck, view)
    assert said in found.detail
    assert attrs.asdict(found.fix)["snippets"]["shell"].endswith("socks5h://proxy.example:3128")
    assert run_check(ProxyAnswerCheck, view) == []


def here(view: Seen, host: str) -> Seen:
    """The same answer, where the target is `host`."""
    return attrs.evolve(view, target=Target.parse(host, proxy="http://proxy.example:3128"))


@pytest.mark.parametrize("host", ["localhost", "127.0.0.1", "::1", "app.localhost"])
@pytest.mark.parametrize("number", [403, 503])
def test_what_is_meant_for_this_machine_must_not_go_through_a_proxy_elsewhere(host: str, number: int) -> None:
    found = only(here(status(number, other=DIRECT), host))
    assert found.blame is Blame.CLIENT
    assert "the proxy's own machine" in found.detail
    assert "NO_PROXY" in found.fix.summary
    assert "the fault is the proxy's" not in found.detail


def test_a_proxy_on_this_machine_is_not_elsewhere() -> None:
    found = failure(FailureKind.PROTOCOL, Phase.PROXY)
    view = seen(way(**barred(), status=503), client_outcome(completed=False, failure=found), endpoint=Endpoint(address="127.0.0.1", port=3128))
    assert only(attrs.evolve(view, target=Target.parse("localhost", proxy="http://127.0.0.1:3128"))).blame is Blame.NETWORK


def test_a_proxy_that_is_asked_too_often_says_nothing_of_the_port() -> None:
    found = only(attrs.evolve(status(429, "Too Many Requests"), target=Target.parse("shop.example:8443", proxy="http://proxy.example:3128")))
    assert "443 only" not in found.detail
    assert "too often" in found.title


def test_a_destination_that_is_barred_by_law_is_no_matter_of_the_port() -> None:
    found = only(attrs.evolve(status(451, "Unavailable"), target=Target.parse("shop.example:8443", proxy="http://proxy.example:3128")))
    assert "443 only" not in found.detail


@pytest.mark.parametrize(
    ("message", "title", "fix"),
    [("certificate has expired", "has expired", "renew"), ("certificate is not yet valid", "not valid yet", "clock"),
     ("Hostname mismatch, certificate is not valid for 'proxy.example'.", "another name", "name into the proxy's URL"),
     ("self-signed certificate", "not trusted", "trust the authority")],
)  # fmt: skip
def test_the_proxys_certificate_is_cured_where_it_is_ill(message: str, title: str, fix: str) -> None:
    found = only(lost({**barred("TLS to the proxy failed"), "problem": "certificate", "scheme": "https", "verify_message": message}))
    assert title in found.title
    assert fix in found.fix.summary
    assert ".." not in found.detail


def test_a_script_that_chooses_a_proxy_is_named() -> None:
    view = attrs.evolve(status(405), target=Target.parse("shop.example", proxy="http://proxy.example:3128/proxy.pac"))
    assert "PAC" in only(view).detail
    assert "PAC" not in only(attrs.evolve(status(405), target=Target.parse("shop.example", proxy="http://proxy.example:3128/"))).detail


def test_a_socks4_proxy_is_named() -> None:
    found = only(lost({**barred(), "problem": "not-socks", "scheme": "socks5", "evidence": b"\x00[\x00\x00\x00\x00\x00\x00"}))
    assert "SOCKS4" in found.detail
