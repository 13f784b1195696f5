"""What is judged about one certificate, on real servers: default certificates, names, keys, usages, lifetimes, a second certificate for other clients."""

from __future__ import annotations

from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import attrs
import certifi
import pytest
from cryptography.hazmat.primitives.asymmetric import rsa
from cryptography.hazmat.primitives.serialization import load_pem_private_key
from failures.forge import forged_pair, key_usage
from patience import PATIENT
from primes import after
from servers import RunningServer

import tlsdiag
from tlsdiag import Report, Severity, Verdict
from tlsdiag.plugin import NameFinding
from tlsdiag.testing import Authority, Issued, Window, certificates, self_signed

Serve = Callable[..., RunningServer]
NAME = "server.example"
ROOT = Authority.root(number=300)
ISSUING = ROOT.intermediate(number=301)
NOW = datetime.now(UTC)
# testECCP256 of RFC 9500: its private half stands in the RFC for everybody
PUBLISHED = b"""-----BEGIN EC PRIVATE KEY-----
MHcCAQEEIObLW92AqkWunJXowVR2Z5/+yVPBaFHnEedDk5WJxk/BoAoGCCqGSM49
AwEHoUQDQgAEQiVI+I+3gv+17KN0RFLHKh5Vj71vc75eSOkyMsxFxbFsTNEMTLjV
uKFxOelIgsiZJXKZNCX0FBmrfpCkKklCcg==
-----END EC PRIVATE KEY-----
"""


def days(before: float, end: float) -> Window:
    return Window(not_before=NOW + timedelta(days=before), not_after=NOW + timedelta(days=end))


def leaf(*names: str, **faults: Any) -> Issued:
    return ISSUING.issue(*(names or (NAME,)), **{"window": days(-30, 60), **faults})


def diagnose(server: RunningServer, name: str = NAME, **options: Any) -> Report:
    options.setdefault("trust", ROOT.pem)
    return tlsdiag.diagnose(name, port=server.port, addresses=[server.host], limits=PATIENT, **options)


def serving(serve: Serve, issued: Issued, kind: str = "nginx", **options: Any) -> RunningServer:
    return serve(kind, chain_pem=issued.chain_pem, key_pem=issued.key_pem, **options)


def cause(report: Report) -> str:
    """The code of the root cause; nothing else that blocks is left unexplained."""
    assert report.root_cause is not None, report
    assert [item.code for item in report.findings if item.blocks and not item.explained_by] == [report.root_cause.code]
    return report.root_cause.code


def above_info(report: Report) -> list[str]:
    return [item.code for item in report.filter(severity=Severity.LOW)]


