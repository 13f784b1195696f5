"""Real interceptors: mitmproxy and Squid are named or proved, a private authority that serves its own servers is not taken for one."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from interceptors import mitmproxy, squid
from patience import HASTY, PATIENT
from servers import RunningServer

import tlsdiag
from tlsdiag import Blame, Confidence, Report, Severity, Verdict
from tlsdiag.plugin import InterceptionFinding, MadeUpName
from tlsdiag.testing import Authority

Serve = Callable[..., RunningServer]
NAME = "server.example"
ROOT = Authority.root(number=300)
ISSUING = ROOT.intermediate(number=301)
COMPANY = Authority.root("Example Company Web Access", organization="Example Company", key="rsa", number=330)


def diagnose(server: RunningServer, name: str = NAME, **options: Any) -> Report:
    """Diagnose on loopback; the test's root is trusted unless `trust` says otherwise."""
    options.setdefault("trust", ROOT.pem)
    return tlsdiag.diagnose(name, port=server.port, addresses=[server.host], **{"limits": PATIENT, **options})


def serving(serve: Serve, kind: str = "nginx", authority: Authority = ISSUING, **options: Any) -> RunningServer:
    """A server with a certificate of this authority."""
    issued = authority.issue(NAME)
    return serve(kind, chain_pem=issued.chain_pem, key_pem=issued.key_pem, **options)


def the_interception(report: Report, code: str = "interception") -> InterceptionFinding:
    """The finding."""
    (found,) = report.filter(code=code)
    assert isinstance(found, InterceptionFinding)
    return found


@pytest.mark.parametrize("name", [NAME, "pypi.org"])
def test_mitmproxy_is_named_and_proved(name: str, serve: Serve) -> None:
    with mitmproxy(serving(serve)) as (proxy, _):
        report = diagnose(proxy, name, limits=HASTY)
    assert report.root_cause is not None and report.root_cause.code == "interception", report
    found = the_interception(report)
    assert (found.product, found.product_kind, found.confidence, found.blame) == ("mitmproxy", "debug-proxy", Confidence.PROVEN, Blame.CLIENT)
    assert found.minted_for is not None and found.minted_for.endswith(".invalid")
    assert {key.partition("|")[0] for key in found.explains} >= {"client-handshake-failed", "issuer-untrusted"}
    assert f"--ignore-hosts '^{name}:443$'" in found.fix.summary


def test_mitmproxy_that_the_client_trusts_is_told_and_nothing_is_wrong(serve: Serve) -> None:
    with mitmproxy(serving(serve)) as (proxy, root):
        report = diagnose(proxy, trust=root, limits=HASTY)
    assert report.verdict is Verdict.HEALTHY, report
    assert the_interception(report, "interception-present").severity is Severity.INFO


def test_squid_without_a_name_of_its_own_is_proved_by_what_it_makes(tmp_path: Path) -> None:
    trust = tmp_path / "root.pem"
    trust.write_bytes(ROOT.pem)
    with squid(COMPANY, ISSUING.issue(NAME), mimics=False) as network:
        report = network.diagnose(NAME, trust)
    assert report.root_cause is not None and report.root_cause.code == "interception", report
    found = the_interception(report)
    assert (found.product, found.confidence, found.blame) == (None, Confidence.PROVEN, Blame.NETWORK)


def test_squid_that_mimics_the_server_is_told_where_the_name_is_well_known(tmp_path: Path) -> None:
    trust = tmp_path / "root.pem"
    trust.write_bytes(ROOT.pem)
    with squid(COMPANY, ISSUING.issue("pypi.org", NAME), mimics=True) as network:
        known, unknown = network.diagnose("pypi.org", trust), network.diagnose(NAME, trust)
    found = the_interception(known)
    assert (known.root_cause, found.confidence) == (found, Confidence.LIKELY)
    assert unknown.root_cause is not None and unknown.root_cause.code == "private-authority"


@pytest.mark.parametrize("kind", ["nginx", "apache", "haproxy", "openssl", "gnutls", "java", "node", "caddy", "lighttpd", "stunnel"])
def test_a_private_authority_of_ones_own_is_no_interception(kind: str, serve: Serve) -> None:
    private = Authority.root("Example Internal Proxy CA", organization="Example Security", number=331)
    report = diagnose(serving(serve, kind, private))
    assert report.root_cause is not None and report.root_cause.code == "issuer-untrusted", report
    seen = report.observations.get(MadeUpName, report.endpoints[0])
    assert seen is not None
    assert report.connections <= 20


def test_what_a_product_calls_itself_is_enough_to_say_that_it_may_be_there(serve: Serve) -> None:
    authority = Authority.root("FortiGate CA", organization="Fortinet", number=332)
    found = the_interception(diagnose(serving(serve, authority=authority)))
    assert (found.product, found.confidence) == ("FortiGate", Confidence.POSSIBLE)
    assert "the product's own page" in found.detail


def test_a_healthy_server_is_not_asked_for_a_made_up_name(serve: Serve) -> None:
    report = diagnose(serving(serve))
    assert report.verdict is Verdict.HEALTHY
    assert report.observations.get(MadeUpName, report.endpoints[0]) is None
