"""Names: the nearest one that is there, with the reason why it does not match; names in vain, forbidden names, default certificates."""

from __future__ import annotations

from datetime import UTC, datetime

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tlsdiag.certificates import Certificate, Name, match_host
from tlsdiag.certificates.names import default_certificate, forbidden_names, special_issuer, unusable_names

NOW = datetime(2026, 6, 1, tzinfo=UTC)
U_LABEL = "bücher.example.org"
IN_BYTES = U_LABEL.encode().decode("ascii", "backslashreplace")


def named(*names: str, addresses: tuple[str, ...] = (), issued: datetime = NOW, common_name: str | None = None) -> Certificate:
    subject = Name(attributes=(("2.5.4.3", common_name),)) if common_name else Name()
    return Certificate(der=b"", dns_names=names, ip_addresses=addresses, not_before=issued, subject=subject)


@pytest.mark.parametrize(
    ("names", "host", "nearest", "reason"),
    [
        (("mail.example.org", "www.example.org"), "example.org", "www.example.org", "with and without www"),
        (("example.org",), "www.example.org", "example.org", "with and without www"),
        (("*.example.org", "example.org"), "a.b.example.org", "*.example.org", "stands for one label"),
        (("www.example.org", "*.example.org"), "example.org", "*.example.org", "does not stand for example.org itself"),
        (("*.org",), "example.org", "*.org", "directly below a top-level domain"),
        (("*",), "localhost", "*", "stands for nothing by itself"),
        (("w*.example.org",), "www.example.org", "w*.example.org", "whole left-most label"),
        (("*.*.example.org",), "a.b.example.org", "*.*.example.org", "whole left-most label"),
        (("other.test", "exmaple.org"), "example.org", "exmaple.org", "in the order of two characters"),
        (("other.test", "examples.org"), "example.org", "examples.org", "in one character"),
        (("other.test", "exampl.org"), "example.org", "exampl.org", "in one character"),
        (("other.test", "example.com"), "example.org", "example.com", "ends with .com"),
        (("other.test", "shop.example.org"), "api.example.org", "shop.example.org", "another name below example.org"),
        (("other.test", "a.b.example.org"), "api.example.org", "a.b.example.org", "another name in the domain example.org"),
        (("other.test", "example.org"), "api.v2.example.org", "example.org", "a domain above it"),
        (("other.test", "api.v2.example.org"), "example.org", "api.v2.example.org", "a name below it"),
        (("server.example.org.",), "server.example.org", "server.example.org.", "ends with a dot"),
        ((IN_BYTES,), "xn--bcher-kva.example.org", IN_BYTES, "has to be in A-labels"),
        (("unrelated.test",), "example.org", "unrelated.test", "no dNSName"),
        (("x" * 5000,), "example.org", "x" * 5000, "no dNSName"),
    ],
)
def test_the_nearest_name_comes_with_its_reason(names: tuple[str, ...], host: str, nearest: str, reason: str) -> None:
    match = match_host(named(*names), host)
    assert not match.matched
    assert reason in match.reason
    assert match.nearest == nearest


@pytest.mark.parametrize("host", [U_LABEL, "BÜCHER.example.org", "xn--bcher-kva.example.org", "xn--bcher-kva.example.org."])
def test_a_host_in_u_labels_is_the_one_in_a_labels(host: str) -> None:
    assert match_host(named("xn--bcher-kva.example.org"), host).matched
    assert match_host(named("*.example.org"), host).matched


def test_a_host_that_idna_does_not_know_matches_nothing() -> None:
    assert not match_host(named("example.org"), "☃⁂..example.org").matched


@pytest.mark.parametrize(("name", "words"), [("exmaple.org", "in the order of two characters"), ("examples.org", "in one character")])
def test_a_slip_is_told_as_what_it_is(name: str, words: str) -> None:
    assert match_host(named(name), "example.org").reason == f"{name} differs from it {words}"


@pytest.mark.parametrize("name", ["other.co.uk", "www.other.co.uk"])
def test_what_has_a_public_suffix_in_common_is_no_relation(name: str) -> None:
    assert match_host(named(name), "server.co.uk").reason.startswith("no dNSName of the subjectAltName")


def test_several_near_names_each_have_a_reason() -> None:
    match = match_host(named("*.example.org", "example.org", "x.example.org"), "a.b.example.org")
    assert [item.name for item in match.near] == ["*.example.org", "example.org", "x.example.org"]
    assert all(item.reason for item in match.near)


@pytest.mark.parametrize(
    ("names", "addresses", "host", "reason"),
    [
        (("192.0.2.1",), (), "192.0.2.1", "has to be an iPAddress"),
        (("a.example.org",), ("192.0.2.2",), "192.0.2.1", "no iPAddress"),
        ((), (), "192.0.2.1", "the address is in the common name only"),
        (("a.example.org",), (), "192.0.2.1", "the common name fits"),
    ],
)
def test_an_address_that_does_not_match_says_why(names: tuple[str, ...], addresses: tuple[str, ...], host: str, reason: str) -> None:
    assert reason in match_host(named(*names, addresses=addresses, common_name="192.0.2.1"), host).reason


@given(st.lists(st.text(max_size=60), max_size=8), st.text(max_size=60))
def test_no_names_and_no_host_raise(names: list[str], host: str) -> None:
    certificate = named(*names, issued=NOW)
    match = match_host(certificate, host)
    assert match.matched or match.reason
    unusable_names(certificate)
    forbidden_names(certificate)


