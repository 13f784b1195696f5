"""Two faults at once, on real servers: each cause that is named is true, what has to be mended first comes first, and nothing else is named."""

from __future__ import annotations

import ssl
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from cryptography import x509
from failures.case import Bench, Build
from failures.forge import Pair, forged_pair, key_usage, pair
from failures.making import ISSUING, ROOT, STRANGER, at_most_12, client, credential, days, leaf, served, sha1_authority, weak
from patience import PATIENT

import tlsdiag
from tlsdiag import Report, Verdict
from tlsdiag.testing import Issued

OTHER = "other.example"
ENDED = days(-90, -3)
CLIENT_ENDED = ROOT.issue("client", usages=("client",), window=ENDED)
CLIENT_STRANGE = STRANGER.issue("client", usages=("client",))
SERVERS = ("nginx", "apache", "haproxy", "stunnel", "openssl", "gnutls", "node", "java", "caddy")
_12, _13 = ("TLSv1.2",), ("TLSv1.3",)


def ended(*names: str, **faults: Any) -> Issued:
    return leaf(*names, window=ENDED, **faults)


def alone(issued: Issued) -> Pair:
    """Without its intermediate."""
    return pair(issued, chain=issued.pem)


def both(kind: str, rsa: Issued, ecdsa: Issued, **options: Any) -> Build:
    """A server with two certificates."""
    return served(kind, lambda: pair(rsa), second_chain_pem=ecdsa.chain_pem, second_key_pem=ecdsa.key_pem, **options)


def rsa_alone() -> ssl.SSLContext:
    return at_most_12(ciphers="ECDHE-RSA-AES128-GCM-SHA256")


def with_alpn(*protocols: str) -> ssl.SSLContext:
    context = client()
    context.set_alpn_protocols(list(protocols))
    return context


def diagnosed(build: Build, folder: Path) -> Report:
    folder.chmod(0o755)
    with Bench(folder) as bench:
        setting = build(bench)
        return tlsdiag.diagnose(setting.host, **{"limits": PATIENT, **setting.options})


def causes(report: Report) -> list[str]:
    return [item.code for item in report.causes]


@pytest.mark.parametrize("kind", SERVERS)
@pytest.mark.parametrize(
    ("make", "expected"),
    [
        (lambda: pair(ended(OTHER)), ["name-mismatch", "certificate-expired"]),
        (lambda: alone(ended()), ["intermediate-missing", "certificate-expired"]),
    ],
    ids=["ended, for another name", "ended, without its intermediate"],
)
def test_two_faults_of_a_certificate_are_both_told_what_the_client_met_first(make: Callable[[], Pair], expected: list[str], kind: str, tmp_path: Path) -> None:
    assert causes(diagnosed(served(kind, make), tmp_path)) == expected


@pytest.mark.parametrize("kind", SERVERS)
def test_a_client_that_is_too_old_comes_before_a_certificate_that_has_ended(kind: str, tmp_path: Path) -> None:
    report = diagnosed(served(kind, lambda: pair(ended()), versions=_13, client=at_most_12), tmp_path)
    assert causes(report) == ["no-common-version"]
    assert report.filter(code="certificate-expired")


@pytest.mark.parametrize("kind", SERVERS)
def test_a_server_that_wants_a_certificate_and_has_none_that_is_valid(kind: str, tmp_path: Path) -> None:
    report = diagnosed(served(kind, lambda: pair(ended()), client_ca_pem=ROOT.pem), tmp_path)
    assert causes(report) == ["certificate-expired", "client-certificate-required"]


@pytest.mark.parametrize("kind", [kind for kind in SERVERS if kind != "stunnel"])
@pytest.mark.parametrize("version", [_12, _13], ids=["1.2", "1.3"])
@pytest.mark.parametrize(
    ("own", "expected"),
    [(CLIENT_ENDED, "client-certificate-expired"), (CLIENT_STRANGE, "client-certificate-wrong-authority")],
    ids=["ended", "of a stranger"],
)
def test_a_bad_certificate_on_each_side_is_no_difference_between_machines(
    own: Issued, expected: str, version: tuple[str, ...], kind: str, tmp_path: Path
) -> None:
    """The client ends the handshake before it shows its own; our own core goes on and is refused: that is not two machines."""
    build = served(kind, lambda: pair(ended()), client_ca_pem=ROOT.pem, versions=version, diagnosis={"client_certificate": credential(own)})
    assert causes(diagnosed(build, tmp_path)) == ["certificate-expired", expected]


