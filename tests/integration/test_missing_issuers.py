"""A forgotten intermediate and an unknown authority at real servers, with a web server that has their issuers: which of the two it is, is proved."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest
from patience import PATIENT
from servers import RunningServer
from web import answer, web

import tlsdiag
from tlsdiag import Confidence, Report, Verdict
from tlsdiag.plugin import ChainFinding, ClientViews
from tlsdiag.testing import Authority

Serve = Callable[..., RunningServer]
NAME = "server.example"
ROOT = Authority.root(number=300)
STRANGER = Authority.root("Stranger Root CA", organization="Strangers", number=310)


def diagnose(server: RunningServer, **options: Any) -> Report:
    limits = PATIENT
    return tlsdiag.diagnose(NAME, port=server.port, addresses=[server.host], trust=ROOT.pem, limits=limits, **options)


def cause(report: Report) -> ChainFinding:
    found = report.root_cause
    assert isinstance(found, ChainFinding), report
    assert [item.code for item in report.findings if item.blocks and not item.explained_by] == [found.code]
    return found


@pytest.mark.parametrize("kind", ["nginx", "apache", "haproxy"])
def test_a_forgotten_intermediate_is_fetched_and_proved(kind: str, serve: Serve) -> None:
    with web({}) as aia:
        issuing = ROOT.intermediate(number=301)
        aia.pages["/ca.der"] = answer(issuing.issued.der, content_type="application/pkix-cert")
        issued = issuing.issue(NAME, issuer_urls=(aia.url("/ca.der"),))
        report = diagnose(serve(kind, chain_pem=issued.pem, key_pem=issued.key_pem))
        assert aia.asked == ["/ca.der"]
        views = report.observations.get(ClientViews, report.endpoints[0])
        assert views is not None
        assert {item.profile for item in views.views if item.accepts} == {"chromium"}, "it fetches issuers, and the others do not"
    found = cause(report)
    assert (found.code, found.confidence, found.missing) == ("intermediate-missing", Confidence.PROVEN, (issuing.issued.der,))
    assert report.connections <= 20


def test_an_unknown_authority_that_is_fetched_is_proved(serve: Serve) -> None:
    with web({}) as aia:
        aia.pages["/root.der"] = answer(STRANGER.issued.der)
        issuing = STRANGER.intermediate(number=301, issuer_urls=(aia.url("/root.der"),))
        issued = issuing.issue(NAME)
        report = diagnose(serve("nginx", chain_pem=issued.chain_pem, key_pem=issued.key_pem))
    assert (cause(report).code, cause(report).confidence) == ("issuer-untrusted", Confidence.PROVEN)


def test_where_fetching_is_forbidden_the_shape_decides(serve: Serve) -> None:
    with web({}) as aia:
        issued = ROOT.intermediate(number=301).issue(NAME, issuer_urls=(aia.url("/ca.der"),))
        report = diagnose(serve("nginx", chain_pem=issued.pem, key_pem=issued.key_pem), fetch=False)
        assert not aia.requests
    assert (cause(report).code, cause(report).confidence) == ("intermediate-missing", Confidence.LIKELY)


def test_a_healthy_server_makes_nobody_fetch_anything(serve: Serve) -> None:
    with web({}) as aia:
        issued = ROOT.intermediate(number=301).issue(NAME, issuer_urls=(aia.url("/ca.der"),))
        report = diagnose(serve("nginx", chain_pem=issued.chain_pem, key_pem=issued.key_pem))
        assert not aia.requests
    assert (report.verdict, report.fetched) == (Verdict.HEALTHY, ())
