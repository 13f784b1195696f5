"""Healthy servers of every sort: nothing above INFO, whatever their keys, names, chains, offers and habits are."""

from __future__ import annotations

import socket
import ssl
import threading
import time
from collections.abc import Callable
from datetime import timedelta
from pathlib import Path
from typing import Any

import attrs
import pytest
from cryptography import x509
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.serialization import Encoding
from cryptography.x509 import ocsp
from failures import peers
from failures.case import Bench, Build
from failures.forge import Pair, pair
from failures.making import ISSUING, NAME, NOW, ROOT, by_openssl, days, leaf, served, sound
from servers import Site, free_port

import tlsdiag
from tlsdiag import Report, Severity, Verdict
from tlsdiag.demo.servers import listening, tls
from tlsdiag.testing import Authority
from tlsdiag.testing.certificates import pem_of

_12, _13 = ("TLSv1.2",), ("TLSv1.3",)
KEYS = ("ecdsa-p384", "ecdsa-p521", "rsa3072", "rsa4096", "ed25519", "ed448")


def diagnosed(build: Build, folder: Path, **more: Any) -> Report:
    """Build, and diagnose in full."""
    with Bench(folder) as bench:
        setting = build(bench)
        return tlsdiag.diagnose(setting.host, **{**setting.options, **more})


def assert_healthy(report: Report) -> None:
    """Nothing above INFO."""
    assert [(item.code, item.detail) for item in report.filter(severity=Severity.LOW)] == []
    assert report.verdict is Verdict.HEALTHY, report


@pytest.mark.parametrize("kind", ["nginx", "gnutls", "openssl"])
@pytest.mark.parametrize("key", KEYS)
def test_every_kind_of_key_is_healthy(kind: str, key: str, tmp_path: Path) -> None:
    report = diagnosed(served(kind, lambda: pair(leaf(key=key))), tmp_path)
    assert_healthy(report)
    assert report.connections <= 20  # what a part of the clients does not take is no reason to doubt the server


@pytest.mark.parametrize("kind", ["nginx", "openssl", "gnutls"])
def test_a_key_for_pss_alone_is_healthy(kind: str, tmp_path: Path) -> None:
    assert_healthy(diagnosed(served(kind, lambda: by_openssl("-algorithm RSA-PSS -pkeyopt rsa_keygen_bits:2048")), tmp_path))


def test_a_chain_signed_with_pss_is_healthy(tmp_path: Path) -> None:
    from cryptography.hazmat.primitives.asymmetric import padding

    authority = ROOT.intermediate("Test PSS CA", key="rsa", number=370)
    plain = authority.issue(NAME).certificate
    builder = x509.CertificateBuilder(
        plain.issuer, plain.subject, plain.public_key(), plain.serial_number, plain.not_valid_before_utc, plain.not_valid_after_utc, list(plain.extensions)
    )
    made = builder.sign(authority.issued.private_key, hashes.SHA256(), rsa_padding=padding.PSS(padding.MGF1(hashes.SHA256()), 32))
    given = authority.issue(NAME)
    chain = pem_of(made, authority.issued.certificate)
    assert_healthy(diagnosed(served("nginx", lambda: Pair(chain_pem=chain, key_pem=given.key_pem)), tmp_path))


@pytest.mark.parametrize(
    ("names", "host"),
    [
        (("*.server.example",), "www.server.example"),
        (("127.0.0.1",), "127.0.0.1"),
        (("xn--bcher-kva.example",), "bücher.example"),
        ((NAME,), "SERVER.example."),
        ((NAME, *(f"host{number}.example" for number in range(400))), NAME),
        (("*.example", "*.server.example", NAME), NAME),
    ],
    ids=["a wildcard", "an address", "an international name", "a dot and capitals", "many names", "wildcards beside"],
)
def test_every_way_to_name_a_host_is_healthy(names: tuple[str, ...], host: str, tmp_path: Path) -> None:
    assert_healthy(diagnosed(served("nginx", lambda: pair(leaf(*names)), host=host), tmp_path))


def test_a_long_chain_is_healthy(tmp_path: Path) -> None:
    authority = ROOT
    for level in range(5):
        authority = authority.intermediate(f"Level {level} CA", number=500 + level)
    assert_healthy(diagnosed(served("nginx", lambda: pair(authority.issue(NAME))), tmp_path))


def crossed(*, last: bool, trusted_old: bool) -> tuple[Pair, bytes]:
    """An authority with two roots: its own, and an older one that has signed its root again."""
    old = Authority.root("Older Root CA", number=352)
    cross = old.intermediate("Test Root CA", number=300).issued.certificate
    made = leaf()
    order = (made.certificate, made.issuers[0], cross) if last else (made.certificate, cross, made.issuers[0])
    return pair(made, chain=pem_of(*order)), old.pem if trusted_old else ROOT.pem