@pytest.mark.parametrize("kind", ["nginx", "apache", "haproxy", "openssl", "gnutls", "java", "node", "caddy"])
def test_of_two_certificates_the_one_that_the_client_is_given_is_judged(kind: str, tmp_path: Path) -> None:
    bad = diagnosed(both(kind, ended(key="rsa"), leaf(), client=rsa_alone), tmp_path)
    assert causes(bad) == ["certificate-expired"], bad
    good = diagnosed(both(kind, leaf(key="rsa"), ended(), client=rsa_alone), tmp_path)
    assert good.verdict is Verdict.FLAWED
    assert [item.code for item in good.filter(severity=tlsdiag.Severity.LOW)] == ["other-certificate-bad"], good
    assert good.connections <= 20


@pytest.mark.parametrize("rsa", [True, False], ids=["RSA", "ECDSA"])
def test_gnutls_gives_a_client_of_tls_1_3_the_certificate_that_its_list_begins_with(rsa: bool, tmp_path: Path) -> None:
    """Encrypted on the wire: the client's hello is sent once more to see what it is given."""
    made = (ended(key="rsa"), leaf()) if rsa else (leaf(key="rsa"), ended())
    report = diagnosed(both("gnutls", *made, versions=_13), tmp_path)
    failed = report.filter(code="client-handshake-failed")
    assert causes(report) == (["certificate-expired"] if failed else []), report
    assert failed or report.filter(code="other-certificate-bad"), report


def test_a_second_certificate_is_judged_in_quick_depth_too(tmp_path: Path) -> None:
    build = both("nginx", ended(key="rsa"), leaf(), client=rsa_alone, diagnosis={"depth": "quick"})
    assert causes(diagnosed(build, tmp_path)) == ["certificate-expired"]
    healthy = diagnosed(both("nginx", leaf(key="rsa"), ended(), client=rsa_alone, diagnosis={"depth": "quick"}), tmp_path)
    assert healthy.verdict is Verdict.HEALTHY
    assert healthy.connections <= 4


def test_a_protocol_that_only_the_client_offers_is_seen_to_be_answered_with_another(tmp_path: Path) -> None:
    """Apache chooses http/1.1, whatever was offered; our own hello offered none."""
    report = diagnosed(served("apache", lambda: pair(ended()), alpn=("h2", "http/1.1"), client=lambda: with_alpn("acme/9")), tmp_path)
    assert causes(report) == ["server-deviates"], report
    assert report.root_cause is not None and "'http/1.1', which was not offered" in report.root_cause.detail
    assert report.filter(code="certificate-expired")


@pytest.mark.parametrize(
    ("make", "trust", "expected"),
    [
        (lambda: pair(sha1_authority().issue("server.example")), STRANGER.pem, ["issuer-untrusted", "weak-signature"]),
        (lambda: pair(sha1_authority().issue("server.example", window=ENDED)), ROOT.pem, ["weak-signature", "certificate-expired"]),
        (lambda: pair(leaf(OTHER, key="rsa1024")), ROOT.pem, ["weak-key", "name-mismatch"]),
    ],
    ids=["SHA-1 and a stranger", "SHA-1, ended", "a short key, another name"],
)
def test_what_the_client_would_refuse_next_for_its_strength_is_a_cause_too(make: Callable[[], Pair], trust: bytes, expected: list[str], tmp_path: Path) -> None:
    assert causes(diagnosed(weak("nginx", make, diagnosis={"trust": trust}), tmp_path)) == expected