@pytest.mark.parametrize(
    ("name", "code"),
    [
        ("192.0.2.7", "address-as-name"),
        ("2001:db8::7", "address-as-name"),
        (IN_BYTES, "not-ascii"),
        ("https://example.org", "no-host-name"),
        ("example.org:443", "no-host-name"),
        ("two words.example.org", "no-host-name"),
        ("", "no-host-name"),
        ("a..example.org", "no-host-name"),
        ("a" * 64 + ".example.org", "no-host-name"),
        ("example.org.", "trailing-dot"),
        ("w*.example.org", "wildcard-misplaced"),
        ("www.*.org", "wildcard-misplaced"),
        ("*.*.example.org", "wildcard-misplaced"),
        ("*", "wildcard-too-wide"),
        ("*.org", "wildcard-too-wide"),
    ],
)
def test_a_name_that_matches_nothing_is_told(name: str, code: str) -> None:
    assert [item.code for item in unusable_names(named(name))] == [code]


@pytest.mark.parametrize("name", ["example.org", "*.example.org", "localhost", "_dmarc.example.org", "xn--bcher-kva.example.org", "EXAMPLE.org"])
def test_a_name_that_can_match_is_not_told(name: str) -> None:
    assert unusable_names(named(name)) == ()


def test_what_another_entry_makes_good_is_harmless() -> None:
    faults = unusable_names(named("192.0.2.7", "example.org", "example.org.", addresses=("192.0.2.7",)))
    assert [item.harmless for item in faults] == [True, True]


def test_ten_thousand_names_give_a_list_that_ends() -> None:
    assert len(unusable_names(named(*(f"{number}.example.org." for number in range(10_000))))) == 50


@pytest.mark.parametrize(
    ("name", "code"),
    [
        ("intranet", "name-internal"),
        ("server.local", "name-internal"),
        ("server.corp", "name-internal"),
        ("*.internal", "name-internal"),
        ("printer.home.arpa", "name-internal"),
        ("my_host.example.org", "name-underscore"),
        ("4.3.2.1.in-addr.arpa", "name-reverse"),
        ("*.co.uk", "wildcard-suffix"),
    ],
)
def test_a_name_that_public_authorities_may_not_certify_is_told(name: str, code: str) -> None:
    assert [item.code for item in forbidden_names(named(name))] == [code]


@pytest.mark.parametrize("name", ["example.org", "*.example.org", "*.example.co.uk", "*.ab.uk", "local.example.org", "xn--bcher-kva.example.org"])
def test_an_ordinary_name_is_allowed(name: str) -> None:
    assert forbidden_names(named(name)) == ()


@pytest.mark.parametrize(("address", "told"), [("10.0.0.1", True), ("192.168.1.1", True), ("fd00::1", True), ("1.1.1.1", False), ("2606:4700::1111", False)])
def test_an_address_of_private_networks_is_told(address: str, told: bool) -> None:
    assert bool(forbidden_names(named(addresses=(address,)))) is told


def test_what_was_issued_before_the_rule_is_not_told() -> None:
    assert forbidden_names(named("intranet", "my_host.example.org", addresses=("10.0.0.1",), issued=datetime(2014, 1, 1, tzinfo=UTC))) == ()


@pytest.mark.parametrize(
    ("attribute", "value", "product"),
    [
        ("2.5.4.3", "TRAEFIK DEFAULT CERT", "Traefik"),
        ("2.5.4.3", "Kubernetes Ingress Controller Fake Certificate", "ingress-nginx (Kubernetes)"),
        ("2.5.4.10", "Plesk", "Plesk"),
        ("2.5.4.10", "Parallels International GmbH", "Plesk"),
        ("1.2.840.113549.1.9.1", "ssl@host.example.net", "cPanel"),
        ("2.5.4.10", "Synology Inc.", "Synology DSM"),
        ("2.5.4.10", "SomeOrganization", "the package of Apache's mod_ssl"),
        ("2.5.4.3", "localhost", "the machine for itself"),
        ("2.5.4.3", "*.azurewebsites.net", "Azure App Service"),
    ],
)
def test_a_default_certificate_is_known_by_its_subject(attribute: str, value: str, product: str) -> None:
    found = default_certificate(Certificate(der=b"", subject=Name(attributes=((attribute, value),))))
    assert found is not None and found.product == product


@pytest.mark.parametrize("value", ["www.example.org", "plesk.example.org", "localhost.example.org"])
def test_an_ordinary_subject_is_no_default(value: str) -> None:
    assert default_certificate(Certificate(der=b"", subject=Name(attributes=(("2.5.4.3", value),)))) is None


def test_a_certificate_for_localhost_and_for_real_hosts_is_no_default() -> None:
    assert default_certificate(named("localhost", common_name="localhost")) is not None
    assert default_certificate(named("localhost", "www.example.org", common_name="localhost")) is None


@pytest.mark.parametrize(
    ("attributes", "known"),
    [
        ((("2.5.4.10", "(STAGING) Let's Encrypt"), ("2.5.4.3", "(STAGING) Wannabe Watercress R11")), True),
        ((("2.5.4.3", "Fake LE Intermediate X1"),), True),
        ((("2.5.4.10", "CloudFlare, Inc."), ("2.5.4.11", "CloudFlare Origin SSL Certificate Authority")), True),
        ((("2.5.4.10", "Cloudflare, Inc."), ("2.5.4.3", "Cloudflare Inc ECC CA-3")), False),
        ((("2.5.4.10", "Let's Encrypt"), ("2.5.4.3", "R11")), False),
    ],
)
def test_an_authority_that_is_not_for_everybody_is_known(attributes: tuple[tuple[str, str], ...], known: bool) -> None:
    assert (special_issuer(Certificate(der=b"", issuer=Name(attributes=attributes))) is not None) is known