@pytest.fixture
def mozilla(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """The test's root stands in Mozilla's list, so that the rules of public authorities are held to it."""
    bundle = tmp_path / "mozilla.pem"
    bundle.write_bytes(Path(certifi.where()).read_bytes() + ROOT.pem)
    monkeypatch.setattr(certifi, "where", lambda: str(bundle))


@pytest.mark.parametrize("kind", ["nginx", "haproxy"])
def test_a_default_certificate_is_the_cause_and_explains_the_rest(kind: str, serve: Serve) -> None:
    report = diagnose(serving(serve, self_signed("TRAEFIK DEFAULT CERT", window=days(-1, 364)), kind))
    assert cause(report) == "default-certificate"
    assert report.root_cause is not None and "Traefik" in report.root_cause.detail and NAME in report.root_cause.fix.summary
    assert {item.code for item in report.findings if item.explained_by} >= {"name-mismatch", "certificate-self-signed", "client-handshake-failed"}


def test_a_trusted_certificate_for_localhost_is_a_default_too(serve: Serve) -> None:
    assert cause(diagnose(serving(serve, leaf("localhost")))) == "default-certificate"


def test_a_certificate_of_a_staging_environment_is_the_cause(serve: Serve) -> None:
    above = Authority.root("(STAGING) Pretend Pear X1", organization="(STAGING) Let's Encrypt", number=370)
    made = above.intermediate("(STAGING) Counterfeit Cashew R10", organization="(STAGING) Let's Encrypt", number=371).issue(NAME)
    assert cause(diagnose(serving(serve, made))) == "issuer-not-for-everybody"


@pytest.mark.parametrize(
    ("names", "host", "reason"),
    [
        (("*.server.example",), "my_host.server.example", "underscore"),
        (("s*.server.example",), "sub.server.example", "whole left-most label"),
        (("server.example.",), NAME, "ends with a dot"),
        (("*.server.example",), "a.b.server.example", "stands for one label"),
        (("www.server.example",), NAME, "with and without www"),
        (("*.example",), NAME, "directly below a top-level domain"),
    ],
)
def test_a_name_that_the_client_refuses_comes_with_the_reason(names: tuple[str, ...], host: str, reason: str, serve: Serve) -> None:
    report = diagnose(serving(serve, leaf(*names)), host)
    assert cause(report) == "name-mismatch"
    assert isinstance(report.root_cause, NameFinding) and reason in report.root_cause.detail


def test_the_second_certificate_is_judged_as_well(serve: Serve) -> None:
    old, good = leaf(key="rsa", window=days(-90, -1)), leaf()
    report = diagnose(serving(serve, good, second_chain_pem=old.chain_pem, second_key_pem=old.key_pem))
    assert above_info(report) == ["other-certificate-bad"]
    assert report.verdict is Verdict.FLAWED
    assert "RSA only" in report.findings[0].detail


def test_two_certificates_that_differ_in_the_key_alone_are_healthy(serve: Serve) -> None:
    second = leaf(key="rsa")
    report = diagnose(serving(serve, leaf(), second_chain_pem=second.chain_pem, second_key_pem=second.key_pem))
    assert report.verdict is Verdict.HEALTHY, report
    assert not report.filter(code="certificate-types-differ")


def test_a_key_that_everybody_can_have_is_told(serve: Serve) -> None:
    made = attrs.evolve(leaf(), private_key=load_pem_private_key(PUBLISHED, None))
    issued = _for_key(made.private_key)
    report = diagnose(serving(serve, issued))
    assert above_info(report) == ["key-published"]
    assert report.root_cause is None


def test_a_key_with_neighbouring_primes_is_told(serve: Serve) -> None:
    one = after(3 << 1022)
    report = diagnose(serving(serve, _for_key(_rsa(one, after(one + 2)))))
    assert above_info(report) == ["key-broken"]


def _rsa(one: int, other: int) -> Any:
    private = pow(65537, -1, (one - 1) * (other - 1))
    public = rsa.RSAPublicNumbers(65537, one * other)
    numbers = rsa.RSAPrivateNumbers(one, other, private, private % (one - 1), private % (other - 1), rsa.rsa_crt_iqmp(one, other), public)
    return numbers.private_key(unsafe_skip_rsa_key_validation=True)


def _for_key(key: Any) -> Issued:
    """A certificate for a key that is not of the test's own making."""
    name = certificates._name(NAME, None)
    return certificates._make(name, ISSUING.issued, key, days(-30, 60), names=(NAME,))


def test_a_key_that_may_not_encrypt_is_told_where_the_server_wants_it_to(serve: Serve) -> None:
    made = forged_pair(leaf(key="rsa"), ISSUING.issued.private_key, key_usage(digital_signature=True))
    options = {"versions": ("TLSv1.2",), "ciphers": "AES128-GCM-SHA256", "security_level": 0}
    report = diagnose(serve("openssl", chain_pem=made.chain_pem, key_pem=made.key_pem, **options), client=_client())
    assert "key-usage-no-encipherment" in above_info(report)


def _client() -> Any:
    import ssl

    context = ssl.create_default_context(cadata=ROOT.pem.decode())
    context.set_ciphers("AES128-GCM-SHA256:ECDHE+AESGCM")
    return context


@pytest.mark.usefixtures("mozilla")
def test_the_rules_of_public_authorities_are_held_to_their_certificates(serve: Serve) -> None:
    report = diagnose(serving(serve, leaf(NAME, "intranet.local", window=days(-30, 400), usages=None)))
    assert set(above_info(report)) == {"certificate-lifetime-too-long", "name-forbidden", "extended-key-usage-loose", "sct-missing"}
    assert report.root_cause is None


@pytest.mark.usefixtures("mozilla")
def test_a_public_certificate_that_keeps_the_rules_lacks_nothing_but_a_log(serve: Serve) -> None:
    report = diagnose(serving(serve, leaf(NAME, usages=("server", "client"))))
    assert above_info(report) == ["sct-missing"], report  # no log takes what the authority of a test issues
    assert "client-usage-ends" in {item.code for item in report.findings}


def test_the_same_certificate_of_a_private_authority_is_healthy(serve: Serve) -> None:
    report = diagnose(serving(serve, leaf(NAME, "intranet.local", window=days(-30, 4000), usages=None)))
    assert report.verdict is Verdict.HEALTHY, report
    assert "apple-clients-refuse" in {item.code for item in report.findings}


@pytest.mark.parametrize(("life", "left", "told"), [(10, 6, False), (6, 2.5, False), (47, 12, False), (10, 1, True), (47, 5, True)])
def test_a_short_life_is_healthy_for_as_long_as_renewal_is_not_late(life: float, left: float, told: bool, serve: Serve) -> None:
    report = diagnose(serving(serve, leaf(window=days(left - life, left))))
    assert above_info(report) == (["certificate-expiring"] if told else [])