@pytest.mark.parametrize("trusted_old", [True, False], ids=["the older root", "the newer root"])
def test_a_cross_signed_chain_is_healthy_for_both_roots(trusted_old: bool, tmp_path: Path) -> None:
    given, trust = crossed(last=True, trusted_old=trusted_old)
    assert_healthy(diagnosed(served("nginx", lambda: given, diagnosis={"trust": trust}), tmp_path))


@pytest.mark.parametrize("trusted_old", [True, False], ids=["the older root", "the newer root"])
def test_a_cross_signed_chain_in_another_order_works_and_is_told(trusted_old: bool, tmp_path: Path) -> None:
    given, trust = crossed(last=False, trusted_old=trusted_old)
    report = diagnosed(served("nginx", lambda: given, diagnosis={"trust": trust}), tmp_path)
    assert {item.code for item in report.filter(severity=Severity.LOW)} <= {"chain-wrong-order"}
    assert report.root_cause is None


def test_an_expired_cross_sign_beside_a_good_way_blocks_nothing(tmp_path: Path) -> None:
    old = attrs.evolve(Authority.root("Old Root X3", number=350), window=days(-4000, -30))
    chain = leaf().chain_pem + old.intermediate("Test Root CA", number=300).pem
    assert diagnosed(served("nginx", lambda: pair(leaf(), chain=chain)), tmp_path).root_cause is None


def stapled(issued: Any) -> bytes:
    """A good OCSP response for a certificate."""
    authority = ISSUING.issued
    builder = ocsp.OCSPResponseBuilder().add_response(
        cert=issued.certificate, issuer=authority.certificate, algorithm=hashes.SHA256(), cert_status=ocsp.OCSPCertStatus.GOOD,
        this_update=NOW - timedelta(hours=1), next_update=NOW + timedelta(days=3), revocation_time=None, revocation_reason=None,
    )  # fmt: skip
    builder = builder.responder_id(ocsp.OCSPResponderEncoding.HASH, authority.certificate)
    return builder.sign(authority.private_key, hashes.SHA256()).public_bytes(Encoding.DER)


@pytest.mark.parametrize("kind", ["nginx", "openssl", "gnutls"])
def test_a_certificate_that_needs_a_staple_and_has_one_is_healthy(kind: str, tmp_path: Path) -> None:
    issued = leaf(extensions=((x509.TLSFeature([x509.TLSFeatureType.status_request]), False),))
    assert_healthy(diagnosed(served(kind, lambda: pair(issued), ocsp_response=stapled(issued)), tmp_path))


@pytest.mark.parametrize(
    ("kind", "options"),
    [
        ("openssl", {"versions": _13, "groups": "P-384"}),
        ("nginx", {"versions": _13, "groups": "secp521r1"}),
        ("java", {"versions": _13, "groups": "secp384r1"}),
        ("nginx", {"versions": _12, "ciphers": "ECDHE-ECDSA-CHACHA20-POLY1305"}),
        ("openssl", {"versions": _12, "ciphers": "ECDHE-ECDSA-AES256-CCM"}),
        ("gnutls", {"versions": _12, "ciphers": ":-CIPHER-ALL:+CHACHA20-POLY1305"}),
        ("openssl", {"versions": _12, "groups": "P-521"}),
    ],
    ids=["retry P-384", "retry P-521", "retry at Java", "ChaCha20", "CCM", "ChaCha20 at GnuTLS", "P-521 in 1.2"],
)
def test_every_sound_choice_of_algorithms_is_healthy(kind: str, options: dict[str, Any], tmp_path: Path) -> None:
    if "CCM" in str(options.get("ciphers")):
        context = ssl.create_default_context(cadata=ROOT.pem.decode())
        context.set_ciphers("ECDHE+AESCCM:ECDHE+AESGCM:@SECLEVEL=2")
        assert_healthy(diagnosed(served(kind, client=lambda: context, **options), tmp_path))
        return
    assert_healthy(diagnosed(served(kind, **options), tmp_path))


@pytest.mark.parametrize("kind", ["nginx", "openssl"])
def test_ephemeral_diffie_hellman_over_a_named_group_is_healthy(kind: str, tmp_path: Path) -> None:
    parameters = _named_group()
    build = served(kind, lambda: pair(leaf(key="rsa")), versions=_12, ciphers="DHE-RSA-AES128-GCM-SHA256", dh_pem=parameters)
    assert_healthy(diagnosed(build, tmp_path))


