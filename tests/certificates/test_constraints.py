"""Name constraints: which names an authority may issue for (RFC 5280 section 4.2.1.10)."""

from __future__ import annotations

import ipaddress
from datetime import UTC, datetime

import attrs
import pytest
from cryptography import x509
from cryptography.x509.oid import NameOID
from hypothesis import given
from hypothesis import strategies as st

from tlsdiag.certificates import TrustStore, build_paths, read_certificate
from tlsdiag.certificates.certificate import Certificate, Extension
from tlsdiag.certificates.constraints import breaks, constraints_of
from tlsdiag.certificates.oids import NAME_CONSTRAINTS
from tlsdiag.testing import Authority, Window

NOW = datetime(2026, 6, 1, 12, 0, tzinfo=UTC)
ROOT = Authority.root(number=300, now=NOW)


def organisation(name: str) -> x509.DirectoryName:
    return x509.DirectoryName(x509.Name([x509.NameAttribute(NameOID.ORGANIZATION_NAME, name)]))


def authority(permitted: tuple[x509.GeneralName, ...] = (), excluded: tuple[x509.GeneralName, ...] = ()) -> Authority:
    limits = x509.NameConstraints(list(permitted) or None, list(excluded) or None)
    return ROOT.intermediate("Test Constrained CA", number=320, extensions=((limits, True),))


def reasons(limited: Authority, *names: str, organization: str | None = None) -> list[str]:
    constraints = constraints_of(read_certificate(limited.issued.der))
    assert constraints is not None
    issued = limited.issue(*names, organization=organization, window=Window.around(NOW))
    return list(breaks(constraints, read_certificate(issued.der)))


DNS, NETWORK = x509.DNSName, lambda text: x509.IPAddress(ipaddress.ip_network(text))


@pytest.mark.parametrize(
    ("base", "name", "permitted"),
    [
        ("example.com", "example.com", True),
        ("example.com", "www.EXAMPLE.com", True),
        ("example.com", "a.b.example.com", True),
        ("example.com", "*.example.com", True),
        ("example.com", "badexample.com", False),
        ("example.com", "example.org", False),
        ("www.example.com", "example.com", False),
        (".example.com", "www.example.com", True),
        (".example.com", "example.com", False),
        ("", "anything.example", True),
    ],
)
def test_a_dns_name_is_in_a_subtree_when_it_ends_in_it(base: str, name: str, permitted: bool) -> None:
    assert (reasons(authority((DNS(base),)), name) == []) is permitted
    assert (reasons(authority(excluded=(DNS(base),)), name) == []) is not permitted


@pytest.mark.parametrize(
    ("network", "address", "permitted"),
    [("10.0.0.0/8", "10.1.2.3", True), ("10.0.0.0/8", "11.1.2.3", False), ("2001:db8::/32", "2001:db8::1", True), ("2001:db8::/32", "10.1.2.3", False)],
)
def test_an_address_is_in_a_subtree_when_it_is_in_the_network(network: str, address: str, permitted: bool) -> None:
    assert (reasons(authority((NETWORK(network),)), address) == []) is permitted


def test_a_directory_name_is_in_a_subtree_when_it_begins_with_it() -> None:
    limited = authority((organisation("Here"),))
    assert reasons(limited, "a.example", organization="Here") == []
    (reason,) = reasons(limited, "a.example", organization="Elsewhere")
    assert "O=Elsewhere" in reason
    assert "O=Here" in reason


def test_names_of_a_kind_without_a_subtree_are_free() -> None:
    assert reasons(authority((DNS("example.com"),)), "10.1.2.3") == []


def test_what_is_excluded_is_told_before_what_is_not_permitted() -> None:
    (reason,) = reasons(authority((DNS("example.org"),), (DNS("example.com"),)), "example.com")
    assert "excluded" in reason


def test_of_many_permitted_names_a_few_are_told() -> None:
    (reason,) = reasons(authority(tuple(DNS(f"h{number}.example") for number in range(6))), "other.test")
    assert "h3.example ..." in reason
    assert "h4.example" not in reason


def test_an_authority_without_the_extension_has_no_constraints() -> None:
    assert constraints_of(read_certificate(ROOT.issued.der)) is None


@given(st.binary(max_size=60))
def test_any_bytes_are_constraints_or_none_and_judging_never_raises(value: bytes) -> None:
    broken = Certificate(der=b"x", extensions=(Extension(oid=NAME_CONSTRAINTS, critical=True, value=value),))
    found = constraints_of(broken)
    if found is not None:
        list(breaks(found, read_certificate(ROOT.issue("a.example", "10.1.2.3").der)))


@pytest.mark.parametrize(
    "base", [b"\x87\x05\x0a\x00\x00\x00\xff", b"\x87\x08\x0a\x00\x00\x00\xff\x00\x00\x00", b"\xa4\x02\x31\x00", b"\xa4\x03\x30\x05\x01", b"\x82\x01\xff"]
)
def test_a_subtree_that_makes_no_sense_excludes_nothing_by_mistake(base: bytes) -> None:
    value = bytes([0x30, len(base) + 4, 0xA1, len(base) + 2, 0x30, len(base)]) + base
    found = constraints_of(Certificate(der=b"x", extensions=(Extension(oid=NAME_CONSTRAINTS, critical=True, value=value),)))
    assert found is not None
    said = list(breaks(found, read_certificate(ROOT.issue("a.example", "10.1.2.3", organization="Here").der)))
    assert said == (["10.1.2.3 is in 10.0.0.0/8, which is excluded"] if base[1] == 8 else [])


def test_a_path_through_a_limited_authority_is_no_valid_path() -> None:
    limited = authority((DNS("example.com"),))
    store = TrustStore.from_pem(ROOT.pem)
    for name, valid in (("www.example.com", True), ("www.example.org", False)):
        issued = limited.issue(name, window=Window.around(NOW))
        sent = [read_certificate(der) for der in issued.chain]
        (path,) = build_paths(sent[0], sent=sent[1:], store=store, at=NOW).paths
        assert path.valid is valid
        assert {item.code for item in path.violations} == (set() if valid else {"name-not-permitted"})


def test_thousands_of_names_and_subtrees_cost_little_and_tell_a_few() -> None:
    limited = authority(tuple(DNS(f"p{number}.example") for number in range(900)))
    issued = limited.issue(*(f"h{number}.test" for number in range(3000)), window=Window.around(NOW))
    store = TrustStore.from_pem(ROOT.pem)
    sent = [read_certificate(der) for der in issued.chain]
    (path,) = build_paths(sent[0], sent=sent[1:], store=store, at=NOW).paths
    assert sum(item.code == "name-not-permitted" for item in path.violations) == 5


def test_a_self_issued_authority_between_is_not_held_to_the_names() -> None:
    """RFC 5280 section 6.1.4 (b): names are checked in what is not self-issued, and in the leaf."""
    limited = authority((organisation("Here"),))
    rolled = limited.intermediate("Test Constrained CA", number=321)
    issued = rolled.issue("a.example", organization="Here", window=Window.around(NOW))
    sent = [read_certificate(der) for der in issued.chain]
    (path, *_) = build_paths(sent[0], sent=sent[1:], store=TrustStore.from_pem(ROOT.pem), at=NOW).paths
    assert "name-not-permitted" not in {item.code for item in path.violations}
    assert attrs.evolve(path).anchored