def test_a_client_that_takes_sha1_is_not_told_that_it_would_refuse_it(tmp_path: Path) -> None:
    def lenient() -> ssl.SSLContext:
        return client(trust=STRANGER.pem, ciphers="DEFAULT:@SECLEVEL=0")

    report = diagnosed(weak("nginx", lambda: pair(sha1_authority().issue("server.example")), client=lenient), tmp_path)
    assert causes(report) == ["issuer-untrusted"]


def test_a_store_that_the_clients_context_does_not_have_is_told(tmp_path: Path) -> None:
    build = served("nginx", lambda: pair(leaf()), client=lambda: client(trust=STRANGER.pem), diagnosis={"trust": ROOT.pem})
    report = diagnosed(build, tmp_path)
    assert causes(report) == ["issuer-untrusted"]
    assert report.root_cause is not None and "the client's own context does not have that authority" in report.root_cause.detail


@pytest.mark.parametrize(
    ("kind", "key", "options", "expected"),
    [
        ("nginx", "ecdsa", {}, "key-usage-narrow"),
        ("caddy", "ecdsa", {}, "key-usage-narrow"),
        ("gnutls", "rsa", {}, "key-usage-narrow"),
        ("nginx", "ecdsa", {"versions": _13}, "no-common-version"),
        ("caddy", "ecdsa", {"versions": _13}, "no-common-version"),
    ],
    ids=["the server obeys", "the client obeys", "GnuTLS obeys", "a server without TLS 1.2", "the same in Go"],
)
def test_a_key_that_may_not_sign_is_the_cause_where_a_side_keeps_to_it_and_not_where_the_versions_do_not_meet(
    kind: str, key: str, options: dict[str, Any], expected: str, tmp_path: Path
) -> None:
    narrow = forged_pair(leaf(key=key), ISSUING.issued.private_key, key_usage(key_encipherment=True))
    report = diagnosed(served(kind, lambda: narrow, client=at_most_12, **options), tmp_path)
    assert causes(report) == [expected], report
    assert report.filter(code="key-usage-narrow")


def test_a_context_without_roots_does_not_make_up_for_a_missing_intermediate(tmp_path: Path) -> None:
    report = diagnosed(served("nginx", lambda: alone(leaf()), client=lambda: ssl.SSLContext(ssl.PROTOCOL_TLS_CLIENT)), tmp_path)
    assert causes(report) == ["context-without-roots", "intermediate-missing"]


@pytest.mark.parametrize("kind", ["nginx", "openssl"])
def test_a_demanded_staple_that_is_missing_does_not_hide_the_cause(kind: str, tmp_path: Path) -> None:
    demanding = leaf(extensions=((x509.TLSFeature([x509.TLSFeatureType.status_request]), False),))
    report = diagnosed(served(kind, lambda: alone(demanding)), tmp_path)
    assert causes(report) == ["intermediate-missing"]
    assert report.filter(code="ocsp-must-staple-missing")


def test_a_certificate_for_other_names_where_no_name_was_sent_says_so(tmp_path: Path) -> None:
    report = diagnosed(served("nginx", lambda: pair(leaf(OTHER)), diagnosis={"server_name": False}), tmp_path)
    (found,) = report.filter(code="name-mismatch")
    assert "No server name was sent (SNI)" in found.detail


def test_an_address_is_shown_a_name_of_the_certificate_to_connect_by(tmp_path: Path) -> None:
    report = diagnosed(served("nginx", lambda: pair(ended()), host="127.0.0.1"), tmp_path)
    assert causes(report) == ["name-mismatch", "certificate-expired"]
    assert report.root_cause is not None
    assert report.root_cause.fix.snippets["hosts file"].startswith("127.0.0.1 server.example ")


@pytest.mark.parametrize(("kind", "starttls"), [("postfix", "smtp"), ("dovecot", "imap"), ("postgresql", "postgres"), ("slapd", "ldap"), ("vsftpd", "ftp")])
def test_two_faults_behind_starttls_are_both_told(kind: str, starttls: str, tmp_path: Path) -> None:
    build = served(kind, lambda: alone(ended()), tls="starttls", diagnosis={"starttls": starttls})
    assert causes(diagnosed(build, tmp_path)) == ["intermediate-missing", "certificate-expired"]