def _named_group() -> bytes:
    """ffdhe2048 (RFC 7919), as the library has it."""
    import subprocess

    words = ["openssl", "genpkey", "-genparam", "-algorithm", "DH", "-pkeyopt", "group:ffdhe2048"]
    return subprocess.run(words, capture_output=True, check=True).stdout


@pytest.mark.parametrize("kind", ["nginx", "apache", "haproxy", "gnutls", "openssl", "java", "node", "caddy", "stunnel", "lighttpd"])
@pytest.mark.parametrize("version", [_12, _13], ids=["1.2", "1.3"])
def test_a_client_certificate_that_may_be_left_out_is_healthy(kind: str, version: tuple[str, ...], tmp_path: Path) -> None:
    assert_healthy(diagnosed(served(kind, client_ca_pem=ROOT.pem, client_required=False, versions=version), tmp_path))


@pytest.mark.parametrize("kind", ["nginx", "apache", "haproxy", "gnutls", "openssl", "java", "node", "caddy"])
def test_an_agreed_application_protocol_is_healthy(kind: str, tmp_path: Path) -> None:
    build = served(kind, alpn=("h2", "http/1.1"), diagnosis={"alpn": ["h2", "http/1.1"]})
    assert_healthy(diagnosed(build, tmp_path))


def test_a_server_at_an_ipv6_address_is_healthy(tmp_path: Path) -> None:
    if not socket.has_ipv6 or not _has_loopback_6():
        pytest.skip("this machine has no ::1")
    port = free_port()
    build = served("nginx", lambda: pair(leaf(NAME, "::1")), extra=(f"listen [::1]:{port} ssl;",))
    with Bench(tmp_path) as bench:
        build(bench)
        for host, addresses in ((NAME, ["::1"]), ("::1", None)):
            assert_healthy(tlsdiag.diagnose(host, port=port, addresses=addresses, trust=ROOT.pem))


def _has_loopback_6() -> bool:
    try:
        with socket.create_server(("::1", 0), family=socket.AF_INET6):
            return True
    except OSError:
        return False


def test_a_hello_without_a_server_name_is_healthy(tmp_path: Path) -> None:
    assert_healthy(diagnosed(served("nginx", diagnosis={"server_name": False}), tmp_path))


def test_the_second_site_of_a_server_is_healthy(tmp_path: Path) -> None:
    second = leaf("second.example", number=1)
    site = Site(names=("second.example",), chain_pem=second.chain_pem, key_pem=second.key_pem)
    for kind in ("nginx", "apache", "haproxy", "caddy"):
        assert_healthy(diagnosed(served(kind, host="second.example", server_names=(NAME,), sites=(site,)), tmp_path))


def impatient(connection: socket.socket) -> None:
    """Close a connection on which nothing comes for a moment."""
    connection.settimeout(0.25)
    given = sound()
    tls(given.chain_pem, given.key_pem)(connection)


@pytest.mark.parametrize("depth", ["quick", "standard"])
def test_a_server_that_soon_closes_idle_connections_is_healthy(depth: str) -> None:
    with listening(impatient) as server:
        assert_healthy(tlsdiag.diagnose(NAME, port=server.port, addresses=["127.0.0.1"], trust=ROOT.pem, depth=depth))


def one_at_a_time() -> Callable[[socket.socket], None]:
    """Serve one connection after another."""
    given, lock = sound(), threading.Lock()
    converse = tls(given.chain_pem, given.key_pem)

    def served_alone(connection: socket.socket) -> None:
        with lock:
            converse(connection)

    return served_alone


@pytest.mark.parametrize("depth", ["quick", "standard"])
def test_a_server_of_one_connection_at_a_time_is_healthy(depth: str) -> None:
    with listening(one_at_a_time()) as server:
        assert_healthy(tlsdiag.diagnose(NAME, port=server.port, addresses=["127.0.0.1"], trust=ROOT.pem, depth=depth))


def delayed(seconds: float) -> peers.Change:
    """A long way: everything comes later."""

    def change(data: bytes, before: int) -> bytes:
        time.sleep(seconds)
        return data

    return change


@pytest.mark.parametrize("depth", ["quick", "standard"])
@pytest.mark.parametrize("kind", ["nginx", "openssl"])
def test_a_server_far_away_is_healthy(kind: str, depth: str, tmp_path: Path) -> None:
    assert_healthy(diagnosed(peers.box(served(kind), outward=delayed(0.1), inward=delayed(0.1)), tmp_path, depth=depth))




@pytest.mark.parametrize("kind", ["nginx", "gnutls", "java"])
def test_two_certificates_of_both_kinds_are_healthy(kind: str, tmp_path: Path) -> None:
    second = leaf(key="rsa")
    build = served(kind, second_chain_pem=second.chain_pem, second_key_pem=second.key_pem)
    assert_healthy(diagnosed(build, tmp_path))
