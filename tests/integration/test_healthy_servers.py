"""Healthy servers: verdict healthy, nothing above INFO, the client's handshake and our own both complete."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest
from servers import RunningServer

import tlsdiag
from tlsdiag import Report, Severity, Verdict
from tlsdiag.plugin import ClientOutcome, HandshakeOutcome
from tlsdiag.testing import Authority, Issued

Serve = Callable[..., RunningServer]
NAME = "server.example"
KINDS = ("nginx", "apache", "haproxy", "openssl", "gnutls", "java", "node", "caddy", "lighttpd", "stunnel")
VERSIONS = {"1.2": ("TLSv1.2",), "1.3": ("TLSv1.3",), "both": ("TLSv1.2", "TLSv1.3")}
ROOT = Authority.root(number=300)
ISSUING = ROOT.intermediate(number=301)


def issued(key: str) -> Issued:
    """A certificate with a key of this kind."""
    return ISSUING.issue(NAME, key=key)


def diagnose(server: RunningServer, depth: str = "standard", **options: Any) -> Report:
    """Diagnose a server on loopback under its certificate's name."""
    return tlsdiag.diagnose(NAME, port=server.port, addresses=[server.host], trust=ROOT.pem, depth=depth, **options)


def assert_healthy(report: Report) -> None:
    """Nothing above INFO, and both handshakes complete."""
    assert [(item.code, item.detail) for item in report.filter(severity=Severity.LOW)] == []
    assert report.verdict is Verdict.HEALTHY, report
    (endpoint,) = report.endpoints
    client, ours = report.observations.get(ClientOutcome, endpoint), report.observations.get(HandshakeOutcome, endpoint)
    assert client is not None and client.completed
    assert ours is not None and ours.completed and not ours.deviations


@pytest.mark.parametrize("versions", VERSIONS)
@pytest.mark.parametrize("kind", KINDS)
def test_a_healthy_server_has_nothing_above_info(kind: str, versions: str, serve: Serve) -> None:
    certificate = issued("ecdsa")
    server = serve(kind, chain_pem=certificate.chain_pem, key_pem=certificate.key_pem, versions=VERSIONS[versions])
    assert_healthy(diagnose(server))


@pytest.mark.parametrize("key", ["rsa", "ed25519"])
@pytest.mark.parametrize("kind", [kind for kind in KINDS if kind != "caddy"])
def test_another_kind_of_key_is_as_healthy(kind: str, key: str, serve: Serve) -> None:
    certificate = issued(key)
    server = serve(kind, chain_pem=certificate.chain_pem, key_pem=certificate.key_pem)
    assert_healthy(diagnose(server))


def test_quick_costs_at_most_four_connections_on_a_healthy_server(serve: Serve) -> None:
    certificate = issued("ecdsa")
    report = diagnose(serve("nginx", chain_pem=certificate.chain_pem, key_pem=certificate.key_pem), depth="quick")
    assert_healthy(report)
    assert report.connections <= 4


def test_standard_costs_at_most_twenty_connections_on_a_healthy_server(serve: Serve) -> None:
    certificate = issued("ecdsa")
    report = diagnose(serve("nginx", chain_pem=certificate.chain_pem, key_pem=certificate.key_pem))
    assert report.connections <= 20


def test_two_certificates_of_both_kinds_are_seen(serve: Serve) -> None:
    from tlsdiag.plugin import ServedChain

    rsa, ecdsa = issued("rsa"), issued("ecdsa")
    options = {"chain_pem": rsa.chain_pem, "key_pem": rsa.key_pem, "second_chain_pem": ecdsa.chain_pem, "second_key_pem": ecdsa.key_pem}
    report = diagnose(serve("nginx", **options))
    assert_healthy(report)
    served = report.observations.get(ServedChain, report.endpoints[0])
    assert served is not None and served.rsa is not None and served.ecdsa is not None
    assert served.rsa.certificates[0] == rsa.der
    assert served.ecdsa.certificates[0] == ecdsa.der
