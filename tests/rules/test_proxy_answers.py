"""What the checks make of a proxy's answers beyond the samples: whose fault, which words, which way out."""

from __future__ import annotations

import attrs
import pytest
from samples.common import failure
from samples.proxy import DIRECT, DOWN, barred, lost, socks, status

from tlsdiag import Blame, Confidence
from tlsdiag.check import Seen
from tlsdiag.checks.proxy.answer import ProxyAnswerCheck
from tlsdiag.checks.proxy.scheme import ProxySchemeCheck
from tlsdiag.failure import FailureKind, Phase
from tlsdiag.finding import Finding
from tlsdiag.testing import run_check


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
